import { computed, effect, signal } from "@preact/signals-core";

/**
 * The time of the line is the server's, not this machine's: deadlines are kept there.
 *
 * `now` is that time (ms since 1970), several times a second. A demo runs `speed` times as fast.
 */
export const now = signal(Date.now());
export const speed = signal(1);
/** `now`, once a second: for what is read. What is written from it is laid out again. */
export const second = computed(() => Math.floor(now.value / 1_000) * 1_000);
/** The same for long lists: told when nothing else is to be done, so that no key waits for them. */
export const calmSecond = signal(second.peek());
/** This machine's clock less the server's, in ms; null until the server was heard. */
export const skewMs = signal<number | null>(null);

let atServer = Date.now();
let atLocal = performance.now();
/** A demo's clock stands while somebody speaks: what was shown before is not taken back, but waits. */
let shownBefore = 0;
const WAITS_MS = 60_000; // what is further back is another time

/** The server's clock showed this instant just now. */
export function heardTime(instant: string, runs = speed.value): void {
  const server = Date.parse(instant);
  if (Number.isNaN(server)) return;
  const before = serverNow();
  shownBefore = runs > 1 && before > server && before - server < WAITS_MS ? before : 0;
  atServer = server;
  atLocal = performance.now();
  speed.value = runs;
  skewMs.value = runs === 1 ? Date.now() - server : null;
  now.value = serverNow();
}

export function serverNow(): number {
  return Math.max(shownBefore, atServer + (performance.now() - atLocal) * speed.value);
}

export function startClock(everyMs = 250): () => void {
  const timer = setInterval(() => (now.value = serverNow()), everyMs);
  return () => clearInterval(timer);
}

const CALM_WITHIN_MS = 900;

effect(() => {
  const next = second.value;
  if (typeof requestIdleCallback === "undefined") calmSecond.value = next;
  else requestIdleCallback(() => (calmSecond.value = second.peek()), { timeout: CALM_WITHIN_MS });
});
