import type { Encounter, Entry, SkyEvent } from "../api/types";

export type AlertLevel = "preventive" | "corrective" | "warning";

/** What is announced, for as long as it lasts; levels only rise. */
export interface Alerted {
  id: string;
  level: AlertLevel;
  /** When it begins, by the last that was predicted. */
  begins: string;
  /** Nothing can be said any more: one of them is not seen. */
  lost: boolean;
  /** When it was last told of, by this machine's clock (ms). */
  told: number;
}

/** One alert for one pair of aircraft. */
export interface PairAlert extends Alerted {
  first: { id: string; name: string };
  second: { id: string; name: string };
  lateral_m: number;
  vertical_m: number | null;
}

/** One alert for an aircraft and a volume that is not its own. */
export interface EntryAlert extends Alerted {
  aircraft: { id: string; name: string };
  into: { id: string; kind: string; party: string };
  /** What the heights were compared by; `none`: that of the aircraft is not known. */
  altitudes: string;
}

export const RANK: Record<AlertLevel, number> = { preventive: 0, corrective: 1, warning: 2 };

const UNTOLD_MS = 15_000; // it is over, and the word of it was missed
const LOST_MS = 120_000; // of what is no longer seen nothing more comes
const MOVED_M = 20;
const MOVED_MS = 700;

/** The alert of a pair as it is told; null: none is raised. */
export function pairOf(found: Encounter | SkyEvent, told: number): PairAlert | null {
  const { first, second, begins, lateral_m, vertical_m, level } = found as Encounter;
  if (!isLevel(level)) return null;
  return { id: pairId(first, second), level, first, second, begins, lateral_m, vertical_m, lost: false, told };
}

/** The alert of an aircraft and a volume as it is told; null: none is raised. */
export function entryOf(found: Entry | SkyEvent, told: number): EntryAlert | null {
  const { aircraft, into, begins, altitudes, level } = found as unknown as Entry;
  if (!isLevel(level)) return null;
  return { id: entryId(aircraft, into), level, aircraft, into, begins, altitudes, lost: false, told };
}

function isLevel(level: string | undefined): level is AlertLevel {
  return level !== undefined && level in RANK;
}

function pairId(first: { id: string }, second: { id: string }): string {
  return [first.id, second.id].sort().join("|");
}

function entryId(aircraft: { id: string }, into: { id: string }): string {
  return `${aircraft.id}>${into.id}`;
}

/** What of an event an alert has its name by. */
function alertId(event: SkyEvent): string {
  const { first, second, aircraft, into } = event as unknown as Partial<Encounter & Entry>;
  if (first && second) return pairId(first, second);
  return aircraft && into ? entryId(aircraft, into) : "";
}

/** What stands after an event of the stream; alert: null if it has no level. */
export function after<A extends Alerted>(before: ReadonlyMap<string, A>, event: SkyEvent, alert: A | null): ReadonlyMap<string, A> {
  const next = new Map(before);
  if (event.kind === "over" || !alert) next.delete(alertId(event));
  else next.set(alert.id, { ...alert, lost: event.kind === "lost" });
  return next;
}

/**
 * What stands after a picture: all that is announced in it, and what it does not have for a moment.
 * The same map if nothing changed that is shown.
 */
export function merged<A extends Alerted>(before: ReadonlyMap<string, A>, found: readonly A[], now: number): ReadonlyMap<string, A> {
  const next = new Map<string, A>();
  for (const one of found) {
    const known = before.get(one.id);
    if (!known || !alike(known, one)) next.set(one.id, one);
    else {
      known.told = now; // as it is shown, it is the same
      next.set(one.id, known);
    }
  }
  for (const one of before.values()) {
    const kept = one.lost ? LOST_MS : UNTOLD_MS;
    if (!next.has(one.id) && now - one.told < kept) next.set(one.id, one);
  }
  if (next.size === before.size && [...next].every(([id, one]) => before.get(id) === one)) return before;
  return next;
}

function alike(one: Alerted & Partial<PairAlert>, other: Alerted & Partial<PairAlert>): boolean {
  return (
    one.level === other.level &&
    one.lost === other.lost &&
    Math.abs(Date.parse(one.begins) - Date.parse(other.begins)) < MOVED_MS &&
    Math.abs((one.lateral_m ?? 0) - (other.lateral_m ?? 0)) < MOVED_M &&
    Math.abs((one.vertical_m ?? 0) - (other.vertical_m ?? 0)) < MOVED_M
  );
}
