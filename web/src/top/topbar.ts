import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import type { Link } from "../api/types";
import { code, iso, t } from "../i18n/i18n";
import { overlay } from "../palette/commands";
import { board } from "../state/board";
import { skewMs, speed } from "../state/clock";
import { config } from "../state/config";
import { serverAgeS, serverLink } from "../state/link";
import { feeds, skyProblem } from "../state/sky";
import { at, filter, isLive, isPast, shownSecond } from "../state/view";
import { shared } from "../style/theme";
import { duration, instant } from "../units/units";
import { isTroubled, peerWords } from "./peers";
import "./settings";

const SKEW_SHOWN_MS = 2_000;

/** The clock, NOT LIVE, how the server, parties and feeds are heard, search. Silence is loud. */
@customElement("o-topbar")
export class Topbar extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 3px 10px;
        padding: 4px 10px;
        white-space: nowrap;
      }
      .clock {
        font: 700 20px var(--font);
      }
      .day {
        font: 12px var(--font);
        color: var(--dim);
      }
      .notlive {
        padding: 2px 12px;
        background: var(--warning);
        color: var(--ground);
        font-weight: 700;
        border: 0;
      }
      .links {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 9px;
        flex: 1;
        min-width: 0;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .links li {
        white-space: nowrap;
        font-size: 13px;
      }
      .live {
        color: var(--good);
      }
      .late {
        color: var(--warning);
        font-weight: 700;
      }
      .UNKNOWN {
        color: var(--danger);
        font-weight: 700;
      }
      input {
        width: 110px;
      }
      .links .dim {
        font-size: 12px;
      }
    `,
  ];

  override render() {
    const live = isLive.value;
    return html`
      <span class="clock" role="timer" aria-label=${t("top.clock")}>${instant(shownSecond.value, { seconds: true })}</span>
      <span class="day"
        >${new Date(shownSecond.value).toISOString().slice(0, 10)}
        ${speed.value === 1 ? nothing : html`<b>×${speed.value}</b>`}</span
      >
      ${live
        ? nothing
        : html`<button class="notlive" @click=${() => (at.value = null)} data-act="live">
            ${isPast.value ? t("top.notlive") : t("top.plans")} · N
          </button>`}
      <ul class="links" aria-label=${t("top.links")}>
        <li>${t("top.server")} ${state(serverLink.value, serverAgeS.value)}</li>
        ${board.value?.links.filter((one) => !one.own).map((one) => html`<li>${this.link(one)}</li>`)}
        ${this.feeds()}
      </ul>
      ${!config.value?.demo && skewMs.value !== null && Math.abs(skewMs.value) > SKEW_SHOWN_MS
        ? html`<span class="late">${t("top.skew", { duration: duration(skewMs.value / 1_000) })}</span>`
        : nothing}
      <input
        type="search"
        id="filter"
        placeholder="${t("top.filter")} /"
        aria-label=${t("top.filter")}
        .value=${filter.value}
        @input=${(event: InputEvent) => (filter.value = (event.target as HTMLInputElement).value)}
      />
      <button
        @click=${() => (overlay.value = "palette")}
        title="${t("top.commands")} Ctrl+K"
        aria-label=${t("top.commands")}
        data-act="palette"
      >
        ⌘
      </button>
      <button @click=${() => (overlay.value = "help")} aria-label=${t("top.keys")} title="${t("top.keys")} ?">?</button>
      <o-settings></o-settings>
    `;
  }

  private link(one: Link): TemplateResult {
    const title = [
      one.name,
      one.officer ? t("top.officer", { name: one.officer }) : "",
      one.skewed ? t("top.skew", { duration: duration(one.skew_s ?? 0) }) : "",
      one.missing.length > 0 ? t("top.missing", { count: one.missing.length }) : "",
      ...(one.peer ? [`${t("top.server")}: ${peerWords(one.peer).join(", ")}`] : []),
    ].filter(Boolean);
    return html`<span title=${title.join("; ")}>
      ${iso(one.party)} ${state(one.state, one.age_s ?? null)}
      ${one.suspended_since ? html`<b class="late">${t("mark.suspended")}</b>` : nothing}
      ${one.alert === "raised" ? html`<b class="late">▲ ${code("Kind", "ALERT_STATE")}</b>` : nothing}
      ${one.skewed || one.missing.length > 0 || (one.peer && isTroubled(one.peer)) ? html`<b class="late" aria-label=${title.join("; ")}>!</b>` : nothing}
    </span>`;
  }

  private feeds(): TemplateResult | typeof nothing {
    if (skyProblem.value === "none") return nothing;
    if (feeds.value.length === 0) return html`<li>${t("top.feeds")} <b class="UNKNOWN">${t("sky.nodata")}</b></li>`;
    return html`${feeds.value.map(
      (one) => html`<li title=${one.reason ?? ""}>≋ ${iso(one.name)} ${state(one.state, one.age_s, true)}</li>`,
    )}`;
  }
}

/** A state with its sign, its word and its age: never by colour alone. */
function state(value: string, ageS: number | null | undefined, always = false): TemplateResult {
  const sign = value === "live" ? "●" : value === "late" ? "◐" : "✕";
  const shown = ageS !== null && ageS !== undefined && (always || value !== "live" || ageS >= 60);
  const age = shown ? duration(ageS) : "";
  return html`<span class=${value}>${sign} ${code("LinkState", value)}</span> <span class="dim mono" dir="ltr">${age}</span>`;
}
