import { css, html, nothing, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { guard } from "lit/directives/guard.js";
import type { Conflict, ConflictFacts } from "../api/types";
import { catalogue, iso, phrase, t } from "../i18n/i18n";
import { clockLeft, clockText } from "../line/row";
import { board, partyName, threadOf } from "../state/board";
import { calmSecond } from "../state/clock";
import { prefs } from "../state/prefs";
import { position } from "../units/position";
import { distance, duration, height, instant, verticalDistance } from "../units/units";

export const cardStyles = css`
  .card {
    position: relative;
    width: 100%;
    padding: 8px 10px 8px 14px;
    border: 0;
    border-bottom: 1px solid var(--edge);
    border-radius: 0;
    background: none;
    text-align: start;
    display: block;
    content-visibility: auto; /* as the rows of the line */
    contain-intrinsic-size: auto 92px;
  }
  .card::before {
    content: "";
    position: absolute;
    inset-block: 4px;
    inset-inline-start: 4px;
    width: 4px;
    border-radius: 2px;
    background: var(--edge);
  }
  .card.grave::before {
    background: var(--danger);
  }
  .card.warn::before {
    background: var(--warning);
  }
  .card[aria-current="true"] {
    background: var(--raised);
  }
  .card .who {
    font-weight: 700;
    overflow-wrap: anywhere;
  }
  .card .level {
    font-weight: 700;
  }
  .grave .level {
    color: var(--danger);
  }
  .warn .level {
    color: var(--warning);
  }
  .card.over {
    opacity: 0.65;
  }
`;

/** Who: both by their names, the own first. */
export function whoOf(conflict: Conflict): string {
  const other = `${iso(conflict.other_name ?? conflict.other_thread.slice(0, 8))} (${iso(partyName(conflict.other))})`;
  return t("conflict.who", { own: conflict.own_name ?? conflict.own_thread.slice(0, 8), other });
}

/** How close: lateral and vertical distance; what is unknown is said to be so. */
export function howClose(conflict: Conflict): string {
  return closeness(conflict.facts, conflict.only_unlocated);
}

function closeness(facts: ConflictFacts, unlocated: boolean): string {
  if (unlocated) return t("conflict.unlocated");
  if (!facts.distance_m && !facts.vertical_gap_m && !facts.time_gap_s) return t("conflict.overlap");
  const parts = [t("conflict.how", { lateral: distance(facts.distance_m), vertical: verticalDistance(facts.vertical_gap_m) })];
  if (facts.time_gap_s > 0) parts.push(t("conflict.time", { duration: duration(facts.time_gap_s) }));
  return parts.join(", ");
}

export function windowOf(conflict: Conflict): string {
  const { time_start: start, time_end: end } = conflict.facts;
  return t("conflict.between", { start: instant(Date.parse(start)), end: instant(Date.parse(end)) });
}

/** The numbers of a conflict as pairs: where, heights, minima. */
export function factsOf(conflict: Conflict): [string, string][] {
  const { facts } = conflict;
  const rows: [string, string][] = [];
  if (facts.where) rows.push([t("conflict.at"), iso(position(facts.where.lat, facts.where.lng))]);
  if (facts.altitude_lower_m !== undefined && facts.altitude_upper_m !== undefined) {
    rows.push([t("conflict.heights"), `${iso(height(facts.altitude_lower_m))} – ${iso(height(facts.altitude_upper_m))}`]);
  }
  const minima = [distance(facts.lateral_m), verticalDistance(facts.vertical_m), duration(facts.time_s)];
  rows.push([t("conflict.minima.name"), minima.map(iso).join(" / ")]);
  return rows;
}

/**
 * Why it is a conflict, in the reader's language, from its numbers; in English as the server says it.
 */
export function reasonOf(conflict: Conflict): string {
  const own = conflict.own_name ?? conflict.own_thread.slice(0, 8);
  const other = `${iso(conflict.other_name ?? conflict.other_thread.slice(0, 8))} (${iso(partyName(conflict.other))})`;
  return factsReason(conflict.facts, own, other, conflict.only_unlocated);
}

/** Why two are too close; in English as the server says it. */
export function factsReason(facts: ConflictFacts, own: string, other: string, unlocated: boolean): string {
  if (catalogue.value.language === "en") return facts.reason;
  const [start, end] = [facts.time_start, facts.time_end].map((one) => instant(Date.parse(one), { day: true }));
  const apart = facts.distance_m || facts.vertical_gap_m || facts.time_gap_s;
  const parts = [t(apart ? "reason.close" : "reason.overlap", { own, other, start: start!, end: end! })];
  if (apart || unlocated) parts.push(closeness(facts, unlocated));
  if (facts.altitude_lower_m !== undefined && facts.altitude_upper_m !== undefined) {
    parts.push(phrase("band", { lower: height(facts.altitude_lower_m), upper: height(facts.altitude_upper_m) }));
  }
  if (facts.where) parts.push(t("conflict.near", { place: position(facts.where.lat, facts.where.lng) }));
  return parts.join("; ");
}

/** A conflict in the list: made anew only when something of it changed. */
export function conflictCard(conflict: Conflict, current: boolean, open: () => void): TemplateResult {
  const begins = (Date.parse(conflict.facts.time_start) - calmSecond.value) / 1_000;
  const comesIn = begins > 0 && !conflict.over ? duration(begins) : "";
  const left = clockLeft(conflict.clock ?? clockOf(conflict));
  const of = [conflict, current, comesIn, left, board.value, catalogue.value, prefs.value];
  return html`${guard(of, () => made(conflict, current, comesIn, open))}`;
}

function made(conflict: Conflict, current: boolean, comesIn: string, open: () => void): TemplateResult {
  const level = conflict.over ? "" : conflict.only_unlocated ? "warn" : "grave";
  return html`<button
    class=${classMap({ card: true, [level]: level !== "", over: conflict.over })}
    aria-current=${current}
    data-conflict=${conflict.id}
    @click=${open}
  >
    <div>
      <span class="level">${level === "grave" ? "▲" : "◆"} ${conflict.over ? t("conflict.over") : t("mark.conflict")}</span>
      <span class="mono dim">${windowOf(conflict)}</span>
      ${comesIn ? html`<span class="mono">${t("line.in", { duration: comesIn })}</span>` : nothing}
    </div>
    <div class="who">${whoOf(conflict)}</div>
    <div>${howClose(conflict)}</div>
    ${conflict.disagrees.map((one) => html`<div class="dim">◆ ${t("line.disagrees", { party: partyName(one) })}</div>`)}
    ${conflict.clock ? html`<div>${clockText(conflict.clock)}</div>` : owed(conflict)}
  </button>`;
}

/** Who must act: the clocks of both threads where the conflict has none of its own. */
function owed(conflict: Conflict): TemplateResult | typeof nothing {
  const clock = clockOf(conflict);
  return clock && !conflict.over ? html`<div class="dim">${clockText(clock)}</div>` : nothing;
}

function clockOf(conflict: Conflict) {
  return threadOf(conflict.other_thread)?.clock ?? threadOf(conflict.own_thread)?.clock;
}
