/** What part of time the slider shows. Instants are ms since 1970. */
export type Span = "2h" | "12h" | "3d";

export interface TimeWindow {
  from: number;
  until: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const SPANS: Record<Span, { length: number; step: number; tick: number }> = {
  "2h": { length: 2 * HOUR_MS, step: MINUTE_MS, tick: 15 * MINUTE_MS },
  "12h": { length: 12 * HOUR_MS, step: 5 * MINUTE_MS, tick: 2 * HOUR_MS },
  "3d": { length: 72 * HOUR_MS, step: 30 * MINUTE_MS, tick: 12 * HOUR_MS },
};
const PAST = 1 / 3; // of the length: more of what comes is seen than of what was

/** The part of time with now at a third, moved so that what is shown is in it. */
export function windowOf(now: number, at: number | null, span: Span): TimeWindow {
  const { length } = SPANS[span];
  let from = now - length * PAST;
  if (at !== null && (at < from + length * 0.02 || at > from + length * 0.98)) from = at - length / 2;
  return { from, until: from + length };
}

/** How far along an instant is: 0 at the left end, 1 at the right one; null outside. */
export function shareOf(window: TimeWindow, instant: number): number | null {
  const share = (instant - window.from) / (window.until - window.from);
  return share >= 0 && share <= 1 ? share : null;
}

/** The round instants within a part of time, so that there are not too many. */
export function ticksOf(window: TimeWindow, every: number): number[] {
  const found: number[] = [];
  for (let at = Math.ceil(window.from / every) * every; at <= window.until; at += every) found.push(at);
  return found;
}

/** The next instant of a list after one, or the last before it; null if there is none. */
export function nextOf(instants: readonly number[], at: number, forward: boolean): number | null {
  const found = instants.filter((one) => (forward ? one > at + 500 : one < at - 500));
  if (found.length === 0) return null;
  return forward ? Math.min(...found) : Math.max(...found);
}

/** Where playing comes to in a time: from the past it ends at now, in the coming it goes on. */
export function played(at: number, elapsedMs: number, rate: number, now: number, last: number): number | null {
  const next = at + elapsedMs * rate;
  if (at < now && next >= now && rate > 0) return null; // it has caught up: live again
  return Math.min(next, last);
}

export interface Bar {
  left: number;
  right: number;
}

/** Bars in pixels for times, joined where they touch: many conflicts are few bars. */
export function barsOf(window: TimeWindow, wide: number, times: readonly TimeWindow[]): Bar[] {
  const perMs = wide / (window.until - window.from);
  const inside = times
    .map((one) => ({ left: (one.from - window.from) * perMs, right: (one.until - window.from) * perMs }))
    .filter((one) => one.right >= 0 && one.left <= wide)
    .sort((a, b) => a.left - b.left);
  const found: Bar[] = [];
  for (const { left, right } of inside) {
    const last = found.at(-1);
    if (last && left <= last.right + 1) last.right = Math.min(wide, Math.max(last.right, right));
    else found.push({ left: Math.max(0, left), right: Math.min(wide, right) });
  }
  return found;
}
