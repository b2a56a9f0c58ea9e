import type { Track } from "../api/types";
import { along } from "./geodesic";

/** Where an aircraft is if it flew on as it was reported: at most so long after the report. */
export const CARRIED_MAX_S = 60;

export interface Carried {
  lat: number;
  lng: number;
  /** Seconds since the report; negative before it. */
  ageS: number;
  /** For how many of them it was carried on. */
  carriedS: number;
}

/** Carry a track on to an instant (ms). What is lost, or has no speed or direction, stays. */
export function carried(track: Track, at: number): Carried {
  const ageS = (at - Date.parse(track.time)) / 1_000;
  const carriedS = Math.min(CARRIED_MAX_S, Math.max(0, ageS));
  if (track.lost || track.on_ground || !track.speed_mps || track.track_deg === null || carriedS === 0) {
    return { lat: track.lat, lng: track.lng, ageS, carriedS: 0 };
  }
  const found = along(track, track.track_deg, track.speed_mps * carriedS);
  return { ...found, ageS, carriedS };
}
