import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { catalogue, code, field, iso, t } from "../i18n/i18n";
import { agreement } from "../state/agreement";
import { board } from "../state/board";
import { shared } from "../style/theme";
import { instant } from "../units/units";
import { bandText } from "../geo/volumes";
import { NOTICE_KINDS, lacking, type Draft, type NoticeKind } from "./draft";
import { utcOf } from "./feature";
import { filingStyles } from "./filing_style";
import { change, chosen, draft, drafts } from "./store";

/** What is said beside the volumes: kind, name, what is asked, to whom. */
@customElement("o-draft")
export class DraftForm extends SignalWatcher(LitElement) {
  static override styles = [shared, filingStyles];

  override render() {
    const own = draft.value;
    if (!own) return nothing;
    return html`<section>
      ${drafts.value.length > 1
        ? html`<label>${t("filing.which", { count: drafts.value.length })}
            <select @change=${(event: Event) => (chosen.value = valueOf(event))}>
              ${drafts.value.map((one) => html`<option value=${one.id} ?selected=${one.id === own.id}>${one.name}</option>`)}
            </select></label>`
        : nothing}
      <p><strong>${t("filing.unsent")}</strong> · ${this.summary(own)}</p>
      ${own.warnings.map((one) => html`<p class="dim">◆ ${one}</p>`)}
      <div class="fields">
        ${own.amends ? nothing : this.kinds(own)}
        <label>${field("name")}<input maxlength="80" .value=${own.name} @change=${(event: Event) => change({ name: valueOf(event) })} /></label>
        ${own.notice === "closure" ? this.closure(own) : this.notice(own)} ${own.notice === "movement" ? this.contact(own) : nothing}
        ${own.notice === "site"
          ? html`<label>${field("confirmed_by")}<input required maxlength="80" .value=${own.confirmedBy}
              @change=${(event: Event) => change({ confirmedBy: valueOf(event) })} /></label>`
          : nothing}
        <label class="wide">${field("text")}<textarea rows="2" maxlength="280" .value=${own.text}
          @change=${(event: Event) => change({ text: valueOf(event) })}></textarea></label>
      </div>
      ${own.amends ? nothing : this.recipients(own)}
      ${lacking(own).map((one) => html`<p class="problem">${t("filing.lacks", { what: field(one) })}</p>`)}
    </section>`;
  }

  private summary(own: Draft): string {
    const bands = [...new Set(own.volumes.map((one) => bandText(one)))];
    const heights = bands.length > 3 ? `${bands.slice(0, 3).join(", ")} …` : bands.join(", ");
    const times = iso(`${instant(Date.parse(own.start), { day: true })} – ${instant(Date.parse(own.end))}`);
    return `${t("filing.volumes", { count: own.volumes.length })} · ${iso(heights)} · ${times}`;
  }

  private kinds(own: Draft) {
    return html`<label>${field("notice")}
      <select data-field="notice" @change=${(event: Event) => change({ notice: valueOf(event) as NoticeKind })}>
        ${NOTICE_KINDS.map(
          (one) => html`<option value=${one} ?selected=${one === own.notice}>${one === "closure" ? code("Kind", "CLOSURE") : code("NoticeKind", one)}</option>`,
        )}
      </select></label>`;
  }

  private notice(own: Draft) {
    return html`${this.choice("asks", "Asks", codesOf("Asks"), own.asks, (asks) => change({ asks }))}
      ${this.choice("show", "Coarseness", ["", ...codesOf("Coarseness")], own.show, (show) => change({ show }))} ${this.classes(own)}`;
  }

  private closure(own: Draft) {
    return html`${this.choice("reason", "ClosureReason", codesOf("ClosureReason"), own.reason, (reason) => change({ reason }))}
      ${this.choice("binding", "Binding", codesOf("Binding"), own.binding, (binding) => change({ binding }))}
      <label>${field("review_at")} (UTC)<input class="mono" dir="ltr" required data-field="review_at"
        .value=${own.reviewAt.slice(0, 16).replace("T", " ")} @change=${(event: Event) => change({ reviewAt: utcOf(valueOf(event)) ?? "" })} /></label>`;
  }

  private choice(name: string, kind: string, codes: readonly string[], value: string, take: (value: string) => void) {
    return html`<label>${field(name)}
      <select @change=${(event: Event) => take(valueOf(event))}>
        ${codes.map((one) => html`<option value=${one} ?selected=${one === value}>${one ? code(kind, one) : t("filing.agreed")}</option>`)}
      </select></label>`;
  }

  private classes(own: Draft) {
    const known = agreement.value?.classes ?? [];
    if (known.length === 0) return nothing;
    return html`<label>${field("flight_class")}
      <select @change=${(event: Event) => change({ flightClass: valueOf(event) })}>
        <option value=""></option>
        ${known.map((one) => html`<option value=${one.id} ?selected=${one.id === own.flightClass}>${one.name}</option>`)}
      </select></label>`;
  }

  private contact(own: Draft) {
    return html`<label>${field("contact")}: ${field("role")}<input required maxlength="80" .value=${own.contactRole}
        @change=${(event: Event) => change({ contactRole: valueOf(event) })} /></label>
      <label>${field("phone")}<input required type="tel" maxlength="80" .value=${own.contactPhone}
        @change=${(event: Event) => change({ contactPhone: valueOf(event) })} /></label>`;
  }

  private recipients(own: Draft) {
    const others = (board.value?.links ?? []).filter((one) => !one.own);
    const on = (party: string) => own.to.length === 0 || own.to.includes(party);
    return html`<fieldset class="row">
      <legend>${field("to")}</legend>
      ${others.map(
        (one) => html`<label class="check"><input type="checkbox" .checked=${live(on(one.party))}
            @change=${() => change({ to: toggled(others.map((other) => other.party), own.to, one.party) })} />${one.name}</label>`,
      )}
    </fieldset>`;
  }
}

/** The recipients with one more or less; empty is everybody. The last one stays: who is told of it? */
export function toggled(all: readonly string[], to: readonly string[], party: string): string[] {
  const before = to.length === 0 ? all : to;
  const after = before.includes(party) ? before.filter((one) => one !== party) : [...before, party];
  if (after.length === 0) return [...before];
  return after.length === all.length ? [] : after;
}

function codesOf(kind: string): string[] {
  return Object.keys(catalogue.value.codes[kind] ?? {});
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}
