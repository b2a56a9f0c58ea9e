import { containsExtent, createEmpty, extend, isEmpty, type Extent } from "ol/extent";
import type OlMap from "ol/Map";
import { WORLD, fromMap, ringOnMap, toMap, type Point } from "../geo/mercator";
import { along } from "../geo/geodesic";
import { ringsOf } from "../geo/shapes";
import { saysOf } from "../geo/volumes";
import { agreement } from "../state/agreement";
import { conflictOf, threadOf } from "../state/board";
import { encounters, tracks } from "../state/sky";
import { place, type Selection } from "../state/view";
import type { Shape } from "./scene";

/** Where the map looks: kept with the address, and taken to what is selected. */
const CLOSE_ZOOM = 11;
const AROUND_M = 20_000;
const FLY_MS = 450;
const LATE_MS = 45;
const LATE_FRAMES = 2;
const JUMPS_FOR_MS = 60_000;

/** The extent of points, in metres of the map. */
export function extentOf(points: Iterable<Point>): Extent | null {
  const found = createEmpty();
  for (const [x, y] of points) extend(found, [x, y, x, y]);
  return isEmpty(found) && found[0] === Infinity ? null : found;
}

/** What of the map a selection takes; null if it is nowhere yet. */
export function extentOfSelection(selected: Selection, shapes: readonly Shape[]): Extent | null {
  if (selected.kind === "track") return extentOfTrack(selected.id);
  const threads = [selected.id];
  const points: Point[] = [];
  if (selected.kind === "conflict") {
    const conflict = conflictOf(selected.id);
    if (!conflict) return null;
    threads.push(conflict.own_thread, conflict.other_thread);
    const { where, time_start, time_end } = conflict.facts;
    if (where) points.push(toMap(where.lat, where.lng));
    const [start, end] = [Date.parse(time_start), Date.parse(time_end)];
    for (const shape of shapes) {
      const meets = !(shape.end <= start || shape.start >= end);
      if (threads.includes(shape.thread) && meets) points.push(...(shape.rings[0] ?? []));
    }
  } else {
    for (const shape of shapes) if (shape.thread === selected.id) points.push(...(shape.rings[0] ?? []));
  }
  return extentOf(points) ?? extentOfPosition(selected.id);
}

/** An aircraft, and every other one that it will come too close to. */
function extentOfTrack(id: string): Extent | null {
  if (!tracks.value.has(id)) return null;
  const pairs = encounters.value.filter((one) => one.first.id === id || one.second.id === id);
  const found = new Set([id, ...pairs.flatMap((one) => [one.first.id, one.second.id])]);
  return extentOf([...found].flatMap((one) => tracks.value.get(one) ?? []).map((one) => toMap(one.lat, one.lng)));
}

/** A message that names a position and no volume, as URGENT does, with what is around it. */
function extentOfPosition(thread: string): Extent | null {
  const position = threadOf(thread) ? saysOf(threadOf(thread)!)?.position : undefined;
  if (!position) return null;
  const around = [0, 90, 180, 270].map((azimuth) => along(position, azimuth, AROUND_M));
  return extentOf(around.map((one) => toMap(one.lat, one.lng)));
}

/** The agreed area's ring on the map; empty while it is not known. */
export function areaRings(): Point[][] {
  return agreement.value ? ringsOf(limitless(agreement.value.area)).map(ringOnMap) : [];
}

function limitless(area: NonNullable<typeof agreement.value>["area"]) {
  return { ...area, altitude_lower: { value: 0 }, altitude_upper: { value: 0 } };
}

let slowUntil = 0;
let frame = { time: Infinity, late: 0 };

/** The map was drawn in a movement of its own, or at rest. Where frames take long, it jumps for a while. */
export function framed(moving: boolean, time = performance.now()): void {
  const late = moving && time - frame.time > LATE_MS ? frame.late + 1 : moving ? frame.late : 0;
  if (late >= LATE_FRAMES) slowUntil = time + JUMPS_FOR_MS;
  frame = { time: moving ? time : Infinity, late };
}

/** Whether the map jumps: motion is not wanted, or it would be a stutter that keeps people waiting. */
export function still(time = performance.now()): boolean {
  return time < slowUntil || matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Go there, unless all of it is in view and large enough to be seen. `covered`: pixels of the page
 * from its start that something else lies over. */
export function flyTo(map: OlMap, extent: Extent, covered = 0): void {
  const view = map.getView();
  const size = map.getSize();
  const page = map.getTargetElement()?.getBoundingClientRect();
  if (!size?.[0] || !size[1] || !page) return;
  const rtl = document.documentElement.dir === "rtl";
  const hidden = Math.min(size[0] / 2, Math.max(0, rtl ? page.right - innerWidth + covered : covered - page.left));
  const seen = view.calculateExtent(size);
  const side = rtl ? 2 : 0;
  seen[side] = (seen[side] ?? 0) + (rtl ? -1 : 1) * hidden * (view.getResolution() ?? 0);
  const share = Math.max((extent[2] ?? 0) - (extent[0] ?? 0), (extent[3] ?? 0) - (extent[1] ?? 0));
  const small = share < ((seen[2] ?? 0) - (seen[0] ?? 0)) / 5;
  if (containsExtent(seen, extent) && !small) return;
  if (containsExtent(seen, extent) && share === 0 && (view.getZoom() ?? 0) >= 8) return;
  const padding = [50, rtl ? 60 + hidden : 60, 60, rtl ? 60 : 60 + hidden];
  view.fit(extent, { padding, maxZoom: CLOSE_ZOOM, ...(still() ? {} : { duration: FLY_MS }) });
}

/** Whether all of it is in view. */
export function isSeen(map: OlMap, extent: Extent): boolean {
  const size = map.getSize();
  return size === undefined || containsExtent(map.getView().calculateExtent(size), extent);
}

/** Keep the address's place as the map has it. */
export function keepPlace(map: OlMap): void {
  const view = map.getView();
  const [centre, zoom] = [view.getCenter(), view.getZoom()];
  if (!centre || zoom === undefined) return;
  const { lat, lng } = fromMap(centre);
  place.value = [lng, lat, zoom];
}

/** Take the map to the address's place, if it is another one. */
export function takePlace(map: OlMap): void {
  const wanted = place.value;
  if (!wanted) return;
  const view = map.getView();
  const own = view.getCenter();
  const [x, y] = toMap(wanted[1], wanted[0]);
  const resolution = view.getResolution() ?? 1;
  const near = own && Math.hypot((own[0] ?? 0) - x, (own[1] ?? 0) - y) < 2 * resolution;
  if (near && Math.abs((view.getZoom() ?? 0) - wanted[2]) < 0.01) return;
  view.setCenter([x, y]);
  view.setZoom(wanted[2]);
}

/** West, south, east, north of the view in degrees; east may be beyond 180. */
export function boundsOf(map: OlMap): readonly [number, number, number, number] | null {
  const size = map.getSize();
  if (!size) return null;
  const [left, low, right, top] = map.getView().calculateExtent(size);
  const degree = WORLD / 360;
  const lat = (y: number) => fromMap([0, y]).lat;
  return [(left ?? 0) / degree, lat(low ?? 0), (right ?? 0) / degree, lat(top ?? 0)];
}
