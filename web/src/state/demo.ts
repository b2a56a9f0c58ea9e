import { computed, signal } from "@preact/signals-core";
import type { FeatureCollection } from "geojson";
import { json } from "../api/client";
import { heardTime } from "./clock";

/** Something that happened in an act: its name in the catalogues, what goes into it, and in English. */
export interface ActLine {
  at: string;
  name: string;
  values: Record<string, string>;
  words: string;
  /** Values that have words of their own, by the tag of the language. */
  worded?: Record<string, Record<string, string>>;
}

/** An act of the demo: one sentence, and what to look at once it is there. */
export interface Act {
  number: number;
  /** The same in every language. */
  name: string;
  title: string;
  sentence: string;
  at: string;
  state?: "to_come" | "playing" | "done";
  thread?: string;
  conflict?: string;
  track?: string;
  /** A private check, by its session. */
  check?: string;
  said?: ActLine[];
}

export interface DemoLogin {
  user: string;
  password: string;
  party: string;
  role: string;
  name: string;
}

export interface Demo {
  speed: number;
  now: string;
  start: string;
  playing: boolean;
  acts: Act[];
  logins: DemoLogin[];
  region: FeatureCollection;
  review?: string;
  /** Of several servers: where each is, and whose people log in there. */
  servers?: { url: string; parties: string[] }[];
  /** The story begins once somebody has come in. */
  waiting?: boolean;
}

/** What the demo plays; null on every other server. */
export const demo = signal<Demo | null>(null);
/** The act that is shown by the tour: the one that plays, unless the reader went to another. */
export const chosenAct = signal<number | null>(null);
export const playingAct = computed(
  () => demo.value?.acts.findLast((one) => one.state === "playing" || one.state === "done")?.number ?? null,
);

const EVERY_MS = 1_000;

/** Ask what the demo plays, again and again. */
export async function followDemo(): Promise<void> {
  for (;;) {
    try {
      const found = await json<Demo>("/console/demo", { timeoutMs: 5_000 });
      heardTime(found.now, found.speed);
      demo.value = found;
    } catch {
      // the server is away: what was known stays, and the page says that it is not heard
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
