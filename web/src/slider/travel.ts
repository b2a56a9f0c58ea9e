import { signal } from "@preact/signals-core";
import { board } from "../state/board";
import { now, serverNow } from "../state/clock";
import { at, playing, rate, select, shownAt } from "../state/view";
import { moments } from "./moments";
import { SPANS, nextOf, played, type Span } from "./window";

/** Going through time: steps, playing, from conflict to conflict. */
export const span = signal<Span>("2h");
export const RATES = [1, 5, 10, 20, 60] as const;

const AHEAD_MS = 14 * 86_400_000; // further ahead than plans are sent
const NEAR_NOW_MS = 2_000;
const PLAY_EVERY_MS = 500; // each new instant in the past is asked of the server

/** Show an instant; what is as good as now is now. */
export function goTo(instant: number): void {
  at.value = Math.abs(instant - now.peek()) < NEAR_NOW_MS ? null : Math.round(instant);
}

export function goNow(): void {
  playing.value = false;
  at.value = null;
}

export function stepBy(steps: number): void {
  goTo(shownAt.peek() + steps * SPANS[span.peek()].step);
}

export function togglePlay(): void {
  if (!playing.peek() && at.peek() === null && rate.peek() === 1) rate.value = RATES[2];
  playing.value = !playing.peek();
}

/** To the next conflict, or the one before: it is selected, and its first instant shown. */
export function goToConflict(forward: boolean): void {
  const open = (board.peek()?.conflicts ?? []).filter((one) => !one.over);
  const starts = open.map((one) => Date.parse(one.facts.time_start));
  const next = nextOf(starts, shownAt.peek(), forward);
  const conflict = open.find((one) => Date.parse(one.facts.time_start) === next);
  if (!conflict || next === null) return;
  goTo(next + 1_000);
  select("conflict", conflict.id);
}

/** To what happened next, or before: from one thing said on the line to another. */
export function goToMoment(forward: boolean): void {
  const next = nextOf(moments.peek().map((one) => Date.parse(one.time)), shownAt.peek(), forward);
  if (next !== null) goTo(next + 1); // the record up to it, with it
  else if (forward) goNow();
}

/** Move on while it plays. */
export function startPlaying(): () => void {
  let before = performance.now();
  const timer = setInterval(() => {
    const elapsed = performance.now() - before;
    before = performance.now();
    if (!playing.peek()) return;
    const own = at.peek() ?? serverNow();
    const next = played(own, elapsed, rate.peek(), serverNow(), serverNow() + AHEAD_MS);
    if (next === null) goNow();
    else at.value = Math.round(next);
  }, PLAY_EVERY_MS);
  return () => clearInterval(timer);
}
