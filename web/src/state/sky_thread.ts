import type { Asking, FromEngine, Hit, Look, Looked, Moment, Read, ToEngine, Unread } from "../map/engine_words";

/** The thread that reads and draws the sky, from the page's side. It begins when it is first spoken to. */
type Drawn = Extract<FromEngine, { kind: "drawn" }>;

const REST_MS = 5_000;
const SILENT_MS = 2_000; // beyond the time that the server is given
const BROKEN: Unread = { status: 0, body: "", silent: true };

let worker: Worker | null = null;
let mayBegin = 0;
let number = 0;
const waiting = new Map<number, (words: FromEngine | null) => void>();
let drawn: (found: Drawn) => void = (found) => found.picture.close();
let looked: (found: Looked) => void = () => undefined;
/** What was told, for a thread that has to begin anew. */
const look: Partial<Look> = {};

/** Who is given each drawing. */
export function onDrawn(taker: (found: Drawn) => void): void {
  drawn = taker;
}

/** Who is given the selected aircraft. */
export function onLooked(taker: (found: Looked) => void): void {
  looked = taker;
}

/** Tell what is looked at, or how: the part that changed. */
export function tell(part: Partial<Look>): void {
  Object.assign(look, part);
  post({ kind: "look", part });
}

export function askDrawing(moment: Moment, tick: boolean): void {
  post({ kind: "draw", tick, ...moment });
}

export function forgetPicture(): void {
  post({ kind: "forget" });
}

/** Read a picture of the sky; what went wrong comes back as such. */
export async function askPicture(asking: Asking): Promise<Read | Unread> {
  const answer = await ask((own) => ({ kind: "read", number: own, ...asking }), asking.timeoutMs + SILENT_MS);
  if (answer?.kind === "read") return answer.found;
  return answer?.kind === "unread" ? answer.problem : BROKEN;
}

/** What is drawn at a place of the map, in metres of it. */
export async function askHit(x: number, y: number): Promise<Hit | null> {
  const answer = await ask((own) => ({ kind: "hit", number: own, x, y }), SILENT_MS);
  return answer?.kind === "hit" ? answer.found : null;
}

/** Every aircraft by its name. */
export async function askNames(): Promise<{ id: string; name: string }[]> {
  const answer = await ask((own) => ({ kind: "names", number: own }), SILENT_MS);
  return answer?.kind === "names" ? answer.names : [];
}

function ask(words: (own: number) => ToEngine, withinMs: number): Promise<FromEngine | null> {
  const own = ++number;
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(null), withinMs);
    const done = (found: FromEngine | null) => {
      clearTimeout(timer);
      waiting.delete(own);
      resolve(found);
    };
    waiting.set(own, done);
    post(words(own));
  });
}

function post(words: ToEngine): void {
  if (typeof Worker === "undefined" || (!worker && performance.now() < mayBegin)) return;
  worker ??= begun();
  worker.postMessage(words);
}

function begun(): Worker {
  const made = new Worker(new URL("../map/sky_worker.ts", import.meta.url), { type: "module" });
  made.onmessage = (event: MessageEvent<FromEngine>) => heard(event.data);
  made.onerror = () => {
    // What it was asked is not answered; the next word begins another.
    made.terminate();
    worker = null;
    mayBegin = performance.now() + REST_MS; // one that cannot begin is not begun again and again
    for (const done of [...waiting.values()]) done(null);
  };
  made.postMessage({ kind: "look", part: look } satisfies ToEngine);
  return made;
}

function heard(words: FromEngine): void {
  if (words.kind === "drawn") drawn(words);
  else if (words.kind === "looked") looked(words);
  else waiting.get(words.number)?.(words);
}
