import type { LatLng } from "../api/types";
import { around } from "./geodesic";

/** Rings on the map in metres of EPSG:3857, unbroken over the 180th meridian and round a pole. */
export type Point = [number, number];

const RADIUS = 6_378_137;
const RAD = Math.PI / 180;
export const WORLD = 2 * Math.PI * RADIUS;
export const LAT_MAX = 85.06; // the map ends there: what is nearer to a pole is drawn at its edge

export function toMap(lat: number, lng: number): Point {
  const shown = Math.max(-LAT_MAX, Math.min(LAT_MAX, lat));
  return [RADIUS * lng * RAD, RADIUS * Math.log(Math.tan(Math.PI / 4 + (shown * RAD) / 2))];
}

export function fromMap([x, y]: readonly number[]): LatLng {
  const lat = (2 * Math.atan(Math.exp((y ?? 0) / RADIUS)) - Math.PI / 2) / RAD;
  return { lat, lng: around((x ?? 0) / RADIUS / RAD) };
}

/** A closed ring. Longitudes go on beyond 180; a ring round a pole is closed along the map's edge. */
export function ringOnMap(ring: readonly LatLng[]): Point[] {
  const first = ring[0];
  if (!first) return [];
  let lng = first.lng;
  const found: Point[] = [];
  for (const point of ring) {
    lng += around(point.lng - lng);
    found.push(toMap(point.lat, lng));
  }
  const end = lng + around(first.lng - lng);
  found.push(toMap(first.lat, end));
  if (Math.abs(end - first.lng) > 180) {
    const north = ring.reduce((sum, point) => sum + point.lat, 0) >= 0;
    const edge = north ? LAT_MAX : -LAT_MAX;
    found.push(toMap(edge, end), toMap(edge, first.lng), toMap(first.lat, first.lng));
  }
  return found;
}

/** A line, unbroken over the 180th meridian. */
export function lineOnMap(line: readonly LatLng[]): Point[] {
  let lng = line[0]?.lng ?? 0;
  return line.map((point) => {
    lng += around(point.lng - lng);
    return toMap(point.lat, lng);
  });
}

/** A hole beside its outer ring: the same turn of the world. */
export function besides(outer: readonly Point[], hole: Point[]): Point[] {
  const [a, b] = [outer[0], hole[0]];
  if (!a || !b) return hole;
  const shift = Math.round((a[0] - b[0]) / WORLD) * WORLD;
  return shift === 0 ? hole : hole.map(([x, y]) => [x + shift, y]);
}
