import { computed, signal } from "@preact/signals-core";
import type { Conflict, Thread, Track, Volume } from "../api/types";
import { bandText, endOf, lowerOf, saysOf, startOf, upperOf, volumesOf } from "../geo/volumes";
import { t } from "../i18n/i18n";
import { board, conflictOf, threadOf } from "../state/board";
import { encounters, tracks } from "../state/sky";
import { previewVolumes, unsentVolumes } from "../state/preview";
import { trailOf, type Trace } from "../state/trails";
import { selection, shownAt } from "../state/view";

/** A volume as time and height: a box. Heights are metres over the WGS-84 ellipsoid. */
export interface Box {
  thread: string | null;
  side: "own" | "other" | "unsent" | "preview";
  closure: boolean;
  start: number;
  end: number;
  low: number;
  high: number;
  name: string;
  band: string;
  /** Only beside what is selected, or with nothing selected. */
  thin: boolean;
}

/** When two come too close, and within which heights; nulls: not known. */
export interface Window {
  start: number;
  end: number;
  low: number | null;
  high: number | null;
  verticalM: number;
}

/** Heights of one aircraft over one datum. */
export interface Line {
  id: string;
  name: string;
  datum: "W84" | "STD";
  main: boolean;
  points: { time: number; metres: number }[];
}

export interface ProfileItems {
  title: string;
  boxes: Box[];
  windows: Window[];
  lines: Line[];
}

const FT_M = 0.3048;
const AHEAD_MS = 2 * 3_600_000;
const NONE: ProfileItems = { title: "", boxes: [], windows: [], lines: [] };

/** Longitudes and latitudes that the map shows: west, south, east, north; null until it is there. */
export const inView = signal<readonly [number, number, number, number] | null>(null);
/** Counts up while a track is selected: its heights grow. */
export const trackTick = signal(0);

/** The instant that is shown, every half minute: boxes do not come and go more often. */
const step = computed(() => Math.floor(shownAt.value / 30_000) * 30_000);

/** What the profile is of: the selection and what it meets, else all that stands in the view. */
export const profileItems = computed<ProfileItems>(() => {
  const found = ofSelection() ?? ofView();
  return { ...found, boxes: [...found.boxes, ...drafts()] };
});

function ofSelection(): ProfileItems | null {
  const selected = selection.value;
  if (selected?.kind === "track") {
    void trackTick.value;
    return ofTrack(tracks.value.get(selected.id));
  }
  if (selected?.kind === "conflict") {
    const conflict = conflictOf(selected.id);
    return conflict ? ofConflict(conflict) : null;
  }
  const thread = selected ? threadOf(selected.id) : undefined;
  return thread && volumesOf(thread).length > 0 ? ofThread(thread) : null;
}

function ofConflict(conflict: Conflict): ProfileItems {
  const sides = [conflict.own_thread, conflict.other_thread].map(threadOf);
  const title = sides.map((one) => (one ? nameOf(one) : "?")).join(" · ");
  return {
    title,
    boxes: sides.flatMap((one) => (one ? boxesOf(one) : [])),
    windows: [windowOf(conflict)],
    lines: [],
  };
}

function ofThread(thread: Thread): ProfileItems {
  const conflicts = thread.conflicts.flatMap((id) => conflictOf(id) ?? []).filter((one) => !one.over);
  const others = conflicts.map((one) => (one.own_thread === thread.id ? one.other_thread : one.own_thread));
  return {
    title: nameOf(thread),
    boxes: [
      ...boxesOf(thread),
      ...[...new Set(others)].flatMap((id) => {
        const other = threadOf(id);
        return other ? boxesOf(other).map((box) => ({ ...box, thin: true })) : [];
      }),
    ],
    windows: conflicts.map(windowOf),
    lines: [],
  };
}

function ofTrack(track: Track | undefined): ProfileItems | null {
  if (!track) return null;
  const pairs = encounters.value.filter((one) => one.first.id === track.id || one.second.id === track.id);
  const others = pairs.flatMap((one) => tracks.value.get(one.first.id === track.id ? one.second.id : one.first.id) ?? []);
  const lines = [linesOf(track, true), ...others.map((one) => linesOf(one, false))].flat();
  return { title: track.name, boxes: ofView().boxes, windows: [], lines };
}

/** The heights of an aircraft. Pressure altitude and height over the ellipsoid stay two lines. */
export function linesOf(track: Track, main: boolean, trail: readonly Trace[] = trailOf(track.id)): Line[] {
  const line = (datum: "W84" | "STD", metres: (one: Trace) => number | null): Line => ({
    id: track.id,
    name: track.name,
    datum,
    main,
    points: trail.flatMap((one) => {
      const height = metres(one);
      return height === null ? [] : [{ time: one.time, metres: height }];
    }),
  });
  return [
    line("W84", (one) => one.altitudeM),
    line("STD", (one) => (one.pressureFt === null ? null : one.pressureFt * FT_M)),
  ].filter((one) => one.points.length > 0);
}

function ofView(): ProfileItems {
  const [from, until] = [step.value, step.value + AHEAD_MS];
  const threads = (board.value?.threads ?? []).filter((one) => !one.ended);
  const boxes = threads.flatMap((thread) =>
    volumesOf(thread).flatMap((volume) => {
      if (endOf(volume) <= from || startOf(volume) >= until || !seen(volume)) return [];
      return [{ ...boxOf(thread, volume), thin: true }];
    }),
  );
  return { ...NONE, title: t("profile.view"), boxes };
}

/** Whether a volume can be in the view, by its points alone: what is larger than the view is in it. */
function seen(volume: Volume): boolean {
  const bounds = inView.value;
  if (!bounds) return true;
  const { outline_polygon, outline_circle, outline_corridor } = volume.volume;
  const points = outline_polygon?.vertices ?? outline_corridor?.path ?? (outline_circle ? [outline_circle.center] : []);
  const reach = (outline_circle?.radius.value ?? outline_corridor?.half_width.value ?? 0) / 111_000;
  const [west, south, east, north] = bounds;
  if (points.length === 0 || east - west >= 360) return true;
  const lats = points.map((one) => one.lat);
  const middle = (west + east) / 2;
  const lngs = points.map((one) => one.lng - 360 * Math.round((one.lng - middle) / 360));
  const wide = reach / Math.max(0.02, Math.cos((Math.max(...lats.map(Math.abs)) * Math.PI) / 180));
  return (
    Math.max(...lats) + reach >= south &&
    Math.min(...lats) - reach <= north &&
    Math.max(...lngs) + wide >= west &&
    Math.min(...lngs) - wide <= east
  );
}

function boxesOf(thread: Thread): Box[] {
  return volumesOf(thread).map((volume) => boxOf(thread, volume));
}

function boxOf(thread: Thread, volume: Volume): Box {
  return {
    ...limits(volume),
    thread: thread.id,
    side: thread.own ? "own" : "other",
    closure: thread.kind === "CLOSURE",
    name: nameOf(thread),
    thin: false,
  };
}

function limits(volume: Volume) {
  const [start, end] = [startOf(volume), endOf(volume)];
  return { start, end, low: lowerOf(volume), high: upperOf(volume), band: bandText(volume) };
}

function drafts(): Box[] {
  const made = (volumes: Volume[] | null, side: "unsent" | "preview", name: string): Box[] =>
    (volumes ?? []).map((one) => ({ ...limits(one), thread: null, side, closure: false, name, thin: false }));
  return [
    ...made(unsentVolumes.value, "unsent", t("map.unsent")),
    ...made(previewVolumes.value, "preview", t("map.preview")),
  ];
}

function windowOf({ facts }: Conflict): Window {
  return {
    start: Date.parse(facts.time_start),
    end: Date.parse(facts.time_end),
    low: facts.altitude_lower_m ?? null,
    high: facts.altitude_upper_m ?? null,
    verticalM: facts.vertical_m,
  };
}

function nameOf(thread: Thread): string {
  return saysOf(thread)?.name ?? thread.id.slice(0, 8);
}
