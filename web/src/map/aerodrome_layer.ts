import Layer from "ol/layer/Layer";
import type { FrameState } from "ol/Map";
import { toMap } from "../geo/mercator";
import { aerodromes, type Aerodrome } from "../state/aerodromes";
import { colours, faded } from "./colours";
import { copies, pixelX, pixelY, prepared, type Frame } from "./frame";
import { enlarged, frameOf } from "./grid_layer";

const AIRLINE_FROM_ZOOM = 6.5;
const ALL_FROM_ZOOM = 8.5;
const SHOWN_MAX = 150; // more say nothing
const APART_PX = 34;
const RADIUS_PX = 3;

interface Placed {
  one: Aerodrome;
  x: number;
  y: number;
}

/** Aerodromes with their indicators, dim, below everything that is declared. */
export class AerodromeLayer {
  private readonly canvas = document.createElement("canvas");
  private placed: Placed[] = [];
  private of: readonly Aerodrome[] | null = null;
  readonly layer = new Layer({
    zIndex: 2,
    minZoom: AIRLINE_FROM_ZOOM,
    render: (state) => (state ? this.draw(state) : this.canvas),
  });

  constructor() {
    Object.assign(this.canvas.style, { position: "absolute", width: "100%", height: "100%" });
  }

  private draw(state: FrameState): HTMLElement {
    const frame = enlarged(frameOf(state));
    const context = prepared(this.canvas, frame);
    if (!context) return this.canvas;
    const { dim } = colours.value;
    context.strokeStyle = context.fillStyle = faded(dim, 0.75);
    context.font = "10px B612, sans-serif";
    context.lineWidth = 1;
    for (const [one, x, y] of inView(this.places(), frame, state.viewState.zoom >= ALL_FROM_ZOOM)) {
      context.beginPath();
      context.arc(x, y, RADIUS_PX, 0, 2 * Math.PI);
      context.moveTo(x - 2 * RADIUS_PX, y);
      context.lineTo(x + 2 * RADIUS_PX, y);
      context.stroke();
      context.fillText(one.indicator, x + 2 * RADIUS_PX + 2, y + 3);
    }
    context.setTransform(1, 0, 0, 1, 0, 0); // the next layer may draw on this canvas
    return this.canvas;
  }

  private places(): Placed[] {
    const all = aerodromes.peek();
    if (all !== this.of) {
      this.of = all;
      // Airlines' first: of two that lie on each other the first is shown.
      const sorted = [...all].sort((a, b) => Number(b.airline) - Number(a.airline));
      this.placed = sorted.map((one) => {
        const [x, y] = toMap(one.lat, one.lng);
        return { one, x, y };
      });
    }
    return this.placed;
  }
}

/** Those in the frame, in pixels, none too near to another. */
export function inView(placed: readonly Placed[], frame: Frame, all: boolean): [Aerodrome, number, number][] {
  const shown: [Aerodrome, number, number][] = [];
  for (const { one, x, y } of placed) {
    if (!all && !one.airline) break; // they come first
    const down = pixelY(frame, y);
    if (down < 0 || down > frame.height) continue;
    for (const turn of copies(frame, x)) {
      const right = pixelX(frame, x + turn);
      const free = shown.every(([, a, b]) => Math.abs(a - right) > APART_PX || Math.abs(b - down) > APART_PX / 2);
      if (free) shown.push([one, right, down]);
    }
    if (shown.length >= SHOWN_MAX) break;
  }
  return shown;
}
