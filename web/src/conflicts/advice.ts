import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { json } from "../api/client";
import type { Conflict, Volume } from "../api/types";
import { t } from "../i18n/i18n";
import { previewVolumes } from "../state/preview";
import { may } from "../state/session";
import { shared } from "../style/theme";

/** One way out, proved free by the server against everything the party may see. */
interface Way {
  words: string;
  moves?: string;
  volumes: Volume[];
}

interface Advice {
  alternatives: Way[];
  who_moves?: string;
  blocked_by?: string[];
}

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
        gap: 6px;
        align-items: center;
        padding: 4px 0;
      }
      li span {
        flex: 1 1 140px;
      }
    `,
  ];

  @property({ attribute: false }) conflict!: Conflict;
  @state() private advice: Advice | null = null;
  @state() private problem = "";
  @state() private busy = false;

  override render() {
    if (!this.advice) {
      return html`<button ?disabled=${this.busy} @click=${this.ask} data-act="advice">${t("conflict.advice.ask")}</button>
        <p class="problem" role="alert">${this.problem}</p>`;
    }
    const { alternatives } = this.advice;
    return html`<h3>${t("conflict.advice")}</h3>
      ${this.advice.who_moves ? html`<p class="dim">${this.advice.who_moves}</p>` : nothing}
      ${alternatives.length === 0 ? html`<p>${t("conflict.advice.none")}</p>` : nothing}
      <ol>
        ${alternatives.map((one) => this.way(one))}
      </ol>`;
  }

  private way(one: Way): TemplateResult {
    const shown = previewVolumes.value === one.volumes;
    return html`<li>
      <span>${one.words}</span>
      <button aria-pressed=${shown} @click=${() => (previewVolumes.value = shown ? null : one.volumes)}>
        ${t("conflict.preview")}
      </button>
      ${may("duty") ? html`<button @click=${() => this.choose(one)}>${t("act.propose")}</button>` : nothing}
    </li>`;
  }

  private choose(one: Way): void {
    const detail = { moves: one.moves ?? this.conflict.own_thread, volumes: one.volumes };
    this.dispatchEvent(new CustomEvent("chosen", { detail, bubbles: true, composed: true }));
  }

  private readonly ask = async (): Promise<void> => {
    this.busy = true;
    this.problem = "";
    try {
      this.advice = await json<Advice>("/line/v1/advice", { body: { conflict: this.conflict.id }, timeoutMs: 20_000 });
    } catch (error) {
      this.problem = (error as Error).message;
    } finally {
      this.busy = false;
    }
  };
}
