import { effect } from "@preact/signals-core";
import { css, html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { guard } from "lit/directives/guard.js";
import type { Clock, Side, Thread } from "../api/types";
import { arrow, catalogue, code, iso, t } from "../i18n/i18n";
import { board, partyName } from "../state/board";
import { calmSecond } from "../state/clock";
import { prefs } from "../state/prefs";
import { party } from "../state/session";
import { duration, instant } from "../units/units";
import { marksOf, type Mark } from "./marks";
import { kindOf, titleOf } from "./words";

const STEPS = ["sent", "received", "read", "answered", "closed"];

export const rowStyles = css`
  .row {
    display: grid;
    grid-template-columns: 6px minmax(0, 1fr) auto;
    gap: 2px 8px;
    width: 100%;
    padding: 7px 10px 7px 4px;
    border: 0;
    border-bottom: 1px solid var(--edge);
    border-radius: 0;
    background: none;
    text-align: start;
    /* hundreds of them are out of view: they are laid out when they come into it */
    content-visibility: auto;
    contain-intrinsic-size: auto 84px;
  }
  .row[aria-current="true"] {
    background: var(--raised);
    box-shadow: inset 3px 0 var(--focus);
  }
  .row .side {
    grid-row: 1 / span 3;
    border-radius: 3px;
    background: var(--other);
  }
  .row.own .side {
    background: var(--own);
  }
  .row .title {
    font-weight: 700;
    overflow: hidden;
    text-overflow: ellipsis;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .row .time {
    font-family: var(--font);
    color: var(--dim);
  }
  .row .rest {
    grid-column: 2 / span 2;
    color: var(--dim);
    font-size: 12.5px;
  }
  .marks {
    grid-column: 2 / span 2;
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  .mark {
    padding: 0 6px;
    border: 1px solid currentColor;
    border-radius: 3px;
    font-size: 11.5px;
    font-weight: 700;
    color: var(--dim);
  }
  .mark.danger {
    color: var(--danger);
  }
  .mark.danger::before {
    content: "▲ ";
  }
  .mark.warning {
    color: var(--warning);
  }
  .mark.warning::before {
    content: "◆ ";
  }
  .clock {
    font-family: var(--font);
    font-weight: 700;
  }
  .clock.late {
    color: var(--danger);
  }
  .clock.soon {
    color: var(--warning);
  }
  .dots {
    display: inline-flex;
    gap: 3px;
    vertical-align: middle;
  }
  .dot {
    width: 9px;
    height: 9px;
    border: 1.5px solid var(--good);
    border-radius: 50%;
  }
  .dot.reached {
    background: var(--good);
  }
  /* Not by an animation: for it the whole page would be drawn sixty times a second. */
  @media (prefers-reduced-motion: no-preference) {
    :host([data-dark]) .dot.next {
      border-color: transparent;
    }
  }
`;

/** Lets what is awaited blink: by one attribute of the whole list, not by each of its rows. */
export class Blinking implements ReactiveController {
  private end: (() => void) | null = null;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.end = effect(() => void this.host.toggleAttribute("data-dark", Math.round(calmSecond.value / 1_000) % 2 === 1));
  }

  hostDisconnected(): void {
    this.end?.();
  }
}

/** How long a clock has to run, as it is shown: it changes when the words do. */
export function clockLeft(clock: Clock | null | undefined): string {
  if (!clock || clock.paused) return "";
  const left = (Date.parse(clock.due) - calmSecond.value) / 1_000;
  return left < 0 ? "late" : duration(left);
}

export function marks(shown: Mark[]): TemplateResult {
  return html`${shown.map((one) => html`<span class="mark ${one.level}">${t(one.key)}</span>`)}`;
}

/** What is owed and how long there is: in words, with its instant. */
export function clockText(clock: Clock): TemplateResult {
  const left = (Date.parse(clock.due) - calmSecond.value) / 1_000;
  const state = clock.paused ? "" : left < 0 ? "late" : left < 60 ? "soon" : "";
  const own = clock.owes === party.value;
  const what = code("DutyKind", clock.what);
  const who = own ? t("line.clock.you", { what }) : t("line.clock", { party: partyName(clock.owes), what });
  const rest = clock.paused
    ? t("mark.paused")
    : left < 0
      ? t("line.overdue", { time: instant(Date.parse(clock.due)) })
      : t("line.in", { duration: duration(left) });
  return html`${who} <span class="clock ${state}">${rest}</span>`;
}

/** How far a message got with a recipient: five steps, the next one blinking while it is awaited. */
export function steps(side: Side): TemplateResult {
  const reached = STEPS.indexOf(side.step);
  const words = `${iso(partyName(side.party))}: ${code("Step", side.step)}`;
  return html`<span class="dots" role="img" aria-label=${words} title=${words}>
    ${STEPS.slice(1, 4).map(
      (_, index) => {
        const next = index === reached && reached < 3;
        return html`<span class=${classMap({ dot: true, reached: index < reached, next })}></span>`;
      },
    )}
  </span>`;
}

/** A thread in a list: made anew only when something of it changed. */
export function row(thread: Thread, current: boolean, open: (id: string) => void): TemplateResult {
  const left = thread.ended ? "" : clockLeft(thread.clock);
  const of = [thread, current, left, board.value, party.value, catalogue.value, prefs.value];
  return html`${guard(of, () => made(thread, current, open))}`;
}

function made(thread: Thread, current: boolean, open: (id: string) => void): TemplateResult {
  const who = thread.own ? thread.sides.map((one) => partyName(one.party)).join(", ") : partyName(thread.opener);
  return html`<button
    class=${classMap({ row: true, own: thread.own })}
    aria-current=${current}
    data-thread=${thread.id}
    @click=${() => open(thread.id)}
  >
    <span class="side"></span>
    <span class="title">${iso(titleOf(thread))}</span>
    <span class="time">${instant(Date.parse(thread.opened))}</span>
    <span class="rest">
      ${kindOf(thread)} ${arrow(thread.own ? "on" : "back")} ${iso(who)} ${thread.sides.length === 1 ? steps(thread.sides[0]!) : nothing}
      ${thread.clock && !thread.ended ? html`<br />${clockText(thread.clock)}` : nothing}
    </span>
    <span class="marks">${marks(marksOf(thread))}</span>
  </button>`;
}
