import { computed, effect, signal } from "@preact/signals-core";
import { json } from "../api/client";
import { say } from "../api/say";
import type { components } from "../api/schema";
import type { ConflictFacts, Volume } from "../api/types";
import { overlay } from "../palette/commands";
import { threadOf } from "../state/board";
import { amends, closes } from "../state/filing";
import { endSketch } from "../state/drawing";
import { previewVolumes, unsentVolumes } from "../state/preview";
import { select } from "../state/view";
import { draftOf, withVolumes, wordsOf, type Draft } from "./draft";
import { featureOf, type Drawn } from "./feature";
import { askedFor, readPlans, type OptionName, type Options, type PlanProblem } from "./read";

/** What a plan would come too close to: of `/line/v1/check`. */
export interface Checked {
  sentence: string;
  compared: number;
  not_compared: number;
  conflicts: {
    thread: string;
    party: string;
    near_miss: boolean;
    cells: boolean;
    name?: string;
    facts: ConflictFacts;
  }[];
}

/** A way out: of `/line/v1/advice`. */
export interface Way {
  words: string;
  changes: components["schemas"]["AdviceChange"][];
  sentence: string;
  cost_s: number;
  volumes: Volume[];
}

export interface Advice {
  alternatives: Way[];
  blockers: { thread: string; party: string; name?: string }[];
  sentence: string;
}

export const drafts = signal<readonly Draft[]>([]);
export const chosen = signal<string | null>(null);
export const draft = computed(() => drafts.value.find((one) => one.id === chosen.value) ?? drafts.value[0] ?? null);
export const problems = signal<readonly PlanProblem[]>([]);
export const warnings = signal<readonly string[]>([]);
export const asked = signal<readonly OptionName[]>([]);
export const file = signal<File | null>(null);
export const busy = signal("");
/** Why the last step failed; empty if it did not. */
export const failed = signal("");
/** What was sent last. */
export const sent = signal("");
export const checked = signal<{ of: Draft; found: Checked } | null>(null);
export const advice = signal<{ of: Draft; found: Advice } | null>(null);

const READING = "reading";

/** Read a file, or a drawing, as the server does. */
export async function take(given: File, options: Options = {}): Promise<void> {
  file.value = given;
  const amended = amends.peek() ? (threadOf(amends.peek() ?? "") ?? null) : null;
  const found = await attempt(READING, () => readPlans(given, given.name, options));
  if (!found) return;
  problems.value = found.problems;
  warnings.value = found.warnings;
  asked.value = askedFor(found.problems);
  drafts.value = found.entities.map((one) => draftOf(one, amended, closes.peek()));
  chosen.value = drafts.value[0]?.id ?? null;
}

export async function takeDrawing(drawn: Drawn, options: Options = {}): Promise<void> {
  const text = JSON.stringify({ type: "FeatureCollection", features: [featureOf(drawn)] });
  await take(new File([text], "drawing.geojson", { type: "application/geo+json" }), options);
  if (drafts.value.length > 0) endSketch();
}

export function change(part: Partial<Draft>): void {
  const own = draft.peek();
  if (!own) return;
  drafts.value = drafts.value.map((one) => (one.id === own.id ? { ...one, ...part } : one));
}

/** Ask what it would come too close to. Nothing is written. */
export async function check(): Promise<void> {
  const of = draft.peek();
  if (!of || of.volumes.length === 0) return;
  const body = { volumes: of.volumes, ...classOf(of), ...(of.amends ? { thread: of.amends } : {}) };
  const found = await attempt("checking", () => json<Checked>("/line/v1/check", { body, timeoutMs: 30_000 }));
  if (found && draft.peek()?.volumes === of.volumes) checked.value = { of, found };
}

/** Ask for ways out. Nothing is written. */
export async function askAdvice(): Promise<void> {
  const of = draft.peek();
  if (!of) return;
  const body = { volumes: of.volumes, ...classOf(of) };
  const found = await attempt("advising", () => json<Advice>("/line/v1/advice", { body, timeoutMs: 60_000 }));
  if (found) advice.value = { of, found };
}

export function takeWay(way: Way): void {
  const own = draft.peek();
  if (!own) return;
  previewVolumes.value = null;
  advice.value = null;
  change(withVolumes(own, way.volumes));
}

/** Say it. What is said is taken off the list; when all are said the panel closes. */
export async function sendDraft(): Promise<void> {
  const own = draft.peek();
  if (!own) return;
  const replaced = own.amends ? (threadOf(own.amends) ?? null) : null;
  const taken = await attempt("sending", () => say(wordsOf(own, replaced)));
  if (!taken) return;
  drafts.value = drafts.value.filter((one) => one.id !== own.id);
  chosen.value = drafts.value[0]?.id ?? null;
  sent.value = own.name;
  select("thread", own.notice === "closure" ? taken.thread : (own.amends ?? taken.thread));
  if (drafts.value.length === 0) close();
}

/** Begin anew: nothing is kept of what was not sent. */
export function forget(): void {
  endSketch();
  drafts.value = [];
  chosen.value = null;
  problems.value = [];
  warnings.value = [];
  asked.value = [];
  file.value = null;
  failed.value = "";
  checked.value = null;
  advice.value = null;
  previewVolumes.value = null;
}

export function close(): void {
  forget();
  amends.value = null;
  closes.value = false;
  if (overlay.peek() === "filing") overlay.value = null;
}

/** Show what is not sent on map and profile, and check it whenever its volumes change. */
export function followDraft(): () => void {
  let last: unknown = null;
  let lastClass = "";
  const ends = [
    effect(() => {
      unsentVolumes.value = overlay.value === "filing" ? (draft.value?.volumes ?? null) : null;
    }),
    effect(() => {
      const own = draft.value;
      if (own?.volumes === last && (own?.flightClass ?? "") === lastClass) return;
      last = own?.volumes ?? null;
      lastClass = own?.flightClass ?? "";
      checked.value = null;
      advice.value = null;
      if (own) void check();
    }),
  ];
  return () => ends.forEach((end) => end());
}

function classOf(of: Draft): { class?: string } {
  return of.flightClass ? { class: of.flightClass } : {};
}

async function attempt<T>(what: string, act: () => Promise<T>): Promise<T | null> {
  busy.value = what;
  failed.value = "";
  try {
    return await act();
  } catch (error) {
    failed.value = (error as Error).message;
    return null;
  } finally {
    busy.value = "";
  }
}
