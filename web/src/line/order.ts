import type { Board, Thread } from "../api/types";

/** What waits for the party itself: an own clock runs, or it has not read or answered. */
export function isToDo(thread: Thread, party: string): boolean {
  if (thread.ended) return false;
  return thread.clock?.owes === party || thread.sides.some((one) => one.party === party && one.overdue.length > 0);
}

/** Threads as they are to be looked at: urgent first, own clocks by their time, then the newest. */
export function ordered(threads: readonly Thread[], party: string): Thread[] {
  return [...threads].sort((one, other) => {
    for (const rank of [urgency, ownDue(party), overdue, newest]) {
      const difference = rank(one) - rank(other);
      if (difference !== 0) return difference;
    }
    return one.id < other.id ? -1 : 1;
  });
}

function urgency(thread: Thread): number {
  return thread.kind === "URGENT" && !thread.ended && thread.clock ? 0 : 1;
}

function ownDue(party: string): (thread: Thread) => number {
  return (thread) =>
    thread.clock && thread.clock.owes === party && !thread.ended ? Date.parse(thread.clock.due) : Number.MAX_SAFE_INTEGER;
}

function overdue(thread: Thread): number {
  return thread.overdue && !thread.ended ? 0 : 1;
}

function newest(thread: Thread): number {
  return -Date.parse(thread.opened);
}

/** Threads whose words, parties or marks hold every word of the filter. */
export function matches(text: string, filter: string): boolean {
  const hay = text.toLocaleLowerCase().replace(/[\u2066-\u2069]/g, ""); // marks of direction
  return filter
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

/** Conflicts worst first: those that stand, located before unlocated, the soonest, the closest. */
export function orderedConflicts(board: Board | null): Board["conflicts"] {
  return [...(board?.conflicts ?? [])].sort((one, other) => {
    const ranks = [
      Number(one.over) - Number(other.over),
      Number(one.only_unlocated) - Number(other.only_unlocated),
      Date.parse(one.facts.time_start) - Date.parse(other.facts.time_start),
      (one.facts.distance_m ?? 0) - (other.facts.distance_m ?? 0),
    ];
    return ranks.find((rank) => rank !== 0) ?? (one.id < other.id ? -1 : 1);
  });
}
