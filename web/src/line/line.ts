import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Taken } from "../api/types";
import { arrow, catalogue, t } from "../i18n/i18n";
import { board, boardProblem } from "../state/board";
import { now } from "../state/clock";
import { openFiling } from "../state/filing";
import { may, party } from "../state/session";
import { deselect, filter, isPast, select, selection } from "../state/view";
import { shared } from "../style/theme";
import { beginnings, type Form } from "./forms";
import { isToDo, matches, ordered } from "./order";
import { Blinking, row, rowStyles } from "./row";
import "./form";
import "./thread";
import { kindOf, titleOf } from "./words";

const SHOWN_MAX = 300;
const FIRST = 40; // rows that are there at once: the others follow, so that the page stands sooner
const MORE_MS = 120;

/** What is said with a place, and whether it closes it. */
const FILED: Record<string, boolean> = { file: false, closure: true };

/** The line: what waits, everything, one thread, and what can be begun. */
@customElement("o-line")
export class LineElement extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    rowStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
      }
      header {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
        padding: 8px 10px;
        background: var(--panel);
        border-bottom: 1px solid var(--edge);
      }
      header [aria-pressed="true"] {
        border-color: var(--focus);
        font-weight: 700;
      }
      .list {
        overflow: auto;
        flex: 1;
      }
      .none {
        padding: 16px;
        color: var(--dim);
      }
      .standing {
        padding: 8px 12px;
        border-top: 1px solid var(--edge);
        color: var(--dim);
        font-size: 12px;
      }
      .new {
        padding: 8px;
      }
    `,
  ];

  @state() private all = false;
  @state() private most = FIRST;
  @state() private form: Form | null = null;
  @state() private sent: Taken | null = null;

  constructor() {
    super();
    new Blinking(this);
  }

  override render() {
    const chosen = selection.value?.kind === "thread" ? selection.value.id : null;
    return html`
      <header>
        ${chosen
          ? html`<button @click=${deselect} data-act="back">${arrow("back")} ${t("line.back")}</button>`
          : html`
              <button aria-pressed=${!this.all} @click=${() => (this.all = false)} data-act="todo">
                ${t("line.inbox")} ${this.count()}
              </button>
              <button aria-pressed=${this.all} @click=${() => (this.all = true)} data-act="all">${t("line.all")}</button>
            `}
        ${this.begin()}
      </header>
      ${this.form
        ? html`<div class="new">
            <o-form .form=${this.form} @closed=${() => (this.form = null)} @said=${this.wasSaid}></o-form>
          </div>`
        : nothing}
      <div class="list">${chosen ? html`<o-thread .thread=${chosen}></o-thread>` : this.list()}</div>
      <div class="visually-hidden" role="status">${this.sent ? t("act.sent", { entry: this.sent.entry }) : ""}</div>
      <footer class="standing">${catalogue.value.standing}</footer>
    `;
  }

  private count(): string {
    const found = board.value?.threads.filter((one) => isToDo(one, party.value)).length ?? 0;
    return found > 0 ? `(${found})` : "";
  }

  private begin(): TemplateResult | typeof nothing {
    if (!may("file") || isPast.value) return nothing;
    const forms = beginnings(now.peek());
    const urgent = forms[0];
    return html`
      <select
        aria-label=${t("line.new")}
        data-act="begin"
        @change=${(event: Event) => {
          const box = event.target as HTMLSelectElement;
          this.form = forms.find((one) => one.id === box.value) ?? null;
          if (box.value in FILED) openFiling(null, FILED[box.value]);
          box.value = "";
        }}
      >
        <option value="">${t("line.new")} …</option>
        <option value="file">${t("cmd.file")}</option>
        <option value="closure">${t("act.closure")}</option>
        ${forms.slice(1).map((one) => html`<option value=${one.id}>${t(one.title)}</option>`)}
      </select>
      ${may("duty")
        ? html`<button class="danger" data-act="urgent" @click=${() => (this.form = urgent ?? null)}>${t("act.urgent")}</button>`
        : nothing}
    `;
  }

  private list(): TemplateResult {
    if (!board.value) return html`<p class="none">${boardProblem.value || "…"}</p>`;
    const words = filter.value;
    const wanted = board.value.threads.filter(
      (one) =>
        (this.all || words !== "" || isToDo(one, party.value)) &&
        matches(`${titleOf(one)} ${kindOf(one)} ${one.opener} ${one.id}`, words),
    );
    const shown = ordered(wanted, party.value).slice(0, this.most);
    if (this.most < Math.min(wanted.length, SHOWN_MAX)) this.more();
    if (shown.length === 0) return html`<p class="none">${t("line.none")}</p>`;
    const chosen = selection.value?.id ?? "";
    return html`${repeat(
      shown,
      (one) => one.id,
      (one) => row(one, one.id === chosen, (id) => select("thread", id)),
    )}
    ${wanted.length > SHOWN_MAX && this.most >= SHOWN_MAX ? html`<p class="none">${t("line.more", { count: wanted.length - SHOWN_MAX })}</p>` : nothing}`;
  }

  private more(): void {
    setTimeout(() => (this.most = Math.min(SHOWN_MAX, 2 * this.most)), MORE_MS);
  }

  private readonly wasSaid = (event: CustomEvent<Taken>): void => {
    this.sent = event.detail;
    select("thread", event.detail.thread);
  };

  /** Open the form of a message by its id: for keys and the palette. */
  open(id: string): void {
    this.form = beginnings(now.peek()).find((one) => one.id === id) ?? null;
  }
}
