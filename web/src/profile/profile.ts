import { SignalWatcher } from "@lit-labs/preact-signals";
import { effect, signal } from "@preact/signals-core";
import uPlot from "uplot";
import plotStyle from "uplot/dist/uPlot.min.css?inline";
import { LitElement, css, html, unsafeCSS } from "lit";
import { customElement, query } from "lit/decorators.js";
import { show } from "../hook";
import { t } from "../i18n/i18n";
import { colours, faded } from "../map/colours";
import { now } from "../state/clock";
import { prefs } from "../state/prefs";
import { at, select, selection, shownAt } from "../state/view";
import { shared } from "../style/theme";
import { wall } from "../style/wall";
import { height, instant } from "../units/units";
import { drawProfile } from "./draw";
import { profileItems, trackTick, type Box } from "./items";
import { rangeOf } from "./range";

const DRAW_EVERY_MS = 1_000;
const SOON_MS = 60; // after the frame that answers what was pressed
const LATEST_MS = 400;

/** Altitude over time of what is selected. */
@customElement("o-profile")
export class Profile extends SignalWatcher(LitElement) {
  static override styles = [
    unsafeCSS(plotStyle),
    shared,
    css`
      :host {
        position: relative;
        height: 100%;
        overflow: hidden;
        direction: ltr;
      }
      .head {
        position: absolute;
        inset-block-start: 2px;
        inset-inline: 64px 8px;
        display: flex;
        justify-content: space-between;
        gap: 12px;
        z-index: 1;
        font-size: calc(12px * var(--wall));
        pointer-events: none;
        white-space: nowrap;
      }
      .head span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .plot {
        position: absolute;
        inset: calc(20px * var(--wall)) 0 0 0;
      }
      .empty {
        position: absolute;
        inset: 40% 20px auto;
        text-align: center;
      }
    `,
  ];

  @query(".plot") private target!: HTMLElement;
  private plot: uPlot | null = null;
  private readonly read = signal("");
  private readonly ends: (() => void)[] = [];
  private waiting: number | undefined;
  private refit = false;
  private drawnAt: readonly number[] = [];
  private zoomed = false; // by hand: new items leave the axes alone

  override render() {
    const items = profileItems.value;
    return html`
      <div class="head">
        <span dir="auto"><strong>${items.title}</strong></span><span class="mono">${this.read.value}</span>
      </div>
      <div class="plot" role="img" aria-label=${this.summary(items.boxes)}></div>
      ${items.boxes.length + items.lines.length === 0
        ? html`<p class="empty dim">${t("profile.none")}</p>`
        : ""}
    `;
  }

  override firstUpdated(): void {
    const observer = new ResizeObserver(() => this.plot?.setSize(this.size()));
    observer.observe(this.target);
    const timer = setInterval(() => {
      if (selection.value?.kind === "track") trackTick.value += 1;
      else if (!document.hidden && this.instantsMoved()) this.later();
    }, DRAW_EVERY_MS);
    this.ends.push(
      () => observer.disconnect(),
      () => clearInterval(timer),
      effect(() => {
        void colours.value;
        void prefs.value;
        this.make();
      }),
      effect(() => {
        void selection.value;
        this.zoomed = false;
      }),
      effect(() => {
        void profileItems.value;
        void at.value;
        this.later(!this.zoomed);
      }),
    );
    show("profile", () => ({
      title: profileItems.value.title,
      boxes: profileItems.value.boxes.map(({ name, side, low, high }) => ({ name, side, low, high })),
      windows: profileItems.value.windows.length,
      lines: profileItems.value.lines.map(({ name, datum, points }) => ({ name, datum, points: points.length })),
    }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.ends.splice(0)) end();
    clearTimeout(this.waiting);
    this.plot?.destroy();
    this.plot = null;
  }

  /** Metres of one unit of the axis, and what it is called. */
  private unit(): { metres: number; name: string } {
    return prefs.value.height === "m" ? { metres: 1, name: "m" } : { metres: 0.3048, name: "ft" };
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(80, this.target.clientWidth), height: Math.max(60, this.target.clientHeight) };
  }

  private make(): void {
    this.plot?.destroy();
    const own = colours.peek();
    const unit = this.unit();
    const axis = {
      stroke: own.dim,
      font: `${11 * wall()}px B612, sans-serif`,
      grid: { stroke: faded(own.coast, 0.35), width: 1 },
      ticks: { stroke: faded(own.coast, 0.6), width: 1, size: 4 },
    };
    const options: uPlot.Options = {
      ...this.size(),
      legend: { show: false },
      cursor: { y: true, drag: { x: true, y: false }, points: { show: false } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      series: [{}, { show: false }],
      axes: [
        { ...axis, space: 50 * wall(), size: 26 * wall(), values: (_plot, splits) => instants(splits) },
        {
          ...axis,
          space: 30 * wall(),
          size: 58 * wall(),
          label: `${unit.name} W84`,
          labelSize: 16 * wall(),
          labelFont: `${11 * wall()}px B612, sans-serif`,
          values: (_plot, splits) => splits.map((one) => Math.round(one).toString().replace(/\B(?=(\d{3})+$)/g, ",")),
        },
      ],
      hooks: {
        draw: [(plot) => this.drawOver(plot)],
        setCursor: [(plot) => this.hovered(plot)],
        setSelect: [(plot) => (this.zoomed ||= plot.select.width > 0)],
      },
    };
    this.plot = new uPlot(options, [[], []], this.target);
    this.plot.over.addEventListener("click", () => this.clicked());
    this.plot.over.addEventListener("dblclick", () => {
      this.zoomed = false;
      this.fit();
    });
    this.fit();
  }

  /** Draw when nothing else is to be done: hundreds of boxes are no answer to a key. */
  private later(anew = false): void {
    this.refit ||= anew;
    this.waiting ??= window.setTimeout(() => {
      const draw = () => {
        this.waiting = undefined;
        const { refit } = this;
        this.refit = false;
        if (refit) this.fit();
        else this.plot?.redraw(false, false);
      };
      if (typeof requestIdleCallback === "function") requestIdleCallback(draw, { timeout: LATEST_MS });
      else draw();
    }, SOON_MS);
  }

  /** Whether NOW or the shown instant is at another pixel than it was drawn at. */
  private instantsMoved(): boolean {
    const { plot } = this;
    if (!plot) return false;
    return [now.peek(), shownAt.peek()].some((ms, index) => {
      const [is, was] = [ms, this.drawnAt[index] ?? 0].map((one) => plot.valToPos(one / 1_000, "x"));
      return Math.abs((is ?? 0) - (was ?? 0)) >= 0.5;
    });
  }

  /** Let the axes go over all that is shown. */
  private fit(): void {
    const range = rangeOf(profileItems.peek(), shownAt.peek());
    const { metres } = this.unit();
    this.plot?.batch(() => {
      this.plot?.setScale("x", { min: range.x[0], max: range.x[1] });
      this.plot?.setScale("y", { min: range.y[0] / metres, max: range.y[1] / metres });
    });
    this.plot?.redraw(false, true);
  }

  private drawOver(plot: uPlot): void {
    this.drawnAt = [now.peek(), shownAt.peek()];
    drawProfile(plot, {
      items: profileItems.peek(),
      now: now.peek(),
      at: shownAt.peek(),
      unitM: this.unit().metres,
      colours: colours.peek(),
      words: { now: t("slider.now"), std: t("profile.std") },
    });
  }

  /** Time and height under the pointer, and what is there. */
  private hovered(plot: uPlot): void {
    const { left, top } = plot.cursor;
    if (left === undefined || top === undefined || left < 0) {
      this.read.value = "";
      return;
    }
    const time = plot.posToVal(left, "x") * 1_000;
    const metres = plot.posToVal(top, "y") * this.unit().metres;
    const names = this.boxesAt(time, metres).map((one) => `${one.name} ${one.band}`);
    this.read.value = [instant(time), height(metres, "W84"), ...new Set(names)].join(" · ");
  }

  private boxesAt(time: number, metres: number): Box[] {
    return profileItems
      .peek()
      .boxes.filter((one) => one.start <= time && time < one.end && one.low <= metres && metres <= one.high);
  }

  private clicked(): void {
    const { left, top } = this.plot?.cursor ?? {};
    if (!this.plot || left === undefined || top === undefined || left < 0) return;
    const time = this.plot.posToVal(left, "x") * 1_000;
    const found = this.boxesAt(time, this.plot.posToVal(top, "y") * this.unit().metres).at(-1);
    if (found?.thread) select("thread", found.thread);
  }

  private summary(boxes: readonly Box[]): string {
    const words = boxes
      .slice(0, 12)
      .map((one) => `${one.name} ${one.band}, ${instant(one.start)} – ${instant(one.end)}`);
    return [t("profile.title"), ...words].join("; ");
  }
}

/** Instants at the axis: with seconds where there are several in a minute, with the day where it is another. */
function instants(splits: readonly number[]): string[] {
  const [first, second] = splits;
  const seconds = first !== undefined && second !== undefined && second - first < 60;
  return splits.map((one, index) => {
    const text = instant(one * 1_000, { seconds });
    const before = splits[index - 1];
    const day = new Date(one * 1_000).toISOString().slice(5, 10);
    const other = before !== undefined && new Date(before * 1_000).toISOString().slice(5, 10) !== day;
    return other ? `${day} ${text}` : text;
  });
}
