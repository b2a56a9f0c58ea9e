import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { t } from "../i18n/i18n";
import { ended, logIn } from "../state/session";
import { shared } from "../style/theme";

/** Name and password. */
@customElement("o-login")
export class Login extends SignalWatcher(LitElement) {
  static override styles = [
    shared,
    css`
      :host {
        height: 100%;
        display: grid;
        place-items: center;
      }
      form {
        display: grid;
        gap: 10px;
        width: min(340px, 90vw);
        padding: 24px;
        background: var(--panel);
        border: 1px solid var(--edge);
        border-radius: 8px;
      }
      label {
        display: grid;
        gap: 4px;
      }
    `,
  ];

  @state() private problem = "";
  @state() private busy = false;

  override render() {
    return html`<form @submit=${this.submit} aria-label=${t("login.title")}>
      <h1>Openline</h1>
      ${ended.value ? html`<p role="status">${ended.value}</p>` : nothing}
      <label>${t("login.user")}<input name="user" autocomplete="username" required autofocus /></label>
      <label
        >${t("login.password")}<input
          name="password"
          type="password"
          autocomplete="current-password"
          required
      /></label>
      <button class="main" ?disabled=${this.busy}>${t("login.submit")}</button>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    </form>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    this.busy = true;
    this.problem = "";
    try {
      await logIn(String(words.get("user")), String(words.get("password")));
    } catch (error) {
      this.problem = (error as Error).message;
    } finally {
      this.busy = false;
    }
  }
}
