import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { say } from "../api/say";
import { catalogue, code, field, t } from "../i18n/i18n";
import { board } from "../state/board";
import { party } from "../state/session";
import { told } from "../state/told";
import { shared } from "../style/theme";
import { parsePosition } from "../units/parse";
import type { Form, FormField, FormValues } from "./forms";

/** A form of a message: what is asked for, what is refused at which field, one button to send it. */
@customElement("o-form")
export class FormElement extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      form {
        display: grid;
        gap: 8px;
        padding: 10px;
        border: 1px solid var(--edge);
        border-radius: 6px;
        background: var(--raised);
      }
      form.danger {
        border-color: var(--danger);
      }
      label,
      fieldset {
        display: grid;
        gap: 3px;
        margin: 0;
        padding: 0;
        border: 0;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
      }
      .choices label {
        display: flex;
        gap: 5px;
      }
      input,
      textarea,
      select {
        background: var(--panel);
        width: 100%;
      }
      input[type="checkbox"] {
        width: auto;
      }
      .buttons {
        display: flex;
        gap: 8px;
        justify-content: flex-end;
      }
    `,
  ];

  @property({ attribute: false }) form!: Form;
  @state() private problem = "";
  @state() private busy = false;

  override render() {
    return html`<form class=${this.form.danger ? "danger" : ""} @submit=${this.submit} @keydown=${this.key}>
      <h3>${t(this.form.title)}</h3>
      ${this.form.addressed ? this.recipients() : nothing} ${this.form.fields.map((one) => this.field(one))}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${this.close}>${t("act.abort")}</button>
        <button class=${this.form.danger ? "danger" : "main"} ?disabled=${this.busy}>
          ${this.busy ? t("act.sending") : t("act.send")}
        </button>
      </div>
    </form>`;
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("select, input:not([type=checkbox]), textarea")?.focus();
  }

  private recipients(): TemplateResult {
    const others = board.value?.links.filter((one) => !one.own) ?? [];
    return html`<fieldset>
      <legend>${t("act.to")}</legend>
      <div class="choices">
        ${others.map(
          (one) => html`<label><input type="checkbox" name="to" value=${one.party} checked />${one.name}</label>`,
        )}
      </div>
    </fieldset>`;
  }

  private field(one: FormField): TemplateResult {
    const label = catalogue.value.console?.[`field.${one.name}`] ?? field(one.name);
    const words = one.kind === "instant" ? `${label} (UTC)` : one.kind === "metres" ? `${label}, m` : label;
    if (one.kind === "codes") return this.choices(one, words);
    return html`<label>${one.required ? words : `${words} –`} ${this.input(one)}</label>`;
  }

  private input(one: FormField): TemplateResult {
    const needed = Boolean(one.required);
    const value = one.value ?? "";
    if (one.kind === "code") {
      const codes = one.among ?? Object.keys(catalogue.value.codes[one.codes ?? ""] ?? {});
      return html`<select name=${one.name} ?required=${needed}>
        ${needed ? nothing : html`<option value=""></option>`}
        ${codes.map((id) => html`<option value=${id} ?selected=${id === value}>${code(one.codes ?? "", id)}</option>`)}
      </select>`;
    }
    if (one.kind === "text") return html`<textarea name=${one.name} rows="2" maxlength="280" ?required=${needed}></textarea>`;
    if (one.kind === "lines") {
      return html`<textarea name=${one.name} rows="2" ?required=${needed} placeholder=${t("act.lines")}></textarea>`;
    }
    if (one.kind === "instant") {
      return html`<input type="datetime-local" name=${one.name} .value=${value.slice(0, 16)} ?required=${needed} />`;
    }
    if (one.kind === "metres" || one.kind === "minutes") {
      return html`<input type="number" step="any" name=${one.name} .value=${value} ?required=${needed} />`;
    }
    const hint = one.kind === "position" ? "54°03.000′N 007°03.000′E" : "";
    return html`<input name=${one.name} maxlength="80" .value=${value} placeholder=${hint} ?required=${needed} autocomplete="off" />`;
  }

  private choices(one: FormField, words: string): TemplateResult {
    const codes = Object.keys(catalogue.value.codes[one.codes ?? ""] ?? {});
    return html`<fieldset>
      <legend>${words}</legend>
      <div class="choices">
        ${codes.map(
          (id) =>
            html`<label><input type="checkbox" name=${one.name} value=${id} ?checked=${id === one.value} />${code(one.codes ?? "", id)}</label>`,
        )}
      </div>
    </fieldset>`;
  }

  private readonly close = (): void => {
    this.dispatchEvent(new CustomEvent("closed", { bubbles: true, composed: true }));
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  };

  private readonly submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    this.problem = "";
    this.busy = true;
    try {
      const values = this.values(given);
      if (this.form.post) {
        await this.form.post(values);
        told.value = t("act.confirmed");
      } else {
        const taken = await say(this.form.words(values));
        this.dispatchEvent(new CustomEvent("said", { detail: taken, bubbles: true, composed: true }));
      }
      this.close();
    } catch (error) {
      this.problem = (error as Error).message;
    } finally {
      this.busy = false;
    }
  };

  private values(given: FormData): FormValues {
    const values: FormValues = {};
    for (const one of this.form.fields) {
      const all = given.getAll(one.name).map(String);
      const value = valueOf(one, all);
      if (value !== undefined) values[one.name] = value;
    }
    if (this.form.addressed) values.to = given.getAll("to").map(String).filter((one) => one !== party.value);
    return values;
  }
}

/** The value of a field as the message has it. Throws: Error with words for the officer. */
export function valueOf(one: FormField, given: string[]): unknown {
  const text = (given[0] ?? "").trim();
  if (one.kind === "codes") return given.length > 0 ? given : undefined;
  if (text === "") return undefined;
  if (one.kind === "instant") return `${text.length === 16 ? `${text}:00` : text}Z`;
  if (one.kind === "metres") return Number(text);
  if (one.kind === "minutes") return Number(text) * 60;
  if (one.kind === "lines") return passedTo(given[0] ?? "");
  if (one.kind === "position") {
    const found = parsePosition(text);
    if (!found) throw new Error(t("form.position", { text }));
    return found;
  }
  return text;
}

/** One name for each line; with a `-` before it: told, and has not said that it was received. */
function passedTo(text: string): { name: string; received_at?: string }[] {
  const lines = text.split("\n").map((one) => one.trim()).filter(Boolean);
  const now = new Date().toISOString();
  return lines.map((one) => (one.startsWith("-") ? { name: one.slice(1).trim() } : { name: one, received_at: now }));
}
