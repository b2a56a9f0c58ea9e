import type { Sketch } from "../state/drawing";

/** A drawn place as a GeoJSON feature: the server reads it as it reads a file, and converts heights. */
export interface Drawn {
  sketch: Sketch;
  name: string;
  lower: Limit;
  upper: Limit;
  start: string;
  end: string;
}

/** A height as it is written: `1500`, feet or metres, over one of the datums; SFC and UNL have none. */
export interface Limit {
  value: string;
  datum: LimitDatum;
}

export const LIMIT_DATUMS = ["ft AMSL", "m AMSL", "ft W84", "m W84", "ft AGL", "m AGL", "FL", "SFC", "UNL"] as const;
export type LimitDatum = (typeof LIMIT_DATUMS)[number];

/** As the formats have it: `1500 ft AMSL`, `FL095`, `SFC`. Null for what is no height. */
export function limitText({ value, datum }: Limit): string | null {
  if (datum === "SFC" || datum === "UNL") return datum;
  if (!/^-?\d+(\.\d+)?$/.test(value.trim())) return null;
  return datum === "FL" ? `FL${value.trim()}` : `${value.trim()} ${datum}`;
}

/** Why a drawing is not finished, as a key of the catalogue; null if it is. */
export function unfinished(drawn: Drawn): string | null {
  const { outline, points, reachM } = drawn.sketch;
  const least = { polygon: 3, circle: 1, corridor: 2 }[outline];
  if (points.length < least) return `filing.points.${outline}`;
  if (outline !== "polygon" && !(reachM > 0)) return "filing.reach.wrong";
  if (limitText(drawn.lower) === null || limitText(drawn.upper) === null) return "filing.height.wrong";
  const [start, end] = [Date.parse(drawn.start), Date.parse(drawn.end)];
  if (!(start < end)) return "filing.time.wrong";
  return null;
}

export function featureOf(drawn: Drawn): object {
  const { outline, points, reachM } = drawn.sketch;
  const line = points.map(({ lat, lng }) => [lng, lat]);
  const geometry =
    outline === "circle"
      ? { type: "Point", coordinates: line[0] }
      : outline === "corridor"
        ? { type: "LineString", coordinates: line }
        : { type: "Polygon", coordinates: [[...line, line[0]]] };
  return {
    type: "Feature",
    geometry,
    properties: {
      name: drawn.name.trim() || undefined,
      altitude_lower: limitText(drawn.lower),
      altitude_upper: limitText(drawn.upper),
      time_start: drawn.start,
      time_end: drawn.end,
      ...(outline === "circle" ? { radius_m: reachM } : {}),
      ...(outline === "corridor" ? { half_width_m: reachM } : {}),
    },
  };
}

/** An instant in UTC as people write it: `2026-11-22 10:00`, with `T` or `Z` or without. Else null. */
export function utcOf(text: string): string | null {
  const found = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?\s*Z?$/i.exec(text.trim());
  if (!found) return null;
  const made = `${found[1]}T${found[2]}${found[3] ?? ":00"}Z`;
  return Number.isNaN(Date.parse(made)) ? null : made;
}
