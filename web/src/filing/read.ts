import { send } from "../api/client";
import type { PlanEntity } from "./draft";

/** What could not be taken of a file, what to do about it, and where in it that is. */
export interface PlanProblem {
  message: string;
  cure?: string;
  line?: number;
  element?: string;
  field?: string;
  /** The kind of problem. */
  code?: string;
}

export interface PlansRead {
  entities: PlanEntity[];
  problems: PlanProblem[];
  warnings: string[];
  format?: string;
}

/** What the server may have to be told beside the file: names as in `/line/v1/plans/read`. */
export const OPTIONS = ["takeoff", "half_width", "ground", "qnh", "fl_margin", "between"] as const;
export type OptionName = (typeof OPTIONS)[number];
export type Options = Partial<Record<OptionName, string>>;

const HINTS: Record<OptionName, RegExp> = {
  takeoff: /take-?off/i,
  half_width: /half.?width/i,
  ground: /ground|agl/i,
  qnh: /qnh|flight level|pressure/i,
  fl_margin: /fl.?margin/i,
  between: /between|period/i,
};

/** Which options the problems ask for. */
export function askedFor(problems: readonly PlanProblem[]): OptionName[] {
  const text = problems.map((one) => `${one.message} ${one.cure ?? ""} ${one.field ?? ""}`).join("\n");
  return OPTIONS.filter((name) => HINTS[name].test(text));
}

const TIMEOUT_MS = 60_000;

/** Let the server read a file: nothing is written. Throws: Problem. */
export async function readPlans(file: Blob, name: string, options: Options = {}): Promise<PlansRead> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value.trim() !== ""));
  const answer = await send("/line/v1/plans/read", {
    method: "POST",
    raw: file,
    query: { name, ...given },
    headers: { "Content-Type": "application/octet-stream" },
    timeoutMs: TIMEOUT_MS,
  });
  return (await answer.json()) as PlansRead;
}
