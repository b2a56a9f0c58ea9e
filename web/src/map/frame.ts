import { LAT_MAX, WORLD, toMap } from "../geo/mercator";

/** How the map's plane lies on the screen: metres of EPSG:3857 to pixels. North is up. */
export interface Frame {
  x: number;
  y: number;
  /** Metres of the plane for a pixel. */
  resolution: number;
  width: number;
  height: number;
  ratio: number;
}

export function pixelX(frame: Frame, x: number): number {
  return (x - frame.x) / frame.resolution + frame.width / 2;
}

export function pixelY(frame: Frame, y: number): number {
  return (frame.y - y) / frame.resolution + frame.height / 2;
}

/** How far to move a place so that each copy of the world that is in view shows it, in metres. */
export function copies(frame: Frame, x: number): number[] {
  const half = (frame.width / 2) * frame.resolution;
  const first = Math.ceil((frame.x - half - x) / WORLD);
  const last = Math.floor((frame.x + half - x) / WORLD);
  const found: number[] = [];
  for (let turn = first; turn <= last && found.length < 8; turn++) found.push(turn * WORLD);
  return found;
}

/** What draws, in the page or in a thread of its own. */
export type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Make a canvas as large as the frame, in the pixels of the screen, and empty. */
export function prepared(canvas: HTMLCanvasElement | OffscreenCanvas, frame: Frame): Pen | null {
  const [width, height] = [Math.round(frame.width * frame.ratio), Math.round(frame.height * frame.ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d") as Pen | null;
  context?.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
  context?.clearRect(0, 0, frame.width, frame.height);
  if (context) context.direction = "ltr"; // numbers with units read alike in every language
  return context;
}

/** Lay what was drawn of one view over another: it is moved and made larger or smaller. */
export function laid(canvas: HTMLCanvasElement, was: Frame, is: Frame): void {
  const scale = was.resolution / is.resolution;
  const x = (was.x - is.x) / is.resolution + is.width / 2 - (was.width / 2) * scale;
  const y = (is.y - was.y) / is.resolution + is.height / 2 - (was.height / 2) * scale;
  const still = Math.abs(x) < 0.01 && Math.abs(y) < 0.01 && Math.abs(scale - 1) < 1e-6;
  const { style } = canvas;
  const transform = still ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
  if (style.transform !== transform) style.transform = transform;
  const [wide, high] = [`${was.width}px`, `${was.height}px`];
  if (style.width !== wide) style.width = wide;
  if (style.height !== high) style.height = high;
}

const STEPS = [30, 20, 10, 5, 2, 1, 0.5, 0.25, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 600];
const APART_PX = 110;

/** Degrees between the lines of the grid, so that they are not too close. */
export function gridStep(resolution: number): number {
  const perDegree = WORLD / 360 / resolution;
  return STEPS.findLast((step) => step * perDegree >= APART_PX) ?? 30;
}

/** Lines of latitude and longitude with their degrees, along the left and lower edge. */
export function drawGrid(
  context: Pen,
  frame: Frame,
  look: { line: string; text: string; font: string; ground: string },
): void {
  const step = gridStep(frame.resolution);
  const half = { x: (frame.width / 2) * frame.resolution, y: (frame.height / 2) * frame.resolution };
  const degree = WORLD / 360;
  context.strokeStyle = look.line;
  context.lineWidth = 1;
  context.font = look.font;
  context.fillStyle = look.text;
  context.beginPath();
  const labels: [string, number, number][] = [];
  for (let turn = Math.ceil((frame.x - half.x) / degree / step); turn * step * degree <= frame.x + half.x; turn++) {
    const x = Math.round(pixelX(frame, turn * step * degree)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, frame.height);
    const lng = turn * step - 360 * Math.round((turn * step) / 360);
    labels.push([degrees(lng, step, "E", "W", 3), x + 3, frame.height - 4]);
  }
  const rows = Math.ceil(LAT_MAX / step);
  for (let turn = -rows; turn <= rows; turn++) {
    const y = Math.round(pixelY(frame, toMap(turn * step, 0)[1])) + 0.5;
    if (y < 0 || y > frame.height || Math.abs(turn * step) > LAT_MAX) continue;
    context.moveTo(0, y);
    context.lineTo(frame.width, y);
    labels.push([degrees(turn * step, step, "N", "S", 2), 4, y - 3]);
  }
  context.stroke();
  context.lineJoin = "round";
  context.strokeStyle = look.ground;
  context.lineWidth = 3;
  for (const [text, x, y] of labels) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

function degrees(value: number, step: number, plus: string, minus: string, width: number): string {
  const minutes = Math.round(Math.abs(value) * 600) / 10;
  const side = minutes === 0 || minutes === 180 * 60 ? "" : value < 0 ? minus : plus;
  const whole = Math.floor(minutes / 60).toString().padStart(width, "0");
  if (step >= 1) return `${whole}°${side}`;
  return `${whole}°${(minutes % 60).toFixed(step < 1 / 60 ? 1 : 0).padStart(2, "0")}′${side}`;
}
