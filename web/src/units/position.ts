import { forward } from "mgrs";
import { prefs, type PositionForm } from "../state/prefs";

/** A position as people read it, in the form that they chose. Degrees, WGS-84. */
export function position(lat: number, lng: number, form: PositionForm = prefs.value.position): string {
  if (!Number.isFinite(lat) || !Number.isFinite(lng)) return "?";
  if (form === "decimal") return `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
  if (form === "mgrs" && lat >= -80 && lat <= 84) return forward([lng, lat], 4);
  const write = form === "dms" ? seconds : minutes;
  return `${write(lat, "N", "S", 2)} ${write(lng, "E", "W", 3)}`;
}

function minutes(value: number, plus: string, minus: string, width: number): string {
  const thousandths = Math.round(Math.abs(value) * 60_000);
  const degrees = Math.floor(thousandths / 60_000);
  const rest = ((thousandths % 60_000) / 1_000).toFixed(3).padStart(6, "0");
  return `${degrees.toString().padStart(width, "0")}°${rest}′${value < 0 ? minus : plus}`;
}

function seconds(value: number, plus: string, minus: string, width: number): string {
  const tenths = Math.round(Math.abs(value) * 36_000);
  const degrees = Math.floor(tenths / 36_000);
  const whole = Math.floor((tenths % 36_000) / 600).toString().padStart(2, "0");
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${degrees.toString().padStart(width, "0")}°${whole}′${rest}″${value < 0 ? minus : plus}`;
}
