/**
 * Server-sent events over fetch, since EventSource cannot send a token.
 *
 * Source: the HTML standard, section 9.2. The stream is read for ever: it comes back with the last
 * id that it saw, sooner at first, and counts as dead after 40 s without a byte.
 */
export interface ServerEvent {
  id: string;
  name: string;
  data: string;
}

export interface Listener {
  event(event: ServerEvent): void;
  /** Something was heard: an event or a comment. */
  heard(): void;
  /** The connection ended or could not be made; it is tried again. */
  lost(reason: string): void;
}

const SILENT_MS = 40_000;
const WAIT_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Follow a stream until the signal is aborted. `last` is the id to go on from. */
export async function follow(
  path: string,
  token: () => string | null,
  listener: Listener,
  signal: AbortSignal,
  last: string | null = null,
): Promise<void> {
  let position = last;
  let failures = 0;
  while (!signal.aborted) {
    const silence = new AbortController();
    const both = AbortSignal.any([signal, silence.signal]);
    let timer = setTimeout(() => silence.abort(), SILENT_MS);
    try {
      const answer = await fetch(path, { headers: headers(token(), position), signal: both });
      if (!answer.ok || !answer.body) throw new Error(`the server answered ${answer.status}`);
      listener.heard();
      failures = 0;
      const parser = new Parser();
      for await (const text of texts(answer.body)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENT_MS);
        listener.heard();
        for (const event of parser.take(text)) {
          if (event.id) position = event.id;
          listener.event(event);
        }
      }
      listener.lost("the stream ended");
    } catch (error) {
      if (signal.aborted) return;
      listener.lost(silence.signal.aborted ? "nothing was heard" : String((error as Error).message));
    } finally {
      clearTimeout(timer);
    }
    const wait = WAIT_MS[Math.min(failures, WAIT_MS.length - 1)] ?? 8_000;
    failures += 1;
    await sleep(wait * (0.75 + Math.random() / 2), signal);
  }
}

/** Bytes in, whole events out. Comments and fields that are not known are left out. */
export class Parser {
  private rest = "";
  private id = "";
  private name = "";
  private data: string[] = [];

  take(text: string): ServerEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r/);
    this.rest = lines.pop() ?? "";
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.data.length > 0) {
          events.push({ id: this.id, name: this.name || "message", data: this.data.join("\n") });
        }
        this.name = "";
        this.data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "id") this.id = value;
      else if (field === "event") this.name = value;
      else if (field === "data") this.data.push(value);
    }
    return events;
  }
}

function headers(token: string | null, last: string | null): Record<string, string> {
  const made: Record<string, string> = { Accept: "text/event-stream" };
  if (token) made.Authorization = `Bearer ${token}`;
  if (last) made["Last-Event-ID"] = last;
  return made;
}

async function* texts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
