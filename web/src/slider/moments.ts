import { signal } from "@preact/signals-core";
import { json } from "../api/client";

/** Something that happened on the line at an instant: a mark in the past. */
export interface Moment {
  entry: number;
  time: string;
  /** `message`, `event` or `agreement`. */
  name: string;
  kind: string;
  party: string;
  thread?: string | null;
}

interface Page {
  moments: Moment[];
  next?: number | null;
}

const PAGES_MAX = 5; // marks are a pixel wide: more would not be seen
const MACHINES: ReadonlySet<string> = new Set(["RECEIPT", "LINE_CHECK"]);
const TOLD: ReadonlySet<string> = new Set(["conflict.opened", "conflict.closed", "duty.overdue", "thread.ended"]);

export const moments = signal<readonly Moment[]>([]);

let asked = 0;

/** Read what happened in a part of time. What could not be read leaves the marks as they were. */
export async function readMoments(from: number, to: number): Promise<void> {
  const own = ++asked;
  const found: Moment[] = [];
  let after: number | null = null;
  try {
    for (let page = 0; page < PAGES_MAX; page++) {
      const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), after };
      const read: Page = await json<Page>("/line/v1/moments", { query });
      found.push(...read.moments.filter(isShown));
      after = read.next ?? null;
      if (after === null) break;
    }
  } catch {
    return;
  }
  if (own === asked) moments.value = found;
}

/** Whether people look for it: what machines say every minute is left out. */
export function isShown(moment: Moment): boolean {
  return moment.name === "message" ? !MACHINES.has(moment.kind) : TOLD.has(moment.kind) || moment.name === "agreement";
}
