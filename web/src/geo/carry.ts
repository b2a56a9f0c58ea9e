import type { Track } from "../api/types";
import { along } from "./geodesic";
import { WORLD, toMap, type Point } from "./mercator";

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

/** Where it is on the map, in metres of EPSG:3857. */
export interface CarriedOnMap {
  x: number;
  y: number;
  /** Seconds since the report; negative before it. */
  ageS: number;
}

const KNOT_S = 15;

interface Way {
  time: number;
  stays: boolean;
  knots: Point[];
}

// A report does not change: its way is computed once, as far as it was needed.
const ways = new WeakMap<Track, Way>();

/**
 * As `carried`, on the map, for thousands several times a second: straight between places 15 s apart,
 * which is right within 4 m at 300 m/s anywhere on the map.
 */
export function carriedOnMap(track: Track, at: number): CarriedOnMap {
  let way = ways.get(track);
  if (!way) {
    const stays = track.lost || track.on_ground === true || !track.speed_mps || track.track_deg === null;
    way = { time: Date.parse(track.time), stays, knots: [toMap(track.lat, track.lng)] };
    ways.set(track, way);
  }
  const ageS = (at - way.time) / 1_000;
  const seconds = way.stays ? 0 : Math.min(CARRIED_MAX_S, Math.max(0, ageS));
  const before = Math.floor(seconds / KNOT_S);
  const [x, y] = knot(track, way, before);
  const share = seconds / KNOT_S - before;
  if (!(share > 0)) return { x, y, ageS };
  const [nextX, nextY] = knot(track, way, before + 1);
  return { x: x + (nextX - x) * share, y: y + (nextY - y) * share, ageS };
}

function knot(track: Track, way: Way, number: number): Point {
  const first = way.knots[0] ?? [0, 0];
  const known = number > 0 ? way.knots[number] : first;
  if (known) return known;
  const { lat, lng } = along(track, track.track_deg ?? 0, (track.speed_mps ?? 0) * number * KNOT_S);
  const [x, y] = toMap(lat, lng);
  // the same turn of the world, also over the 180th meridian
  return (way.knots[number] = [x - WORLD * Math.round((x - first[0]) / WORLD), y]);
}
