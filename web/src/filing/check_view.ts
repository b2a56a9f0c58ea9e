import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { factsReason } from "../conflicts/cards";
import { wayWords } from "../conflicts/way_words";
import { iso, t } from "../i18n/i18n";
import { partyName } from "../state/board";
import { config } from "../state/config";
import { previewVolumes } from "../state/preview";
import { openPrivate } from "../state/private";
import { may } from "../state/session";
import { shared } from "../style/theme";
import { position } from "../units/position";
import { distance, instant, verticalDistance } from "../units/units";
import { lacking } from "./draft";
import { filingStyles } from "./filing_style";
import { advice, askAdvice, busy, check, checked, draft, sendDraft, takeWay, type Advice, type Checked, type Way } from "./store";

/** What the plan would come too close to, ways out of it, and the button that sends it. */
@customElement("o-check")
export class CheckView extends SignalWatcher(LitElement) {
  static override styles = [shared, filingStyles];

  override render() {
    const own = draft.value;
    if (!own) return nothing;
    const found = checked.value?.found;
    const ready = lacking(own).length === 0 && busy.value === "";
    return html`<section aria-live="polite">
        <h2>${t("filing.checked")}</h2>
        ${found ? this.outcome(found) : html`<p class="dim">${t("filing.unchecked")}</p>`}
      </section>
      ${this.ways()}
      <div class="row">
        ${found && found.conflicts.length > 0 && !advice.value
          ? html`<button ?disabled=${busy.value !== ""} @click=${() => void askAdvice()} data-act="advice">${t("conflict.advice.ask")}</button>`
          : nothing}
        ${config.value?.private && may("duty")
          ? html`<button data-act="private" @click=${() => openPrivate({ plan: { name: own.name || own.id, volumes: own.volumes } })}>${t("private.open")}</button>`
          : nothing}
        ${found ? nothing : html`<button ?disabled=${busy.value !== ""} @click=${() => void check()}>${t("filing.check")}</button>`}
        <button class="main" data-act="send" ?disabled=${!ready || !found} @click=${() => void sendDraft()}>
          ${found && found.conflicts.length > 0 ? t("filing.send.all.the.same") : t("act.send")}
        </button>
      </div>
      <p class="dim">${t("filing.standing")}</p>`;
  }

  private outcome(found: Checked) {
    return html`<p class=${found.conflicts.length === 0 ? "free" : ""}>${outcomeWords(found)}</p>
      <ul>
        ${found.conflicts.map((one) => this.conflict(one))}
      </ul>`;
  }

  /** Who, where, when, how close, why. */
  private conflict(one: Checked["conflicts"][number]) {
    const { facts } = one;
    const [start, end] = [instant(Date.parse(facts.time_start)), instant(Date.parse(facts.time_end))];
    const close = facts.unlocated
      ? t("conflict.unlocated")
      : one.near_miss
        ? t("conflict.how", { lateral: distance(facts.distance_m), vertical: verticalDistance(facts.vertical_gap_m) })
        : t("conflict.overlap");
    return html`<li class=${facts.unlocated ? "warning" : "danger"}>
      <span class="level">${facts.unlocated ? "◆" : "▲"} ${one.name ?? one.thread.slice(0, 8)} (${partyName(one.party)})</span>
      <p class="mono">${t("conflict.between", { start, end })}${facts.where ? ` · ${iso(position(facts.where.lat, facts.where.lng))}` : ""}</p>
      <p>${close}</p>
      <details><summary>${t("conflict.why")}</summary>${this.reason(one)}</details>
    </li>`;
  }

  private reason(one: Checked["conflicts"][number]): string {
    const other = `${iso(one.name ?? one.thread.slice(0, 8))} (${iso(partyName(one.party))})`;
    const words = factsReason(one.facts, t("filing.yours"), other, Boolean(one.facts.unlocated));
    return one.cells && words !== one.facts.reason ? `${words}; ${t("filing.cells")}` : words;
  }

  private ways() {
    const found = advice.value?.found;
    if (!found) return nothing;
    return html`<section>
      <h2>${t("conflict.advice")}</h2>
      ${found.alternatives.length === 0 ? html`<p>${this.blocked(found)}</p>` : nothing}
      <ul>
        ${found.alternatives.map((one) => this.way(one))}
      </ul>
    </section>`;
  }

  /** That there is none is an answer: with what takes the room. */
  private blocked(found: Advice): string {
    const names = found.blockers.map((one) => iso(`${one.name ?? one.thread.slice(0, 8)} (${partyName(one.party)})`));
    const none = t("conflict.blocked.none", { name: draft.value?.name || t("filing.yours") });
    return names.length > 0 ? `${none} ${t("conflict.advice.blocked", { names: names.join(", ") })}` : none;
  }

  private way(one: Way) {
    const shown = previewVolumes.value === one.volumes;
    return html`<li class="way">
      <p>${wayWords(one.changes, one.volumes.length)}</p>
      <div class="row">
        <button aria-pressed=${shown} @click=${() => (previewVolumes.value = shown ? null : one.volumes)}>${t("conflict.preview")}</button>
        <button @click=${() => takeWay(one)}>${t("filing.take")}</button>
      </div>
    </li>`;
  }
}

/** The outcome in words. It is never said that the sky is free. */
function outcomeWords(found: Checked): string {
  const near = found.conflicts.length;
  const words = [near > 0 ? t("filing.outcome.near", { count: near }) : t("filing.outcome.none", { count: found.compared })];
  if (found.not_compared > 0) words.push(t("filing.outcome.hidden", { count: found.not_compared }));
  return words.join(" ");
}
