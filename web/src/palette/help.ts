import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "../style/theme";

/** The keys. */
@customElement("o-help")
export class Help extends SignalWatcher(LitElement) {
  static override styles = [shared];

  override render() {
    return html``;
  }
}
