import type { components } from "../api/schema";
import type { LatLng, Volume } from "../api/types";
import { along, azimuth, roughMetres } from "../geo/geodesic";
import { endOf, lowerOf, startOf, upperOf } from "../geo/volumes";

type Change = components["schemas"]["AdviceChange"];

const SAME_S = 0.5;
const SAME_M = 0.5;
const APART_M = 25; // so far the points of one outline may differ in where they went
const APART_SHARE = 0.01; // of the way
const RAD = Math.PI / 180;

/**
 * How volumes were moved: later, higher, sideways, narrower. Those that change alike are one change, those that
 * stay are in none. `null` where that does not say it all: other shapes, other numbers of volumes, one limit alone.
 */
export function changesOf(before: readonly Volume[], after: readonly Volume[]): Change[] | null {
  if (before.length === 0 || before.length !== after.length) return null;
  const found: Change[] = [];
  for (const [number, old] of before.entries()) {
    const change = changeOf(number, old, after[number]!);
    if (!change) return null;
    const same = found.find((one) => isAlike(one, change));
    if (same) same.volumes.push(number);
    else if (!isNone(change)) found.push(change);
  }
  return found;
}

function changeOf(number: number, before: Volume, after: Volume): Change | null {
  const [delay_s, end_s] = [(startOf(after) - startOf(before)) / 1_000, (endOf(after) - endOf(before)) / 1_000];
  const [climb_m, upper_m] = [lowerOf(after) - lowerOf(before), upperOf(after) - upperOf(before)];
  const way = sidewaysOf(before, after);
  const narrower_m = widthOf(before) - widthOf(after);
  if (!way || Math.abs(delay_s - end_s) > SAME_S || Math.abs(climb_m - upper_m) > SAME_M || narrower_m < -SAME_M) return null;
  return { volumes: [number], lost_s: 0, delay_s, climb_m, narrower_m: Math.max(narrower_m, 0), ...way };
}

/** Half the width of what has one, or 0. */
function widthOf({ volume }: Volume): number {
  return volume.outline_circle?.radius.value ?? volume.outline_corridor?.half_width.value ?? 0;
}

/** The points that an outline goes by, those of its holes too. */
function pointsOf({ volume }: Volume): LatLng[] {
  const { outline_circle: circle, outline_polygon: polygon, outline_corridor: corridor } = volume;
  if (circle) return [circle.center];
  return corridor?.path ?? [polygon?.vertices ?? [], ...(polygon?.holes ?? [])].flat();
}

function kindOf({ volume }: Volume): string {
  const kind = ["outline_circle", "outline_polygon", "outline_corridor"].filter((one) => one in volume);
  return `${kind} ${volume.outline_polygon?.holes?.length ?? 0}`;
}

/** How far, and in which direction, a whole outline went; `null` if its points went different ways. */
function sidewaysOf(before: Volume, after: Volume): { sideways_m: number; bearing_deg?: number } | null {
  const [from, to] = [pointsOf(before), pointsOf(after)];
  const [first, there] = [from[0], to[0]];
  if (kindOf(before) !== kindOf(after) || from.length !== to.length || !first || !there) return null;
  const [metres, bearing] = wayOf(first, there);
  const slack = Math.max(APART_M, metres * APART_SHARE);
  if (from.some((one, index) => roughMetres(along(one, bearing, metres), to[index]!) > slack)) return null;
  return metres < SAME_M ? { sideways_m: 0 } : { sideways_m: metres, bearing_deg: bearing };
}

/** Metres and azimuth of the short way to another point, on the ellipsoid. */
function wayOf(from: LatLng, to: LatLng): [number, number] {
  let [metres, bearing] = [roughMetres(from, to), azimuth(from, to)];
  for (let turn = 0; turn < 4; turn++) {
    const here = along(from, bearing, metres);
    const [miss, side] = [roughMetres(here, to), azimuth(here, to) * RAD];
    const north = metres * Math.cos(bearing * RAD) + miss * Math.cos(side);
    const east = metres * Math.sin(bearing * RAD) + miss * Math.sin(side);
    [metres, bearing] = [Math.hypot(north, east), (Math.atan2(east, north) / RAD + 360) % 360];
  }
  return [metres, bearing];
}

/** Whether two volumes were moved by the same, as far as words say it. */
function isAlike(a: Change, b: Change): boolean {
  const turned = Math.abs((((a.bearing_deg ?? 0) - (b.bearing_deg ?? 0) + 540) % 360) - 180);
  return (
    Math.abs(a.delay_s - b.delay_s) <= SAME_S &&
    Math.abs(a.climb_m - b.climb_m) <= SAME_M &&
    Math.abs(a.narrower_m - b.narrower_m) <= SAME_M &&
    Math.abs(a.sideways_m - b.sideways_m) <= SAME_M + a.sideways_m * APART_SHARE &&
    turned <= 1
  );
}

function isNone({ delay_s, climb_m, sideways_m, narrower_m }: Change): boolean {
  return Math.abs(delay_s) <= SAME_S && Math.abs(climb_m) <= SAME_M && sideways_m <= SAME_M && narrower_m <= SAME_M;
}
