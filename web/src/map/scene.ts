import { computed } from "@preact/signals-core";
import type { Board, Thread, Volume } from "../api/types";
import { besides, ringOnMap, type Point } from "../geo/mercator";
import { cellRing } from "../geo/s2";
import { ringsOf } from "../geo/shapes";
import { bandText, endOf, saysOf, startOf, type Says } from "../geo/volumes";
import { t } from "../i18n/i18n";
import { board } from "../state/board";
import { previewVolumes, unsentVolumes } from "../state/preview";
import { sharedCells } from "../state/private";

export type Look = "notice" | "plan" | "movement" | "site" | "closure" | "urgent" | "cells" | "unsent" | "preview" | "shared";

/** One thing with an outline and a time. Instants are ms since 1970; the end is not in it. */
export interface Shape {
  key: string;
  thread: string;
  own: boolean;
  look: Look;
  rings: Point[][];
  start: number;
  end: number;
  name: string;
  band: string;
}

/** Something said of one spot: an urgent message, an incident. */
export interface Spot {
  thread: string;
  own: boolean;
  kind: string;
  lat: number;
  lng: number;
  name: string;
}

export const shapes = computed(() => [
  ...(board.value ? shapesOf(board.value) : []),
  ...drafts("unsent", unsentVolumes.value, t("map.unsent")),
  ...drafts("preview", previewVolumes.value, t("map.preview")),
  ...sharedShapes(),
]);
export const spots = computed(() => (board.value ? board.value.threads.flatMap(spotOf) : []));

/** What of the board has an outline. */
export function shapesOf(found: Board): Shape[] {
  return found.threads.filter((one) => !one.ended).flatMap(ofThread);
}

// Outlines are computed once for each version of a thread: bodies do not change.
const known = new Map<string, { version: string; shapes: Shape[] }>();
const KNOWN_MAX = 4_000;

function ofThread(thread: Thread): Shape[] {
  const version = `${thread.current}/${thread.shown}`;
  const found = known.get(thread.id);
  if (found?.version === version) return found.shapes;
  const says = saysOf(thread);
  const made = says ? drawn(thread, says) : [];
  if (known.size > KNOWN_MAX) known.clear();
  known.set(thread.id, { version, shapes: made });
  return made;
}

function drawn(thread: Thread, says: Says): Shape[] {
  const common = { thread: thread.id, own: thread.own, name: nameOf(says) };
  if (says.cells?.length) {
    const look: Look = "cells";
    const time = { start: Date.parse(says.time_start ?? ""), end: Date.parse(says.time_end ?? "") };
    return says.cells.flatMap((cell, index) => {
      const ring = cellRing(cell);
      const named = index === 0 ? t("map.cells") : "";
      if (!ring) return [];
      return [{ ...common, ...time, key: `${thread.id}/${cell}`, look, rings: [ringOnMap(ring)], name: named, band: "" }];
    });
  }
  return (says.volumes ?? []).map((volume, index) => ({
    ...common,
    key: `${thread.id}/${thread.current}/${index}`,
    look: lookOf(says),
    ...outlined(volume),
  }));
}

/** The part of a shape that a volume alone decides. */
export function outlined(volume: Volume): Pick<Shape, "rings" | "start" | "end" | "band"> {
  const [outer, ...holes] = ringsOf(volume.volume).map(ringOnMap);
  const rings = outer ? [outer, ...holes.map((hole) => besides(outer, hole))] : [];
  return { rings, start: startOf(volume), end: endOf(volume), band: bandText(volume) };
}

/** What nobody was told of: it is there whatever its time is, so that it is seen before it is sent. */
function drafts(look: "unsent" | "preview", volumes: readonly Volume[] | null, name: string): Shape[] {
  return (volumes ?? []).map((volume, index) => {
    const made = outlined(volume);
    const key = `${look}/${index}/${JSON.stringify(volume).length}/${made.rings[0]?.[0]?.join() ?? ""}/${made.rings[0]?.length ?? 0}`;
    return { ...made, key, thread: `${look}/${index}`, own: true, look, name, end: Infinity };
  });
}

/** The cells of a private check: its slots are finer than what is drawn, so they are always there. */
function sharedShapes(): Shape[] {
  return (sharedCells.value ?? []).flatMap(({ cell }, index) => {
    const ring = cellRing(cell.padEnd(16, "0"));
    const common = { thread: `shared/${cell}`, own: true, look: "shared" as const, start: -Infinity, end: Infinity, band: "" };
    return ring ? [{ ...common, key: `shared/${cell}`, rings: [ringOnMap(ring)], name: index === 0 ? t("private.cells") : "" }] : [];
  });
}

function lookOf(says: Says): Look {
  if (says.kind === "CLOSURE") return "closure";
  if (says.kind === "URGENT") return "urgent";
  const notice = says.notice ?? "";
  return notice === "plan" || notice === "movement" || notice === "site" ? notice : "notice";
}

function nameOf(says: Says): string {
  return says.name ?? "";
}

function spotOf(thread: Thread): Spot[] {
  const says = saysOf(thread);
  if (!says?.position || thread.ended) return [];
  const name = says.action ?? "";
  return [{ thread: thread.id, own: thread.own, kind: says.kind, ...says.position, name }];
}

export { phaseOf } from "./phase";
