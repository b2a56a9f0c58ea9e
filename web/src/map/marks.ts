import type { Colours } from "./colours";
import { copies, pixelX, pixelY, type Frame, type Pen } from "./frame";
import type { Labels } from "./labels";

/** Marks of conflicts and spots: always with a shape and words, never by colour alone. */
export interface Mark {
  kind: "conflict" | "thread";
  id: string;
  x: number;
  y: number;
}

/** What is marked, and where: metres of the map. `until` (ms): it is over from then on. */
export interface MarkAt {
  kind: "conflict" | "thread";
  id: string;
  x: number;
  y: number;
  until: number;
  urgent: boolean;
  words: string;
}

interface Marked {
  marks: readonly MarkAt[];
  /** The id of what is selected. */
  chosen: string;
  at: number;
  colours: Colours;
}

/** Keep the places of all marks free of labels. */
export function reserveMarks(frame: Frame, labels: Labels, found: Marked): void {
  for (const one of found.marks) {
    if (one.until <= found.at) continue;
    for (const [x, y] of places(frame, one)) labels.reserve(x, y, 9);
  }
}

export function drawMarks(context: Pen, frame: Frame, labels: Labels, found: Marked): Mark[] {
  const marks: Mark[] = [];
  const { danger, warning, ground, text, focus } = found.colours;
  for (const one of found.marks) {
    if (one.until <= found.at) continue;
    const chosen = one.id === found.chosen;
    for (const [x, y] of places(frame, one)) {
      if (one.kind === "thread") {
        diamond(context, x, y, one.urgent ? danger : warning, ground);
        beside(labels, [one.words], x, y, text, true);
      } else {
        triangle(context, x, y, danger, ground, chosen);
        if (chosen) ring(context, x, y, focus);
        beside(labels, [one.words], x, y, danger, chosen);
      }
      marks.push({ kind: one.kind, id: one.id, x, y });
    }
  }
  return marks;
}

function beside(labels: Labels, lines: string[], x: number, y: number, colour: string, always: boolean): void {
  const spots = [[x + 13, y - 6, "left"], [x - 13, y - 6, "right"], [x, y + 10, "middle"], [x, y - 26, "middle"]] as const;
  labels.put(lines, spots, colour, { always, bold: true });
}

function places(frame: Frame, { x, y }: MarkAt): [number, number][] {
  return copies(frame, x).map((shift) => [pixelX(frame, x + shift), pixelY(frame, y)]);
}

function triangle(
  context: Pen,
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

function diamond(context: Pen, x: number, y: number, colour: string, ground: string): void {
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

function ring(context: Pen, x: number, y: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, 17, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}
