import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { iso, t } from "../i18n/i18n";
import { board } from "../state/board";
import { choose, prefs, type Prefs } from "../state/prefs";
import { logOut, session } from "../state/session";
import { shared } from "../style/theme";
import { isReached, peerWords, shownWords } from "./peers";

const LANGUAGES = { en: "English", fr: "Français", ru: "Русский", ar: "العربية", es: "Español" };
const CHOICES: { [Name in keyof Prefs]: readonly Prefs[Name][] } = {
  theme: ["night", "day"],
  height: ["ft", "m", "FL"],
  distance: ["NM", "km"],
  speed: ["kt", "km/h", "m/s"],
  position: ["dm", "dms", "decimal", "mgrs"],
  language: ["en", "fr", "ru", "ar", "es"],
};
const POSITIONS = { dm: "54°03.000′N", dms: "54°03′00″N", decimal: "54.05000", mgrs: "MGRS" };

/** Units, positions, language and theme, each chosen apart. */
@customElement("o-settings")
export class Settings extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
      }
      .menu {
        position: absolute;
        inset-inline-end: 0;
        top: calc(100% + 4px);
        z-index: 30;
        display: grid;
        gap: 6px;
        width: max-content;
        min-width: 240px;
        padding: 12px;
        background: var(--panel);
        border: 1px solid var(--edge);
        border-radius: 6px;
        box-shadow: 0 8px 24px rgb(0 0 0 / 0.4);
      }
      .servers {
        width: 0; /* no wider than what it is among */
        min-width: 100%;
        display: grid;
        gap: 6px;
        margin: 4px 0;
        padding: 8px 0;
        border-block: 1px solid var(--edge);
        font-size: 13px;
      }
      .servers .away {
        color: var(--warning);
        font-weight: 700;
      }
      .servers .problem {
        font-weight: 700;
      }
      label {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        align-items: center;
      }
    `,
  ];

  @state() private open = false;

  override render() {
    return html`<button
        aria-expanded=${this.open}
        aria-controls="menu"
        title=${t("settings.title")}
        data-act="settings"
        @click=${() => (this.open = !this.open)}
      >
        ⚙ ${session.value?.user} · ${session.value?.party}
      </button>
      ${this.open ? this.menu() : ""}`;
  }

  private menu(): TemplateResult {
    const names = Object.keys(CHOICES) as (keyof Prefs)[];
    return html`<div class="menu" id="menu" role="group" aria-label=${t("settings.title")} @keydown=${this.key}>
      ${names.map(
        (name) => html`<label
          >${t(`settings.${name}`)}
          <select data-pref=${name} @change=${(event: Event) => this.chosen(name, event)}>
            ${CHOICES[name].map(
              (value) => html`<option value=${value} ?selected=${prefs.value[name] === value}>${wordOf(name, value)}</option>`,
            )}
          </select></label
        >`,
      )}
      ${this.servers()}
      <button @click=${() => logOut()} data-act="logout">${t("top.logout")}</button>
    </div>`;
  }

  /** The other parties: what they are shown of ours; of a server of their own, how it is reached. */
  private servers(): TemplateResult | typeof nothing {
    const found = board.value?.links.filter((one) => !one.own) ?? [];
    if (found.length === 0) return nothing;
    return html`<section class="servers" aria-label=${t("peer.title")}>
      <h3>${t("peer.title")}</h3>
      ${found.map((one) => {
        const { peer } = one;
        const [state, ...rest] = peer ? peerWords(peer) : [];
        return html`<div data-peer=${one.party}>
          <b>${iso(one.name)}</b>
          ${peer ? html`<span class=${isReached(peer) ? "" : "away"}>${isReached(peer) ? "●" : "✕"} ${state}</span>` : nothing}
          ${rest.map((words) => html`<div class="dim">${words}</div>`)}
          <div class="dim" data-shown>${shownWords(board.value?.threads ?? [], one.party)}</div>
          ${peer?.evidence.map((what) => html`<div class="problem">▲ ${t("mark.evidence")}: ${what}</div>`)}
        </div>`;
      })}
    </section>`;
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.open = false;
    this.renderRoot.querySelector("button")?.focus();
  };

  private chosen(name: keyof Prefs, event: Event): void {
    choose({ [name]: (event.target as HTMLSelectElement).value } as Partial<Prefs>);
  }
}

function wordOf(name: keyof Prefs, value: string): string {
  if (name === "language") return LANGUAGES[value as keyof typeof LANGUAGES];
  if (name === "position") return POSITIONS[value as keyof typeof POSITIONS];
  return name === "theme" ? t(`settings.theme.${value}`) : value;
}
