import { computed } from "@preact/signals-core";
import type { Conflict } from "../api/types";
import { toMap } from "../geo/mercator";
import { code, iso, t } from "../i18n/i18n";
import { board } from "../state/board";
import { distance, instant, verticalDistance } from "../units/units";
import type { MarkAt } from "./marks";
import { spots, type Spot } from "./scene";

/** What is marked on the map, in the reader's language and units. */
export const marks = computed<MarkAt[]>(() => [
  ...spots.value.map(ofSpot),
  ...(board.value?.conflicts ?? []).flatMap(ofConflict),
]);

function ofSpot(spot: Spot): MarkAt {
  const [x, y] = toMap(spot.lat, spot.lng);
  const words = [code("Kind", spot.kind), spot.name && code("UrgentAction", spot.name)].filter(Boolean).join(": ");
  return { kind: "thread", id: spot.thread, x, y, until: Infinity, urgent: spot.kind === "URGENT", words };
}

function ofConflict(conflict: Conflict): MarkAt[] {
  const { where, time_end } = conflict.facts;
  if (!where || conflict.over) return [];
  const [x, y] = toMap(where.lat, where.lng);
  return [{ kind: "conflict", id: conflict.id, x, y, until: Date.parse(time_end), urgent: false, words: wordsOf(conflict) }];
}

/** How close, and from when. */
function wordsOf(conflict: Conflict): string {
  const { facts } = conflict;
  const gap = facts.vertical_gap_m ?? null;
  if (!facts.distance_m && !facts.vertical_gap_m && !facts.time_gap_s) {
    return `${t("map.overlap")} ${iso(instant(Date.parse(facts.time_start)))}`;
  }
  const close = `${distance(facts.distance_m ?? 0)}${gap !== null && gap > 0 ? ` ${verticalDistance(gap)}` : ""}`;
  return `${close} ${instant(Date.parse(facts.time_start))}`;
}
