import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "../style/theme";

/** Volumes, tracks, conflict parts. */
@customElement("o-map")
export class SkyMap extends SignalWatcher(LitElement) {
  static override styles = [shared];

  override render() {
    return html``;
  }
}
