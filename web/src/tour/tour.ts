import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { arrow, iso, t } from "../i18n/i18n";
import { chosenAct, demo, playingAct, type Act } from "../state/demo";
import { openPrivate } from "../state/private";
import { select } from "../state/view";
import { shared } from "../style/theme";
import { instant } from "../units/units";

/** The guided tour of the demo: what the act shows, in a sentence; a click goes there. */
@customElement("o-tour")
export class Tour extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        z-index: 20;
        inset-block-end: calc(24% + 62px);
        inset-inline-start: calc(max(250px, 20%) + 10px);
        width: min(420px, 40vw);
        pointer-events: none;
      }
      .card {
        pointer-events: auto;
        padding: 10px 14px;
        background: var(--panel);
        border: 1px solid var(--focus);
        border-radius: 8px;
        box-shadow: 0 8px 28px rgb(0 0 0 / 0.5);
      }
      .head {
        display: flex;
        gap: 8px;
        align-items: baseline;
      }
      .head b {
        flex: 1;
      }
      p {
        margin: 4px 0 8px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .small {
        pointer-events: auto;
        float: inline-start;
      }
    `,
  ];

  @state() private hidden_ = false;

  override render() {
    const played = demo.value;
    if (!played) return nothing;
    const number = chosenAct.value ?? playingAct.value;
    const act = played.acts.find((one) => one.number === number);
    if (!act) return nothing;
    if (this.hidden_) {
      return html`<button class="small" @click=${() => (this.hidden_ = false)} data-act="tour">? ${t("tour.title")}</button>`;
    }
    return this.card(act, played.acts.length);
  }

  private card(act: Act, count: number): TemplateResult {
    const there = act.thread ?? act.conflict ?? act.track ?? act.check;
    const newer = chosenAct.value !== null && playingAct.value !== null && chosenAct.value < playingAct.value;
    return html`<section class="card" aria-label=${t("tour.title")} aria-live="polite">
      <div class="head">
        <span class="mono dim">${instant(Date.parse(act.at))}</span>
        <b data-tour=${act.number}>${t("tour.act", { number: act.number, count })}: ${iso(actWords(act, "title"))}</b>
        <button @click=${() => (this.hidden_ = true)} aria-label=${t("tour.skip")}>✕</button>
      </div>
      <p dir="auto">${actWords(act, "sentence")}</p>
      <div class="buttons">
        <button ?disabled=${act.number <= 1} @click=${() => (chosenAct.value = act.number - 1)} aria-label=${t("tour.back")}>${arrow("back")}</button>
        <button class="main" ?disabled=${!there} data-act="look" @click=${() => look(act)}>${t("tour.look")}</button>
        ${newer
          ? html`<button @click=${() => (chosenAct.value = null)}>${t("tour.now")}</button>`
          : nothing}
        ${demo.value?.review
          ? html`<button @click=${() => window.open(demo.value!.review, "_blank", "noopener")}>${t("tour.review")}</button>`
          : nothing}
      </div>
    </section>`;
  }
}

/** What an act is called, or one sentence of it; of an act that no catalogue knows, in English. */
export function actWords(act: Act, part: "title" | "sentence"): string {
  const key = `demo.${act.name}.${part}`;
  const words = t(key);
  return words === key ? act[part] : words;
}

/** Go to what an act is about. */
export function look(act: Act): void {
  if (act.conflict) select("conflict", act.conflict);
  else if (act.thread) select("thread", act.thread);
  else if (act.track) select("track", act.track);
  else if (act.check) openPrivate();
}
