import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { reasonOf } from "../conflicts/cards";
import { arrow, catalogue, iso, t } from "../i18n/i18n";
import { register } from "../palette/commands";
import { conflictOf } from "../state/board";
import { chosenAct, demo, playingAct, type Act, type ActLine } from "../state/demo";
import { shared } from "../style/theme";
import { instant } from "../units/units";
import { look } from "./look";
import { followsStory, followStory } from "./follow";
import { signal } from "@preact/signals-core";

/** Whether the reader put it away: then one line of it is left. */
const away = signal(false);

/**
 * The guided tour of the demo, in a strip of its own above the map: which act plays, what it shows in
 * a sentence, what was said in it last. It goes to what the act is about until the reader goes elsewhere.
 */
@customElement("o-tour")
export class Tour extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 12px;
        padding: 5px 12px;
        border-inline-start: 6px solid var(--focus);
      }
      .away {
        padding-block: 1px;
      }
      .sentence {
        margin: 1px 0 0;
      }
      .said {
        margin: 1px 0 0;
        padding: 0;
        list-style: none;
        color: var(--other);
      }
      details .said {
        max-height: 30vh;
        overflow: auto;
      }
      summary {
        cursor: pointer;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: var(--other);
      }
      .buttons {
        display: flex;
        gap: 6px;
        align-items: start;
        align-self: start;
      }
      button {
        padding: 2px 8px;
        white-space: nowrap;
      }
      button[aria-pressed="true"] {
        border-color: var(--focus);
      }
    `,
  ];

  private leave: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const when = () => demo.value !== null;
    this.leave = [
      followStory(),
      register(
        { id: "tour", title: "tour.title", keys: ["g", "G"], group: "group.look", when, run: () => (away.value = !away.value) },
        { id: "tour.look", title: "tour.look", keys: ["y", "Y"], group: "group.look", when, run: lookThere },
        { id: "tour.back", title: "tour.back", keys: ["<"], group: "group.look", when, run: () => step(-1) },
        { id: "tour.on", title: "tour.on", keys: [">"], group: "group.look", when, run: () => step(1) },
      ),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const one of this.leave) one();
  }

  override render() {
    const act = shownAct();
    if (!demo.value || !act) return nothing;
    const title = html`<b data-tour=${act.number}
      >${t("tour.act", { number: act.number, count: demo.value.acts.length })}: ${iso(actWords(act, "title"))}</b
    >`;
    if (away.value) {
      return html`<section class="away" aria-label=${t("tour.title")}>
        <span>${title}</span>
        <button data-act="tour" @click=${() => (away.value = false)}>${t("tour.title")} (G)</button>
      </section>`;
    }
    return html`<section aria-label=${t("tour.title")} aria-live="polite">
      <div>
        <span class="mono dim">${instant(Date.parse(act.at))}</span> ${title}
        <p class="sentence" dir="auto">${actWords(act, "sentence")}</p>
        ${this.said(act)}
      </div>
      ${this.buttons(act)}
    </section>`;
  }

  private buttons(act: Act): TemplateResult {
    const newer = chosenAct.value !== null && playingAct.value !== null && chosenAct.value < playingAct.value;
    return html`<div class="buttons">
      <button ?disabled=${act.number <= 1} @click=${() => step(-1)} aria-label=${t("tour.back")} title="${t("tour.back")} (<)">${arrow("back")}</button>
      <button ?disabled=${!newer} @click=${() => step(1)} aria-label=${t("tour.on")} title="${t("tour.on")} (>)">${arrow("on")}</button>
      <button class="main" ?disabled=${!target(act)} data-act="look" title="(Y)" @click=${lookThere}>${t("tour.look")}</button>
      ${newer
        ? html`<button @click=${() => (chosenAct.value = null)}>${t("tour.now")}</button>`
        : demo.value?.playing
          ? html`<button aria-pressed=${followsStory.value} data-act="follow" @click=${() => (followsStory.value = !followsStory.value)}>
              ${t("tour.follow")}
            </button>`
          : nothing}
      ${demo.value?.review
        ? html`<button @click=${() => window.open(demo.value!.review, "_blank", "noopener")}>${t("tour.review")}</button>`
        : nothing}
      <button @click=${() => (away.value = true)} aria-label=${t("tour.skip")} title="${t("tour.skip")} (G)">✕</button>
    </div>`;
  }

  /** What happened last; all of it by a click. */
  private said(act: Act): TemplateResult | typeof nothing {
    const lines = act.said ?? [];
    const last = lines.at(-1);
    if (!last) return nothing;
    if (lines.length === 1) return html`<p class="said" dir="auto">${lineText(act, last)}</p>`;
    return html`<details>
      <summary dir="auto">${lineText(act, last)}</summary>
      <ol class="said">
        ${lines.map((one) => html`<li dir="auto">${lineText(act, one)}</li>`)}
      </ol>
    </details>`;
  }
}

/** The act that is told of: the one that plays, unless the reader went to another. */
function shownAct(): Act | undefined {
  const number = chosenAct.value ?? playingAct.value;
  return demo.value?.acts.find((one) => one.number === number);
}

function step(by: 1 | -1): void {
  const next = (shownAct()?.number ?? 1) + by;
  const newest = playingAct.value ?? 1;
  if (next < 1) return;
  chosenAct.value = next >= newest ? null : next;
}

function lookThere(): void {
  const act = shownAct();
  if (act) look(act);
}

function target(act: Act): string | undefined {
  return act.thread ?? act.conflict ?? act.track ?? act.check;
}

/** What an act is called, or one sentence of it; of an act that no catalogue knows, in English. */
export function actWords(act: Act, part: "title" | "sentence"): string {
  const key = `demo.${act.name}.${part}`;
  const words = t(key);
  return words === key ? act[part] : words;
}

/** What happened in an act, with its time, in the reader's language; why it is a conflict by its numbers. */
export function lineText(act: Act, line: ActLine): string {
  const at = instant(Date.parse(line.at));
  const conflict = line.values.reason && act.conflict ? conflictOf(act.conflict) : undefined;
  const values = { ...line.values, ...line.worded?.[catalogue.value.language], ...(conflict ? { reason: reasonOf(conflict) } : {}) };
  const key = `demo.said.${line.name}`;
  const words = t(key, values);
  return `${iso(at)} ${words === key ? line.words : words}`;
}
