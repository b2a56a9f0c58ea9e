import { html, type TemplateResult } from "lit";
import { code, iso, t } from "../i18n/i18n";
import { titleOf } from "../line/words";
import { partyName, threadOf } from "../state/board";
import { calmSecond } from "../state/clock";
import type { Alerted, EntryAlert, PairAlert } from "../state/alerts";
import { select } from "../state/view";
import { distance, duration, verticalDistance } from "../units/units";

const GRAVE = { warning: "grave", corrective: "warn", preventive: "" } as const;

/** Whether it is of two aircraft, or of one and a volume. */
export function isPair(alert: Alerted): alert is PairAlert {
  return "first" in alert;
}

/** Who an alert is about, in a line. */
export function namesOf(alert: PairAlert | EntryAlert): string {
  return isPair(alert) ? `${iso(alert.first.name)} · ${iso(alert.second.name)}` : `${iso(alert.aircraft.name)} ▷ ${iso(intoName(alert))}`;
}

/** The aircraft that an alert leads to. */
export function aircraftOf(alert: PairAlert | EntryAlert): string {
  return isPair(alert) ? alert.first.id : alert.aircraft.id;
}

function intoName({ into }: EntryAlert): string {
  const thread = threadOf(into.id);
  return thread ? titleOf(thread) : into.id.slice(0, 8);
}

/** An alert in the list: one for a pair, or for an aircraft and a volume, as long as it lasts. */
export function alertCard(alert: PairAlert | EntryAlert, current: boolean, shelve: () => void): TemplateResult {
  const grave = GRAVE[alert.level];
  return html`<div class="card ${grave}" aria-current=${current} data-alert=${alert.id} data-level=${alert.level}>
    <span class="level">${grave === "grave" ? "▲" : "◆"} ${t(`alert.${alert.level}`)}</span>
    <span class="mono">${whenOf(alert)}</span>
    ${isPair(alert) ? pairFacts(alert) : entryFacts(alert)}
    <button @click=${() => select("track", aircraftOf(alert))} data-act="show">${t("alert.show")}</button>
    ${!isPair(alert) && threadOf(alert.into.id)
      ? html`<button @click=${() => select("thread", alert.into.id)} data-act="into">${t("conflict.open")}</button>`
      : ""}
    <button @click=${shelve} data-act="shelve">${t("alert.shelve")}</button>
  </div>`;
}

function whenOf(alert: PairAlert | EntryAlert): string {
  if (alert.lost) return t("alert.lost");
  const begins = (Date.parse(alert.begins) - calmSecond.value) / 1_000;
  if (begins > 0) return t("alert.in", { duration: duration(begins) });
  return t(isPair(alert) ? "alert.now" : "entry.inside");
}

function pairFacts(alert: PairAlert): TemplateResult {
  const apart = alert.vertical_m === null ? `${code("Missing", "altitude")} ?` : iso(verticalDistance(alert.vertical_m));
  return html`<div class="who">${namesOf(alert)}</div>
    <div>${iso(distance(alert.lateral_m))}, ${apart}</div>`;
}

function entryFacts(alert: EntryAlert): TemplateResult {
  const { into, altitudes } = alert;
  return html`<div class="who">${iso(alert.aircraft.name)}</div>
    <div>▷ ${t(`entry.${into.kind}`, { name: intoName(alert), party: partyName(into.party) })}</div>
    ${altitudes === "ellipsoid" ? "" : html`<div class="dim">${t(`entry.by.${altitudes}`)}</div>`}`;
}
