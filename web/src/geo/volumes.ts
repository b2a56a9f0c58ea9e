import type { Thread, Volume } from "../api/types";

/** The volumes that a thread's notice has, or none: it may have no place, or not be shown. */
export function volumesOf(thread: Thread): Volume[] {
  const says = thread.says as { volumes?: Volume[] } | null | undefined;
  return says?.volumes ?? [];
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
