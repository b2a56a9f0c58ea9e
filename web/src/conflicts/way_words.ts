import type { components } from "../api/schema";
import { iso, t } from "../i18n/i18n";
import { distance, duration, verticalDistance } from "../units/units";

type Schemas = components["schemas"];
type Change = Schemas["AdviceChange"];
type Turn = Schemas["AdviceTurn"];

const LEAST = 0.5; // seconds or metres; less is no change

/** What a way out changes, in the reader's words and units. total: how many volumes it has. */
export function wayWords(changes: readonly Change[], total: number): string {
  const [only] = changes;
  if (!only) return t("advice.asis");
  if (changes.length === 1 && only.volumes.length === total) return changeWords(only);
  return changes.map((one) => t(one.volumes.length === 1 ? "advice.of.one" : "advice.of", { numbers: numbers(one.volumes), change: changeWords(one) })).join("; ");
}

function changeWords(one: Change): string {
  const parts: string[] = [];
  const add = (key: string, value: Record<string, string>) => parts.push(t(`advice.${key}`, value));
  if (Math.abs(one.delay_s) >= LEAST) add(one.delay_s > 0 ? "later" : "earlier", { duration: exactly(Math.abs(one.delay_s)) });
  if (Math.abs(one.climb_m) >= LEAST) add(one.climb_m > 0 ? "higher" : "lower", { height: verticalDistance(Math.abs(one.climb_m)) });
  if (one.sideways_m >= LEAST) add("sideways", { distance: distance(one.sideways_m), bearing: bearing(one.bearing_deg ?? 0) });
  if (one.narrower_m >= LEAST) add("narrower", { distance: distance(one.narrower_m) });
  if (one.lost_s) add("without", { duration: exactly(one.lost_s) });
  if (parts.length === 0) return t("advice.asis");
  return parts.reduce((first, second) => t("advice.and", { first, second }));
}

/** A length of time to the second: a way out is free by exactly that. */
function exactly(seconds: number): string {
  const [whole, rest] = [Math.floor(seconds / 60), Math.round((seconds % 60) * 1_000) / 1_000];
  if (whole < 10 || rest === 0) return duration(seconds);
  return `${duration(whole * 60)} ${rest} s`;
}

/** Which rule says who moves; names: of threads, and of what is not sent. */
export function turnWords(turn: Turn, nameOf: (thread: string | null) => string): string {
  return t(`rule.${turn.rule}`, { name: nameOf(turn.moves ?? null) });
}

/** A direction in degrees from north, and the nearest of eight points of the compass. */
function bearing(deg: number): string {
  const point = t(`compass.${Math.round(deg / 45) % 8}`);
  return `${iso(`${String(Math.round(deg) % 360).padStart(3, "0")}°`)} (${point})`;
}

/** Numbers of volumes from 1, runs together: `1–3, 5`. */
export function numbers(volumes: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const one of volumes) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === one) last[1] = one;
    else runs.push([one, one]);
  }
  return iso(runs.map(([a, b]) => (a === b ? `${a + 1}` : `${a + 1}–${b + 1}`)).join(", "));
}
