/** How aircraft are drawn: by class in their shape, by side in filled or hollow. */
const HALF = 7;

/** A path of the symbol of a class, the nose up, round the origin. */
export function symbolPath(context: CanvasRenderingContext2D, kind: string): void {
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
  private readonly cells = new Set<number>();

  constructor(private readonly size = 10) {}

  /** Take a rectangle, unless any of it is taken. */
  take(x: number, y: number, width: number, height: number): boolean {
    const found = this.cellsOf(x, y, width, height);
    if (found.some((one) => this.cells.has(one))) return false;
    for (const one of found) this.cells.add(one);
    return true;
  }

  private cellsOf(x: number, y: number, width: number, height: number): number[] {
    const found: number[] = [];
    const [right, low] = [Math.floor((x + width) / this.size), Math.floor((y + height) / this.size)];
    for (let row = Math.floor(y / this.size); row <= low; row++) {
      for (let column = Math.floor(x / this.size); column <= right; column++) {
        found.push(row * 4_096 + column);
      }
    }
    return found;
  }
}
