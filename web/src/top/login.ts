import { SignalWatcher } from "@lit-labs/preact-signals";
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { iso, t } from "../i18n/i18n";
import { demo, type Demo, type DemoLogin } from "../state/demo";
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
        place-content: safe center;
        padding: 12px;
        gap: 20px;
        overflow: auto;
      }
      .quick {
        display: grid;
        gap: 8px;
        width: min(640px, 90vw);
      }
      .quick h1,
      .quick p {
        margin: 4px 0;
      }
      .people {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(240px, 1fr));
        gap: 8px;
      }
      .what {
        font-size: 16px;
      }
      .quick button {
        text-align: start;
        padding: 8px 12px;
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
    if (!demo.value) return this.form();
    return html`${this.quick(demo.value)}
      <details ?open=${this.problem !== "" || ended.value !== ""}>
        <summary>${t("login.title")}</summary>
        ${this.form()}
      </details>`;
  }

  private form(): TemplateResult {
    return html`<form @submit=${this.submit} aria-label=${t("login.title")}>
      ${demo.value
        ? nothing
        : html`<h1>Openline</h1>
            <p>${t("login.what")}</p>`}
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

  /** Of the demo: everybody who can log in, by one click. */
  private quick(played: Demo): TemplateResult {
    return html`<section class="quick" aria-label=${t("login.demo")}>
      <h1>Openline</h1>
      <p class="what">${t("login.what")}</p>
      <p>${t("login.demo.why")}${played.waiting ? html` ${t("tour.wait")}` : nothing}</p>
      <div class="people">
        ${played.logins.map(
        (one, index) => html`<button
          class=${index === 0 ? "main" : ""}
          data-login=${one.user}
          ?disabled=${this.busy}
          @click=${() => void this.enter(one.user, one.password)}
        >
          ${who(one)}
        </button>`,
        )}
      </div>
      ${elsewhere(played).map((one) => html`<p class="dim">${one}</p>`)}
    </section>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement);
    await this.enter(String(words.get("user")), String(words.get("password")));
  }

  private async enter(user: string, password: string): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await logIn(user, password);
    } catch (error) {
      this.problem = (error as Error).message;
    } finally {
      this.busy = false;
    }
  }
}

function who(one: DemoLogin): string {
  const role = t(`role.${one.role}`);
  return `${iso(one.name)}, ${iso(one.party)} (${role})`;
}

/** Where the people of the other servers log in: each asks its own server alone, so that is no link. */
function elsewhere(played: Demo): string[] {
  const here = new Set(played.logins.map((one) => one.party));
  return (played.servers ?? [])
    .filter((one) => !one.parties.some((party) => here.has(party)))
    .map((one) => t("login.elsewhere", { parties: one.parties.join(", "), url: one.url }));
}
