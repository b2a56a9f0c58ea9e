import { computed, signal } from "@preact/signals-core";
import { json, send } from "../api/client";
import type { components } from "../api/schema";
import type { Volume } from "../api/types";
import { readPlans } from "../filing/read";
import { kept } from "../state/export";
import { overlay } from "../palette/commands";
import type { PrivatePlan } from "../state/private";

type Schemas = components["schemas"];
export type Session = Schemas["PrivateSession"];
export type Met = Schemas["PrivateMet"];
export type Peer = Schemas["PrivatePeer"];
type Checks = Schemas["PrivateChecks"];

const PATH = "/line/v1/private/checks";
const SOON_MS = 1_000;
const LATER_MS = 10_000;

export const checks = signal<Checks | null>(null);
/** The name of the session that is shown; null: a new question. */
export const shown = signal<string | null>(null);
export const session = computed(() => checks.value?.sessions.find((one) => one.session === shown.value) ?? null);
/** Plans of files that were chosen for the next question. */
export const files = signal<readonly PrivatePlan[]>([]);
/** What was asked about that nobody was shown, by session: this page alone knows it. */
export const askedVolumes = new Map<string, Volume[]>();
export const problem = signal("");
export const busy = signal(false);

/** Whether something of it still happens by itself. */
export function runs(one: Session): boolean {
  return Boolean(one.stage) && one.stage !== "carry";
}

/** Whether an answer has lost its meaning. now: ms. */
export function expired(one: Session, now: number): boolean {
  return Boolean(one.expires) && now >= Date.parse(one.expires ?? "");
}

export async function readChecks(): Promise<void> {
  try {
    checks.value = await json<Checks>(PATH);
  } catch (error) {
    problem.value = (error as Error).message;
  }
}

let readSoon = (): void => undefined;

/** Read again and again while the panel is open: often while something is computed. */
export function followChecks(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const next = async () => {
    await readChecks();
    if (ended || overlay.peek() !== "private") return;
    clearTimeout(timer);
    timer = setTimeout(next, checks.peek()?.sessions.some(runs) ? SOON_MS : LATER_MS);
  };
  readSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(next, SOON_MS);
  };
  void next();
  return () => {
    ended = true;
    readSoon = () => undefined;
    clearTimeout(timer);
  };
}

export interface Question {
  peer: string;
  plans: PrivatePlan[];
  threads: string[];
  by: "net" | "file";
}

/** Ask: what comes back is on its way. */
export function ask(question: Question): Promise<void> {
  return attempt(async () => {
    const one = await json<Session>(PATH, { body: question });
    askedVolumes.set(one.session, question.plans.flatMap((plan) => plan.volumes));
    begun(one);
  });
}

/** A file that the other side gave. */
export function takeFile(file: Blob): Promise<void> {
  return attempt(async () => {
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await send("/line/v1/private/files", { method: "POST", raw: file, headers });
    begun((await answer.json()) as Session);
  });
}

/** Keep the file that goes to the other side. */
export function saveFile(one: Session): Promise<void> {
  const file = one.first ? (one.verdict === "unknown" ? 1 : 3) : 2;
  return attempt(async () => {
    await kept(`${PATH}/${one.session}/file`, {}, `${one.session.slice(0, 8)}-${file}.private`);
  });
}

/** What a file of plans holds, for the next question. */
export function readFile(file: File): Promise<void> {
  return attempt(async () => {
    const found = await readPlans(file, file.name);
    const plans = found.entities.filter((one) => one.volumes.length > 0);
    files.value = [...files.peek(), ...plans.map(({ name, volumes }) => ({ name, volumes }))];
    const [wrong] = found.problems;
    if (wrong) problem.value = [wrong.message, wrong.cure].filter(Boolean).join(" – ");
  });
}

function begun(one: Session): void {
  const others = checks.peek()?.sessions.filter((other) => other.session !== one.session) ?? [];
  const before = checks.peek();
  if (before) checks.value = { ...before, sessions: [one, ...others] };
  shown.value = one.session;
  files.value = [];
  readSoon();
}

async function attempt(act: () => Promise<void>): Promise<void> {
  busy.value = true;
  problem.value = "";
  try {
    await act();
  } catch (error) {
    problem.value = (error as Error).message;
  } finally {
    busy.value = false;
  }
}
