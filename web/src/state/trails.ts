import type { Track } from "../api/types";

/** One place where an aircraft was reported. Heights keep their two datums apart. */
export interface Trace {
  time: number;
  lat: number;
  lng: number;
  altitudeM: number | null;
  pressureFt: number | null;
}

const KEPT_MS = 10 * 60_000;
const APART_MS = 4_000;
const MOST = 100_000; // of all aircraft: of many, places farther apart are kept
const trails = new Map<string, Trace[]>();

/** Where an aircraft was while this page looked, oldest first. */
export function trailOf(id: string): readonly Trace[] {
  return trails.get(id) ?? [];
}

/** Keep the way of every aircraft for as long as it is followed. */
export function rememberAll(seen: ReadonlyMap<string, Track>): void {
  for (const id of trails.keys()) if (!seen.has(id)) trails.delete(id);
  const apart = apartMs(seen.size);
  for (const track of seen.values()) remember(track, apart);
}

export function forgetTrails(): void {
  trails.clear();
}

/** Have these ways and no others: those of what is looked at, as they are kept elsewhere. */
export function haveTrails(found: readonly [string, readonly Trace[]][]): void {
  trails.clear();
  for (const [id, trail] of found) trails.set(id, [...trail]);
}

/** How far apart in time the places of one are kept, so that those of all for ten minutes are few. */
export function apartMs(aircraft: number): number {
  return Math.max(APART_MS, (KEPT_MS * aircraft) / MOST);
}

/** Keep where an aircraft was reported, and forget where it was ten minutes before. */
export function remember(track: Track, apart = APART_MS): void {
  const time = Date.parse(track.time);
  const trail = trails.get(track.id) ?? [];
  const last = trail.at(-1);
  if (last && Math.abs(time - last.time) < apart) return;
  if (last && time < last.time) trail.length = 0; // the shown time went back
  trail.push({
    time,
    lat: track.lat,
    lng: track.lng,
    altitudeM: track.altitude_m,
    pressureFt: track.pressure_altitude_ft,
  });
  const old = trail.findIndex((one) => one.time >= time - KEPT_MS);
  if (old > 0) trail.splice(0, old);
  trails.set(track.id, trail);
}
