import { computed, signal } from "@preact/signals-core";
import { now } from "../state/clock";
import { RANK, type Alerted } from "../state/alerts";
import { alerts, entryAlerts } from "../state/sky";

/** Why an alert is put aside, and until when (ms, the server's time). It comes back if it gets worse. */
export interface Shelved {
  until: number;
  reason: string;
  level: Alerted["level"];
}

export const shelf = signal<ReadonlyMap<string, Shelved>>(new Map());

export function shelve(alert: Alerted, minutes: number, reason: string): void {
  const next = new Map(shelf.value);
  next.set(alert.id, { until: now.value + minutes * 60_000, reason, level: alert.level });
  shelf.value = next;
}

export function isShelved(alert: Alerted, at: number, shelved = shelf.value.get(alert.id)): boolean {
  return shelved !== undefined && at < shelved.until && RANK[alert.level] <= RANK[shelved.level];
}

/** Alerts worst first: by level, then the soonest. */
export function ranked<A extends Alerted>(found: Iterable<A>): A[] {
  return [...found].sort(
    (one, other) =>
      RANK[other.level] - RANK[one.level] ||
      Date.parse(one.begins) - Date.parse(other.begins) ||
      (one.id < other.id ? -1 : 1),
  );
}

export const standing = computed(() => ranked([...alerts.value.values(), ...entryAlerts.value.values()]));
