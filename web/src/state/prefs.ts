import { effect, signal } from "@preact/signals-core";

export type Theme = "night" | "day";
export type HeightUnit = "ft" | "m" | "FL";
export type DistanceUnit = "NM" | "km";
export type SpeedUnit = "kt" | "km/h" | "m/s";
export type PositionForm = "dms" | "dm" | "decimal" | "mgrs";
export type Language = "en" | "fr" | "ru" | "ar" | "es";

/** What a person chose on this machine. */
export interface Prefs {
  theme: Theme;
  height: HeightUnit;
  distance: DistanceUnit;
  speed: SpeedUnit;
  position: PositionForm;
  language: Language;
}

const KEPT = "openline.prefs";
const DEFAULTS: Prefs = {
  theme: "night",
  height: "ft",
  distance: "NM",
  speed: "kt",
  position: "dm",
  language: "en",
};

export const prefs = signal<Prefs>({ ...DEFAULTS, ...kept() });

export function choose(part: Partial<Prefs>): void {
  prefs.value = { ...prefs.value, ...part };
}

// A thread of its own has neither: there they are what the page says.
if (typeof document !== "undefined") {
  effect(() => {
    localStorage.setItem(KEPT, JSON.stringify(prefs.value));
    document.documentElement.dataset.theme = prefs.value.theme;
  });
}

function kept(): Partial<Prefs> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Prefs>;
  } catch {
    return {};
  }
}
