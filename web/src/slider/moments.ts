import { signal } from "@preact/signals-core";
import { json } from "../api/client";
import { board } from "../state/board";

/** Something that happened on the line at an instant: a mark in the past. */
export interface Moment {
  time: string;
  kind: string;
  thread?: string | null;
  entry?: number;
}

export const moments = signal<readonly Moment[]>([]);

let asked = 0;

/** Read what happened in a part of time. While the server tells of none, the board's own times do. */
export async function readMoments(from: number, until: number): Promise<void> {
  const own = ++asked;
  const query = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
  try {
    const found = await json<{ moments: Moment[] }>("/line/v1/moments", { query });
    if (own === asked) moments.value = found.moments;
  } catch {
    if (own === asked) moments.value = ofBoard();
  }
}

function ofBoard(): Moment[] {
  return (board.value?.threads ?? []).map((one) => ({ time: one.opened, kind: one.kind, thread: one.id }));
}
