import { effect, signal } from "@preact/signals-core";
import { prefs } from "../state/prefs";

/** The page's colours for what is drawn on canvases, which know no style sheet. */
export interface Colours {
  theme: string;
  ground: string;
  panel: string;
  edge: string;
  text: string;
  dim: string;
  own: string;
  other: string;
  stale: string;
  danger: string;
  warning: string;
  good: string;
  focus: string;
  land: string;
  water: string;
  coast: string;
  area: string;
}

const NAMES = [
  "ground",
  "panel",
  "edge",
  "text",
  "dim",
  "own",
  "other",
  "stale",
  "danger",
  "warning",
  "good",
  "focus",
  "land",
  "water",
  "coast",
  "area",
] as const;

export const colours = signal<Colours>(read(prefs.value.theme));

effect(() => {
  const theme = prefs.value.theme;
  document.documentElement.dataset.theme = theme;
  colours.value = read(theme);
});

function read(theme: string): Colours {
  const style = getComputedStyle(document.documentElement);
  const found = Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || "#888"]),
  );
  return { theme, ...found } as unknown as Colours;
}

/** Read them anew: the style sheet came after this module. */
export function readColours(): void {
  colours.value = read(prefs.value.theme);
}

export { faded } from "./colours_of";
