import type { AltitudeGiven, AltitudeW84, LatLng, Thread, Volume } from "../api/types";
import { height, type Datum } from "../units/units";
import { prefs } from "../state/prefs";

const FT_M = 0.3048;
const UNLIMITED_M = 100_000; // W84; it stands for no upper limit

/** What a thread says, as far as it is read here: docs/protocol.md, "Kinds". */
export interface Says {
  kind: string;
  notice?: string;
  name?: string;
  volumes?: Volume[];
  cells?: string[];
  time_start?: string;
  time_end?: string;
  position?: LatLng;
  action?: string;
  shown?: string;
}

export function saysOf(thread: Thread): Says | null {
  return (thread.says as unknown as Says | null | undefined) ?? null;
}

/** The volumes that a thread's notice has, or none: it may have no place, or not be shown. */
export function volumesOf(thread: Thread): Volume[] {
  return saysOf(thread)?.volumes ?? [];
}

export function startOf(volume: Volume): number {
  return Date.parse(volume.time_start.value);
}

export function endOf(volume: Volume): number {
  return Date.parse(volume.time_end.value);
}

export function lowerOf(volume: Volume): number {
  return volume.volume.altitude_lower.value;
}

export function upperOf(volume: Volume): number {
  return volume.volume.altitude_upper.value;
}

/** A limit as its author gave it, in the reader's unit; the datum is always beside it. */
export function limitText(limit: AltitudeW84, given: AltitudeGiven | undefined, own = prefs.value): string {
  if (!given) return limit.value >= UNLIMITED_M ? "UNL" : height(limit.value, "W84", own);
  const metres = given.units === "FT" ? given.value * FT_M : given.value;
  if (given.reference === "AGL" && metres === 0) return "SFC";
  const datum: Datum = given.reference === "FL" ? "STD" : (given.reference as Datum);
  return height(metres, datum, own);
}

/** From the lower limit to the upper one: `1,000–3,000 ft AMSL`, `SFC–FL095`. */
export function bandText(volume: Volume, own = prefs.value): string {
  const { altitude_lower, altitude_upper, altitude_lower_given, altitude_upper_given } = volume.volume;
  const low = limitText(altitude_lower, altitude_lower_given, own);
  const high = limitText(altitude_upper, altitude_upper_given, own);
  const unit = / (ft|m) [A-Z0-9]+$/.exec(high)?.[0];
  return unit && low.endsWith(unit) ? `${low.slice(0, -unit.length)}–${high}` : `${low}–${high}`;
}
