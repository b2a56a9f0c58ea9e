import type { LatLng } from "../api/types";
import { prefs, type Prefs } from "../state/prefs";

const WIDE_PX = 110;
const NM_M = 1_852;

/** A bar of a round length, at the middle of the map: elsewhere the scale is another. */
export function scaleBar(resolution: number, centre: LatLng, own: Prefs = prefs.value): { pixels: number; text: string } {
  const metresPerPixel = resolution * Math.cos((centre.lat * Math.PI) / 180);
  if (!(metresPerPixel > 0)) return { pixels: 0, text: "" };
  const km = own.distance === "km";
  const unit = km ? 1_000 : NM_M;
  const units = rounded((WIDE_PX * metresPerPixel) / unit);
  const length = units >= 0.1 ? { metres: units * unit, text: `${units} ${own.distance}` } : inMetres(metresPerPixel);
  return { pixels: Math.round(length.metres / metresPerPixel), text: length.text };
}

function inMetres(metresPerPixel: number): { metres: number; text: string } {
  const metres = rounded(WIDE_PX * metresPerPixel);
  return { metres, text: `${metres} m` };
}

/** The largest 1, 2 or 5 times a power of ten that is not more. */
export function rounded(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [5, 2, 1].find((one) => one * power <= value) ?? 1;
  return Number((step * power).toPrecision(1));
}
