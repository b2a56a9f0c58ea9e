import { signal } from "@preact/signals-core";
import { json, refused, token } from "../api/client";
import { Problem, problemOf } from "../api/problem";
import { show } from "../hook";
import { t } from "../i18n/i18n";
import type { Looked, Unread } from "../map/engine_words";
import type { Encounter, Entry, SkyEvent, Track } from "../api/types";
import { after, entryOf, merged, pairOf, type EntryAlert, type PairAlert } from "./alerts";
import { observedEvent, readObserved, type Observed } from "./observed";
import { askPicture, forgetPicture, onLooked } from "./sky_thread";
import { haveTrails } from "./trails";
import { at, isPast } from "./view";

/** A feed as the server hears it. UNKNOWN is no empty sky. */
export interface Feed {
  name: string;
  state: "live" | "late" | "UNKNOWN";
  age_s: number | null;
  rate_per_s?: number | null;
  reason?: string;
}

export type { AlertLevel, EntryAlert, PairAlert } from "./alerts";

/** The aircraft that are looked at closer; all the others are with what draws them. */
export const tracks = signal<ReadonlyMap<string, Track>>(new Map());
/** How many there are. */
export const aircraft = signal(0);
export const encounters = signal<readonly Encounter[]>([]);
export const feeds = signal<readonly Feed[]>([]);
export const alerts = signal<ReadonlyMap<string, PairAlert>>(new Map());
export const entryAlerts = signal<ReadonlyMap<string, EntryAlert>>(new Map());
/** When the picture was made, by the server's clock (ms); null: there is none. NO DATA is loud. */
export const pictureAt = signal<number | null>(null);
/** Why there is no picture; empty while there is one. `none`: this server follows no traffic. */
export const skyProblem = signal("");

let pictures = 0; // since the page began
show("sky", () => ({ pictures, tracks: aircraft.peek(), problem: skyProblem.peek() }));

/** Read the picture of the sky once: now, or at the instant that is shown. */
export async function readSky(): Promise<void> {
  const past = isPast.peek() && at.peek() !== null;
  const path = past ? `/sky/v1/tracks?at=${encodeURIComponent(new Date(at.peek() ?? 0).toISOString())}` : "/sky/v1/tracks";
  try {
    const found = await askPicture({ path, token: token(), timeoutMs: 5_000, past });
    if ("status" in found) throw await unread(found);
    look(found);
    aircraft.value = found.aircraft;
    encounters.value = found.encounters;
    pictureAt.value = Date.parse(found.time);
    pictures++;
    skyProblem.value = "";
    if (found.entries !== null) announced(found.encounters, found.entries);
  } catch (error) {
    skyProblem.value = String((error as Error).message);
    if (error instanceof Problem && error.status === 404) skyProblem.value = "none";
    if (isPast.peek()) forgetAircraft();
  }
}

/** Take in the aircraft that are looked at. */
function look({ tracks: found, trails }: Looked): void {
  haveTrails(trails);
  tracks.value = new Map(found.map((one) => [one.id, one]));
}
onLooked(look);

async function unread({ status, body, silent }: Unread): Promise<Problem> {
  if (status === 401) refused();
  if (status > 0) return problemOf(new Response(body, { status }));
  return new Problem(0, t(silent ? "problem.silent" : "problem.unreached"));
}

function forgetAircraft(): void {
  forgetPicture();
  aircraft.value = 0;
  look({ tracks: [], trails: [] });
}

export async function readFeeds(): Promise<void> {
  try {
    feeds.value = (await json<{ feeds: Feed[] }>("/sky/v1/feeds", { timeoutMs: 5_000 })).feeds;
  } catch {
    feeds.value = feeds.value.map((one) => ({ ...one, state: "UNKNOWN" as const }));
  }
}

/** What is announced now: whoever begins to look sees it too. */
function announced(pairs: readonly Encounter[], entries: readonly Entry[]): void {
  const now = Date.now();
  alerts.value = merged(alerts.peek(), pairs.flatMap((one) => pairOf(one, now) ?? []), now);
  entryAlerts.value = merged(entryAlerts.peek(), entries.flatMap((one) => entryOf(one, now) ?? []), now);
}

/** An event of the stream: alerts are kept one for a pair. */
export function skyEvent(event: SkyEvent): void {
  const now = Date.now();
  if (event.event === "alert") alerts.value = after(alerts.peek(), event, pairOf(event, now));
  else if (event.event === "entry") entryAlerts.value = after(entryAlerts.peek(), event, entryOf(event, now));
  else if (event.event === "discrepancy") observedEvent(event as unknown as Observed);
  else if (event.event === "resync") void readObserved();
}

export function forgetSky(): void {
  forgetAircraft();
  alerts.value = new Map();
  entryAlerts.value = new Map();
  encounters.value = [];
  pictureAt.value = null;
}
