import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "../style/theme";

/** The time that is shown: past, NOW, plans. */
@customElement("o-slider")
export class Slider extends SignalWatcher(LitElement) {
  static override styles = [shared];

  override render() {
    return html``;
  }
}
