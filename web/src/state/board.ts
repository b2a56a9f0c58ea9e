import { batch, computed, signal } from "@preact/signals-core";
import { json } from "../api/client";
import type { Board, Conflict, Thread, ThreadSaid } from "../api/types";
import { heardTime } from "./clock";
import { heard } from "./link";
import { at, isPast } from "./view";

/** The board as it is now; null before it was first read. It stays when the server is away. */
export const liveBoard = signal<Board | null>(null);
/** The board as it was at the instant that is shown; null while that is read. */
export const pastBoard = signal<Board | null>(null);
export const boardProblem = signal("");

const pastFailed = signal(false);
/** What is shown is of another instant than the one that is asked for, and has been for a while. */
export const readingPast = signal(false);

/**
 * What is shown: what was, where the past is looked at, else what is. What was shown stays until the
 * board of an instant is there: a page that is empty for a moment says something that is not so.
 */
export const board = computed(() => {
  if (!isPast.value) return liveBoard.value;
  return pastBoard.value ?? (pastFailed.value ? null : liveBoard.peek());
});

const byId = computed(() => new Map((board.value?.threads ?? []).map((one) => [one.id, one])));
const conflictById = computed(
  () => new Map((board.value?.conflicts ?? []).map((one) => [one.id, one])),
);

export function threadOf(id: string): Thread | undefined {
  return byId.value.get(id);
}

export function conflictOf(id: string): Conflict | undefined {
  return conflictById.value.get(id);
}

/** The name of a party as the agreement has it, else its id. */
export function partyName(id: string): string {
  return board.value?.links.find((one) => one.party === id)?.name ?? id;
}

const TOGETHER_MS = 120; // what happens at once is read once
let timer: ReturnType<typeof setTimeout> | undefined;
let reading: Promise<void> | null = null;
let again = false;

/** Something changed: read the board soon. */
export function boardChanged(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    void readBoard();
  }, TOGETHER_MS);
}

/** Read the board now; if it is being read, once more after that. */
export function readBoard(): Promise<void> {
  if (reading) {
    again = true;
    return reading;
  }
  reading = (async () => {
    try {
      do {
        again = false;
        const found = await json<Board>("/line/v1/board");
        heardTime(found.now);
        liveBoard.value = found;
        boardProblem.value = "";
        heard();
      } while (again);
    } catch (error) {
      boardProblem.value = String((error as Error).message);
    } finally {
      reading = null;
    }
  })();
  return reading;
}

const LATE_MS = 400; // mostly a board is there before that
let asked = 0;
let answered = 0; // of the questions, the last that has its answer

/** Read the board of the instant that is shown. A later question overtakes an earlier one. */
export async function readPast(instant: number): Promise<void> {
  const own = ++asked;
  setTimeout(() => (readingPast.value ||= own === asked && own !== answered), LATE_MS);
  try {
    const query = { at: new Date(instant).toISOString() };
    const found = await json<Board>("/line/v1/board", { query });
    if (own !== asked) return;
    answered = own;
    batch(() => {
      pastBoard.value = found;
      pastFailed.value = readingPast.value = false;
    });
  } catch (error) {
    if (own !== asked) return;
    answered = own;
    batch(() => {
      pastBoard.value = null;
      pastFailed.value = true;
      readingPast.value = false;
      boardProblem.value = String((error as Error).message);
    });
  }
}

/** The past is no longer looked at: what is asked of it is not waited for. */
export function leavePast(): void {
  answered = ++asked;
  batch(() => {
    pastBoard.value = null;
    pastFailed.value = readingPast.value = false;
  });
}

/** Everything that was said in a thread, at the instant that is shown. */
export function readThread(id: string): Promise<ThreadSaid> {
  const query = isPast.value && at.value !== null ? { at: new Date(at.value).toISOString() } : {};
  return json<ThreadSaid>(`/line/v1/threads/${encodeURIComponent(id)}`, { query });
}
