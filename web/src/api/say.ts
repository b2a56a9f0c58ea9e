import type { Taken } from "./types";
import { json } from "./client";
import { Problem } from "./problem";

/** Something to be said for the person's party: docs/protocol.md has the bodies. */
export interface Words {
  kind: string;
  body: Record<string, unknown>;
  to?: string[];
  thread?: string;
  lifetime_s?: number;
}

const TRIES = 3;

/**
 * Say it; what comes back is on the record, durably. A lost answer is no problem: the same words
 * are sent again under the same key and count once. Throws: Problem.
 */
export async function say(words: Words): Promise<Taken> {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const path = words.kind === "URGENT" ? "/line/v1/urgent" : "/line/v1/say";
  for (let attempt = 1; ; attempt++) {
    try {
      return await json<Taken>(path, { body: words, headers });
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 400 * attempt));
    }
  }
}

/** The second person's word: they may say something of that kind within 15 minutes. */
export function confirm(officer: string, kind: string, place?: { lat: number; lng: number }) {
  const body = place ? { officer, kind, place } : { officer, kind };
  return json<{ officer: string; kind: string; until: string }>("/line/v1/confirmations", { body });
}
