import { t } from "../i18n/i18n";
import { Problem, problemOf } from "./problem";

/** Where the token of the session comes from, and what to do when the server refuses it. */
export interface Credentials {
  token(): string | null;
  refused(): void;
}

export interface Options {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  raw?: BodyInit;
  query?: Record<string, string | number | boolean | null | undefined>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
let credentials: Credentials = { token: () => null, refused: () => undefined };

export function useCredentials(given: Credentials): void {
  credentials = given;
}

/** The token of the session, for what does not ask by `send`. */
export function token(): string | null {
  return credentials.token();
}

/** The server refused it. */
export function refused(): void {
  if (credentials.token()) credentials.refused();
}

/** The answer of the server, whatever its body is. Throws: Problem. */
export async function send(path: string, options: Options = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  const token = credentials.token();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  let body = options.raw;
  if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    headers.set("Content-Type", "application/json");
  }
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  let answer: Response;
  try {
    const method = options.method ?? (body === undefined ? "GET" : "POST");
    answer = await fetch(path + search(options.query), {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, t(timeout.aborted ? "problem.silent" : "problem.unreached"));
  }
  if (answer.ok) return answer;
  if (answer.status === 401 && token) credentials.refused();
  throw await problemOf(answer);
}

/** The JSON of an answer. Throws: Problem. */
export async function json<T>(path: string, options: Options = {}): Promise<T> {
  const answer = await send(path, options);
  return (await answer.json()) as T;
}

function search(query: Options["query"]): string {
  const parts = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (parts.length === 0) return "";
  return `?${new URLSearchParams(parts.map(([name, value]) => [name, String(value)])).toString()}`;
}
