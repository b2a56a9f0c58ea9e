import type { FeatureCollection } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { WORLD } from "../geo/mercator";
import { faded } from "./colours_of";
import { prepared, type Frame, type Pen } from "./frame";
import type { FromGround, GroundLook, ToGround } from "./ground_words";
import { areasOf, linesOf, trace, type Outline } from "./outlines";

/** Land, coasts and borders that come with the page: no server of maps is asked. */
type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
type Waters = Topology<{ lakes: GeometryCollection; rivers: GeometryCollection }>;

interface Land {
  areas: Outline[];
  borders: Outline[];
}

const WATERS_FROM_ZOOM = 3;
const WATERS_TO_ZOOM = 9; // their places are good to about 2 km: nearer than that they would mislead

type Say = (words: FromGround, given?: Transferable[]) => void;

/** What lies below everything that is declared, read and drawn in a thread of its own. */
export class Ground {
  private land: Land = { areas: [], borders: [] };
  private level = -1;
  private waters: Outline[] = [];
  private invented: Outline[] = [];
  private readonly canvas = new OffscreenCanvas(1, 1);

  constructor(private readonly say: Say) {}

  hear(words: ToGround): void {
    if (words.kind === "draw") this.draw(words.frame, words.zoom, words.look);
    else if (words.kind === "land") void this.load(words.number, () => this.readLand(words.url, words.level));
    else if (words.kind === "waters") void this.load(words.number, () => this.readWaters(words.url));
    else this.invent(words.region);
  }

  private async load(number: number, read: () => Promise<void>): Promise<void> {
    try {
      await read();
      this.say({ kind: "loaded", number, done: true });
    } catch {
      this.say({ kind: "loaded", number, done: false });
    }
  }

  private async readLand(url: string, level: number): Promise<void> {
    const world = await fetched<World>(url);
    if (level < this.level) return;
    this.level = level;
    this.land = landOf(world);
  }

  private async readWaters(url: string): Promise<void> {
    this.waters = watersOf(await fetched<Waters>(url));
  }

  /** Land that is invented, as a demo has: it is drawn like any other. */
  private invent(region: FeatureCollection): void {
    this.invented = region.features.flatMap((one) => areasOf(one.geometry));
  }

  private draw(frame: Frame, zoom: number, look: GroundLook): void {
    const context = prepared(this.canvas, frame);
    if (!context) return;
    context.lineJoin = "round";
    fill(context, frame, [...this.land.areas, ...this.invented], look.land, look.coast, 1);
    context.setLineDash([4, 3]);
    stroke(context, frame, this.land.borders, faded(look.coast, 0.7), 1);
    context.setLineDash([]);
    if (zoom > WATERS_FROM_ZOOM && zoom <= WATERS_TO_ZOOM) {
      fill(context, frame, this.waters.filter((one) => one.area), look.water, look.coast, 0.8);
      stroke(context, frame, this.waters.filter((one) => !one.area), look.coast, 1);
    }
    const picture = this.canvas.transferToImageBitmap();
    this.say({ kind: "drawn", picture, frame }, [picture]);
  }
}

export function landOf(world: World): Land {
  const areas = feature(world, world.objects.land).features.flatMap((one) => areasOf(one.geometry));
  return { areas, borders: linesOf(mesh(world, world.objects.countries, (a, b) => a !== b)) };
}

/** Lakes and great rivers, to know where one is. */
export function watersOf(waters: Waters): Outline[] {
  const lakes = feature(waters, waters.objects.lakes).features.flatMap((one) => areasOf(one.geometry));
  return [...lakes, ...feature(waters, waters.objects.rivers).features.flatMap((one) => linesOf(one.geometry))];
}

async function fetched<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as T;
}

function fill(context: Pen, frame: Frame, areas: readonly Outline[], colour: string, edge: string, width: number): void {
  context.fillStyle = colour;
  context.strokeStyle = edge;
  context.lineWidth = width;
  for (const [one, shift] of seen(frame, areas)) {
    context.beginPath();
    for (const ring of one.rings) trace(context, frame, ring, shift);
    context.fill("evenodd");
    context.stroke();
  }
}

function stroke(context: Pen, frame: Frame, lines: readonly Outline[], colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const [one, shift] of seen(frame, lines)) for (const line of one.rings) trace(context, frame, line, shift);
  context.stroke();
}

/** What is in view, in each copy of the world that is. */
function* seen(frame: Frame, outlines: readonly Outline[]): Generator<[Outline, number]> {
  const [wide, high] = [(frame.width / 2) * frame.resolution, (frame.height / 2) * frame.resolution];
  for (const one of outlines) {
    const [west, south, east, north] = one.box;
    if (north < frame.y - high || south > frame.y + high) continue;
    const first = Math.ceil((frame.x - wide - east) / WORLD);
    const last = Math.floor((frame.x + wide - west) / WORLD);
    for (let turn = first; turn <= last && turn < first + 8; turn++) yield [one, turn * WORLD];
  }
}
