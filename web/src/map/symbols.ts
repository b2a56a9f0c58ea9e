import type { Pen } from "./frame";
import { symbolPath } from "./track_symbols";

/**
 * Symbols of aircraft: the same few in every direction. Each is drawn once and then copied: without a
 * GPU, to turn and fill a path for each of thousands takes five times as long.
 */
const STEPS = 72; // a symbol points within 2.5 degrees of where it goes; the line ahead of it is exact
const HALF_PX = 10.6; // no symbol is larger
const LINE_PX = 1.2;
const SAME_ANYWHERE = new Set(["uncrewed", "rotorcraft", "balloon", "vehicle"]);

export interface Look {
  /** The class of the aircraft. */
  kind: string;
  /** Degrees clockwise from north, null where it is not known. */
  track: number | null;
  /** Own ones are filled, others hollow over the ground: the side is seen without its colour. */
  filled: boolean;
}

type Picture = ImageBitmap | OffscreenCanvas | HTMLCanvasElement;

/** The pictures of one side's symbols in one theme, for so many pixels of the screen each. */
export class Symbols {
  private readonly pictures = new Map<string, (Picture | undefined)[]>();
  private readonly side: number;

  constructor(
    private readonly colour: string,
    private readonly ground: string,
    private readonly ratio: number,
  ) {
    this.side = Math.ceil(2 * HALF_PX * ratio);
  }

  /** Draw a symbol round a place, in pixels of the page. The context is not scaled. */
  draw(context: Pen, look: Look, x: number, y: number): void {
    const step = stepOf(look.track);
    const name = look.filled ? `${look.kind}*` : look.kind;
    let row = this.pictures.get(name);
    if (!row) this.pictures.set(name, (row = []));
    const picture = (row[step] ??= this.made(look, step));
    // whole pixels: a copy that is not resampled is sharp, and quick
    context.drawImage(picture, Math.round(x * this.ratio - this.side / 2), Math.round(y * this.ratio - this.side / 2));
  }

  private made(look: Look, step: number): Picture {
    const { side, ratio } = this;
    const canvas = typeof OffscreenCanvas === "undefined" ? document.createElement("canvas") : new OffscreenCanvas(side, side);
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d") as Pen | null;
    if (!context) return canvas;
    context.translate(side / 2, side / 2);
    context.scale(ratio, ratio);
    context.rotate(step < STEPS ? (step / STEPS) * 2 * Math.PI : 0);
    if (step === STEPS && !SAME_ANYWHERE.has(look.kind)) {
      context.beginPath();
      context.arc(0, 0, 4.5, 0, 2 * Math.PI);
    } else symbolPath(context, look.kind);
    context.lineWidth = LINE_PX;
    context.strokeStyle = this.colour;
    context.fillStyle = look.filled ? this.colour : this.ground;
    context.fill();
    context.stroke();
    return "transferToImageBitmap" in canvas ? canvas.transferToImageBitmap() : canvas;
  }
}

/** Which of the pictures shows a direction; the last one that none is known. */
export function stepOf(track: number | null): number {
  if (track === null || !Number.isFinite(track)) return STEPS;
  return ((Math.round((track / 360) * STEPS) % STEPS) + STEPS) % STEPS;
}

const known = new Map<string, Symbols>();
const KNOWN_MAX = 8; // themes, screens, and two sides

/** The symbols in a colour, made once. */
export function symbolsOf(colour: string, ground: string, ratio: number): Symbols {
  const key = `${colour} ${ground} ${ratio}`;
  let found = known.get(key);
  if (!found) {
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(key, (found = new Symbols(colour, ground, ratio)));
  }
  return found;
}
