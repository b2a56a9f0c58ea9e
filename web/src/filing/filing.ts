import { SignalWatcher } from "@lit-labs/preact-signals";
import { effect } from "@preact/signals-core";
import { LitElement, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { show } from "../hook";
import { t } from "../i18n/i18n";
import { overlay } from "../palette/commands";
import { threadOf } from "../state/board";
import { amends, closes, openFiling } from "../state/filing";
import { sketch, startSketch, type Outline } from "../state/drawing";
import { problemWords } from "../api/problem";
import { may } from "../state/session";
import { isPast } from "../state/view";
import { saysOf } from "../geo/volumes";
import { shared } from "../style/theme";
import "./check_view";
import "./draft_form";
import "./drawing_form";
import { filingStyles } from "./filing_style";
import { OPTIONS, type Options } from "./read";
import { asked, busy, checked, close, draft, drafts, failed, file, followDraft, forget, problems, sent, take, warnings } from "./store";

const OUTLINES: Outline[] = ["polygon", "circle", "corridor"];

/** A plan by file or by drawing, checked before it is sent. */
@customElement("o-filing")
export class Filing extends SignalWatcher(LitElement) {
  static override styles = [shared, filingStyles];

  @state() private dropping = false;
  private readonly ends: (() => void)[] = [];
  private cameFrom: Element | null = null;

  override render() {
    return html`
      ${overlay.value === "filing" ? this.panel() : nothing}
      ${this.dropping ? html`<div class="dropping">${t("filing.drop.here")}</div>` : nothing}
      <div class="visually-hidden" role="status">${sent.value ? t("filing.sent", { name: sent.value }) : ""}</div>
    `;
  }

  private panel() {
    const amended = amends.value ? threadOf(amends.value) : undefined;
    const title = amended ? t("filing.amend", { name: saysOf(amended)?.name ?? amended.id.slice(0, 8) }) : t(closes.value ? "filing.title.closure" : "filing.title");
    return html`<div class="panel" role="dialog" aria-label=${title} @keydown=${this.key}>
      <header>
        <h1>${title}</h1>
        <button @click=${close} aria-label=${t("filing.close")}>✕</button>
      </header>
      <div class="body">
        ${drafts.value.length === 0 && !sketch.value ? this.source() : nothing}
        ${sketch.value ? html`<o-drawing></o-drawing>` : nothing} ${this.problems()}
        ${draft.value ? html`<o-draft></o-draft><o-check></o-check>` : nothing}
        ${failed.value ? html`<p class="problem" role="alert">${failed.value}</p>` : nothing}
        ${busy.value ? html`<p role="status" class="dim">${t(`filing.${busy.value}`)}</p>` : nothing}
      </div>
      ${drafts.value.length > 0 || sketch.value
        ? html`<footer>
            <button @click=${forget}>${t("filing.again")}</button>
          </footer>`
        : nothing}
    </div>`;
  }

  private source() {
    return html`<section>
      <div class="drop">
        <p>${t("filing.drop")}</p>
        <label>
          <span class="visually-hidden">${t("filing.choose")}</span>
          <input type="file" @change=${this.picked} />
        </label>
        <span class="dim">.plan, KML, GPX, GeoJSON, OpenAir, ED-269, ED-318, NOTAM, CSV, WKT</span>
      </div>
      <h2>${t("filing.draw")}</h2>
      <div class="row">
        ${OUTLINES.map((one) => html`<button data-draw=${one} @click=${() => startSketch(one)}>${t(`filing.${one}`)}</button>`)}
      </div>
    </section>`;
  }

  private problems() {
    if (problems.value.length === 0 && warnings.value.length === 0) return nothing;
    return html`<section aria-label=${t("filing.problems")}>
      <ul>
        ${problems.value.map(
          (one) => html`<li class="danger">
            <span class="level">▲ ${[one.element, one.line ? t("filing.line", { line: one.line }) : ""].filter(Boolean).join(", ")}</span>
            <p>${problemWords(one.message, one.code, one.field)}</p>
            ${one.cure ? html`<p class="dim">${one.cure}</p>` : nothing}
          </li>`,
        )}
        ${warnings.value.map((one) => html`<li class="warning"><p>${one}</p></li>`)}
      </ul>
      ${asked.value.length > 0 && file.value
        ? html`<form class="row" @submit=${this.again}>
            ${OPTIONS.filter((one) => asked.value.includes(one)).map(
              (one) => html`<label>${t(`filing.option.${one}`)}<input name=${one} placeholder=${t(`filing.option.${one}.example`)} /></label>`,
            )}
            <button class="main">${t("filing.read.again")}</button>
          </form>`
        : nothing}
    </section>`;
  }

  override firstUpdated(): void {
    const over = (event: DragEvent) => {
      if (!this.takes() || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.dropping = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) this.dropping = false;
    };
    const drop = (event: DragEvent) => {
      this.dropping = false;
      const given = event.dataTransfer?.files[0];
      if (!given || !this.takes()) return;
      event.preventDefault();
      if (overlay.value !== "filing") openFiling();
      forget();
      void take(given);
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    this.ends.push(
      () => window.removeEventListener("dragover", over),
      () => window.removeEventListener("dragleave", leave),
      () => window.removeEventListener("drop", drop),
      followDraft(),
      effect(() => this.opened(overlay.value === "filing")),
    );
    show("filing", () => ({
      open: overlay.value === "filing",
      drafts: drafts.value.map(({ name, notice, volumes, start, end }) => ({ name, notice, volumes: volumes.length, start, end })),
      problems: problems.value.length,
      checked: checked.value?.found.conflicts.map((one) => one.thread) ?? null,
      busy: busy.value,
    }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.ends.splice(0)) end();
  }

  /** The keys go into the panel while it is open, and back to where they were. */
  private opened(open: boolean): void {
    if (open) {
      this.cameFrom = document.activeElement;
      void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("input, button")?.focus());
      return;
    }
    if (overlay.peek() === "private") return; // what is not sent is asked about there
    forget();
    amends.value = null;
    closes.value = false;
    if (this.cameFrom instanceof HTMLElement) this.cameFrom.focus();
    this.cameFrom = null;
  }

  private takes(): boolean {
    return may("file") && !isPast.value;
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  }

  private picked(event: Event): void {
    const given = (event.target as HTMLInputElement).files?.[0];
    if (given) void take(given);
  }

  private again(event: SubmitEvent): void {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    const options: Options = {};
    for (const name of OPTIONS) {
      const value = words.get(name);
      if (typeof value === "string" && value.trim()) options[name] = value.trim();
    }
    if (file.value) void take(file.value, options);
  }
}
