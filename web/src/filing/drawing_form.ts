import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { LatLng } from "../api/types";
import { t } from "../i18n/i18n";
import { now } from "../state/clock";
import { changeSketch, drawing, sketch } from "../state/drawing";
import { prefs } from "../state/prefs";
import { shared } from "../style/theme";
import { parsePosition } from "../units/parse";
import { position } from "../units/position";
import { LIMIT_DATUMS, unfinished, utcOf, type Drawn, type Limit, type LimitDatum } from "./feature";
import { filingStyles } from "./filing_style";
import { busy, takeDrawing } from "./store";

const MINUTE_MS = 60_000;
const NM_M = 1_852;

/** A place by pointer or by numbers, its heights and its times. */
@customElement("o-drawing")
export class DrawingForm extends SignalWatcher(LitElement) {
  static override styles = [shared, filingStyles];

  @state() private lower: Limit = { value: "0", datum: "SFC" };
  @state() private upper: Limit = prefs.value.height === "m" ? { value: "300", datum: "m AMSL" } : { value: "1000", datum: "ft AMSL" };
  @state() private start = input(now.value + 60 * MINUTE_MS);
  @state() private end = input(now.value + 120 * MINUTE_MS);
  @state() private name = "";
  @state() private ground = "";
  @state() private wrong = "";
  private written = "";
  private read: LatLng[] = [];

  override render() {
    const found = sketch.value;
    if (!found) return nothing;
    const unit = prefs.value.distance === "km" ? { metres: 1, name: "m" } : { metres: NM_M, name: "NM" };
    const agl = [this.lower, this.upper].some((one) => one.datum.endsWith("AGL"));
    return html`<section>
      <h2>${t(`filing.${found.outline}`)}</h2>
      <p role="status">
        ${drawing.value ? t(`filing.pointer.${found.outline}`) : t("filing.pull")}
        ${drawing.value ? nothing : html`<button type="button" @click=${() => (drawing.value = true)}>${t("filing.pointer.again")}</button>`}
      </p>
      <form class="fields" @submit=${this.done}>
        <label class="wide">${t("filing.points")}
          <textarea class="mono" rows="4" .value=${this.pointsText(found.points)} @change=${this.pointsWritten} dir="ltr"></textarea>
        </label>
        ${found.outline === "polygon"
          ? nothing
          : html`<label>${t(found.outline === "circle" ? "filing.radius" : "filing.halfwidth", { unit: unit.name })}
              <input inputmode="decimal" dir="ltr" .value=${short(found.reachM / unit.metres)}
                @change=${(event: Event) => changeSketch({ reachM: Number(valueOf(event)) * unit.metres })} /></label>`}
        <label>${t("field.name")}<input maxlength="80" .value=${this.name} @input=${(event: Event) => (this.name = valueOf(event))} /></label>
        ${this.limit("filing.lower", this.lower, (limit) => (this.lower = limit))}
        ${this.limit("filing.upper", this.upper, (limit) => (this.upper = limit))}
        ${agl
          ? html`<label>${t("filing.option.ground")}
              <input .value=${this.ground} placeholder=${t("filing.option.ground.example")} @input=${(event: Event) => (this.ground = valueOf(event))} /></label>`
          : nothing}
        <label>${t("filing.start")}<input class="mono" dir="ltr" placeholder="2026-11-22 10:00" .value=${this.start} @change=${(event: Event) => (this.start = valueOf(event))} /></label>
        <label>${t("filing.end")}<input class="mono" dir="ltr" placeholder="2026-11-22 10:00" .value=${this.end} @change=${(event: Event) => (this.end = valueOf(event))} /></label>
        ${this.wrong ? html`<p class="problem" role="alert">${this.wrong}</p>` : nothing}
        <button class="main" ?disabled=${busy.value !== ""}>${t("filing.check")}</button>
      </form>
    </section>`;
  }

  private limit(label: string, limit: Limit, take: (limit: Limit) => void) {
    const free = limit.datum === "SFC" || limit.datum === "UNL";
    return html`<label>${t(label)}
      <span class="height">
        <input inputmode="decimal" dir="ltr" aria-label=${t(label)} ?disabled=${free} .value=${free ? "" : limit.value}
          @change=${(event: Event) => take({ ...limit, value: valueOf(event) })} />
        <select aria-label=${t("filing.datum")} @change=${(event: Event) => take({ ...limit, datum: valueOf(event) as LimitDatum })}>
          ${LIMIT_DATUMS.map((one) => html`<option ?selected=${one === limit.datum}>${one}</option>`)}
        </select>
      </span></label>`;
  }

  /** The points as text: as they were written, for as long as they are those. */
  private pointsText(points: readonly LatLng[]): string {
    if (points === this.read) return this.written;
    return points.map((one) => position(one.lat, one.lng)).join("\n");
  }

  private pointsWritten(event: Event): void {
    const text = valueOf(event);
    const lines = text.split("\n").filter((one) => one.trim() !== "");
    const found = lines.map(parsePosition);
    const bad = found.findIndex((one) => one === null);
    this.wrong = bad < 0 ? "" : t("filing.points.wrong", { line: bad + 1 });
    if (bad >= 0) return;
    this.written = text;
    this.read = found as LatLng[];
    drawing.value = false;
    changeSketch({ points: this.read });
  }

  private done(event: SubmitEvent): void {
    event.preventDefault();
    const own = sketch.value;
    if (!own) return;
    const drawn: Drawn = {
      sketch: own,
      name: this.name,
      lower: this.lower,
      upper: this.upper,
      start: utcOf(this.start) ?? "",
      end: utcOf(this.end) ?? "",
    };
    const problem = unfinished(drawn);
    this.wrong = problem ? t(problem) : "";
    if (!problem) void takeDrawing(drawn, this.ground ? { ground: this.ground } : {});
  }
}

/** An instant in UTC as it is written here, to five minutes: `2026-11-22 10:00`. */
function input(ms: number): string {
  return new Date(Math.ceil(ms / (5 * MINUTE_MS)) * 5 * MINUTE_MS).toISOString().slice(0, 16).replace("T", " ");
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
