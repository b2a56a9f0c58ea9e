import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "../style/theme";

/** A plan by file or by drawing, checked before it is sent. */
@customElement("o-filing")
export class Filing extends SignalWatcher(LitElement) {
  static override styles = [shared];

  override render() {
    return html``;
  }
}
