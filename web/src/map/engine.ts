import type { Encounter, Entry, Track } from "../api/types";
import { prefs } from "../state/prefs";
import { forgetTrails, rememberAll, trailOf } from "../state/trails";
import type { Asking, Counts, FromEngine, Hit, Look, Looked, Moment, ToEngine } from "./engine_words";
import { drawEntries } from "./entry_marks";
import { prepared, pixelX, pixelY, type Frame } from "./frame";
import { Labels } from "./labels";
import { drawMarks, reserveMarks, type Mark } from "./marks";
import { drawTrackLabels, drawTracks, hit, type Placed, type Scene } from "./track_canvas";
import { drawVolumeLabels } from "./volume_labels";

interface Picture {
  time: string;
  tracks: Track[];
  encounters: Encounter[];
  entries: Entry[] | null;
}

type Say = (words: FromEngine, given?: Transferable[]) => void;

const NONE: ReadonlyMap<string, never> = new Map<string, never>();
const CONTROLS = { left: 420, low: 42, right: 42, top: 154 }; // pixels that the page's own controls cover

/**
 * All that moves on the map, in a thread of its own: the page never waits for it.
 *
 * It reads pictures of the sky, keeps the ways of aircraft, and draws; the page is given the drawing,
 * and of the aircraft only those that it asks for.
 */
export class Engine {
  private readonly look: Partial<Look> = {};
  private tracks: ReadonlyMap<string, Track> = new Map();
  private encounters: readonly Encounter[] = [];
  private past = false;
  private placed: Placed[] = [];
  private marks: Mark[] = [];
  private entries = 0;
  private frame: Frame | null = null;
  private readonly canvas = new OffscreenCanvas(1, 1);

  constructor(private readonly say: Say) {}

  hear(words: ToEngine): void {
    if (words.kind === "look") this.looksAt(words.part);
    else if (words.kind === "draw") this.draw(words, words.tick);
    else if (words.kind === "read") void this.read(words.number, words);
    else if (words.kind === "forget") this.forget();
    else if (words.kind === "hit") this.say({ kind: "hit", number: words.number, found: this.at(words.x, words.y) });
    else this.say({ kind: "names", number: words.number, names: [...this.tracks.values()].map(({ id, name }) => ({ id, name })) });
  }

  private looksAt(part: Partial<Look>): void {
    Object.assign(this.look, part);
    if (part.prefs) prefs.value = part.prefs;
    if (part.selected !== undefined || part.wanted) this.say({ kind: "looked", ...this.looked() });
  }

  private async read(number: number, asking: Asking): Promise<void> {
    const timeout = AbortSignal.timeout(asking.timeoutMs);
    try {
      const headers: HeadersInit = asking.token ? { Authorization: `Bearer ${asking.token}` } : {};
      const answer = await fetch(asking.path, { headers, signal: timeout });
      if (answer.ok) this.take(number, (await answer.json()) as Picture, asking.past);
      else this.unread(number, answer.status, await answer.text());
    } catch {
      this.unread(number, 0, "", timeout.aborted);
    }
  }

  private take(number: number, picture: Picture, past: boolean): void {
    const { time, encounters, entries = null } = picture;
    this.tracks = new Map(picture.tracks.map((one) => [one.id, one]));
    this.encounters = encounters;
    if (past !== this.past) forgetTrails();
    this.past = past;
    rememberAll(this.tracks);
    const aircraft = this.tracks.size;
    this.say({ kind: "read", number, found: { time, aircraft, encounters, entries, ...this.looked() } });
  }

  private unread(number: number, status: number, body: string, silent = false): void {
    this.say({ kind: "unread", number, problem: { status, body, silent } });
  }

  private forget(): void {
    this.tracks = new Map();
    this.encounters = [];
    forgetTrails();
  }

  private looked(): Looked {
    const { selected, wanted = [] } = this.look;
    const near = new Set(selected ? [selected] : []);
    for (const { first, second } of this.encounters) {
      if (first.id === selected) near.add(second.id);
      if (second.id === selected) near.add(first.id);
    }
    const tracks = [...new Set([...near, ...wanted])].flatMap((id) => this.tracks.get(id) ?? []);
    return { tracks, trails: [...near].map((id) => [id, trailOf(id)]) };
  }

  private draw({ frame, at, now }: Moment, tick: boolean): void {
    const began = performance.now();
    const { alerts, entering = NONE, colours, party, selected = null, chosen = "", threads, marks = [], names = [] } = this.look;
    const context = prepared(this.canvas, frame);
    if (!context || !colours || !threads || !alerts || party === undefined) return;
    const labels = new Labels(context, frame, colours.ground);
    labels.keepFree(0, frame.height - CONTROLS.low, CONTROLS.left, 30); // the scale and the cursor's place
    labels.keepFree(frame.width - CONTROLS.right, 0, CONTROLS.right, CONTROLS.top); // the buttons
    const scene: Scene = {
      tracks: this.tracks.values(),
      encounters: this.encounters,
      alerts,
      entering,
      selected,
      trail: selected ? trailOf(selected) : [],
      party,
      at: Math.min(at, now),
      colours,
    };
    const marked = { marks, chosen: selected ?? chosen, at, colours };
    const volumes = { names, at, selected: threads, colours };
    reserveMarks(frame, labels, marked);
    drawVolumeLabels(labels, frame, volumes, "selected");
    this.placed = drawTracks(context, frame, scene, labels);
    this.entries = drawEntries(context, frame, labels, entering, this.placed, scene.at, colours);
    this.marks = drawMarks(context, frame, labels, marked);
    drawTrackLabels(labels, frame, scene, this.placed, 3, Infinity);
    drawVolumeLabels(labels, frame, volumes, "others");
    drawTrackLabels(labels, frame, scene, this.placed, 0, 3);
    labels.write();
    this.frame = frame;
    const picture = this.canvas.transferToImageBitmap();
    const counts = this.counts(performance.now() - began);
    this.say({ kind: "drawn", picture, frame, counts, tick }, [picture]);
  }

  private counts(drawMs: number): Counts {
    return {
      tracks: new Set(this.placed.map((one) => one.track.id)).size,
      conflicts: new Set(this.marks.filter((one) => one.kind === "conflict").map((one) => one.id)).size,
      spots: this.marks.filter((one) => one.kind === "thread").length,
      entries: this.entries,
      drawMs,
    };
  }

  /** What is at a place of the map, in metres of it, the most important first. */
  private at(mapX: number, mapY: number): Hit | null {
    if (!this.frame) return null;
    const [x, y] = [pixelX(this.frame, mapX), pixelY(this.frame, mapY)];
    const track = hit(this.placed, x, y);
    if (track) return { kind: "track", id: track.track.id };
    const mark = this.marks.findLast((one) => Math.hypot(one.x - x, one.y - y) < 14);
    return mark ? { kind: mark.kind, id: mark.id } : null;
  }
}
