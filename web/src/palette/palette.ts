import { SignalWatcher } from "@lit-labs/preact-signals";
import { signal } from "@preact/signals-core";
import { LitElement, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { t } from "../i18n/i18n";
import { matches } from "../line/order";
import { kindOf, titleOf } from "../line/words";
import { aerodromes, found as aerodromesFound } from "../state/aerodromes";
import { board, partyName } from "../state/board";
import { askNames } from "../state/sky_thread";
import { place, select } from "../state/view";
import { shared } from "../style/theme";
import { commands, overlay, possible } from "./commands";
import { dialogStyles } from "./dialog";

interface Found {
  title: string;
  hint: string;
  run: () => void;
}

const SHOWN_MAX = 12;
const AERODROME_ZOOM = 10;

/** Every command, thread, conflict, aircraft and aerodrome by a few letters of its name. */
@customElement("o-palette")
export class Palette extends SignalWatcher(LitElement) {
  static override styles = [shared, dialogStyles, css`
    input {
      width: 100%;
      padding: 8px 10px;
      font-size: 16px;
    }
    li {
      display: flex;
      justify-content: space-between;
      gap: 12px;
      padding: 6px 10px;
      cursor: pointer;
    }
    li[aria-selected="true"] {
      background: var(--raised);
      box-shadow: inset 3px 0 var(--focus);
    }
  `];

  @state() private words = "";
  @state() private index = 0;
  private readonly aircraft = signal<readonly { id: string; name: string }[]>([]);
  private opened = false;

  override render() {
    if (overlay.value !== "palette") return nothing;
    const found = this.found();
    return html`<div class="back" @click=${this.close}></div>
      <div class="dialog" role="dialog" aria-modal="true" aria-label=${t("top.commands")}>
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="found"
          aria-activedescendant="found-${this.index}"
          aria-label=${t("top.commands")}
          .value=${this.words}
          @input=${this.typed}
          @keydown=${(event: KeyboardEvent) => this.key(event, found)}
        />
        <ul id="found" role="listbox" aria-label=${t("top.commands")}>
          ${found.map(
            (one, index) => html`<li
              role="option"
              id="found-${index}"
              aria-selected=${index === this.index}
              @click=${() => this.run(one)}
            >
              <span>${one.title}</span><span class="dim">${one.hint}</span>
            </li>`,
          )}
        </ul>
      </div>`;
  }

  override updated(): void {
    if (overlay.value === "palette" && !this.opened) void askNames().then((found) => (this.aircraft.value = found));
    this.opened = overlay.value === "palette";
    if (this.opened) this.renderRoot.querySelector("input")?.focus();
  }

  private found(): Found[] {
    const all: Found[] = [...commands.value.values()].filter(possible).map((one) => ({
      title: t(one.title),
      hint: one.keys?.[0] ?? "",
      run: one.run,
    }));
    for (const one of board.value?.threads ?? []) {
      all.push({ title: titleOf(one), hint: `${kindOf(one)} · ${partyName(one.opener)}`, run: () => select("thread", one.id) });
    }
    for (const one of board.value?.conflicts ?? []) {
      const title = `${one.own_name ?? ""} – ${one.other_name ?? one.other_thread.slice(0, 8)}`;
      all.push({ title, hint: t("mark.conflict"), run: () => select("conflict", one.id) });
    }
    for (const one of this.aircraft.value) {
      all.push({ title: one.name, hint: t("palette.track"), run: () => select("track", one.id) });
    }
    const fit = all.filter((one) => matches(`${one.title} ${one.hint}`, this.words)).slice(0, SHOWN_MAX);
    for (const one of aerodromesFound(aerodromes.value, this.words, SHOWN_MAX - fit.length)) {
      const run = () => (place.value = [one.lng, one.lat, AERODROME_ZOOM]);
      fit.push({ title: `${one.indicator} ${one.name}`, hint: t("palette.aerodrome"), run });
    }
    return fit;
  }

  private readonly typed = (event: InputEvent): void => {
    this.words = (event.target as HTMLInputElement).value;
    this.index = 0;
  };

  private key(event: KeyboardEvent, found: Found[]): void {
    const last = found.length - 1;
    if (event.key === "ArrowDown") this.index = Math.min(last, this.index + 1);
    else if (event.key === "ArrowUp") this.index = Math.max(0, this.index - 1);
    else if (event.key === "Enter" && found[this.index]) this.run(found[this.index]!);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private run(one: Found): void {
    this.close();
    one.run();
  }

  private readonly close = (): void => {
    overlay.value = null;
    this.words = "";
    this.index = 0;
  };
}
