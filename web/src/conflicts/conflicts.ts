import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../i18n/i18n";
import { orderedConflicts } from "../line/order";
import { board, boardProblem } from "../state/board";
import { calmSecond } from "../state/clock";
import { serverLink } from "../state/link";
import { isLive, select, selection } from "../state/view";
import { shared } from "../style/theme";
import { duration, instant } from "../units/units";
import { offPlans } from "../state/observed";
import { alertCard, namesOf } from "./alert_cards";
import { cardStyles, conflictCard } from "./cards";
import "./conflict";
import "./lookup";
import { offPlanCards } from "./off_plans";
import { isShelved, shelf, shelve, standing } from "./shelf";
import { mute, mutedS, startWatch, watching } from "./sound";
import "./track_card";

const SHELVE_MIN = [5, 15, 30, 60];
const SHELVE_USUAL_MIN = 15;
const ALERTS_MAX = 40; // the worst; how many more there are is said

const FIRST = 40; // cards that are there at once: the others follow, so that the page stands sooner
const MORE_MS = 120;

/** Conflicts and alerts, worst first. That none is known is said, and what it is worth. */
@customElement("o-conflicts")
export class Conflicts extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    cardStyles,
    css`
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
        justify-content: space-between;
        padding: 8px 10px;
        border-bottom: 1px solid var(--edge);
        position: sticky;
        top: 0;
        background: var(--panel);
        z-index: 1;
      }
      .none {
        padding: 14px;
        color: var(--dim);
      }
      .none.unknown {
        color: var(--warning);
        font-weight: 700;
      }
      form {
        display: flex;
        gap: 6px;
        padding: 8px 10px;
      }
      form {
        flex-wrap: wrap;
      }
      form input {
        flex: 1 1 100%;
        min-width: 0;
      }
    `,
  ];

  @state() private shelving = "";
  @state() private most = FIRST;

  override render() {
    const found = orderedConflicts(board.value);
    const alerts = isLive.value ? standing.value : [];
    const chosen = selection.value;
    const open = alerts.filter((one) => !isShelved(one, calmSecond.value));
    if (this.most < found.length) setTimeout(() => (this.most *= 2), MORE_MS);
    const put = alerts.filter((one) => isShelved(one, calmSecond.value));
    const off = offPlanCards(offPlans.value);
    return html`
      <header>
        <h2>${t("conflicts.title")}</h2>
        ${this.watch()}
      </header>
      ${chosen?.kind === "track" ? html`<o-track .track=${chosen.id}></o-track>` : nothing}
      <div role="list" aria-label=${t("conflicts.alerts")}>
        ${repeat(
          open.slice(0, ALERTS_MAX),
          (one) => one.id,
          (one) => html`<div role="listitem">
            ${alertCard(one, chosen?.kind === "track" && one.id.includes(chosen.id), () => (this.shelving = one.id))}
            ${this.shelving === one.id ? this.reason(one.id) : nothing}
          </div>`,
        )}
      </div>
      ${open.length > ALERTS_MAX ? html`<p class="none unknown">${t("alert.more", { count: open.length - ALERTS_MAX })}</p>` : nothing}
      ${off.length > 0 ? html`<div role="list" aria-label=${t("off.title")}>${off}</div>` : nothing}
      <div role="list" aria-label=${t("conflicts.title")}>
        ${repeat(
          found.slice(0, this.most),
          (one) => one.id,
          (one) => html`<div role="listitem">
            ${conflictCard(one, chosen?.id === one.id, () => select("conflict", one.id))}
            ${chosen?.id === one.id ? html`<o-conflict .conflict=${one}></o-conflict>` : nothing}
          </div>`,
        )}
      </div>
      ${chosen?.kind === "conflict" && board.value && !found.some((one) => one.id === chosen.id)
        ? html`<o-conflict-lookup .conflict=${chosen.id}></o-conflict-lookup>`
        : nothing}
      ${found.length + open.length + off.length === 0 ? this.none() : nothing}
      ${put.map(
        (one) => html`<p class="none">
          ${namesOf(one)}:
          ${t("alert.shelved", { time: instant(shelf.value.get(one.id)!.until), reason: shelf.value.get(one.id)!.reason })}
        </p>`,
      )}
    `;
  }

  private watch(): TemplateResult {
    if (!watching.value) {
      return html`<button @click=${startWatch} title=${t("alert.watch.why")}>♪ ${t("alert.watch")}</button>`;
    }
    return mutedS.value > 0
      ? html`<span class="mono">♪ ${t("alert.muted", { duration: duration(mutedS.value) })}</span>`
      : html`<button @click=${mute}>♪ ${t("alert.mute")}</button>`;
  }

  /** No conflict is never a calm: it is what is known, as old as the server's last word. */
  private none(): TemplateResult {
    const unknown = serverLink.value !== "live" || !board.value;
    if (!isLive.value && !board.value) return html`<p class="none">${boardProblem.value}</p>`;
    return html`<p class="none ${unknown ? "unknown" : ""}">
      ${unknown ? t("conflicts.none.unknown") : t("conflicts.none")}
    </p>`;
  }

  private reason(id: string): TemplateResult {
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const words = new FormData(event.target as HTMLFormElement);
        const alert = standing.value.find((one) => one.id === id);
        if (alert) shelve(alert, Number(words.get("minutes")), String(words.get("reason")));
        this.shelving = "";
      }}
    >
      <input name="reason" required maxlength="80" placeholder=${t("alert.reason")} aria-label=${t("alert.reason")} />
      <select name="minutes" aria-label=${t("alert.shelve.until")}>
        ${SHELVE_MIN.map((one) => html`<option value=${one} ?selected=${one === SHELVE_USUAL_MIN}>${duration(one * 60)}</option>`)}
      </select>
      <button class="main">${t("alert.shelve.do")}</button>
    </form>`;
  }
}
