import { catalogue, field, iso, t } from "../i18n/i18n";

/** What the server or the network refused, in words for the officer. Status 0: not reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  /** Whether the same request can work later as it is. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The kind of a refusal where its answer does not name one. */
const KINDS: Record<number, string> = {
  400: "invalid_input",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  409: "version_mismatch",
  413: "area_too_large",
  429: "limit_exceeded",
  503: "store_unavailable",
};

/** The problem that an answer tells of; an answer that is no JSON is told by its status. */
export async function problemOf(answer: Response): Promise<Problem> {
  try {
    const body = (await answer.json()) as { message?: string };
    const kind = answer.headers.get("Openline-Problem") ?? KINDS[answer.status];
    if (body.message) return new Problem(answer.status, problemWords(body.message, kind, answer.headers.get("Openline-Field")));
  } catch {
    // not JSON: something between us and the server, or a server that is ending
  }
  return new Problem(answer.status, t("problem.answered", { status: answer.status }));
}

/**
 * A refusal in the reader's language: what kind it is, of which field, and what the server says of it.
 * The server speaks English; there its own words are enough.
 */
export function problemWords(detail: string, kind: string | null | undefined, of: string | null | undefined = null): string {
  const key = `problem.kind.${kind === "permission_denied" ? "denied" : kind}`;
  const words = t(key);
  if (catalogue.value.language === "en" || words === key) return detail;
  const name = of?.split(/[.[]/).findLast((one) => field(one) !== one) ?? "";
  const named = name ? `${field(name)}: ` : "";
  return t("problem.said", { words: `${named}${words}`, detail: iso(detail) });
}
