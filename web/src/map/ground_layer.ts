import type { FeatureCollection } from "geojson";
import Layer from "ol/layer/Layer";
import type { FrameState } from "ol/Map";
import small from "world-atlas/countries-110m.json?url";
import middle from "world-atlas/countries-50m.json?url";
import large from "world-atlas/countries-10m.json?url";
import waters from "../../build/waters.json?url";
import { colours } from "./colours";
import { drawn } from "./first";
import { laid, type Frame } from "./frame";
import { frameOf } from "./grid_layer";
import type { FromGround, ToGround } from "./ground_words";

const FILES = [
  { url: small, fromZoom: -Infinity },
  { url: middle, fromZoom: 4 },
  { url: large, fromZoom: 7.5 },
];
const BEYOND = 1.5; // of the view: while the map moves, there is ground beyond its edges
const MOVING_EVERY_MS = 200;
const UNANSWERED_MS = 5_000;

/** Land, coasts, borders and waters. Another thread draws them; the last drawing moves with the map. */
export class GroundLayer {
  private readonly canvas = document.createElement("canvas");
  readonly layer = new Layer({ zIndex: 0, render: (state) => this.render(state) });
  private worker: Worker | null = null;
  private view: { frame: Frame; zoom: number } | null = null;
  private shown: Frame | null = null;
  private wanted: Frame | null = null; // the view that was last asked for
  private stale = true; // the ground or its colours are others than what is shown
  private asked: number | null = null; // since when a drawing is awaited
  private timer: ReturnType<typeof setTimeout> | undefined;
  private level = -1;
  private number = 0;
  private readonly loading = new Map<number, (done: boolean) => void>();
  private hasWaters = false;
  private invented = false;

  constructor() {
    Object.assign(this.canvas.style, { position: "absolute", left: "0", top: "0", transformOrigin: "0 0" });
  }

  /** Land that is invented, as a demo has: it is drawn like any other. */
  add(region: FeatureCollection): void {
    if (this.invented) return;
    this.invented = true;
    this.post({ kind: "invented", region });
    this.renew();
  }

  /** Show what is fine enough for a zoom; coarse first, finer once it is there. */
  async fit(zoom: number): Promise<void> {
    const wanted = FILES.findLastIndex((one) => zoom >= one.fromZoom);
    const file = FILES[wanted];
    if (!file || wanted <= this.level) return;
    const before = this.level;
    this.level = wanted;
    await drawn(); // what stands and flies is seen before any coast
    const done = await this.load((number) => ({ kind: "land", number, url: file.url, level: wanted }));
    if (done) this.renew();
    else if (this.level === wanted) this.level = before; // asked again when the map moves
  }

  async addWaters(): Promise<void> {
    if (this.hasWaters) return;
    this.hasWaters = await this.load((number) => ({ kind: "waters", number, url: waters }));
    if (this.hasWaters) this.renew();
  }

  /** Draw it anew: it or its colours are others. */
  renew(): void {
    this.stale = true;
    this.ask();
  }

  end(): void {
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.worker = null;
  }

  private render(state: FrameState | null): HTMLElement {
    if (!state) return this.canvas;
    const frame = frameOf(state);
    this.view = { frame, zoom: state.viewState.zoom };
    this.lay();
    const moves = state.viewHints.some((one) => one > 0);
    if (!moves) this.ask();
    else
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.ask();
      }, MOVING_EVERY_MS);
    return this.canvas;
  }

  private ask(): void {
    if (!this.view || (!this.stale && this.wanted && same(this.wanted, this.view.frame))) return;
    const since = performance.now();
    if (this.asked !== null && since - this.asked < UNANSWERED_MS) return; // asked again when that is there
    const { frame, zoom } = this.view;
    const { land, water, coast } = colours.peek();
    this.asked = since;
    this.wanted = frame;
    this.stale = false;
    const wide = { ...frame, width: Math.round(frame.width * BEYOND), height: Math.round(frame.height * BEYOND) };
    this.post({ kind: "draw", frame: wide, zoom, look: { land, water, coast } });
  }

  private heard(words: FromGround): void {
    if (words.kind === "loaded") {
      this.loading.get(words.number)?.(words.done);
      this.loading.delete(words.number);
      return;
    }
    const { picture, frame } = words;
    this.canvas.width = picture.width;
    this.canvas.height = picture.height;
    this.canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(picture);
    this.shown = frame;
    this.lay();
    this.asked = null;
    this.ask();
  }

  private lay(): void {
    if (this.shown && this.view) laid(this.canvas, this.shown, this.view.frame);
  }

  private load(words: (number: number) => ToGround): Promise<boolean> {
    const number = ++this.number;
    return new Promise((resolve) => {
      this.loading.set(number, resolve);
      this.post(words(number));
    });
  }

  private post(words: ToGround): void {
    if (typeof Worker === "undefined") return;
    if (!this.worker) {
      this.worker = new Worker(new URL("./ground_worker.ts", import.meta.url), { type: "module" });
      this.worker.onmessage = (event: MessageEvent<FromGround>) => this.heard(event.data);
    }
    this.worker.postMessage(words);
  }
}

function same(a: Frame, b: Frame): boolean {
  return a.x === b.x && a.y === b.y && a.resolution === b.resolution && a.width === b.width && a.height === b.height && a.ratio === b.ratio;
}
