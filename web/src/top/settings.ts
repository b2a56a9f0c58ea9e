import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { t } from "../i18n/i18n";
import { choose, prefs, type Prefs } from "../state/prefs";
import { logOut, session } from "../state/session";
import { shared } from "../style/theme";

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
      <button @click=${() => logOut()} data-act="logout">${t("top.logout")}</button>
    </div>`;
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
