import type { Encounter, Track } from "../api/types";
import { carriedOnMap } from "../geo/carry";
import { toMap } from "../geo/mercator";
import type { EntryAlert, PairAlert } from "../state/alerts";
import type { Trace } from "../state/trails";
import { distance, verticalDistance } from "../units/units";
import type { Colours } from "./colours";
import type { Labels, Spot } from "./labels";
import { copies, pixelX, pixelY, type Frame, type Pen } from "./frame";
import { heightKnown, labelOf } from "./track_labels";
import { symbolsOf } from "./symbols";
import { opacityOf } from "./track_symbols";

export interface Scene {
  tracks: Iterable<Track>;
  encounters: readonly Encounter[];
  alerts: ReadonlyMap<string, PairAlert>;
  entering: ReadonlyMap<string, EntryAlert>;
  selected: string | null;
  trail: readonly Trace[];
  party: string;
  at: number;
  colours: Colours;
}

/** An aircraft as it was drawn: for clicks. Pixels of the page. */
export interface Placed {
  track: Track;
  /** Seconds since its report. */
  ageS: number;
  x: number;
  y: number;
  rank: number;
}

const LEADER_S = 60;
const LABELS_MAX = 300;
const DOTS_FROM = 2_500; // metres of a pixel: aircraft are dots when all of Europe is seen
const RANKS = { preventive: 3, corrective: 4, warning: 5 };

/** Draw all aircraft; what comes back is where they are, the most important last. */
export function drawTracks(
  context: Pen,
  frame: Frame,
  scene: Scene,
  labels: Labels,
): Placed[] {
  const levels = levelsOf(scene);
  const placed = placedOf(frame, scene, levels);
  const byId = new Map(placed.map((one) => [one.track.id, one]));
  drawTrail(context, frame, scene);
  const lines = drawEncounters(context, scene, byId, levels);
  if (frame.resolution > DOTS_FROM) drawDots(context, scene, placed);
  else {
    drawLeaders(context, frame, scene, placed);
    drawSymbols(context, frame, scene, placed);
  }
  for (const one of placed) {
    const level = levels.get(one.track.id);
    if (one.track.lost) cross(context, one, colourOf(one.track, scene));
    if (level) box(context, one.x, one.y, level, scene.colours);
    if (one.track.id === scene.selected) ring(context, one.x, one.y, scene.colours.focus);
    labels.reserve(one.x, one.y, one.rank >= 1 ? 6 : 4); // a label over other symbols is not read
  }
  for (const line of lines) labels.put([line.text], [line.spot], line.colour, { always: line.warns });
  return placed;
}

function placedOf(frame: Frame, scene: Scene, levels: ReadonlyMap<string, PairAlert["level"]>): Placed[] {
  const placed: Placed[] = [];
  for (const track of scene.tracks) {
    const at = carriedOnMap(track, scene.at);
    const y = pixelY(frame, at.y);
    if (y < -40 || y > frame.height + 40) continue;
    const rank = rankOf(track, scene, levels);
    for (const shift of copies(frame, at.x)) {
      placed.push({ track, ageS: at.ageS, x: pixelX(frame, at.x + shift), y, rank });
    }
  }
  return placed.sort((a, b) => a.rank - b.rank);
}

/** What is seen first: what is selected, then alerts by level, then own aircraft. */
function rankOf(track: Track, scene: Scene, levels: ReadonlyMap<string, PairAlert["level"]>): number {
  if (track.id === scene.selected) return 9;
  const level = levels.get(track.id);
  return level ? RANKS[level] : own(track, scene) ? 1 : 0;
}

function own(track: Track, scene: Scene): boolean {
  return track.party !== null && track.party === scene.party;
}

function colourOf(track: Track, scene: Scene): string {
  return own(track, scene) ? scene.colours.own : scene.colours.other;
}

function levelsOf({ alerts, entering }: Scene): Map<string, PairAlert["level"]> {
  const found = new Map<string, PairAlert["level"]>();
  const add = (id: string, level: PairAlert["level"]) => {
    const before = found.get(id);
    if (!before || RANKS[level] > RANKS[before]) found.set(id, level);
  };
  for (const { lost, level, first, second } of alerts.values()) {
    if (lost) continue;
    add(first.id, level);
    add(second.id, level);
  }
  for (const { lost, level, aircraft } of entering.values()) if (!lost) add(aircraft.id, level);
  return found;
}

function drawDots(context: Pen, scene: Scene, placed: readonly Placed[]): void {
  for (const { track, ageS, x, y } of placed) {
    context.globalAlpha = opacityOf(ageS, track.lost);
    context.fillStyle = colourOf(track, scene);
    context.fillRect(x - 1.5, y - 1.5, 3, 3);
  }
  context.globalAlpha = 1;
}

/** Where each goes in the next minute. Lines that look alike are drawn as one. */
function drawLeaders(context: Pen, frame: Frame, scene: Scene, placed: readonly Placed[]): void {
  const alike = new Map<string, Placed[]>();
  for (const one of placed) {
    const { track } = one;
    if (!track.speed_mps || track.track_deg === null || track.lost || track.on_ground) continue;
    const key = `${opacityOf(one.ageS, false).toFixed(1)} ${colourOf(track, scene)}`;
    const found = alike.get(key);
    if (found) found.push(one);
    else alike.set(key, [one]);
  }
  context.lineWidth = 1.2;
  for (const [key, ones] of alike) {
    const [opacity, ...colour] = key.split(" ");
    context.globalAlpha = Number(opacity);
    context.strokeStyle = colour.join(" ");
    context.beginPath();
    for (const { track, x, y } of ones) {
      // the map keeps directions: on it, a minute ahead is a straight line
      const wide = Math.cos((track.lat * Math.PI) / 180) * frame.resolution;
      const [long, turn] = [((track.speed_mps ?? 0) * LEADER_S) / Math.max(wide, 1e-6), ((track.track_deg ?? 0) * Math.PI) / 180];
      context.moveTo(x, y);
      context.lineTo(x + long * Math.sin(turn), y - long * Math.cos(turn));
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawSymbols(context: Pen, frame: Frame, scene: Scene, placed: readonly Placed[]): void {
  const { ground, own: mine, other } = scene.colours;
  const [ours, theirs] = [mine, other].map((colour) => symbolsOf(colour, ground, frame.ratio));
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0); // pixels of the screen
  for (const { track, ageS, x, y } of placed) {
    const filled = own(track, scene);
    context.globalAlpha = opacityOf(ageS, track.lost);
    (filled ? ours : theirs)?.draw(context, { kind: track.class, track: track.track_deg, filled }, x, y);
  }
  context.restore();
}

function cross(context: Pen, { x, y, ageS }: Placed, colour: string, half = 8): void {
  context.globalAlpha = opacityOf(ageS, true);
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(x - half, y - half);
  context.lineTo(x + half, y + half);
  context.moveTo(x + half, y - half);
  context.lineTo(x - half, y + half);
  context.lineWidth = 1.5;
  context.stroke();
  context.globalAlpha = 1;
}

function box(
  context: Pen,
  x: number,
  y: number,
  level: PairAlert["level"],
  own: Colours,
): void {
  context.strokeStyle = level === "warning" ? own.danger : level === "corrective" ? own.warning : own.text;
  context.lineWidth = level === "warning" ? 3 : 1.8;
  context.setLineDash(level === "preventive" ? [3, 3] : []);
  if (level === "warning") context.strokeRect(x - 13, y - 13, 26, 26);
  else {
    context.beginPath();
    context.arc(x, y, 14, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

function ring(context: Pen, x: number, y: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 18, 0, 2 * Math.PI);
  context.stroke();
}

/** Write the labels of the aircraft whose rank is from `low` to below `high`. */
export function drawTrackLabels(
  labels: Labels,
  frame: Frame,
  scene: Scene,
  placed: readonly Placed[],
  low: number,
  high: number,
): void {
  for (let index = placed.length - 1; index >= 0 && labels.count < LABELS_MAX; index--) {
    const one = placed[index];
    if (!one || one.rank < low || one.rank >= high) continue;
    if (one.x < -20 || one.x > frame.width + 20) continue;
    if (frame.resolution > DOTS_FROM && one.rank < 3) continue;
    const spots: Spot[] = [
      [one.x + 12, one.y - 27, "left"],
      [one.x + 12, one.y + 4, "left"],
      [one.x - 12, one.y - 27, "right"],
      [one.x - 12, one.y + 4, "right"],
    ];
    if (one.rank < 3 && !labels.mayFit(spots, 2)) continue;
    const colour = colourOf(one.track, scene);
    labels.put(
      labelOf(one.track),
      spots,
      (row) => (row === 0 || heightKnown(one.track) ? colour : scene.colours.stale),
      { always: one.rank >= 3, opacity: Math.max(0.75, opacityOf(one.ageS, one.track.lost)) },
    );
  }
}

interface EncounterText {
  text: string;
  spot: Spot;
  colour: string;
  warns: boolean;
}

/** Lines between two that will be too close; what is written there comes back. */
function drawEncounters(
  context: Pen,
  scene: Scene,
  byId: ReadonlyMap<string, Placed>,
  levels: ReadonlyMap<string, PairAlert["level"]>,
): EncounterText[] {
  const found: EncounterText[] = [];
  for (const one of scene.encounters) {
    const [a, b] = [byId.get(one.first.id), byId.get(one.second.id)];
    if (!a || !b) continue;
    const warns = levels.get(one.first.id) === "warning" && levels.get(one.second.id) === "warning";
    const colour = warns ? scene.colours.danger : scene.colours.warning;
    context.strokeStyle = colour;
    context.lineWidth = warns ? 2.2 : 1.4;
    context.setLineDash([6, 4]);
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
    context.setLineDash([]);
    const since = (scene.at - Date.parse(one.predicted_at)) / 1_000;
    const seconds = Math.max(0, Math.round(one.closest_s - since));
    const text = `${seconds} s · ${distance(one.lateral_m)} · ${one.vertical_m === null ? "ALT?" : verticalDistance(one.vertical_m)}`;
    const spot = [(a.x + b.x) / 2 + 6, (a.y + b.y) / 2, "left"] as const;
    found.push({ text, spot, colour, warns });
  }
  return found;
}

function drawTrail(context: Pen, frame: Frame, scene: Scene): void {
  if (scene.trail.length === 0) return;
  context.fillStyle = scene.colours.focus;
  for (const spot of scene.trail) {
    if (spot.time > scene.at) continue;
    const [mapX, mapY] = toMap(spot.lat, spot.lng);
    for (const shift of copies(frame, mapX)) {
      context.beginPath();
      context.arc(pixelX(frame, mapX + shift), pixelY(frame, mapY), 1.8, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** The aircraft at a place of the screen, the most important first. */
export function hit(placed: readonly Placed[], x: number, y: number, within = 14): Placed | null {
  let best: Placed | null = null;
  let least = within;
  for (const one of placed) {
    const away = Math.hypot(one.x - x, one.y - y);
    if (away <= least) [best, least] = [one, away];
  }
  return best;
}
