import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Track } from "../api/types";
import { iso, t } from "../i18n/i18n";
import { titleOf } from "../line/words";
import { partyName, threadOf } from "../state/board";
import { tracks } from "../state/sky";
import { deselect, select, shownSecond } from "../state/view";
import { card, shared } from "../style/theme";
import { position } from "../units/position";
import { distance, duration, height, pressureAltitude, speedText, verticalDistance } from "../units/units";

/** The chosen aircraft: who, where, how high over which datum, how old that is and how sure. */
@customElement("o-track")
export class TrackCard extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    card,
    css`
      :host {
        padding: 8px 10px 10px 14px;
      }
      header {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        align-items: start;
      }
      .late {
        color: var(--warning);
        font-weight: 700;
      }
    `,
  ];

  @property() track = "";

  override render() {
    const seen = tracks.value.get(this.track);
    const thread = seen?.operation_id ? threadOf(seen.operation_id) : undefined;
    return html`<header>
        <b>${iso(seen?.name ?? this.track.slice(0, 8))}</b>
        <button @click=${deselect} aria-label=${t("help.close")} data-act="close">✕</button>
      </header>
      ${seen
        ? html`<dl>
              ${factsOf(seen).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
            </dl>
            ${seen.lost ? html`<p class="late">✕ ${t("alert.lost")}</p>` : nothing}`
        : html`<p class="late">✕ ${t("track.unseen")}</p>`}
      ${thread ? html`<button @click=${() => select("thread", thread.id)}>${t("conflict.thread", { name: titleOf(thread) })}</button>` : nothing}`;
  }
}

/** What is known of an aircraft; what is not is said to be so. */
function factsOf(one: Track): [string, string | TemplateResult][] {
  const age = Math.max(0, (shownSecond.value - Date.parse(one.time)) / 1_000);
  const names = [one.icao24, one.uid, one.callsign].filter((name) => name && name !== one.name).join(" · ");
  const rate = one.vertical_rate_mps;
  const rows: [string, string][] = [
    [t("track.of"), iso(one.party ? partyName(one.party) : t("track.nobody"))],
    [t("conflict.heights"), one.on_ground ? t("track.ground") : heightsOf(one)],
    [t("settings.speed"), iso(speedText(one.speed_mps))],
    [t("track.course"), one.track_deg === null ? "?" : iso(`${String(Math.round(one.track_deg) % 360).padStart(3, "0")}°`)],
    [t("track.climb"), rate === null ? "?" : iso(`${rate < 0 ? "−" : "+"}${verticalDistance(Math.abs(rate) * 60)}/min`)],
    [t("conflict.at"), iso(position(one.lat, one.lng))],
    [t("track.age"), iso(duration(age))],
    [t("track.within"), iso(distance(one.within_m))],
    [t("track.names"), iso(names)],
  ];
  if (one.doubts) rows.push([t("track.doubts"), String(one.doubts)]);
  return rows.filter(([, value]) => value !== "");
}

/** Both heights where both are known: neither is ever made into the other. */
function heightsOf(one: Track): string {
  const known = [
    one.pressure_altitude_ft === null ? "" : iso(pressureAltitude(one.pressure_altitude_ft)),
    one.altitude_m === null ? "" : iso(height(one.altitude_m, "W84")),
  ].filter(Boolean);
  return known.length > 0 ? known.join(" · ") : "ALT?";
}
