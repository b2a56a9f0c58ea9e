import { toPoint } from "mgrs";
import type { LatLng } from "../api/types";

/**
 * A position as people write it: `54.05, 7.05`, `54°03.000′N 007°03.000′E`, `54 03 00 N 7 3 0 E`,
 * `5403N 00703E`, or MGRS. Null for what is none: nothing is guessed.
 */
export function parsePosition(text: string): LatLng | null {
  const plain = text.trim().toUpperCase();
  return decimal(plain) ?? packed(plain) ?? lettered(plain) ?? grid(plain);
}

function decimal(text: string): LatLng | null {
  const found = /^([+-]?\d{1,2}(?:\.\d+)?)[\s,;]+([+-]?\d{1,3}(?:\.\d+)?)$/.exec(text);
  return found ? checked(Number(found[1]), Number(found[2])) : null;
}

function lettered(text: string): LatLng | null {
  const found = /^([^NS]+)([NS])[\s,;]*([^EW]+)([EW])$/.exec(text);
  if (!found) return null;
  const lat = parts(found[1]!);
  const lng = parts(found[3]!);
  if (lat === null || lng === null) return null;
  return checked(found[2] === "S" ? -lat : lat, found[4] === "W" ? -lng : lng);
}

/** Degrees, minutes, seconds: the last may have decimals, and none may be 60 or more. */
function parts(text: string): number | null {
  const numbers = text.split(/[^\d.]+/).filter(Boolean);
  if (numbers.length === 0 || numbers.length > 3) return null;
  if (numbers.some((one) => !/^\d+(\.\d+)?$/.test(one))) return null;
  if (numbers.slice(0, -1).some((one) => one.includes("."))) return null;
  const [degrees = 0, minutes = 0, seconds = 0] = numbers.map(Number);
  if (minutes >= 60 || seconds >= 60) return null;
  if (numbers.length === 1 && degrees > 180) return null;
  return degrees + minutes / 60 + seconds / 3600;
}

/** `540300N 0070300E` and `5403N 00703E`, as in notices to airmen. */
function packed(text: string): LatLng | null {
  const found = /^(\d{2})(\d{2})(\d{2})?([NS])\s*(\d{3})(\d{2})(\d{2})?([EW])$/.exec(text);
  if (!found) return null;
  const [, a, b, c = "0", north, d, e, f = "0", east] = found;
  if ([b, c, e, f].some((one) => Number(one) >= 60)) return null;
  const lat = Number(a) + Number(b) / 60 + Number(c) / 3600;
  const lng = Number(d) + Number(e) / 60 + Number(f) / 3600;
  return checked(north === "S" ? -lat : lat, east === "W" ? -lng : lng);
}

function grid(text: string): LatLng | null {
  const word = text.replace(/\s+/g, "");
  if (!/^\d{1,2}[C-HJ-NP-X][A-HJ-NP-Z]{2}(\d\d){1,5}$/.test(word)) return null;
  try {
    const [lng, lat] = toPoint(word);
    return checked(lat, lng);
  } catch {
    return null;
  }
}

function checked(lat: number, lng: number): LatLng | null {
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}
