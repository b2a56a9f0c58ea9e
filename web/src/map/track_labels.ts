import type { Track } from "../api/types";
import { height, pressureAltitude, speedText } from "../units/units";

const LEVEL_MPS = 0.5; // below: level flight

/** Callsign, then height with its datum and speed. */
export function labelOf(track: Track): string[] {
  return [track.name, `${heightOf(track)}${climbOf(track)} ${speedText(track.speed_mps)}`.trim()];
}

/** The height that is known, over its own datum; pressure altitude first, as crews have it. */
export function heightOf(track: Track): string {
  if (track.on_ground) return "GND";
  if (track.pressure_altitude_ft !== null) return pressureAltitude(track.pressure_altitude_ft);
  return height(track.altitude_m, "W84");
}

export function heightKnown(track: Track): boolean {
  return track.on_ground === true || track.pressure_altitude_ft !== null || track.altitude_m !== null;
}

function climbOf(track: Track): string {
  const rate = track.vertical_rate_mps;
  if (rate === null || Math.abs(rate) < LEVEL_MPS) return "";
  return rate > 0 ? " ↑" : " ↓";
}
