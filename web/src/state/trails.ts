import { effect } from "@preact/signals-core";
import type { Track } from "../api/types";
import { tracks } from "./sky";
import { isPast } from "./view";

/** One place where an aircraft was reported. Heights keep their two datums apart. */
export interface Trace {
  time: number;
  lat: number;
  lng: number;
  altitudeM: number | null;
  pressureFt: number | null;
}

const APART_MS = 4_000;
const KEPT = 150; // for each aircraft: ten minutes, about
const trails = new Map<string, Trace[]>();

/** Where an aircraft was while this page looked, oldest first. */
export function trailOf(id: string): readonly Trace[] {
  return trails.get(id) ?? [];
}

/** Keep the way of every aircraft for as long as it is followed. */
export function followTrails(): () => void {
  let past = isPast.peek();
  return effect(() => {
    const seen = tracks.value;
    if (past !== isPast.value) trails.clear();
    past = isPast.value;
    for (const id of trails.keys()) if (!seen.has(id)) trails.delete(id);
    for (const track of seen.values()) remember(track);
  });
}

export function remember(track: Track): void {
  const time = Date.parse(track.time);
  const trail = trails.get(track.id) ?? [];
  const last = trail.at(-1);
  if (last && Math.abs(time - last.time) < APART_MS) return;
  if (last && time < last.time) trail.length = 0; // the shown time went back
  trail.push({
    time,
    lat: track.lat,
    lng: track.lng,
    altitudeM: track.altitude_m,
    pressureFt: track.pressure_altitude_ft,
  });
  if (trail.length > KEPT) trail.shift();
  trails.set(track.id, trail);
}
