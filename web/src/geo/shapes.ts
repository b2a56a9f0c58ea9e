import type { LatLng, Volume } from "../api/types";
import { along, azimuth, between, roughMetres } from "./geodesic";

/** Outlines of volumes as rings of points that can be drawn: closed by whoever draws them. */
const CIRCLE_POINTS = 72;
const CORNER_STEP = 15; // degrees between points of a round corner
const STEP_M = 20_000;

/** The outer ring, then the holes. Empty where the volume has no outline that is known. */
export function ringsOf(volume: Volume["volume"]): LatLng[][] {
  if (volume.outline_polygon) {
    const { vertices, holes } = volume.outline_polygon;
    return [vertices, ...(holes ?? [])].map(geodesicRing);
  }
  if (volume.outline_circle) return [circle(volume.outline_circle.center, volume.outline_circle.radius.value)];
  if (volume.outline_corridor) {
    const { path, half_width } = volume.outline_corridor;
    return [corridor(path, half_width.value)];
  }
  return [];
}

/** A ring whose edges follow the shortest ways. */
export function geodesicRing(ring: readonly LatLng[]): LatLng[] {
  return ring.flatMap((point, index) => {
    const next = ring[(index + 1) % ring.length] ?? point;
    return [point, ...between(point, next, STEP_M)];
  });
}

/** The points at one distance from a centre. */
export function circle(center: LatLng, radiusM: number, points = CIRCLE_POINTS): LatLng[] {
  return Array.from({ length: points }, (_, index) => along(center, (360 * index) / points, radiusM));
}

/** What is within half the width of a path, round at ends and outer corners. */
export function corridor(path: readonly LatLng[], halfM: number): LatLng[] {
  const points = path.filter((point, index) => index === 0 || roughMetres(path[index - 1] ?? point, point) > 0.01);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  if (points.length === 1) return circle(first, halfM);
  const back = [...points].reverse();
  return [...side(points, halfM), ...side(back, halfM)];
}

/** The right side of a path, from its start to the round end. */
function side(path: readonly LatLng[], halfM: number): LatLng[] {
  const found: LatLng[] = [];
  path.slice(0, -1).forEach((from, index) => {
    const to = path[index + 1] ?? from;
    const leaves = azimuth(from, to);
    const arrives = azimuth(to, from) + 180;
    if (index === 0) found.push(along(from, leaves + 90, halfM));
    for (const mid of between(from, to, STEP_M)) found.push(along(mid, azimuth(mid, to) + 90, halfM));
    const next = path[index + 2];
    if (!next) found.push(...arc(to, arrives + 90, arrives - 90, halfM));
    else found.push(...corner(from, to, next, arrives, halfM));
  });
  return found;
}

function corner(from: LatLng, at: LatLng, next: LatLng, arrives: number, halfM: number): LatLng[] {
  const leaves = azimuth(at, next);
  const turn = ((leaves - arrives + 540) % 360) - 180; // to the right is positive
  if (turn <= 0) return arc(at, arrives + 90, arrives + 90 + turn, halfM);
  const half = (turn / 2) * (Math.PI / 180);
  const inset = halfM * Math.tan(half);
  if (turn < 170 && inset < Math.min(roughMetres(from, at), roughMetres(at, next))) {
    return [along(at, arrives + turn / 2 + 90, halfM / Math.cos(half))];
  }
  return [along(at, arrives + 90, halfM), at, along(at, leaves + 90, halfM)];
}

/** Points of a circle from one direction to another, the way the numbers go. */
function arc(center: LatLng, from: number, to: number, radiusM: number): LatLng[] {
  const steps = Math.max(1, Math.ceil(Math.abs(to - from) / CORNER_STEP));
  return Array.from({ length: steps + 1 }, (_, step) =>
    along(center, from + ((to - from) * step) / steps, radiusM),
  );
}
