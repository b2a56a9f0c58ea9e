import { signal } from "@preact/signals-core";
import { json } from "../api/client";
import { Problem } from "../api/problem";
import { show } from "../hook";
import type { Encounter, SkyEvent, Track } from "../api/types";
import { at, isPast } from "./view";

interface Picture {
  time: string;
  tracks: Track[];
  encounters: Encounter[];
}

/** A feed as the server hears it. UNKNOWN is no empty sky. */
export interface Feed {
  name: string;
  state: "live" | "late" | "UNKNOWN";
  age_s: number | null;
  rate_per_s?: number | null;
  reason?: string;
}

export type AlertLevel = "preventive" | "corrective" | "warning";

/** One alert for one pair, as long as it lasts; levels only rise. */
export interface PairAlert {
  id: string;
  level: AlertLevel;
  first: { id: string; name: string };
  second: { id: string; name: string };
  words: string;
  time: string;
  begins: string;
  lateral_m: number;
  vertical_m: number | null;
  lost: boolean;
}

export const tracks = signal<ReadonlyMap<string, Track>>(new Map());
export const encounters = signal<readonly Encounter[]>([]);
export const feeds = signal<readonly Feed[]>([]);
export const alerts = signal<ReadonlyMap<string, PairAlert>>(new Map());
/** When the picture was made, by the server's clock (ms); null: there is none. NO DATA is loud. */
export const pictureAt = signal<number | null>(null);
/** Why there is no picture; empty while there is one. `none`: this server follows no traffic. */
export const skyProblem = signal("");
/** What aircraft did that was not as declared, newest first. */
export const discrepancies = signal<readonly SkyEvent[]>([]);

const DISCREPANCIES_KEPT = 200;
let pictures = 0; // since the page began
show("sky", () => ({ pictures, tracks: tracks.peek().size, problem: skyProblem.peek() }));

/** Read the picture of the sky once: now, or at the instant that is shown. */
export async function readSky(): Promise<void> {
  const query = isPast.value && at.value !== null ? { at: new Date(at.value).toISOString() } : {};
  try {
    const found = await json<Picture>("/sky/v1/tracks", { query, timeoutMs: 5_000 });
    tracks.value = new Map(found.tracks.map((one) => [one.id, one]));
    encounters.value = found.encounters;
    pictureAt.value = Date.parse(found.time);
    pictures++;
    skyProblem.value = "";
  } catch (error) {
    skyProblem.value = String((error as Error).message);
    if (error instanceof Problem && error.status === 404) skyProblem.value = "none";
    if (isPast.value) tracks.value = new Map();
  }
}

export async function readFeeds(): Promise<void> {
  try {
    feeds.value = (await json<{ feeds: Feed[] }>("/sky/v1/feeds", { timeoutMs: 5_000 })).feeds;
  } catch {
    feeds.value = feeds.value.map((one) => ({ ...one, state: "UNKNOWN" as const }));
  }
}

/** An event of the stream: alerts are kept one for a pair. */
export function skyEvent(event: SkyEvent): void {
  if (event.event === "alert" && event.first && event.second) {
    const id = [event.first.id, event.second.id].sort().join("|");
    const next = new Map(alerts.value);
    if (event.kind === "over") next.delete(id);
    else next.set(id, { ...(event as unknown as PairAlert), id, lost: event.kind === "lost" });
    alerts.value = next;
  }
  if (event.event === "discrepancy") {
    discrepancies.value = [event, ...discrepancies.value].slice(0, DISCREPANCIES_KEPT);
  }
}

export function forgetSky(): void {
  tracks.value = new Map();
  alerts.value = new Map();
  encounters.value = [];
  pictureAt.value = null;
}
