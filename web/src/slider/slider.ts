import { SignalWatcher } from "@lit-labs/preact-signals";
import { effect, signal } from "@preact/signals-core";
import { LitElement, html, nothing, svg } from "lit";
import { customElement, query } from "lit/decorators.js";
import { show } from "../hook";
import { t } from "../i18n/i18n";
import { register } from "../palette/commands";
import { board } from "../state/board";
import { now, second } from "../state/clock";
import { at, playing, rate, shownSecond } from "../state/view";
import { shared } from "../style/theme";
import { duration, instant } from "../units/units";
import { moments, readMoments } from "./moments";
import { sliderStyles } from "./slider_style";
import { RATES, goNow, goTo, goToConflict, goToMoment, span, startPlaying, stepBy, togglePlay } from "./travel";
import { SPANS, barsOf, shareOf, ticksOf, windowOf, type Span, type TimeWindow } from "./window";

const DRAG_EVERY_MS = 120; // the board of each instant is asked of the server
const MOMENTS_EVERY_MS = 30_000;

/** The time that is shown: past, NOW, plans. */
@customElement("o-slider")
export class Slider extends SignalWatcher(LitElement) {
  static override styles = [shared, sliderStyles];

  @query(".track") private track!: HTMLElement;
  private readonly width = signal(800);
  private readonly ends: (() => void)[] = [];
  private dragging: TimeWindow | null = null;
  private dragged = 0;

  override render() {
    const part = this.timePart();
    const shown = shownSecond.value;
    return html`
      <div class="controls">
        <button @click=${() => stepBy(-1)} title="[" aria-label=${t("slider.back")}>❙◀</button>
        <button @click=${togglePlay} title="Space" aria-pressed=${playing.value} aria-label=${t("slider.play")}>
          ${playing.value ? "❚❚" : "▶"}
        </button>
        <button @click=${() => stepBy(1)} title="]" aria-label=${t("slider.on")}>▶❙</button>
        <button class=${at.value === null ? "" : "main"} @click=${goNow} title="N">${t("slider.now")}</button>
        <select aria-label=${t("slider.rate")} @change=${this.rated}>
          ${RATES.map((one) => html`<option value=${one} ?selected=${rate.value === one}>×${one}</option>`)}
        </select>
      </div>
      <div
        class="track"
        role="slider"
        tabindex="0"
        aria-label=${t("slider.title")}
        aria-valuemin=${Math.round(part.from / 1_000)}
        aria-valuemax=${Math.round(part.until / 1_000)}
        aria-valuenow=${Math.round(shown / 1_000)}
        aria-valuetext=${this.words(shown)}
        @pointerdown=${this.pressed}
        @pointermove=${this.moved}
        @pointerup=${this.released}
        @keydown=${this.keyed}
      >
        ${this.drawing(part)}
      </div>
      <div class="controls">
        <output class="mono">${this.words(shown)}</output>
        <button @click=${() => goToConflict(true)} title="." aria-label=${t("slider.conflict.next")}>▲▶</button>
        <select aria-label=${t("slider.span")} @change=${this.spanned}>
          ${Object.keys(SPANS).map((one) => html`<option value=${one} ?selected=${span.value === one}>${t(`slider.span.${one}`)}</option>`)}
        </select>
      </div>
    `;
  }

  override firstUpdated(): void {
    const observer = new ResizeObserver(() => (this.width.value = Math.max(100, this.track.clientWidth)));
    observer.observe(this.track);
    const read = () => {
      const part = windowOf(now.peek(), at.peek(), span.peek());
      if (part.from < now.peek()) void readMoments(part.from, Math.min(part.until, now.peek()));
    };
    const timer = setInterval(read, MOMENTS_EVERY_MS);
    this.ends.push(
      () => observer.disconnect(),
      () => clearInterval(timer),
      startPlaying(),
      effect(() => {
        void span.value;
        if (board.value) read();
      }),
      register(...this.commands()),
    );
    show("time", () => ({ at: at.value, playing: playing.value, rate: rate.value, moments: moments.value.length }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.ends.splice(0)) end();
  }

  private commands() {
    const group = "slider.title";
    return [
      { id: "time.back", title: "slider.back", keys: ["["], group, run: () => stepBy(-1) },
      { id: "time.on", title: "slider.on", keys: ["]"], group, run: () => stepBy(1) },
      { id: "time.play", title: "slider.play", keys: ["Space"], group, run: togglePlay },
      { id: "time.now", title: "slider.gonow", keys: ["n", "N"], group, run: goNow },
      { id: "time.moment.before", title: "slider.moment.before", keys: ["{"], group, run: () => goToMoment(false) },
      { id: "time.moment.next", title: "slider.moment.next", keys: ["}"], group, run: () => goToMoment(true) },
      { id: "time.conflict.next", title: "slider.conflict.next", keys: ["."], group, run: () => goToConflict(true) },
      { id: "time.conflict.before", title: "slider.conflict.before", keys: [","], group, run: () => goToConflict(false) },
    ];
  }

  private timePart(): TimeWindow {
    return this.dragging ?? windowOf(second.value, at.value, span.value);
  }

  private words(shown: number): string {
    const away = (shown - second.value) / 1_000;
    const clock = instant(shown, { seconds: true, day: Math.abs(away) > 12 * 3_600 });
    if (at.value === null) return `${clock} ${t("slider.now")}`;
    return `${clock} ${away < 0 ? "−" : "+"}${duration(Math.abs(away))}`;
  }

  private drawing(part: TimeWindow) {
    const wide = this.width.value;
    const x = (ms: number) => (shareOf(part, ms) ?? -1) * wide;
    const nowX = x(second.value);
    return html`<svg width=${wide} height="34" aria-hidden="true">
      <rect class="past" x="0" y="8" width=${Math.max(0, nowX < 0 ? (second.value > part.until ? wide : 0) : nowX)} height="12" />
      <rect class="coming" x=${Math.max(0, nowX)} y="8" width=${Math.max(0, wide - Math.max(0, nowX))} height="12" />
      ${ticksOf(part, this.tickEvery(wide)).map(
        (tick) => svg`<path class="tick" d=${`M${x(tick).toFixed(1)} 20v4`} />
          <text x=${x(tick).toFixed(1)} y="33">${this.tickText(tick)}</text>`,
      )}
      ${this.conflictMarks(part, wide)}
      ${svg`<path class="moment" d=${this.momentMarks(x)} />`}
      ${nowX < 0 ? nothing : svg`<path class="now" d=${`M${nowX.toFixed(1)} 2v20`} />`}
      ${svg`<path class="shown" d=${`M${Math.max(0, x(shownSecond.value)).toFixed(1)} 22v-14l-6 -8h12l-6 8`} />`}
    </svg>`;
  }

  /** What happened, one mark for each pixel at most. */
  private momentMarks(x: (ms: number) => number): string {
    const found = new Set(moments.value.map((one) => Math.round(x(Date.parse(one.time)))));
    return [...found].filter((one) => one >= 0).map((one) => `M${one} 8v12`).join("") || "M0 0";
  }

  /** Conflicts as bars over their time, with a mark where each begins. */
  private conflictMarks(part: TimeWindow, wide: number) {
    const open = (board.value?.conflicts ?? []).filter((one) => !one.over);
    return [true, false].map((unlocated) => {
      const kind = unlocated ? "unlocated" : "conflict";
      const times = open
        .filter((one) => one.only_unlocated === unlocated)
        .map(({ facts }) => ({ from: Date.parse(facts.time_start), until: Date.parse(facts.time_end) }));
      const begins = times.map((one) => Math.round((shareOf(part, one.from) ?? -1) * wide)).filter((x) => x >= 0);
      return [
        ...barsOf(part, wide, times).map(
          ({ left, right }) => svg`<rect class=${kind} x=${left.toFixed(1)} y="4" width=${Math.max(2, right - left).toFixed(1)} height="3" />`,
        ),
        ...[...new Set(begins)].map((x) => svg`<path class=${kind} d=${`M${x} 4l-4 -4h8z`} />`),
      ];
    });
  }

  private tickEvery(wide: number): number {
    const { tick, length } = SPANS[span.value];
    return (wide * tick) / length < 62 ? 2 * tick : tick;
  }

  private tickText(tick: number): string {
    return span.value === "3d" ? `${new Date(tick).toISOString().slice(5, 10)} ${instant(tick)}` : instant(tick);
  }

  private pressed(event: PointerEvent): void {
    this.dragging = windowOf(now.value, at.value, span.value);
    this.track.setPointerCapture(event.pointerId);
    playing.value = false;
    this.dragTo(event, true);
  }

  private moved(event: PointerEvent): void {
    if (this.dragging) this.dragTo(event, false);
  }

  private released(event: PointerEvent): void {
    if (!this.dragging) return;
    this.dragTo(event, true);
    this.dragging = null;
  }

  private dragTo(event: PointerEvent, sure: boolean): void {
    const part = this.dragging;
    if (!part || (!sure && performance.now() - this.dragged < DRAG_EVERY_MS)) return;
    this.dragged = performance.now();
    const { left, width } = this.track.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    const wanted = part.from + share * (part.until - part.from);
    const near = (Math.abs(wanted - now.value) / (part.until - part.from)) * width < 4;
    goTo(near ? now.value : wanted);
  }

  private keyed(event: KeyboardEvent): void {
    const part = this.timePart();
    const moves: Record<string, () => void> = {
      ArrowLeft: () => stepBy(-1),
      ArrowRight: () => stepBy(1),
      ArrowDown: () => stepBy(-1),
      ArrowUp: () => stepBy(1),
      PageDown: () => stepBy(-10),
      PageUp: () => stepBy(10),
      Home: () => goTo(part.from),
      End: () => goTo(part.until),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }

  private rated(event: Event): void {
    rate.value = Number((event.target as HTMLSelectElement).value);
  }

  private spanned(event: Event): void {
    span.value = (event.target as HTMLSelectElement).value as Span;
  }
}
