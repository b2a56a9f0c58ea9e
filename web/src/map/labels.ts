import type { Frame, Pen } from "./frame";
import { Taken } from "./track_symbols";

export const LABEL_FONT = "11px B612, sans-serif";
const LINE_PX = 13;
const LEAST_PX = 40; // hardly a label is narrower
const WIDTHS_KEPT = 20_000;
const widths = new Map<string, number>();

// What was measured before the font was there is of another font.
const { fonts } = (typeof document === "undefined" ? globalThis : document) as unknown as { fonts?: FontFaceSet };
fonts?.addEventListener?.("loadingdone", () => widths.clear());

/** One line of a label: pixels of the page. */
interface Line {
  text: string;
  x: number;
  y: number;
  colour: string;
  opacity: number;
}

/** A place for a label: its left or right edge or its middle is there, its top is at `y`. */
export type Spot = readonly [x: number, y: number, side: "left" | "middle" | "right"];

/** Labels that do not lie on each other: who comes first has the better place. */
export class Labels {
  private readonly taken: Taken;
  private readonly plain: Line[] = [];
  private readonly bold: Line[] = [];
  count = 0;

  constructor(
    private readonly context: Pen,
    private readonly frame: Frame,
    private readonly ground: string,
  ) {
    this.taken = new Taken(frame.width, frame.height);
  }

  /** Keep a place free: a symbol is there. */
  reserve(x: number, y: number, half: number): void {
    this.taken.take(x - half, y - half, 2 * half, 2 * half);
  }

  keepFree(x: number, y: number, width: number, height: number): void {
    this.taken.take(x, y, width, height);
  }

  /** Whether there may be room at one of these places: asked before a label is put into words. */
  mayFit(spots: readonly Spot[], rows: number): boolean {
    return spots.some((spot) => {
      const x = leftOf(spot, LEAST_PX);
      return this.inView(x, spot[1], LEAST_PX) && this.taken.free(x, spot[1], LEAST_PX, LINE_PX * rows);
    });
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
    const free = spots.find((spot) => {
      const x = leftOf(spot, width);
      return this.inView(x, spot[1], width) && this.taken.take(x, spot[1], width, height);
    });
    const spot = free ?? (options.always ? spots[0] : undefined);
    if (!spot) return false;
    this.count += 1;
    const [x, y] = [leftOf(spot, width), spot[1]];
    const { bold, opacity = 1 } = options;
    lines.forEach((text, row) => {
      const own = typeof colour === "string" ? colour : colour(row);
      (bold ? this.bold : this.plain).push({ text, x, y: y + LINE_PX * row, colour: own, opacity });
    });
    return true;
  }

  /** Draw all that were put, over everything else; each font is set once: that costs a look at styles. */
  write(): void {
    const { context } = this;
    context.save();
    context.textBaseline = "top";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = this.ground;
    for (const [font, lines] of [[LABEL_FONT, this.plain], [`700 ${LABEL_FONT}`, this.bold]] as const) {
      if (lines.length > 0) context.font = font;
      for (const { text, x, y, colour, opacity } of lines) {
        context.globalAlpha = opacity;
        context.fillStyle = colour;
        context.strokeText(text, Math.round(x), Math.round(y));
        context.fillText(text, Math.round(x), Math.round(y));
      }
    }
    context.restore();
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

function leftOf([x, , side]: Spot, width: number): number {
  return side === "left" ? x : side === "right" ? x - width : x - width / 2;
}
