import type { Conflict } from "../api/types";
import { toMap } from "../geo/mercator";
import { code, iso, t } from "../i18n/i18n";
import { distance, instant, verticalDistance } from "../units/units";
import type { Colours } from "./colours";
import { copies, pixelX, pixelY, type Frame } from "./frame";
import type { Labels } from "./labels";
import type { Spot } from "./scene";

/** Marks of conflicts and spots: always with a shape and words, never by colour alone. */
export interface Mark {
  kind: "conflict" | "thread";
  id: string;
  x: number;
  y: number;
}

interface Marked {
  conflicts: readonly Conflict[];
  spots: readonly Spot[];
  selected: string;
  at: number;
  colours: Colours;
}

/** Keep the places of all marks free of labels. */
export function reserveMarks(frame: Frame, labels: Labels, found: Marked): void {
  const shown = found.conflicts.filter((one) => isShown(one, found.at)).flatMap((one) => one.facts.where ?? []);
  for (const { lat, lng } of [...found.spots, ...shown]) {
    for (const [x, y] of places(frame, lat, lng)) labels.reserve(x, y, 9);
  }
}

function isShown(conflict: Conflict, at: number): boolean {
  return !conflict.over && Date.parse(conflict.facts.time_end) > at;
}

export function drawMarks(
  context: CanvasRenderingContext2D,
  frame: Frame,
  labels: Labels,
  found: Marked,
): Mark[] {
  const marks: Mark[] = [];
  for (const spot of found.spots) {
    for (const [x, y] of places(frame, spot.lat, spot.lng)) {
      diamond(context, x, y, spot.kind === "URGENT" ? found.colours.danger : found.colours.warning, found.colours.ground);
      const named = [code("Kind", spot.kind), spot.name && code("UrgentAction", spot.name)];
      beside(labels, [named.filter(Boolean).join(": ")], x, y, found.colours.text, true);
      marks.push({ kind: "thread", id: spot.thread, x, y });
    }
  }
  for (const conflict of found.conflicts) {
    const place = conflict.facts.where;
    if (!place || !isShown(conflict, found.at)) continue;
    for (const [x, y] of places(frame, place.lat, place.lng)) {
      const chosen = conflict.id === found.selected;
      triangle(context, x, y, found.colours.danger, found.colours.ground, chosen);
      if (chosen) ring(context, x, y, found.colours.focus);
      beside(labels, [wordsOf(conflict)], x, y, found.colours.danger, chosen);
      marks.push({ kind: "conflict", id: conflict.id, x, y });
    }
  }
  return marks;
}

function beside(labels: Labels, lines: string[], x: number, y: number, colour: string, always: boolean): void {
  const spots = [[x + 13, y - 6, "left"], [x - 13, y - 6, "right"], [x, y + 10, "middle"], [x, y - 26, "middle"]] as const;
  labels.put(lines, spots, colour, { always, bold: true });
}

/** How close, and from when. */
function wordsOf(conflict: Conflict): string {
  const { facts } = conflict;
  const gap = facts.vertical_gap_m ?? null;
  if (!facts.distance_m && !facts.vertical_gap_m && !facts.time_gap_s) {
    return `${t("map.overlap")} ${iso(instant(Date.parse(facts.time_start)))}`;
  }
  const close = `${distance(facts.distance_m ?? 0)}${gap !== null && gap > 0 ? ` ${verticalDistance(gap)}` : ""}`;
  return `${close} ${instant(Date.parse(facts.time_start))}`;
}

function places(frame: Frame, lat: number, lng: number): [number, number][] {
  const [mapX, mapY] = toMap(lat, lng);
  return copies(frame, mapX).map((shift) => [pixelX(frame, mapX + shift), pixelY(frame, mapY)]);
}

function triangle(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  colour: string,
  ground: string,
  chosen: boolean,
): void {
  const half = chosen ? 11 : 9;
  context.beginPath();
  context.moveTo(x, y - half);
  context.lineTo(x + half, y + half * 0.75);
  context.lineTo(x - half, y + half * 0.75);
  context.closePath();
  context.fillStyle = colour;
  context.strokeStyle = ground;
  context.lineWidth = 2;
  context.stroke();
  context.fill();
  context.fillStyle = ground;
  context.fillRect(x - 1, y - half * 0.4, 2, half * 0.6);
  context.fillRect(x - 1, y + half * 0.35, 2, 2);
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, colour: string, ground: string): void {
  context.beginPath();
  context.moveTo(x, y - 9);
  context.lineTo(x + 9, y);
  context.lineTo(x, y + 9);
  context.lineTo(x - 9, y);
  context.closePath();
  context.fillStyle = ground;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, 17, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}
