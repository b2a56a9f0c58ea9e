import { computed, effect, signal } from "@preact/signals-core";
import { now } from "./clock";

export type SelectionKind = "thread" | "conflict" | "track";

export interface Selection {
  kind: SelectionKind;
  id: string;
}

const KEYS: Record<SelectionKind, string> = { thread: "t", conflict: "c", track: "a" };

/** What is looked at: everything here is in the address, so that a view can be passed on. */
export const selection = signal<Selection | null>(null);
/** The instant that is shown (ms), or null for now. */
export const at = signal<number | null>(null);
/** Where the map is: longitude, latitude, zoom; null until it was moved. */
export const place = signal<[number, number, number] | null>(null);
export const filter = signal("");
/** Whether the slider moves by itself, and how many times as fast as real time. */
export const playing = signal(false);
export const rate = signal(1);

/** The instant that is shown. */
export const shownAt = computed(() => at.value ?? now.value);
/** The same, a second at a time: for what is read. */
export const shownSecond = computed(() => Math.floor(shownAt.value / 1_000) * 1_000);
export const isLive = computed(() => at.value === null);
/** Shown is what was, from the record. The coming is shown from what stands now. */
export const isPast = computed(() => at.value !== null && at.value < now.value - 1_000);

export function select(kind: SelectionKind, id: string): void {
  selection.value = { kind, id };
}

export function deselect(): void {
  selection.value = null;
}

/** Read the address; of what is wrong in it nothing is taken. */
export function readAddress(hash = location.hash): void {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  let found: Selection | null = null;
  for (const [kind, key] of Object.entries(KEYS) as [SelectionKind, string][]) {
    const id = words.get(key);
    if (id) found = { kind, id };
  }
  selection.value = found;
  const instant = Date.parse(words.get("at") ?? "");
  at.value = Number.isNaN(instant) ? null : instant;
  const [lng, lat, zoom] = (words.get("m") ?? "").split(",").map(Number);
  if (lng !== undefined && lat !== undefined && zoom !== undefined && [lng, lat, zoom].every(Number.isFinite)) {
    if (Math.abs(lat) <= 90 && Math.abs(lng) <= 180) place.value = [lng, lat, zoom];
  }
  filter.value = words.get("q") ?? "";
}

/** The address of what is shown. */
export function address(): string {
  const words = new URLSearchParams();
  if (selection.value) words.set(KEYS[selection.value.kind], selection.value.id);
  if (at.value !== null) words.set("at", new Date(at.value).toISOString().replace(/\.\d+Z/, "Z"));
  if (place.value) {
    const [lng, lat, zoom] = place.value;
    words.set("m", `${lng.toFixed(4)},${lat.toFixed(4)},${zoom.toFixed(2)}`);
  }
  if (filter.value) words.set("q", filter.value);
  return words.size > 0 ? `#${words.toString()}` : "#";
}

/** Keep the address and the view the same, both ways. Browsers allow few changes a second. */
export function followAddress(): void {
  readAddress();
  // Told late: the address may have been brought up to the view again meanwhile.
  window.addEventListener("hashchange", (event) => readAddress(new URL(event.newURL).hash));
  let timer = 0;
  effect(() => {
    const next = address();
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (next !== (location.hash || "#")) history.replaceState(null, "", next);
    }, 300);
  });
}
