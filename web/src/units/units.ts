import { prefs, type Prefs } from "../state/prefs";

/** Numbers as people read them. Every height names its datum. Nothing is rounded toward safety. */
const FT_M = 0.3048;
const NM_M = 1852;
const KT_MPS = NM_M / 3600;

export type Datum = "W84" | "STD" | "AMSL" | "AGL" | "SFC";

export function height(metres: number | null | undefined, datum: Datum = "W84", own = prefs.value): string {
  if (metres === null || metres === undefined || !Number.isFinite(metres)) return "ALT?";
  if (own.height === "m") return `${group(metres)} m ${datum}`;
  if (own.height === "FL" && datum === "STD") return flightLevel(metres / FT_M);
  return `${group(metres / FT_M)} ft ${datum}`;
}

/** A pressure altitude in feet: a flight level, or feet or metres over 1013.25 hPa. */
export function pressureAltitude(feet: number | null | undefined, own = prefs.value): string {
  if (feet === null || feet === undefined || !Number.isFinite(feet)) return "ALT?";
  return height(feet * FT_M, "STD", own);
}

function flightLevel(feet: number): string {
  return `FL${Math.round(feet / 100).toString().padStart(3, "0")}`;
}

export function verticalDistance(metres: number | null | undefined, own = prefs.value): string {
  if (metres === null || metres === undefined) return "?";
  return own.height === "m" ? `${group(metres)} m` : `${group(metres / FT_M)} ft`;
}

export function distance(metres: number | null | undefined, own: Prefs = prefs.value): string {
  if (metres === null || metres === undefined) return "?";
  if (own.distance === "km") return metres < 1_000 ? `${group(metres)} m` : `${short(metres / 1_000)} km`;
  return metres < 0.1 * NM_M ? `${group(metres)} m` : `${short(metres / NM_M)} NM`;
}

export function speedText(mps: number | null | undefined, own: Prefs = prefs.value): string {
  if (mps === null || mps === undefined) return "?";
  if (own.speed === "km/h") return `${group(mps * 3.6)} km/h`;
  return own.speed === "m/s" ? `${group(mps)} m/s` : `${group(mps / KT_MPS)} kt`;
}

/** Seconds as a duration: 45 s, 6 min, 2 h 05 min, 29 d 23 h. */
export function duration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const sign = seconds < 0 && whole > 0 ? "−" : "";
  if (whole < 60) return `${sign}${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10 && whole % 60) return `${sign}${minutes} min ${whole % 60} s`;
  if (minutes < 60) return `${sign}${minutes} min`;
  if (minutes >= 48 * 60) return `${sign}${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
  const rest = (minutes % 60).toString().padStart(2, "0");
  return `${sign}${Math.floor(minutes / 60)} h ${rest} min`;
}

/** An instant: 12:34Z, with seconds or the day where asked, or where it is another day. */
export function instant(ms: number, options: { seconds?: boolean; day?: boolean } = {}): string {
  const text = new Date(ms).toISOString();
  const clock = `${text.slice(11, options.seconds ? 19 : 16)}Z`;
  return options.day ? `${text.slice(0, 10)} ${clock}` : clock;
}

function group(value: number): string {
  const digits = Math.round(Math.abs(value)).toString();
  const sign = value <= -0.5 ? "−" : "";
  return sign + digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function short(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : group(value);
}
