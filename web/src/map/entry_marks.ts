import type { EntryAlert } from "../state/alerts";
import { along } from "../geo/geodesic";
import { toMap } from "../geo/mercator";
import { duration } from "../units/units";
import type { Colours } from "./colours";
import { pixelX, pixelY, type Frame, type Pen } from "./frame";
import type { Labels } from "./labels";
import type { Placed } from "./track_canvas";

const LINE_S = 600; // no further ahead is a straight line of use

/** From an aircraft to where it would enter a volume: a dashed line, a bar across its end, the time. */
export function drawEntries(
  context: Pen,
  frame: Frame,
  labels: Labels,
  entries: ReadonlyMap<string, EntryAlert>,
  placed: readonly Placed[],
  at: number,
  own: Colours,
): number {
  if (entries.size === 0) return 0;
  const byId = new Map(placed.map((one) => [one.track.id, one]));
  let drawn = 0;
  for (const entry of entries.values()) {
    const from = byId.get(entry.aircraft.id);
    if (!from || entry.lost) continue;
    drawn++;
    const seconds = (Date.parse(entry.begins) - at) / 1_000;
    const { track } = from;
    if (seconds <= 0 || seconds > LINE_S || !track.speed_mps || track.track_deg === null) continue;
    const colour = entry.level === "warning" ? own.danger : own.warning;
    const end = along(track, track.track_deg, track.speed_mps * (seconds + Math.max(0, from.ageS)));
    const [mapX, mapY] = toMap(end.lat, end.lng);
    const [x, y] = [pixelX(frame, mapX), pixelY(frame, mapY)];
    bar(context, from, x, y, colour);
    labels.put([duration(seconds)], [[x + 8, y - 6, "left"]], colour, { always: entry.level === "warning" });
  }
  context.setLineDash([]);
  return drawn;
}

function bar(context: Pen, from: Placed, x: number, y: number, colour: string): void {
  const [east, south] = [x - from.x, y - from.y];
  const long = Math.hypot(east, south);
  if (long > 4_000) return; // over the edge of the world
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.setLineDash([2, 4]);
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 3;
  const [across, up] = long > 0 ? [(-south / long) * 8, (east / long) * 8] : [8, 0];
  context.beginPath();
  context.moveTo(x - across, y - up);
  context.lineTo(x + across, y + up);
  context.stroke();
}
