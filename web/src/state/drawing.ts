import { signal } from "@preact/signals-core";
import type { LatLng } from "../api/types";

export type Outline = "polygon" | "circle" | "corridor";

/** A place that is being drawn: on the map with a pointer, in the panel as numbers; both are one. */
export interface Sketch {
  outline: Outline;
  /** Corners of a polygon, the path of a corridor, the centre of a circle. */
  points: LatLng[];
  /** Of a circle the radius, of a corridor half its width. */
  reachM: number;
}

/** What is drawn; null: nothing is being drawn. */
export const sketch = signal<Sketch | null>(null);
/** Whether the pointer draws on the map now. */
export const drawing = signal(false);

export function startSketch(outline: Outline): void {
  sketch.value = { outline, points: [], reachM: outline === "circle" ? 2_000 : 500 };
  drawing.value = true;
}

export function changeSketch(part: Partial<Sketch>): void {
  if (sketch.value) sketch.value = { ...sketch.value, ...part };
}

export function endSketch(): void {
  drawing.value = false;
  sketch.value = null;
}
