import type { ProfileItems } from "./items";

/** What the axes go over: instants in seconds, heights in metres. */
export interface Range {
  x: [number, number];
  y: [number, number];
}

const HOUR_S = 3_600;
const SHORTEST_S = HOUR_S / 3;
const LONGEST_S = 72 * HOUR_S;
const UNLIMITED_M = 99_000; // limits from here on stand for no limit: they do not stretch the axis
const LEAST_M = 500;
const LOWEST_M = -430; // no ground is lower: what begins below begins at the surface

/** The axes for what is shown: all of it, and now where that is near. `at` in ms. */
export function rangeOf(items: ProfileItems, at: number): Range {
  const now = at / 1_000;
  const times = [
    ...items.boxes.filter((one) => !one.thin).flatMap((one) => [one.start, one.end]),
    ...items.windows.flatMap((one) => [one.start, one.end]),
    ...items.lines.flatMap((one) => [one.points[0]?.time ?? at, one.points.at(-1)?.time ?? at]),
  ].filter(Number.isFinite);
  const heights = [
    ...items.boxes.flatMap((one) => [one.low, one.high]),
    ...items.windows.flatMap((one) => [one.low ?? 0, one.high ?? 0]),
    ...items.lines.flatMap((one) => one.points.map((point) => point.metres)),
  ].filter((one) => Number.isFinite(one) && one < UNLIMITED_M);
  return { x: timeRange(times.map((one) => one / 1_000), now), y: heightRange(heights) };
}

function timeRange(times: number[], now: number): [number, number] {
  if (times.length === 0) return [now - HOUR_S / 4, now + 2 * HOUR_S];
  let [from, until] = [Math.min(...times), Math.max(...times)];
  const pad = Math.max(120, (until - from) * 0.08);
  [from, until] = [from - pad, until + pad];
  if (now < from && from - now < 2 * HOUR_S) from = now - pad;
  if (now > until && now - until < 2 * HOUR_S) until = now + pad;
  const short = SHORTEST_S - (until - from);
  if (short > 0) [from, until] = [from - short / 2, until + short / 2];
  if (until - from <= LONGEST_S) return [from, until];
  const middle = Math.min(Math.max(now, from + LONGEST_S / 4), until - LONGEST_S / 4);
  return [Math.max(from, middle - LONGEST_S / 4), Math.min(until, middle + LONGEST_S / 2)];
}

function heightRange(heights: number[]): [number, number] {
  if (heights.length === 0) return [0, 3_000];
  const low = Math.min(0, ...heights.filter((one) => one >= LOWEST_M));
  const high = Math.max(...heights);
  return [low, low + Math.max(LEAST_M, (high - low) * 1.1)];
}
