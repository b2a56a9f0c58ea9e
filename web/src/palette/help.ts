import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { catalogue, t } from "../i18n/i18n";
import { shared } from "../style/theme";
import { commands, overlay, type Command } from "./commands";
import { dialogStyles } from "./dialog";
import { told } from "../state/told";

const TOLD_MS = 5_000;

/** The sheet of keys, and what a key did, for screen readers too. */
@customElement("o-help")
export class Help extends SignalWatcher(LitElement) {
  static override styles = [shared, dialogStyles, css`
    .told {
      position: fixed;
      z-index: 50;
      inset-block-end: 70px;
      inset-inline-end: 20px;
      padding: 8px 14px;
      background: var(--raised);
      border: 1px solid var(--focus);
      border-radius: 6px;
    }
    .groups {
      columns: 2;
      column-gap: 24px;
    }
    section {
      break-inside: avoid;
      margin-bottom: 14px;
    }
    li {
      display: flex;
      justify-content: space-between;
      gap: 12px;
      padding: 2px 0;
    }
    kbd {
      font: 700 13px var(--mono);
      padding: 0 6px;
      border: 1px solid var(--edge);
      border-radius: 4px;
      background: var(--raised);
    }
  `];

  override render() {
    return html`<div class=${told.value ? "told" : "visually-hidden"} role="status">${told.value}</div>
      ${overlay.value === "help" ? this.sheet() : nothing}`;
  }

  override updated(): void {
    if (told.value) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (told.value = ""), TOLD_MS);
    }
    if (overlay.value === "help") this.renderRoot.querySelector<HTMLElement>(".dialog")?.focus();
  }

  private timer?: ReturnType<typeof setTimeout>;

  private sheet(): TemplateResult {
    const groups = new Map<string, Command[]>();
    for (const one of commands.value.values()) {
      if (one.keys) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
    }
    return html`<div class="back" @click=${() => (overlay.value = null)}></div>
      <div class="dialog" role="dialog" aria-modal="true" aria-label=${t("top.keys")} tabindex="-1">
        <div class="groups">
          ${[...groups].map(
            ([group, found]) => html`<section>
              <h3>${t(group)}</h3>
              <ul>
                ${found.map((one) => html`<li><span>${t(one.title)}</span><kbd>${shown(one.keys![0]!)}</kbd></li>`)}
              </ul>
            </section>`,
          )}
        </div>
        <p class="dim">${catalogue.value.standing}</p>
        <button class="main" @click=${() => (overlay.value = null)}>${t("help.close")}</button>
      </div>`;
  }
}

function shown(key: string): string {
  const names: Record<string, string> = { Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑" };
  return names[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}
