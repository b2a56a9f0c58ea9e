import { wall } from "../style/wall";
import type uPlot from "uplot";
import { faded, type Colours } from "../map/colours";
import { instant } from "../units/units";
import type { Box, Line, ProfileItems, Window } from "./items";

/** What is drawn over uPlot's axes. The scale y is in `unitM` metres. */
export interface Look {
  items: ProfileItems;
  now: number;
  at: number;
  unitM: number;
  colours: Colours;
  words: { now: string; std: string };
}


const NAMES_MAX = 40; // more would hide each other

export function drawProfile(plot: uPlot, look: Look): void {
  const { ctx: context } = plot;
  const { left, top, width, height } = plot.bbox;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  const pen = new Pen(plot, look);
  for (const one of look.items.windows) pen.window(one, 1 / look.items.windows.length);
  for (const one of look.items.boxes) if (one.thin) pen.box(one);
  for (const one of look.items.boxes) if (!one.thin) pen.box(one);
  for (const one of look.items.lines) pen.line(one);
  pen.instants();
  context.restore();
}

class Pen {
  private readonly context: CanvasRenderingContext2D;
  private readonly ratio = devicePixelRatio * wall();
  private readonly labels: [number, number, number][] = [];
  private readonly said = new Set<string>();

  constructor(
    private readonly plot: uPlot,
    private readonly look: Look,
  ) {
    this.context = plot.ctx;
  }

  private x(ms: number): number {
    const { left, width } = this.plot.bbox;
    const at = this.plot.valToPos(ms / 1_000, "x", true);
    return Math.max(left - 10, Math.min(left + width + 10, at)); // far values break canvases
  }

  private y(metres: number): number {
    const { top, height } = this.plot.bbox;
    const at = this.plot.valToPos(metres / this.look.unitM, "y", true);
    return Math.max(top - 10, Math.min(top + height + 10, at));
  }

  box(box: Box): void {
    const { context, ratio } = this;
    const [x, right, y, low] = [this.x(box.start), this.x(box.end), this.y(box.high), this.y(box.low)];
    const [width, height] = [Math.max(2, right - x), Math.max(2, low - y)];
    const colour = this.colourOf(box);
    context.fillStyle = faded(colour, box.thin ? 0.04 : 0.14);
    context.fillRect(x, y, width, height);
    if ((box.side === "other" && !box.thin) || box.closure) this.hatch(x, y, width, height, faded(colour, 0.4));
    context.strokeStyle = faded(colour, box.thin ? 0.5 : 1);
    context.lineWidth = (box.thin ? 1 : 1.6) * ratio;
    context.setLineDash(box.side === "unsent" ? [7 * ratio, 5 * ratio] : box.side === "preview" ? [3 * ratio, 3 * ratio] : []);
    context.strokeRect(x, y, width, height);
    context.setLineDash([]);
    this.name(box, x, y, width, low);
  }

  private name(box: Box, x: number, y: number, width: number, low: number): void {
    const { context, ratio, plot } = this;
    if (this.labels.length >= NAMES_MAX) return;
    context.font = `${11 * ratio}px B612, sans-serif`;
    const plan = box.thread ?? `${box.side} ${box.name}`;
    const text = this.words(box, plan);
    if (text === "") return;
    const wide = context.measureText(text).width;
    if (box.thin && (wide > width - 6 * ratio || low - y < 13 * ratio)) return;
    const left = Math.min(Math.max(x, plot.bbox.left) + 4 * ratio, plot.bbox.left + plot.bbox.width - wide - 4 * ratio);
    let at = Math.max(y, plot.bbox.top) + 12 * ratio;
    const floor = plot.bbox.top + plot.bbox.height;
    while (this.labels.some(([a, b, w]) => Math.abs(b - at) < 12 * ratio && left < a + w && a < left + wide)) {
      at += 12 * ratio;
      if (at > floor) return;
    }
    this.labels.push([left, at, wide]);
    this.said.add(plan).add(`${plan} ${box.band}`);
    this.text(text, left, at, this.colourOf(box));
  }

  /** The name of a plan once, on the first of its volumes that has room; each of its bands once. */
  private words(box: Box, plan: string): string {
    if (!this.said.has(plan)) return box.thin ? box.name : `${box.name} ${box.band}`;
    return box.thin || this.said.has(`${plan} ${box.band}`) ? "" : box.band;
  }

  /** When two come too close, over all heights; the heights that both have are marked more. */
  window(window: Window, strength: number): void {
    const { context, ratio } = this;
    const { top, height } = this.plot.bbox;
    const [x, right] = [this.x(window.start), this.x(window.end)];
    const danger = this.look.colours.danger;
    context.fillStyle = faded(danger, 0.12 * strength);
    context.fillRect(x, top, right - x, height);
    if (window.low !== null && window.high !== null) {
      const [y, low] = [this.y(window.high), this.y(window.low)];
      context.fillStyle = faded(danger, 0.25 * strength);
      context.fillRect(x, y, right - x, Math.max(2, low - y));
      // the vertical minimum beyond them: who is within it is too close as well
      context.setLineDash([2 * ratio, 3 * ratio]);
      context.strokeStyle = danger;
      context.lineWidth = ratio;
      const [above, below] = [this.y(window.high + window.verticalM), this.y(window.low - window.verticalM)];
      context.strokeRect(x, above, right - x, below - above);
      context.setLineDash([]);
    }
    context.strokeStyle = danger;
    context.lineWidth = 1.5 * ratio;
    for (const edge of [x, right]) this.vertical(edge);
  }

  line(line: Line): void {
    const { context, ratio } = this;
    const colour = line.main ? this.look.colours.focus : this.look.colours.other;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = (line.main ? 2 : 1.2) * ratio;
    context.setLineDash(line.datum === "STD" ? [5 * ratio, 4 * ratio] : []);
    context.beginPath();
    line.points.forEach((point, index) => {
      const [x, y] = [this.x(point.time), this.y(point.metres)];
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
    context.setLineDash([]);
    const last = line.points.at(-1);
    if (!last) return;
    const [x, y] = [this.x(last.time), this.y(last.metres)];
    context.fillRect(x - 2 * ratio, y - 2 * ratio, 4 * ratio, 4 * ratio);
    context.font = `${11 * ratio}px B612, sans-serif`;
    this.text(line.datum === "STD" ? `${line.name} ${this.look.words.std}` : line.name, x + 5 * ratio, y - 4 * ratio, colour);
  }

  /** NOW, and the instant that is shown if that is another. */
  instants(): void {
    const { context, ratio, look, plot } = this;
    const low = plot.bbox.top + plot.bbox.height - 4 * ratio;
    context.font = `700 ${11 * ratio}px B612, sans-serif`;
    context.lineWidth = 1.5 * ratio;
    const other = Math.abs(look.at - look.now) > 1_500;
    const lines: [number, string, string, boolean][] = [[look.now, look.words.now, look.colours.good, other]];
    if (other) lines.push([look.at, instant(look.at), look.colours.focus, false]);
    for (const [ms, word, colour, dashed] of lines) {
      const x = this.x(ms);
      context.strokeStyle = colour;
      context.setLineDash(dashed ? [4 * ratio, 4 * ratio] : []);
      this.vertical(x);
      context.setLineDash([]);
      this.text(word, x + 4 * ratio, low, colour);
    }
  }

  private vertical(x: number): void {
    const { top, height } = this.plot.bbox;
    this.context.beginPath();
    this.context.moveTo(x, top);
    this.context.lineTo(x, top + height);
    this.context.stroke();
  }

  private hatch(x: number, y: number, width: number, height: number, colour: string): void {
    const { context, ratio } = this;
    const step = 8 * ratio;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.beginPath();
    for (let at = x - height; at < x + width; at += step) {
      context.moveTo(at, y + height);
      context.lineTo(at + height, y);
    }
    context.strokeStyle = colour;
    context.lineWidth = 0.8 * ratio;
    context.stroke();
    context.restore();
  }

  private text(text: string, x: number, y: number, colour: string): void {
    const { context, ratio } = this;
    context.lineJoin = "round";
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.strokeStyle = this.look.colours.panel;
    context.lineWidth = 3 * ratio;
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  private colourOf(box: Box): string {
    const { own, other, good } = this.look.colours;
    return box.side === "own" ? own : box.side === "other" ? other : good;
  }
}
