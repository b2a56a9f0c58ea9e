import { computed, signal } from "@preact/signals-core";
import { json } from "../api/client";
import type { components } from "../api/schema";
import { liveBoard } from "./board";
import { isPast, shownSecond } from "./view";

/** A change of what was observed and is not as declared: docs/conformance.md, "On the record". */
export type Observed = components["schemas"]["DiscrepancyEvent"];

/** An operation, or an aircraft of none, that is not as it was declared. */
export interface OffPlan {
  /** The operation, else the aircraft, else the party: what they have in common. */
  id: string;
  intent: string | null;
  party: string | null;
  track: string | null;
  state: string | null;
  /** What stands, the newest last. */
  found: Observed[];
  since: number;
}

const BACK = 20_000; // entries of the record that are looked through when the page begins
const KEPT = 5_000;
const PAGES_MAX = 25;

/** Changes in the order of the record. */
export const observed = signal<readonly Observed[]>([]);

/** Read what the record has; later changes come by the stream. A server without a line has none. */
export async function readObserved(): Promise<void> {
  let after = observed.peek().at(-1)?.entry ?? Math.max(0, (liveBoard.peek()?.entry ?? 0) - BACK);
  try {
    for (let page = 0; page < PAGES_MAX; page++) {
      const found = await json<{ discrepancies: Observed[]; entry: number }>("/sky/v1/discrepancies", { query: { after } });
      found.discrepancies.forEach(observedEvent);
      if (found.entry === after) return;
      after = found.entry;
    }
  } catch {
    // a server without a sky or a line; else the next that is told makes it known
  }
}

/** Take one in; what is there already is left alone. */
export function observedEvent(event: Observed): void {
  const known = observed.peek();
  if (known.some((one) => one.entry === event.entry)) return;
  const last = known.at(-1);
  const next = [...known, event].slice(-KEPT);
  observed.value = last && last.entry > event.entry ? next.sort((a, b) => a.entry - b.entry) : next;
}

export function forgetObserved(): void {
  observed.value = [];
}

/** What was not as declared at the instant that is shown. */
export const offPlans = computed(() => offPlansAt(observed.value, isPast.value ? shownSecond.value : Infinity));

/** What is not as declared at an instant (ms), the longest first. */
export function offPlansAt(changes: readonly Observed[], instant: number): OffPlan[] {
  const found = new Map<string, OffPlan>();
  for (const one of changes) {
    const time = Date.parse(one.time);
    if (time > instant) continue;
    const id = one.intent_id ?? one.track ?? one.party ?? "";
    const known = found.get(id) ?? fresh(id, one, time);
    if (one.kind) known.found = known.found.filter((other) => other.kind !== one.kind || (other.track ?? "") !== (one.track ?? ""));
    if (one.kind && one.change === "began") known.found.push(one);
    if (one.track && one.change === "began") known.track = one.track;
    if (one.change === "state") known.state = one.state === "Nonconforming" || one.state === "Contingent" ? one.state : null;
    if (known.found.length > 0 || known.state !== null) found.set(id, known);
    else found.delete(id);
  }
  return [...found.values()].sort((a, b) => a.since - b.since);
}

function fresh(id: string, one: Observed, since: number): OffPlan {
  return { id, intent: one.intent_id ?? null, party: one.party ?? null, track: one.track ?? null, state: null, found: [], since };
}
