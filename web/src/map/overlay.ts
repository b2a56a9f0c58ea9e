import { effect } from "@preact/signals-core";
import type OlMap from "ol/Map";
import { conflictOf } from "../state/board";
import { now } from "../state/clock";
import { offPlans } from "../state/observed";
import { prefs } from "../state/prefs";
import { party } from "../state/session";
import { alerts, entryAlerts } from "../state/sky";
import { askDrawing, askHit, onDrawn, tell } from "../state/sky_thread";
import { isLive, selection, shownAt } from "../state/view";
import { wall } from "../style/wall";
import { colours } from "./colours";
import type { Counts, Hit } from "./engine_words";
import { type Frame } from "./frame";
import { marks } from "./mark_words";
import { shapes } from "./scene";
import { namesOf } from "./volume_labels";

const MOVING_EVERY_MS = 100; // while the map moves, what was drawn is moved with it in between
const NONE: ReadonlyMap<string, never> = new Map<string, never>();
const UNANSWERED_MS = 3_000; // the thread that draws is asked anew

function known(id: string | null | undefined): id is string {
  return Boolean(id);
}

/**
 * What moves, on a canvas of its own over the map: the layers below are not drawn again for it.
 *
 * It is drawn in another thread. Until the drawing of a new view is there, the last one is moved to it.
 */
export class Overlay {
  private readonly ticks: number[] = [];
  private counted: Counts = { tracks: 0, conflicts: 0, spots: 0, entries: 0, drawMs: 0 };
  private updates = 0; // since the page began
  private shown: Frame | null = null;
  private asked: number | null = null; // when the drawing that is awaited was asked for
  private again: { tick: boolean } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly map: OlMap,
    private readonly canvas: HTMLCanvasElement,
  ) {}

  /** Tell the drawing thread whatever changes, and show what it draws; what comes back ends that. */
  follow(): () => void {
    const ends = [
      effect(() => tell({ colours: colours.value, prefs: prefs.value, party: party.value })),
      effect(() => tell({ alerts: isLive.value ? alerts.value : NONE, entering: isLive.value ? entryAlerts.value : NONE })),
      effect(() => tell({ wanted: offPlans.value.flatMap((one) => [one.track, ...one.found.map((each) => each.track)]).filter(known) })),
      effect(() => tell({ names: namesOf(shapes.value) })),
      effect(() => tell({ marks: marks.value })),
      effect(() => {
        const selected = selection.value;
        const track = selected?.kind === "track" ? selected.id : null;
        tell({ selected: track, chosen: selected?.id ?? "", threads: this.selectedThreads() });
        this.draw();
      }),
    ];
    onDrawn(({ picture, frame, counts, tick }) => {
      this.show(picture, frame);
      this.counted = counts;
      if (tick) this.updated();
      this.asked = null;
      const { again } = this;
      this.again = null;
      if (again) this.ask(again.tick);
    });
    return () => {
      clearTimeout(this.timer);
      ends.forEach((end) => end());
    };
  }

  /** Four times a second: carry everything on. Nobody looks at a hidden page. */
  tick(): void {
    if (!document.hidden) this.ask(true);
  }

  draw(): void {
    this.ask(false);
  }

  /** The map was drawn: at another place, while it moves. */
  moved(): void {
    this.fit();
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw();
    }, MOVING_EVERY_MS);
  }

  /** What is at a place of the map, the most important first. */
  at([x, y]: readonly number[]): Promise<Hit | null> {
    return askHit(x ?? 0, y ?? 0);
  }

  /** The threads that the selection is about: one, or both of a conflict. */
  selectedThreads(): Set<string> {
    const selected = selection.value;
    if (selected?.kind === "thread") return new Set([selected.id]);
    const conflict = selected?.kind === "conflict" ? conflictOf(selected.id) : undefined;
    return new Set(conflict ? [conflict.own_thread, conflict.other_thread] : []);
  }

  counts(): Record<string, number> {
    const [first, last] = [this.ticks[0], this.ticks.at(-1)];
    const seconds = first !== undefined && last !== undefined ? (last - first) / 1_000 : 0;
    return {
      ...this.counted,
      updatesPerS: seconds > 0 ? (this.ticks.length - 1) / seconds : 0,
      updates: this.updates,
    };
  }

  /** One drawing after the other: a thread that is busy is asked less often. */
  private ask(tick: boolean): void {
    const since = performance.now();
    if (this.asked !== null && since - this.asked < UNANSWERED_MS) {
      this.again = { tick: tick || (this.again?.tick ?? false) };
      return;
    }
    const frame = this.frame();
    if (!frame) return;
    this.asked = since;
    askDrawing({ frame, at: shownAt.peek(), now: now.peek() }, tick);
  }

  private show(picture: ImageBitmap, frame: Frame): void {
    const context = this.canvas.getContext("bitmaprenderer");
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
    }
    context?.transferFromImageBitmap(picture);
    this.shown = frame;
    this.fit();
  }

  private updated(): void {
    this.updates++;
    this.ticks.push(performance.now());
    if (this.ticks.length > 240) this.ticks.shift();
  }

  /** Lay the last drawing over the view as it is now. */
  private fit(): void {
    const [was, is] = [this.shown, this.frame()];
    if (!was || !is) return;
    const scale = was.resolution / is.resolution;
    const x = (was.x - is.x) / is.resolution + is.width / 2 - (was.width / 2) * scale;
    const y = (is.y - was.y) / is.resolution + is.height / 2 - (was.height / 2) * scale;
    const still = Math.abs(x) < 0.01 && Math.abs(y) < 0.01 && Math.abs(scale - 1) < 1e-6;
    const { style } = this.canvas;
    const transform = still ? "" : `translate(${x * wall()}px, ${y * wall()}px) scale(${scale})`;
    if (style.transform !== transform) style.transform = transform;
    const [wide, high] = [`${was.width * wall()}px`, `${was.height * wall()}px`];
    if (style.width !== wide) style.width = wide;
    if (style.height !== high) style.height = high;
  }

  private frame(): Frame | null {
    const view = this.map.getView();
    const [centre, resolution, size] = [view.getCenter(), view.getResolution(), this.map.getSize()];
    if (!centre || !resolution || !size?.[0] || !size[1]) return null;
    const large = wall(); // its pixels are larger ones then
    const [width, height] = [size[0] / large, size[1] / large];
    return { x: centre[0] ?? 0, y: centre[1] ?? 0, resolution: resolution * large, width, height, ratio: devicePixelRatio * large };
  }
}
