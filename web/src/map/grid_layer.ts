import Layer from "ol/layer/Layer";
import type { FrameState } from "ol/Map";
import { colours, faded } from "./colours";
import { drawGrid, prepared, type Frame } from "./frame";
import { wall } from "../style/wall";

/** Lines of latitude and longitude, between the land and the volumes. */
export class GridLayer {
  private readonly canvas = document.createElement("canvas");
  readonly layer = new Layer({ zIndex: 1, render: (state) => (state ? this.draw(state) : this.canvas) });

  constructor() {
    Object.assign(this.canvas.style, { position: "absolute", width: "100%", height: "100%" });
  }

  changed(): void {
    this.layer.changed();
  }

  private draw(state: FrameState): HTMLElement {
    const frame = enlarged(frameOf(state));
    const context = prepared(this.canvas, frame);
    const own = colours.value;
    const look = { line: faded(own.coast, 0.3), text: own.dim, font: "10px B612, sans-serif", ground: own.ground };
    if (context) drawGrid(context, frame, look);
    context?.setTransform(1, 0, 0, 1, 0, 0); // the next layer may draw on this canvas
    return this.canvas;
  }
}

/** The same frame in fewer, larger pixels: on a wall what is written is as large as beside the map. */
export function enlarged(frame: Frame, large = wall()): Frame {
  const [width, height] = [frame.width / large, frame.height / large];
  return { ...frame, resolution: frame.resolution * large, width, height, ratio: frame.ratio * large };
}

/** The map's frame as it is drawn just now. */
export function frameOf(state: FrameState): Frame {
  const { center, resolution } = state.viewState;
  return {
    x: center[0] ?? 0,
    y: center[1] ?? 0,
    resolution,
    width: state.size[0] ?? 1,
    height: state.size[1] ?? 1,
    ratio: state.pixelRatio,
  };
}
