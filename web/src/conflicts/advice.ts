import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { json } from "../api/client";
import type { components } from "../api/schema";
import type { Conflict, Volume } from "../api/types";
import { t } from "../i18n/i18n";
import { partyName } from "../state/board";
import { previewVolumes } from "../state/preview";
import { may } from "../state/session";
import { turnWords, wayWords } from "./way_words";
import { shared } from "../style/theme";

type Advice = components["schemas"]["Advice"];
type Way = components["schemas"]["AdviceWay"];

const ASKED_MS = 20_000;

/** Ways out of a conflict: asked for by a click, shown as a what-if, proposed by another. */
@customElement("o-advice")
export class AdviceElement extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      ol {
        margin: 6px 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 6px;
        align-items: center;
        padding: 5px 0;
        border-top: 1px solid var(--edge);
      }
      li b {
        flex: 1 1 100%;
      }
      .sides {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
    `,
  ];

  @property({ attribute: false }) conflict!: Conflict;
  @state() private advice: Advice | null = null;
  @state() private problem = "";
  @state() private busy = false;

  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get("conflict") as Conflict | undefined;
    // A conflict that changed has other ways out.
    if (before && (before.id !== this.conflict.id || before.facts.reason !== this.conflict.facts.reason)) this.advice = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    previewVolumes.value = null;
  }

  override render() {
    const { conflict } = this;
    if (!this.advice) {
      return html`<button ?disabled=${this.busy} @click=${() => void this.ask()} data-act="advice">
          ${this.busy ? "…" : t("conflict.advice.ask")}
        </button>
        <p class="problem" role="alert">${this.problem}</p>`;
    }
    const found = this.advice;
    return html`<h3>${t("conflict.advice")}</h3>
      ${found.why.map((one) => html`<p class="dim">${turnWords(one, (id) => this.nameOf(id ?? ""))}</p>`)}
      <div class="sides" role="group" aria-label=${t("conflict.advice")}>
        ${[conflict.own_thread, conflict.other_thread].map(
          (id) =>
            html`<button aria-pressed=${found.thread === id} ?disabled=${this.busy} @click=${() => void this.ask(id)}>
              ${t("conflict.advice.moves", { name: this.nameOf(id) })}
            </button>`,
        )}
      </div>
      ${found.alternatives.length === 0 ? this.blocked(found) : nothing}
      <ol>
        ${found.alternatives.map((one) => this.way(one))}
      </ol>
      ${found.not_compared > 0 ? html`<p class="dim">◆ ${t("conflict.advice.hidden", { count: found.not_compared })}</p>` : nothing}
      <p class="problem" role="alert">${this.problem}</p>`;
  }

  private nameOf(id: string): string {
    const name = id === this.conflict.own_thread ? this.conflict.own_name : this.conflict.other_name;
    return name ?? id.slice(0, 8);
  }

  private way(one: Way): TemplateResult {
    const volumes = one.volumes as unknown as Volume[];
    const shown = previewVolumes.value === volumes;
    // While another list is asked for, this one can no longer be taken.
    const { busy } = this;
    return html`<li data-way>
      <b>${wayWords(one.changes, volumes.length)}</b>
      <button aria-pressed=${shown} ?disabled=${busy} @click=${() => (previewVolumes.value = shown ? null : volumes)}>
        ${t("conflict.preview")}
      </button>
      ${may("duty") ? html`<button data-act="propose" ?disabled=${busy} @click=${() => this.tell("propose", volumes)}>${t("act.propose")}</button>` : nothing}
      ${may("file") && this.advice?.own
        ? html`<button data-act="amend" ?disabled=${busy} @click=${() => this.tell("amend", volumes)}>${t("conflict.advice.amend")}</button>`
        : nothing}
    </li>`;
  }

  /** That there is none is an answer: with what takes the room. */
  private blocked(found: Advice): TemplateResult {
    const names = found.blockers.map((one) => `${one.name ?? one.thread.slice(0, 8)} (${partyName(one.party)})`);
    return html`<p>
      ${t("conflict.advice.none")}${names.length > 0 ? html`: ${t("conflict.advice.blocked", { names: names.join(", ") })}` : nothing}
    </p>`;
  }

  private tell(what: "propose" | "amend", volumes: Volume[]): void {
    const moves = this.advice?.thread ?? this.conflict.own_thread;
    previewVolumes.value = volumes;
    this.dispatchEvent(new CustomEvent(what, { detail: { moves, volumes }, bubbles: true, composed: true }));
  }

  private async ask(moves?: string): Promise<void> {
    this.busy = true;
    this.problem = "";
    previewVolumes.value = null;
    try {
      const body = moves ? { conflict: this.conflict.id, moves } : { conflict: this.conflict.id };
      this.advice = await json<Advice>("/line/v1/advice", { body, timeoutMs: ASKED_MS });
    } catch (error) {
      this.problem = (error as Error).message;
    } finally {
      this.busy = false;
    }
  }
}
