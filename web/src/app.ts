import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { t } from "./i18n/i18n";
import { readingPast } from "./state/board";
import { session } from "./state/session";
import { isLive } from "./state/view";
import { shared } from "./style/theme";
import "./top/login";
import "./top/topbar";
import "./top/bands";
import "./conflicts/conflicts";
import "./map/map";
import "./profile/profile";
import "./slider/slider";
import "./line/line";
import "./filing/filing";
import "./palette/palette";
import "./private/private";
import "./palette/help";
import "./tour/tour";

/** The whole page: the top, three columns, the time at the foot. */
@customElement("o-app")
export class App extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      :host {
        height: 100vh;
        overflow: hidden;
      }
      .page {
        height: 100%;
        display: grid;
        grid-template:
          "top top top" auto
          "bands bands bands" auto
          "tour tour tour" auto
          "conflicts map line" minmax(0, 1fr)
          "conflicts profile line" minmax(120px, 24%)
          "slider slider slider" auto
          / minmax(250px, 20%) minmax(0, 1fr) minmax(330px, 27%);
        gap: 1px;
        background: var(--edge);
      }
      .page > * {
        background: var(--panel);
        min-width: 0;
        min-height: 0;
      }
      .page.replay {
        outline: 4px solid var(--warning);
        outline-offset: -4px;
      }
      /* What is shown is of another instant than the one that is asked for. */
      .reading > o-conflicts,
      .reading > o-line,
      .reading > o-map {
        opacity: 0.5;
      }
      o-topbar {
        grid-area: top;
      }
      o-bands {
        grid-area: bands;
      }
      o-tour {
        grid-area: tour;
      }
      o-conflicts {
        grid-area: conflicts;
        overflow: auto;
      }
      o-map {
        grid-area: map;
        position: relative;
      }
      o-profile {
        grid-area: profile;
      }
      o-line {
        grid-area: line;
        overflow: auto;
      }
      o-slider {
        grid-area: slider;
      }
      o-topbar,
      o-bands,
      o-tour,
      o-conflicts,
      o-line,
      o-slider,
      o-login,
      o-palette,
      o-help {
        zoom: var(--wall);
      }
      @media print {
        .page {
          display: block;
          height: auto;
        }
        o-map,
        o-profile,
        o-slider,
        o-filing,
        o-private,
        o-palette,
        o-help,
        o-tour {
          display: none;
        }
      }
    `,
  ];

  override render() {
    if (!session.value) return html`<o-login></o-login>`;
    return html`
      <div class="page ${isLive.value ? "" : "replay"} ${readingPast.value ? "reading" : ""}" aria-busy=${readingPast.value}>
        <o-topbar role="banner"></o-topbar>
        <o-bands></o-bands>
        <o-tour></o-tour>
        <o-conflicts role="region" aria-label=${t("conflicts.title")}></o-conflicts>
        <o-map role="main" aria-label=${t("map.title")}></o-map>
        <o-profile role="region" aria-label=${t("profile.title")}></o-profile>
        <o-line role="region" aria-label=${t("line.title")}></o-line>
        <o-slider role="region" aria-label=${t("slider.title")}></o-slider>
      </div>
      <o-filing></o-filing>
      <o-private></o-private>
      <o-palette></o-palette>
      <o-help></o-help>
    `;
  }
}
