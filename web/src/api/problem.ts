import { t } from "../i18n/i18n";

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

/** The problem that an answer tells of; an answer that is no JSON is told by its status. */
export async function problemOf(answer: Response): Promise<Problem> {
  try {
    const body = (await answer.json()) as { message?: string };
    if (body.message) return new Problem(answer.status, body.message);
  } catch {
    // not JSON: something between us and the server, or a server that is ending
  }
  return new Problem(answer.status, t("problem.answered", { status: answer.status }));
}
