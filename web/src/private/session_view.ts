import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { filingStyles } from "../filing/filing_style";
import { iso, t } from "../i18n/i18n";
import { partyName } from "../state/board";
import { now } from "../state/clock";
import { sharedCells } from "../state/private";
import { may } from "../state/session";
import { shared } from "../style/theme";
import { distance, duration, height, instant, verticalDistance } from "../units/units";
import { privateStyles } from "./private_style";
import { previewVolumes } from "../state/preview";
import { askedVolumes, busy, expired, runs, saveFile, session, type Met, type Session } from "./store";

const STAGES = ["working", "asking", "comparing"] as const;
const MARKS = { no_overlap_found: "✓", overlap: "▲", unknown: "◆" };

/** One private check: how far it is, its verdict, which of one's own volumes it is about. */
@customElement("o-private-session")
export class PrivateSessionView extends SignalWatcher(LitElement) {
  static override styles = [shared, filingStyles, privateStyles];

  override render() {
    const one = session.value;
    if (!one) return nothing;
    const party = partyName(one.peer);
    return html`<section aria-live="polite" data-verdict=${one.stage ? "" : one.verdict}>
      <h2>${iso(one.plans.join(", "))} · ${t(one.first ? "private.asked" : "private.was_asked", { party })}</h2>
      ${runs(one) ? this.progress(one, party) : this.verdict(one, party)} ${this.carry(one, party)}
      ${runs(one) ? nothing : this.frame(one)}
    </section>`;
  }

  private progress(one: Session, party: string): TemplateResult {
    const at = STAGES.indexOf(one.stage as (typeof STAGES)[number]);
    return html`<ol class="stages">
        ${STAGES.map(
          (stage, index) => html`<li class=${index < at ? "done" : ""} aria-current=${index === at ? "step" : "false"}>
            ${t(`private.stage.${stage}`, { party })}${index === at ? " …" : ""}
          </li>`,
        )}
      </ol>
      <p class="dim">${t("private.until")}</p>`;
  }

  private verdict(one: Session, party: string): TemplateResult {
    if (one.stage === "carry" && one.reason === "silent") {
      return html`<p class="verdict">${t("private.stage.carry")}</p><p class="dim">${t("private.until")}</p>`;
    }
    const over = expired(one, now.value);
    return html`<p class="verdict ${over ? "unknown" : one.verdict}">${MARKS[one.verdict]} ${t(`private.${one.verdict}`)}</p>
      ${over ? html`<p class="problem">${t("private.expired")}</p>` : nothing}
      ${one.verdict === "no_overlap_found" ? html`<p>${t("private.found.none", { party })}</p>` : nothing}
      ${one.reason ? html`<p title=${one.detail ?? ""}>${t(`private.reason.${one.reason}`)}</p>` : nothing}
      ${one.verdict === "unknown" ? html`<p>${t("private.counts")}</p>` : nothing}
      ${one.volumes?.length
        ? html`<ul>${one.volumes.map((met) => this.met(met))}</ul>
            <div class="row">
              <button data-act="map" aria-pressed=${sharedCells.value !== null} @click=${() => this.draw(one)}>${t("private.map")}</button>
            </div>
            <p>${t("private.next")}</p>`
        : nothing}`;
  }

  /** A volume of one's own, and what of it is shared. */
  private met(met: Met): TemplateResult {
    const { shared: what } = met;
    const values = {
      low: height(what.altitude_lower_m, "W84"),
      high: height(what.altitude_upper_m, "W84"),
      start: instant(Date.parse(what.time_start)),
      end: instant(Date.parse(what.time_end)),
      count: what.cells.length,
    };
    return html`<li class="danger">
      <span class="level">▲ ${t("private.volume", { plan: met.plan, number: met.volume })}</span>
      <p class="dim">${iso(met.altitude)} · ${iso(`${instant(Date.parse(met.time_start))} – ${instant(Date.parse(met.time_end))}`)}</p>
      <p>${t("private.shared", values)}</p>
    </li>`;
  }

  private draw(one: Session): void {
    const cells = (one.volumes ?? []).flatMap((met) => met.shared.cells.map((cell) => ({ cell, name: met.plan })));
    const shown = sharedCells.value === null;
    sharedCells.value = shown ? cells : null;
    const asked = askedVolumes.get(one.session) ?? [];
    previewVolumes.value = shown && asked.length > 0 ? asked : null;
  }

  /** The file that goes to the other side, where files are carried. */
  private carry(one: Session, party: string): TemplateResult | typeof nothing {
    if (one.by !== "file" || runs(one) || !may("duty")) return nothing;
    const last = one.first && one.verdict !== "unknown";
    if (!one.first && one.verdict !== "unknown") return nothing;
    if (one.stage !== "carry" && !last) return nothing;
    return html`<p>${last ? t("private.carry.last", { party }) : t("private.carry", { party })}</p>
      <div class="row">
        <button class="main" data-act="save" ?disabled=${busy.value} @click=${() => void saveFile(one)}>${t("private.save", { party })}</button>
      </div>`;
  }

  /** Minima, times, and whether it was drawn for opening. */
  private frame(one: Session): TemplateResult {
    const { minima } = one;
    const dim = (words: string) => html`<p class="dim">${words}</p>`;
    const clock = (text: string) => instant(Date.parse(text), { day: true });
    return html`${minima?.lateral_m !== undefined && minima.vertical_m !== undefined
      ? dim(
          t("private.minima", {
            lateral: distance(minima.lateral_m),
            vertical: verticalDistance(minima.vertical_m),
            time: duration(minima.time_s ?? 0),
          }),
        )
      : nothing}
    ${one.time_start && one.time_end ? dim(t("private.looked", { start: clock(one.time_start), end: clock(one.time_end) })) : nothing}
    ${one.as_of && one.expires
      ? dim(
          t("private.asof", {
            time: instant(Date.parse(one.as_of), { seconds: true }),
            expires: instant(Date.parse(one.expires), { seconds: true }),
          }),
        )
      : nothing}
    ${one.to_be_opened ? dim(t("private.drawn", { party: partyName(one.peer) })) : nothing}`;
  }
}
