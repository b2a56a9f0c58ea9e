import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Conflict } from "../api/types";
import { conflictOf, readThread } from "../state/board";
import { shared } from "../style/theme";
import { cardStyles, conflictCard } from "./cards";
import "./conflict";

/** A conflict that is no longer on the board: what it was, from the record. */
@customElement("o-conflict-lookup")
export class ConflictLookup extends SignalWatcher(LitElement) {
  static override styles = [shared, cardStyles];

  @property() conflict = "";
  @state() private found: Conflict | null = null;
  @state() private problem = "";

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("conflict")) return;
    this.found = null;
    this.problem = "";
    const asked = this.conflict;
    void readThread(asked)
      .then((said) => {
        if (asked !== this.conflict || !said.conflict) return;
        // what is on the board no more is over, whatever it was when it was last written down
        this.found = { ...said.conflict, over: said.conflict.over || conflictOf(asked) === undefined };
      })
      .catch((error: Error) => (this.problem = error.message));
  }

  override render() {
    if (this.problem) return html`<p class="problem" role="alert">${this.problem}</p>`;
    if (!this.found) return nothing;
    return html`${conflictCard(this.found, true, () => undefined)}<o-conflict .conflict=${this.found}></o-conflict>`;
  }
}
