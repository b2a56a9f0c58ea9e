import type OlMap from "ol/Map";
import { board, conflictOf } from "../state/board";
import { now } from "../state/clock";
import { alerts, encounters, tracks } from "../state/sky";
import { party } from "../state/session";
import { trailOf } from "../state/trails";
import { selection, shownAt } from "../state/view";
import { colours } from "./colours";
import { prepared, type Frame } from "./frame";
import { drawMarks, reserveMarks, type Mark } from "./marks";
import { Labels } from "./labels";
import { shapes, spots } from "./scene";
import { drawTrackLabels, drawTracks, hit, type Placed, type Scene } from "./track_canvas";
import { drawVolumeLabels } from "./volume_labels";

/** What moves, on a canvas of its own over the map: the layers below are not drawn again for it. */
export class Overlay {
  private placed: Placed[] = [];
  private marks: Mark[] = [];
  private readonly ticks: number[] = [];
  private spentMs = 0;
  private updates = 0; // since the page began

  constructor(
    private readonly map: OlMap,
    private readonly canvas: HTMLCanvasElement,
  ) {}

  /** Four times a second: carry everything on. Nobody looks at a hidden page. */
  tick(): void {
    if (document.hidden) return;
    this.ticks.push(performance.now());
    if (this.ticks.length > 240) this.ticks.shift();
    this.draw();
    this.updates++;
  }

  draw(): void {
    const frame = this.frame();
    if (!frame) return;
    const began = performance.now();
    const context = prepared(this.canvas, frame);
    if (!context) return;
    const selected = selection.value;
    const own = colours.value;
    const at = shownAt.value;
    const labels = new Labels(context, frame, own.ground);
    labels.keepFree(0, frame.height - 42, 420, 30); // the scale and the cursor's place
    labels.keepFree(frame.width - 42, 0, 42, 154); // the buttons
    const scene: Scene = {
      tracks: tracks.value.values(),
      encounters: encounters.value,
      alerts: alerts.value,
      selected: selected?.kind === "track" ? selected.id : null,
      trail: selected?.kind === "track" ? trailOf(selected.id) : [],
      party: party.value,
      at: Math.min(at, now.value), // where aircraft will be, nobody knows
      colours: own,
    };
    const conflicts = board.value?.conflicts ?? [];
    const marked = { conflicts, spots: spots.value, selected: selected?.id ?? "", at, colours: own };
    reserveMarks(frame, labels, marked);
    const volumes = { shapes: shapes.value, at, selected: this.selectedThreads(), colours: own };
    drawVolumeLabels(labels, frame, volumes, "selected");
    this.placed = drawTracks(context, frame, scene, labels);
    this.marks = drawMarks(context, frame, labels, marked);
    drawTrackLabels(labels, frame, scene, this.placed, 3, Infinity);
    drawVolumeLabels(labels, frame, volumes, "others");
    drawTrackLabels(labels, frame, scene, this.placed, 0, 3);
    labels.write();
    this.spentMs = performance.now() - began;
  }

  /** What is at a place of the screen, the most important first. */
  at(x: number, y: number): { kind: "track" | "conflict" | "thread"; id: string } | null {
    const track = hit(this.placed, x, y);
    if (track) return { kind: "track", id: track.track.id };
    const mark = this.marks.findLast((one) => Math.hypot(one.x - x, one.y - y) < 14);
    return mark ? { kind: mark.kind, id: mark.id } : null;
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
      tracks: new Set(this.placed.map((one) => one.track.id)).size,
      conflicts: new Set(this.marks.filter((one) => one.kind === "conflict").map((one) => one.id)).size,
      spots: this.marks.filter((one) => one.kind === "thread").length,
      updatesPerS: seconds > 0 ? (this.ticks.length - 1) / seconds : 0,
      drawMs: this.spentMs,
      updates: this.updates,
    };
  }

  private frame(): Frame | null {
    const view = this.map.getView();
    const [centre, resolution, size] = [view.getCenter(), view.getResolution(), this.map.getSize()];
    if (!centre || !resolution || !size?.[0] || !size[1]) return null;
    const [width, height] = size;
    return { x: centre[0] ?? 0, y: centre[1] ?? 0, resolution, width, height, ratio: devicePixelRatio };
  }
}
