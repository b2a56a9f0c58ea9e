import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { say } from "../api/say";
import type { Conflict, ProposalSeen, Volume } from "../api/types";
import { code, t } from "../i18n/i18n";
import "../line/form";
import { decline, propose, type Form } from "../line/forms";
import { volumesOf } from "../geo/volumes";
import { volumeText } from "../line/words";
import { partyName, threadOf } from "../state/board";
import { previewVolumes } from "../state/preview";
import { may, party } from "../state/session";
import { isPast, select } from "../state/view";
import { card, shared } from "../style/theme";
import "./advice";
import { factsOf, reasonOf } from "./cards";
import { changesOf } from "./moved";
import { wayWords } from "./way_words";

interface Moved {
  moves: string;
  volumes: Volume[];
}

/** A conflict opened: why, the numbers, both threads, what was proposed, ways out. */
@customElement("o-conflict")
export class ConflictElement extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    card,
    css`
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 6px 0;
      }
      .proposal {
        border-inline-start: 3px solid var(--good);
        padding-inline-start: 8px;
        margin: 8px 0;
      }
      details ol {
        margin: 2px 0;
        padding-inline-start: 20px;
      }
    `,
  ];

  @property({ attribute: false }) conflict!: Conflict;
  @state() private form: Form | null = null;
  @state() private problem = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    previewVolumes.value = null;
  }

  override render() {
    const { conflict } = this;
    return html`
      <p><b>${t("conflict.why")}:</b> <span title=${conflict.facts.reason}>${reasonOf(conflict)}</span></p>
      ${repeat(
        conflict.proposals,
        (one) => one.proposal.message,
        (one) => this.proposal(one),
      )}
      <dl>
        ${factsOf(conflict).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
      </dl>
      <div class="buttons">
        ${[conflict.own_thread, conflict.other_thread].map(
          (id) =>
            html`<button @click=${() => select("thread", id)}>
              ${t("conflict.thread", { name: this.nameOf(id) })}
            </button>`,
        )}
      </div>
      ${this.form ? html`<o-form .form=${this.form} @closed=${() => (this.form = null)}></o-form>` : nothing}
      <p class="problem" role="alert">${this.problem}</p>
      ${conflict.over || isPast.value || conflict.only_unlocated
        ? nothing
        : html`<o-advice .conflict=${conflict} @propose=${this.propose} @amend=${this.amended}></o-advice>`}
    `;
  }

  private nameOf(id: string): string {
    const { conflict } = this;
    const name = id === conflict.own_thread ? conflict.own_name : conflict.other_name;
    return name ?? id.slice(0, 8);
  }

  private proposal({ proposal, meets }: ProposalSeen): TemplateResult {
    const volumes = proposal.volumes as unknown as Volume[];
    const open = proposal.step === "open" && proposal.by !== party.value;
    const changed = this.changed(proposal.step, proposal.moves, volumes);
    return html`<div class="proposal" data-proposal=${proposal.message}>
      <b>${t("conflict.proposal", { party: partyName(proposal.by) })}</b>
      <span class="dim">${code("ProposalStep", proposal.step)}</span>
      <div>${t("conflict.moves", { name: this.nameOf(proposal.moves) })}${changed ? html`: <b data-change>${changed}</b>` : nothing}</div>
      <details ?open=${!changed && proposal.step === "open"}>
        <summary>${t("conflict.volumes", { count: volumes.length })}</summary>
        <ol>
          ${volumes.map((one) => html`<li>${volumeText(one)}</li>`)}
        </ol>
      </details>
      <div>${meets.length > 0 ? t("conflict.meets", { count: meets.length }) : t("conflict.free")}</div>
      <div class="buttons">
        <button @click=${() => this.show(volumes)}>${t("conflict.preview")}</button>
        ${open && may("duty") && !isPast.value
          ? html`<button class="main" @click=${() => void this.accept(proposal.message)}>${t("act.accept")}</button>
              <button @click=${() => (this.form = decline(this.conflict.id, proposal.message))}>${t("act.decline")}</button>`
          : nothing}
        ${this.amendable(proposal.step, proposal.moves)
          ? html`<button class="main" @click=${() => void this.amend(proposal.moves, volumes)}>${t("act.amend.proposed")}</button>`
          : nothing}
      </div>
    </div>`;
  }

  /** What would be otherwise; nothing once it was done or turned down, or where words do not say it all. */
  private changed(step: string, moves: string, volumes: Volume[]): string {
    const thread = step === "open" || step === "accepted" ? threadOf(moves) : undefined;
    const changes = thread ? changesOf(volumesOf(thread), volumes) : null;
    return changes ? wayWords(changes, volumes.length) : "";
  }

  /** A proposal that was taken binds whose notice it moves to change it. */
  private amendable(step: string, moves: string): boolean {
    return step === "accepted" && may("file") && !isPast.value && threadOf(moves)?.own === true;
  }

  private show(volumes: Volume[]): void {
    previewVolumes.value = previewVolumes.value === volumes ? null : volumes;
  }

  private readonly propose = (event: CustomEvent<Moved>): void => {
    this.form = propose(this.conflict, event.detail.moves, event.detail.volumes);
  };

  private readonly amended = (event: CustomEvent<Moved>): void => {
    void this.amend(event.detail.moves, event.detail.volumes);
  };

  private accept(proposal: string): Promise<void> {
    return this.tell({ kind: "ACCEPT", body: { proposal }, thread: this.conflict.id });
  }

  private amend(thread: string, volumes: Volume[]): Promise<void> {
    const { kind: _, ...notice } = threadOf(thread)?.says as Record<string, unknown>;
    const starts = volumes.map((one) => one.time_start.value).sort();
    const ends = volumes.map((one) => one.time_end.value).sort();
    const moved = { ...notice, volumes, time_start: starts[0], time_end: ends.at(-1) };
    return this.tell({ kind: "AMEND", body: { notice: moved }, thread });
  }

  private async tell(words: Parameters<typeof say>[0]): Promise<void> {
    this.problem = "";
    try {
      await say(words);
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }
}
