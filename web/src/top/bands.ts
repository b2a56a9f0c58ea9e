import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { say } from "../api/say";
import type { Thread } from "../api/types";
import { code, iso, t } from "../i18n/i18n";
import { clockText } from "../line/row";
import { rowStyles } from "../line/row";
import { titleOf } from "../line/words";
import { commands } from "../palette/commands";
import { board, boardProblem, partyName, threadOf } from "../state/board";
import { serverAgeS, serverLink } from "../state/link";
import { may, party } from "../state/session";
import { isPast, select } from "../state/view";
import { shared } from "../style/theme";
import { duration } from "../units/units";
import { evidence } from "./peers";

/** What concerns everybody at once, across the whole page: it stays until its cause is gone. */
@customElement("o-bands")
export class Bands extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    rowStyles,
    css`
      :host {
        display: grid;
        gap: 1px;
      }
      .band {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
        align-items: center;
        padding: 5px 12px;
        background: var(--warning-ground);
        border-inline-start: 6px solid var(--warning);
      }
      .band.danger .clock {
        color: var(--text); /* red on red is not read */
      }
      .band.danger {
        background: var(--danger-ground);
        border-color: var(--danger);
      }
      .band b {
        letter-spacing: 0.03em;
      }
      .band span {
        flex: 1;
      }
      .urgent {
        animation: call 1s steps(2) infinite;
      }
      @keyframes call {
        50% {
          border-color: var(--own);
        }
      }
    `,
  ];

  @state() private problem = "";

  override render() {
    const shown = board.value;
    const urgent = shown?.threads.filter((one) => this.calls(one)) ?? [];
    return html`
      ${serverLink.value === "UNKNOWN" && shown ? this.unknown() : nothing}
      ${repeat(
        urgent,
        (one) => one.id,
        (one) => this.urgent(one),
      )}
      ${evidence(shown?.links ?? []).map(
        (one) => html`<div class="band danger" role="alert" data-evidence>
          <b>▲ ${t("mark.evidence")}</b><span>${t("band.evidence", one)} ${t("band.evidence.do")}</span>
          ${may("file") && !isPast.value
            ? html`<button @click=${() => commands.value.get("query")?.run()} data-act="ask">${t("act.query")}</button>`
            : nothing}
        </div>`,
      )}
      ${shown?.links
        .filter((one) => !one.own && one.state === "UNKNOWN" && one.age_s !== undefined && one.age_s !== null)
        .map(
          (one) => html`<div class="band" role="status">
            <b>✕ ${code("LinkState", "UNKNOWN")}</b><span>${t("band.party", { party: one.name, duration: duration(one.age_s ?? 0) })}</span>
          </div>`,
        )}
      ${shown?.links
        .filter((one) => one.suspended_since)
        .map((one) => html`<div class="band"><b>◆ ${t("mark.suspended")}</b><span>${t("band.suspended", { party: one.name })}</span></div>`)}
      ${shown?.unlocated.map((id) => this.unlocated(threadOf(id)))}
      ${this.problem ? html`<div class="band danger" role="alert">${this.problem}</div>` : nothing}
    `;
  }

  /** An urgent message that waits for a person of this party. */
  private calls(thread: Thread): boolean {
    return thread.kind === "URGENT" && !thread.own && !thread.ended && thread.clock?.owes === party.value;
  }

  private unknown(): TemplateResult {
    const since = serverAgeS.value === null ? "" : duration(serverAgeS.value);
    return html`<div class="band danger" role="alert">
      <b>✕ ${code("LinkState", "UNKNOWN")}</b><span>${t("band.server", { duration: since })} ${boardProblem.value}</span>
    </div>`;
  }

  private urgent(thread: Thread): TemplateResult {
    const says = thread.says as { action?: string; text?: string } | undefined;
    return html`<div class="band danger urgent" role="alert" data-urgent=${thread.id}>
      <b>▲ ${t("band.urgent", { party: partyName(thread.opener), action: code("UrgentAction", says?.action ?? "") })}</b>
      <span>${iso(says?.text ?? "")} · ${thread.clock ? clockText(thread.clock) : nothing}</span>
      <button @click=${() => select("thread", thread.id)}>${t("alert.show")}</button>
      ${may("duty") && !isPast.value
        ? html`<button class="main" data-act="ack" @click=${() => void this.acknowledge(thread)}>${t("act.ack")} · A</button>`
        : nothing}
    </div>`;
  }

  private unlocated(thread: Thread | undefined): TemplateResult | typeof nothing {
    if (!thread || thread.ended) return nothing;
    return html`<div class="band" data-unlocated=${thread.id}>
      <b>◆ ${t("mark.unlocated")}</b>
      <span>${iso(partyName(thread.opener))}: ${iso(titleOf(thread))}</span>
      <button @click=${() => select("thread", thread.id)}>${t("conflict.open")}</button>
    </div>`;
  }

  private async acknowledge(thread: Thread): Promise<void> {
    await acknowledge(thread).catch((error: Error) => (this.problem = error.message));
  }
}

/** A person has it: the receipt that stops the alarms. */
export async function acknowledge(thread: Thread): Promise<void> {
  await say({ kind: "RECEIPT", body: { receipt: "read", of: thread.current }, thread: thread.id });
}
