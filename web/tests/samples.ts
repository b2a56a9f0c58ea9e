import type { Thread, Track, Volume } from "../src/api/types";

/** A circle of 2 km at 54 N 7 E, from 300 to 900 m. */
export function volume(part: { start?: string; end?: string; low?: number; high?: number } = {}): Volume {
  return {
    volume: {
      outline_circle: { center: { lat: 54, lng: 7 }, radius: { value: 2_000, units: "M" } },
      altitude_lower: { value: part.low ?? 300, reference: "W84", units: "M" },
      altitude_upper: { value: part.high ?? 900, reference: "W84", units: "M" },
    },
    time_start: { value: part.start ?? "2026-11-22T10:00:00Z", format: "RFC3339" },
    time_end: { value: part.end ?? "2026-11-22T11:00:00Z", format: "RFC3339" },
  };
}

let made = 0;

export function thread(says: object, part: Partial<Thread> = {}): Thread {
  const id = `thread-${++made}`;
  return {
    id,
    kind: "NOTIFY",
    current: id,
    shown: "full",
    own: true,
    conflicts: [],
    sides: [],
    ended: null,
    opened: "2026-11-22T09:00:00Z",
    says,
    ...part,
  } as unknown as Thread;
}

export function track(part: Partial<Track> = {}): Track {
  return {
    id: "1",
    name: "TEST1",
    icao24: null,
    uid: null,
    callsign: "TEST1",
    operation_id: null,
    party: null,
    class: "aeroplane",
    time: "2026-11-22T10:00:00Z",
    age_s: 0,
    lat: 54,
    lng: 7,
    pressure_altitude_ft: 5_000,
    altitude_m: null,
    speed_mps: 100,
    track_deg: 90,
    vertical_rate_mps: 0,
    on_ground: false,
    within_m: 10,
    lost: false,
    doubts: 0,
    ...part,
  };
}
