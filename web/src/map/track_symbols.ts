import type { Pen } from "./frame";

/** How aircraft are drawn: by class in their shape, by side in filled or hollow. */
const HALF = 7;

/** A path of the symbol of a class, the nose up, round the origin. */
export function symbolPath(context: Pen, kind: string): void {
  context.beginPath();
  if (kind === "uncrewed") {
    for (const [x, y] of [[-4, -4], [4, -4], [4, 4], [-4, 4]] as const) {
      context.moveTo(x + 2.6, y);
      context.arc(x, y, 2.6, 0, 2 * Math.PI);
    }
    context.moveTo(-2, 2);
    context.lineTo(0, -5);
    context.lineTo(2, 2);
    context.closePath();
    return;
  }
  if (kind === "rotorcraft") {
    context.moveTo(4, 0);
    context.arc(0, 0, 4, 0, 2 * Math.PI);
    context.moveTo(-HALF, -HALF);
    context.lineTo(HALF, HALF);
    context.moveTo(HALF, -HALF);
    context.lineTo(-HALF, HALF);
    return;
  }
  if (kind === "balloon" || kind === "vehicle") {
    if (kind === "vehicle") context.rect(-4, -4, 8, 8);
    else context.arc(0, 0, 5, 0, 2 * Math.PI);
    return;
  }
  const wing = kind === "glider" ? 9 : kind === "light" ? 6 : 7;
  context.moveTo(0, -8);
  context.lineTo(1.6, -2);
  context.lineTo(wing, 1.5);
  context.lineTo(wing, 3.2);
  context.lineTo(1.6, 2);
  context.lineTo(1.2, 5);
  context.lineTo(3.4, 7);
  context.lineTo(-3.4, 7);
  context.lineTo(-1.2, 5);
  context.lineTo(-1.6, 2);
  context.lineTo(-wing, 3.2);
  context.lineTo(-wing, 1.5);
  context.lineTo(-1.6, -2);
  context.closePath();
}

/** Opacity by age in seconds: full to 5 s, then less and less; never so little that it is missed. */
export function opacityOf(ageS: number, lost: boolean): number {
  if (lost) return 0.45;
  return ageS <= 5 ? 1 : Math.max(0.5, 1 - (ageS - 5) / 50);
}

/** Places on the screen that are taken, so that labels do not lie on each other. */
export class Taken {
  private readonly cells: Uint8Array;
  private readonly columns: number;
  private readonly rows: number;

  /** Of that many pixels; what is beyond them is free for all. `size`: of a cell. */
  constructor(
    width = 2_048,
    height = 2_048,
    private readonly size = 10,
  ) {
    this.columns = Math.ceil(width / size) + 1;
    this.rows = Math.ceil(height / size) + 1;
    this.cells = new Uint8Array(this.columns * this.rows);
  }

  /** Take a rectangle, unless any of it is taken. */
  take(x: number, y: number, width: number, height: number): boolean {
    if (!this.free(x, y, width, height)) return false;
    this.each(x, y, width, height, (from, until) => {
      this.cells.fill(1, from, until);
      return true;
    });
    return true;
  }

  /** Whether none of a rectangle is taken. */
  free(x: number, y: number, width: number, height: number): boolean {
    return this.each(x, y, width, height, (from, until) => {
      for (let cell = from; cell < until; cell++) if (this.cells[cell]) return false;
      return true;
    });
  }

  /** Each row of cells under a rectangle, until one says no. */
  private each(x: number, y: number, width: number, height: number, row: (from: number, until: number) => boolean): boolean {
    const [left, right] = [this.cell(x, this.columns), this.cell(x + width, this.columns)];
    const [top, low] = [this.cell(y, this.rows), this.cell(y + height, this.rows)];
    if (x + width < 0 || y + height < 0 || x / this.size >= this.columns || y / this.size >= this.rows) return true;
    for (let line = top; line <= low; line++) {
      if (!row(line * this.columns + left, line * this.columns + right + 1)) return false;
    }
    return true;
  }

  private cell(at: number, most: number): number {
    return Math.max(0, Math.min(most - 1, Math.floor(at / this.size)));
  }
}
