import type { Geometry } from "geojson";
import type { LatLng } from "../api/types";
import { besides, lineOnMap, ringOnMap, type Point } from "../geo/mercator";
import { pixelX, pixelY, type Frame, type Pen } from "./frame";

/** Points in metres of the map, one number after the other: x, y, x, y. */
export type Flat = Float64Array<ArrayBuffer>;

/** What is drawn of the ground: an area by its rings, or a line. */
export interface Outline {
  area: boolean;
  rings: Flat[];
  /** West, south, east, north. */
  box: readonly [number, number, number, number];
}

/** The areas of a GeoJSON geometry; what is no area is left out. */
export function areasOf(geometry: Geometry | null): Outline[] {
  const polygons =
    geometry?.type === "MultiPolygon" ? geometry.coordinates : geometry?.type === "Polygon" ? [geometry.coordinates] : [];
  return polygons.map((rings) => {
    const [outer = [], ...holes] = rings.map(ring);
    return outline(true, [outer, ...holes.map((hole) => besides(outer, hole))]);
  });
}

/** The lines of a GeoJSON geometry; what is no line is left out. */
export function linesOf(geometry: Geometry | null): Outline[] {
  const lines =
    geometry?.type === "MultiLineString" ? geometry.coordinates : geometry?.type === "LineString" ? [geometry.coordinates] : [];
  return lines.map((line) => outline(false, [lineOnMap(points(line))]));
}

/** Rings of countries leap at the 180th meridian, and Antarctica goes round its pole. */
function ring(line: readonly number[][]): Point[] {
  return ringOnMap(points(line.slice(0, -1)));
}

function points(line: readonly number[][]): LatLng[] {
  return line.map(([lng, lat]) => ({ lat: lat ?? 0, lng: lng ?? 0 }));
}

function outline(area: boolean, rings: readonly Point[][]): Outline {
  const all = rings[0] ?? [];
  const box = all.reduce(
    ([west, south, east, north], [x, y]) => [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)] as const,
    [Infinity, Infinity, -Infinity, -Infinity] as readonly [number, number, number, number],
  );
  return { area, rings: rings.map((one) => Float64Array.from(one.flat())), box };
}

const NEAR_PX = 0.6; // points nearer to each other are not seen apart

/** Add a line to the path, without what cannot be seen of it. `shift`: metres to the east. */
export function trace(context: Pick<Pen, "moveTo" | "lineTo">, frame: Frame, line: Flat, shift: number): void {
  let [x, y] = [pixelX(frame, (line[0] ?? 0) + shift), pixelY(frame, line[1] ?? 0)];
  context.moveTo(x, y);
  let side = sideOf(frame, x, y);
  const last = line.length - 2;
  for (let at = 2; at <= last; at += 2) {
    const [nextX, nextY] = [pixelX(frame, (line[at] ?? 0) + shift), pixelY(frame, line[at + 1] ?? 0)];
    const nextSide = sideOf(frame, nextX, nextY);
    if (at < last) {
      if (Math.abs(nextX - x) < NEAR_PX && Math.abs(nextY - y) < NEAR_PX) continue;
      // Three beyond the same edge of the view: the one between bends the line where nobody looks.
      const after = sideOf(frame, pixelX(frame, (line[at + 2] ?? 0) + shift), pixelY(frame, line[at + 3] ?? 0));
      if ((side & nextSide & after) !== 0) continue;
    }
    context.lineTo(nextX, nextY);
    [x, y, side] = [nextX, nextY, nextSide];
  }
}

const EDGE_PX = 4; // beyond the view: its lines have a width

/** Beyond which edges of the view a place is, a bit for each. */
function sideOf(frame: Frame, x: number, y: number): number {
  const across = x < -EDGE_PX ? 1 : x > frame.width + EDGE_PX ? 2 : 0;
  return across + (y < -EDGE_PX ? 4 : y > frame.height + EDGE_PX ? 8 : 0);
}
