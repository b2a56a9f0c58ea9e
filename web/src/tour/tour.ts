import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "../style/theme";

/** What each act of the demo shows. */
@customElement("o-tour")
export class Tour extends SignalWatcher(LitElement) {
  static override styles = [shared];

  override render() {
    return html``;
  }
}
