import { SignalWatcher } from "@lit-labs/preact-signals";
import { computed, effect } from "@preact/signals-core";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { say } from "../api/say";
import type { Said, Side, Taken, Thread, ThreadSaid } from "../api/types";
import { code, iso, t } from "../i18n/i18n";
import { board, conflictOf, partyName, readThread, threadOf } from "../state/board";
import { now } from "../state/clock";
import { EXPORT_FORMS, exportThread, type ExportForm } from "../state/export";
import { config } from "../state/config";
import { openFiling } from "../state/filing";
import { openPrivate } from "../state/private";
import { volumesOf } from "../geo/volumes";
import { may, party } from "../state/session";
import { isPast, select } from "../state/view";
import { shared } from "../style/theme";
import { distance, instant } from "../units/units";
import { actionsOf, type Action } from "./actions";
import "./form";
import type { Form } from "./forms";
import { marksOf } from "./marks";
import { Blinking, clockText, marks, rowStyles, steps } from "./row";
import { details, kindOf, saidText, titleOf, type Values } from "./words";

const entry = computed(() => board.value?.entry);

/** One thread: what counts now, how far it got with whom, what can be done, what was said. */
@customElement("o-thread")
export class ThreadElement extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    rowStyles,
    css`
      :host {
        padding: 10px 12px 24px;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 10px;
        align-items: baseline;
      }
      h2 {
        font-size: 16px;
        text-transform: none;
        letter-spacing: 0;
        color: var(--text);
      }
      .export {
        margin-inline-start: auto;
        width: 7.5em;
        padding: 2px 6px;
      }
      section {
        margin-top: 14px;
      }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 3px 12px;
        margin: 8px 0 0;
      }
      dt {
        color: var(--dim);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 10px;
      }
      .sides {
        display: grid;
        gap: 6px;
        margin: 6px 0 0;
        padding: 0;
        list-style: none;
      }
      ol {
        margin: 6px 0 0;
        padding: 0;
        list-style: none;
      }
      ol > li {
        padding: 6px 0 6px 10px;
        border-inline-start: 3px solid var(--other);
        margin-bottom: 6px;
      }
      ol > li.own {
        border-color: var(--own);
      }
    `,
  ];

  @property() thread = "";
  @state() private said: ThreadSaid | null = null;
  @state() private problem = "";
  @state() private form: Form | null = null;
  @state() private done: Taken | null = null;
  private stop?: () => void;

  constructor() {
    super();
    new Blinking(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Read again with every entry on the record; at first it is read because its name was given.
    this.stop = effect(() => {
      void entry.value;
      if (this.hasUpdated) void this.read();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("thread")) {
      this.said = null;
      this.form = null;
      this.done = null;
      void this.read();
    }
  }

  override render() {
    const thread = threadOf(this.thread) ?? this.said?.thread ?? null;
    if (!thread) return this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : this.messages();
    const says = thread.says as Values | null | undefined;
    return html`
      <div class="head">
        <h2>${iso(titleOf(thread))}</h2>
        <span class="dim">${kindOf(thread)} · ${iso(partyName(thread.opener))}</span>
        ${this.exports()}
      </div>
      <div class="marks">${marks(marksOf(thread))}</div>
      ${thread.clock && !thread.ended ? html`<p>${clockText(thread.clock)}</p>` : nothing}
      ${thread.disagrees.map((one) => html`<p>◆ ${t("line.disagrees", { party: partyName(one) })}</p>`)}
      ${this.actions(thread)}
      ${this.form ? html`<o-form .form=${this.form} @closed=${() => (this.form = null)} @said=${this.wasSaid}></o-form>` : nothing}
      <p role="status" aria-live="polite">
        ${this.done ? t("act.sent", { entry: this.done.entry }) : nothing}
        ${this.problem ? html`<span class="problem">${this.problem}</span>` : nothing}
      </p>
      ${this.conflicts(thread)}
      <dl>
        ${details(thread.kind, says).map(([name, value]) => html`<dt>${name}</dt><dd>${iso(value)}</dd>`)}
      </dl>
      <section>
        <h3>${t("line.receipts")}</h3>
        <ul class="sides">${thread.sides.map((one) => this.side(one))}</ul>
      </section>
      ${this.messages()}
    `;
  }

  private exports(): TemplateResult {
    return html`<select class="export" aria-label=${t("act.export")} data-act="export" @change=${this.export}>
      <option value="">${t("act.export")} …</option>
      ${EXPORT_FORMS.map((one) => html`<option value=${one}>${t(`export.${one}`)}</option>`)}
    </select>`;
  }

  private readonly export = async (event: Event): Promise<void> => {
    const box = event.target as HTMLSelectElement;
    const form = box.value as ExportForm;
    box.value = "";
    this.problem = "";
    await exportThread(this.thread, form).catch((error: Error) => (this.problem = error.message));
  };

  private conflicts(thread: Thread): TemplateResult | typeof nothing {
    const found = thread.conflicts.map((id) => conflictOf(id)).filter((one) => one !== undefined);
    if (found.length === 0) return nothing;
    return html`<div class="actions">
      ${found.map(
        (one) => html`<button @click=${() => select("conflict", one.id)}>${one.only_unlocated ? "◆" : "▲"} ${t("mark.conflict")} ${one.id.slice(0, 4)}</button>`,
      )}
    </div>`;
  }

  private actions(thread: Thread): TemplateResult | typeof nothing {
    if (isPast.value) return nothing;
    const actions = actionsOf(thread, party.value, now.peek()).filter((one) => may(one.role));
    const asks = config.value?.private && thread.own && !thread.ended && thread.kind === "NOTIFY" && volumesOf(thread).length > 0;
    if (actions.length === 0 && !asks) return nothing;
    return html`<div class="actions">
      ${repeat(
        actions, // keyed: a button never becomes another one under the pointer
        (one) => one.id,
        (one) =>
          html`<button class=${one.main ? "main" : ""} data-action=${one.id} @click=${() => void this.act(one, thread)}>
            ${one.code ? code(...one.code) : t(one.title)}
          </button>`,
      )}
      ${asks && may("duty")
        ? html`<button data-action="private" @click=${() => openPrivate({ thread: thread.id })}>${t("private.open")}</button>`
        : nothing}
    </div>`;
  }

  private side(side: Side): TemplateResult {
    const reached = side.times.map(([step, time]) => `${code("Step", step)} ${iso(instant(Date.parse(time), { seconds: true }))}`);
    return html`<li>
      <b>${partyName(side.party)}</b> ${steps(side)} ${code("Step", side.step)}
      <div class="dim">${reached.join(" · ")}</div>
      ${side.shown ? html`<div class="dim" data-shown=${side.shown}>${t("shown.title")}: ${t(`shown.${side.shown}`)}</div>` : nothing}
      ${side.answer ? html`<div>${code("AnswerCode", side.answer)}${side.answered_by ? ` (${iso(side.answered_by)})` : ""} ${side.text ?? ""}</div>` : nothing}
      ${side.unable ? html`<div class="problem">▲ ${t("mark.unable")}: ${code("UnableReason", side.unable)}</div>` : nothing}
      ${side.passed_on.map(
        (one) => html`<div>${iso(one.name)}: ${one.received_at ? iso(instant(Date.parse(one.received_at))) : "…"}</div>`,
      )}
      ${side.wrong.length > 0 ? html`<div class="problem">▲ ${t("mark.readback")}: ${this.wrong(side)}</div>` : nothing}
    </li>`;
  }

  private wrong(side: Side): string {
    const far = side.distance_m ? ` (${iso(distance(side.distance_m))})` : "";
    return side.wrong.map((one) => code("Missing", one)).join(", ") + far;
  }

  private messages(): TemplateResult {
    const said = this.said?.said ?? [];
    return html`<section>
      <h3>${t("line.said")}</h3>
      <ol>
        ${said.map((one) => this.message(one))}
      </ol>
    </section>`;
  }

  private message(one: Said): TemplateResult {
    const who = [partyName(one.sender), one.officer].filter(Boolean).join(", ");
    const text = (one.body as Values | undefined)?.text;
    return html`<li class=${one.sender === party.value ? "own" : ""}>
      <div class="dim">
        <span class="mono">${instant(Date.parse(one.received), { seconds: true })}</span> ${iso(who)}
        ${one.late ? html`<span class="mark warning">${t("mark.late")}</span>` : nothing}
        ${one.carried ? html`<span class="mark">${t("mark.carried")}</span>` : nothing}
        <span class="mono" title=${one.id}>#${one.entry}</span>
      </div>
      ${saidText(one)}
      ${typeof text === "string" && !saidText(one).includes(text) ? html`<div>“${iso(text)}”</div>` : nothing}
      ${one.wrong.length > 0 ? html`<div class="problem">▲ ${t("mark.readback")}${one.distance_m ? `: ${iso(distance(one.distance_m))}` : ""}</div>` : nothing}
    </li>`;
  }

  private async act(action: Action, thread: Thread): Promise<void> {
    this.done = null;
    this.problem = "";
    if (action.form) {
      this.form = action.form;
      return;
    }
    if (!action.now) {
      openFiling(thread.id);
      return;
    }
    try {
      this.done = await say(action.now);
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }

  private readonly wasSaid = (event: CustomEvent<Taken>): void => {
    this.done = event.detail;
    this.problem = "";
  };

  private async read(): Promise<void> {
    const asked = this.thread;
    try {
      const found = await readThread(asked);
      if (asked === this.thread) this.said = found;
    } catch (error) {
      if (asked === this.thread && !this.said) this.problem = (error as Error).message;
    }
  }
}
