import { computed, signal } from "@preact/signals-core";

/** How the page hears its own server: as the parties of the line hear each other. */
export type LinkState = "live" | "late" | "UNKNOWN";

const LATE_MS = 20_000; // the server beats every 15 s
const UNKNOWN_MS = 35_000;

/** When the server was last heard, by this machine's clock (ms); 0: never. */
export const heardAt = signal(0);
/** Why the stream is away; empty while it is there. */
export const away = signal("");
const tick = signal(Date.now());

export const serverLink = computed<LinkState>(() => {
  if (away.value !== "" || heardAt.value === 0) return "UNKNOWN";
  const silent = tick.value - heardAt.value;
  return silent > UNKNOWN_MS ? "UNKNOWN" : silent > LATE_MS ? "late" : "live";
});
export const serverAgeS = computed(() =>
  heardAt.value === 0 ? null : Math.max(0, tick.value - heardAt.value) / 1_000,
);

export function heard(): void {
  heardAt.value = Date.now();
  away.value = "";
}

export function lost(reason: string): void {
  away.value = reason;
}

export function startLink(): () => void {
  const timer = setInterval(() => (tick.value = Date.now()), 1_000);
  return () => clearInterval(timer);
}
