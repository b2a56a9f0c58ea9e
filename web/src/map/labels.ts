import type { Frame } from "./frame";
import { Taken } from "./track_symbols";

export const LABEL_FONT = "11px B612, sans-serif";
const LINE_PX = 13;
const WIDTHS_KEPT = 5_000;
const widths = new Map<string, number>();

/** A place for a label: its left or right edge or its middle is there, its top is at `y`. */
export type Spot = readonly [x: number, y: number, side: "left" | "middle" | "right"];

/** Labels that do not lie on each other: who comes first has the better place. */
export class Labels {
  private readonly taken = new Taken();
  count = 0;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly frame: Frame,
    private readonly ground: string,
  ) {
    context.lineJoin = "round";
  }

  /** Keep a place free: a symbol is there. */
  reserve(x: number, y: number, half: number): void {
    this.taken.take(x - half, y - half, 2 * half, 2 * half);
  }

  keepFree(x: number, y: number, width: number, height: number): void {
    this.taken.take(x, y, width, height);
  }

  /** Write lines at the first place that is free; `always`: at the first place, if none is. */
  put(
    lines: readonly string[],
    spots: readonly Spot[],
    colour: string | ((row: number) => string),
    options: { always?: boolean; opacity?: number; bold?: boolean } = {},
  ): boolean {
    const width = Math.max(...lines.map((text) => this.width(text)));
    const height = LINE_PX * lines.length;
    const left = ([x, , side]: Spot) => (side === "left" ? x : side === "right" ? x - width : x - width / 2);
    const free = spots.find(
      (spot) => this.inView(left(spot), spot[1], width) && this.taken.take(left(spot), spot[1], width, height),
    );
    const spot = free ?? (options.always ? spots[0] : undefined);
    if (!spot) return false;
    this.count += 1;
    this.write(lines, left(spot), spot[1], colour, options);
    return true;
  }

  private write(
    lines: readonly string[],
    x: number,
    y: number,
    colour: string | ((row: number) => string),
    options: { opacity?: number; bold?: boolean },
  ): void {
    const { context } = this;
    context.font = options.bold ? `700 ${LABEL_FONT}` : LABEL_FONT;
    context.textBaseline = "top";
    context.globalAlpha = options.opacity ?? 1;
    context.strokeStyle = this.ground;
    context.lineWidth = 3;
    lines.forEach((text, row) => {
      context.fillStyle = typeof colour === "string" ? colour : colour(row);
      context.strokeText(text, x, y + LINE_PX * row);
      context.fillText(text, x, y + LINE_PX * row);
    });
    context.globalAlpha = 1;
    context.textBaseline = "alphabetic";
  }

  private inView(x: number, y: number, width: number): boolean {
    return x + width > 0 && x < this.frame.width && y > -LINE_PX && y < this.frame.height;
  }

  private width(text: string): number {
    let found = widths.get(text);
    if (found === undefined) {
      if (widths.size > WIDTHS_KEPT) widths.clear();
      this.context.font = LABEL_FONT;
      widths.set(text, (found = this.context.measureText(text).width));
    }
    return found;
  }
}
