import { SignalWatcher } from "@lit-labs/preact-signals";
import { effect } from "@preact/signals-core";
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { filingStyles } from "../filing/filing_style";
import { saysOf, volumesOf } from "../geo/volumes";
import { drafts } from "../filing/store";
import { show } from "../hook";
import { iso, t } from "../i18n/i18n";
import { overlay, register } from "../palette/commands";
import { board, partyName } from "../state/board";
import { config } from "../state/config";
import { now } from "../state/clock";
import { previewVolumes } from "../state/preview";
import { about, openPrivate, sharedCells, type PrivatePlan } from "../state/private";
import { may } from "../state/session";
import { isPast } from "../state/view";
import { shared } from "../style/theme";
import { instant } from "../units/units";
import { privateStyles } from "./private_style";
import "./session_view";
import { ask, busy, checks, expired, files, followChecks, problem, readFile, session, shown, takeFile, type Peer, type Session } from "./store";

const MARKS = { no_overlap_found: "✓", overlap: "▲", unknown: "◆" };
const GUARANTEES = [1, 2, 3, 4, 5, 6];

/** Whether plans would meet, found out without showing them. */
@customElement("o-private")
export class PrivatePanel extends SignalWatcher(LitElement) {
  static override styles = [shared, filingStyles, privateStyles];

  @state() private peer = "";
  @state() private by: "net" | "file" = "net";
  private readonly ends: (() => void)[] = [];
  private follow: (() => void) | null = null;
  private cameFrom: Element | null = null;

  override render() {
    if (overlay.value !== "private") return nothing;
    return html`<div class="panel" role="dialog" aria-label=${t("private.title")} @keydown=${this.key}>
      <header>
        <h1>${t("private.title")}</h1>
        <button @click=${close} aria-label=${t("private.close")}>✕</button>
      </header>
      <div class="body">
        <p class="dim">${t("private.what")}</p>
        <details data-guarantees>
          <summary>${t("private.guarantees")}</summary>
          <ol>
            ${GUARANTEES.map((one) => html`<li>${t(`private.guarantee.${one}`)}</li>`)}
          </ol>
        </details>
        ${session.value ? html`<o-private-session></o-private-session>` : this.question()}
        ${problem.value ? html`<p class="problem" role="alert">${problem.value}</p>` : nothing} ${this.incoming()} ${this.sessions()}
      </div>
      ${session.value
        ? html`<footer><button data-act="another" @click=${() => this.look(null)}>${t("private.another")}</button></footer>`
        : nothing}
    </div>`;
  }

  private question(): TemplateResult | typeof nothing {
    const found = checks.value;
    if (!found || !may("duty") || found.peers.length === 0) return nothing;
    const peer = found.peers.find((one) => one.party === this.peer) ?? found.peers[0]!;
    const by = peer.net ? this.by : "file";
    return html`<form data-question @submit=${(event: SubmitEvent) => this.asked(event, peer, by)}>
      <section>
        <label>${t("private.peer")}
          <select name="peer" @change=${(event: Event) => (this.peer = (event.target as HTMLSelectElement).value)}>
            ${found.peers.map((one) => html`<option value=${one.party} ?selected=${one === peer}>${partyName(one.party)}</option>`)}
          </select></label>
        <p class="dim" data-budget>${budgetWords(peer)}</p>
        ${this.plans()}
        <fieldset class="row">
          <legend>${t("private.by")}</legend>
          ${(["net", "file"] as const).map(
            (one) => html`<label class="check"><input type="radio" name="by" value=${one} ?disabled=${one === "net" && !peer.net}
                .checked=${one === by} @change=${() => (this.by = one)} />${t(`private.by.${one}`)}</label>`,
          )}
        </fieldset>
        ${peer.net ? nothing : html`<p class="dim">${t("private.by.no")}</p>`}
        <div class="row">
          <button class="main" data-act="ask" ?disabled=${busy.value || Boolean(peer.yours.again)}>${t("private.ask")}</button>
        </div>
      </section>
    </form>`;
  }

  /** What can be asked about: what is not sent, files, own notices that have a place. */
  private plans(): TemplateResult {
    const { plan, thread } = about.value;
    const unsent = [...(plan ? [plan] : []), ...files.value];
    const own = ownNotices();
    const only = plan !== undefined || files.value.length > 0;
    return html`<fieldset>
        <legend>${t("private.about")}</legend>
        ${unsent.map(
          (one, index) => html`<label class="check"><input type="checkbox" name="plan" value=${index} checked />${t("private.draft", { name: one.name })}</label>`,
        )}
        ${own.map(
          (one) => html`<label class="check"><input type="checkbox" name="thread" value=${one.id} ?checked=${thread ? one.id === thread : !only && own.length === 1} />${iso(one.name)}</label>`,
        )}
        ${unsent.length + own.length === 0 ? html`<p>${t("private.nothing")}</p>` : nothing}
      </fieldset>
      <label>${t("private.file")}
        <input type="file" data-plan @change=${this.picked} /></label>`;
  }

  private incoming(): TemplateResult | typeof nothing {
    if (!may("duty") || !checks.value) return nothing;
    return html`<section>
      <label>${t("private.take")}<input type="file" accept=".private" data-incoming @change=${this.came} /></label>
    </section>`;
  }

  private sessions(): TemplateResult | typeof nothing {
    const found = checks.value?.sessions;
    if (!found) return nothing;
    return html`<section>
      <h2>${t("private.sessions")}</h2>
      ${found.length === 0 ? html`<p class="dim">${t("private.sessions.none")}</p>` : nothing}
      ${found.map((one) => this.row(one))}
    </section>`;
  }

  private row(one: Session): TemplateResult {
    const words = t(one.first ? "private.asked" : "private.was_asked", { party: partyName(one.peer) });
    const state = one.stage ? t(`private.stage.${one.stage}`, { party: partyName(one.peer) }) : t(`private.${one.verdict}`);
    const over = !one.stage && expired(one, now.value);
    return html`<button class="past" data-session=${one.session} aria-pressed=${one.session === shown.value} @click=${() => this.look(one.session)}>
      <b aria-hidden="true">${one.stage ? "…" : MARKS[one.verdict]}</b>
      <span>${over ? t("private.expired") : state}</span>
      <span class="dim">${iso(instant(Date.parse(one.made), { day: true }))} · ${words}</span>
    </button>`;
  }

  override firstUpdated(): void {
    const reads = () => config.value?.private === true && may("watch");
    this.ends.push(
      register({ id: "private", title: "private.open", group: "group.say", when: () => reads() && !isPast.value, run: () => openPrivate() }),
      effect(() => this.opened(overlay.value === "private")),
    );
    show("private", () => ({
      open: overlay.value === "private",
      sessions: checks.value?.sessions.map(({ peer, verdict, stage }) => ({ peer, verdict, stage })) ?? null,
      cells: sharedCells.value?.length ?? 0,
    }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.follow?.();
    for (const end of this.ends.splice(0)) end();
  }

  private opened(open: boolean): void {
    this.follow?.();
    this.follow = open ? followChecks() : null;
    if (open) {
      this.look(null);
      previewVolumes.value = about.peek().plan?.volumes ?? null;
      this.cameFrom = document.activeElement;
      void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("header button")?.focus());
      return;
    }
    if (this.cameFrom) previewVolumes.value = null;
    sharedCells.value = null;
    files.value = [];
    if (this.cameFrom instanceof HTMLElement) this.cameFrom.focus();
    this.cameFrom = null;
  }

  private look(name: string | null): void {
    sharedCells.value = null;
    previewVolumes.value = null;
    problem.value = "";
    shown.value = name;
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };

  private readonly picked = (event: Event): void => {
    const given = (event.target as HTMLInputElement).files?.[0];
    if (given) void readFile(given);
  };

  private readonly came = (event: Event): void => {
    const box = event.target as HTMLInputElement;
    const given = box.files?.[0];
    if (given) void takeFile(given).then(() => (box.value = ""));
  };

  private asked(event: SubmitEvent, peer: Peer, by: "net" | "file"): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const { plan } = about.peek();
    const unsent: PrivatePlan[] = [...(plan ? [plan] : []), ...files.peek()];
    const plans = given.getAll("plan").flatMap((index) => unsent[Number(index)] ?? []);
    const threads = given.getAll("thread").map(String);
    if (plans.length + threads.length === 0) {
      problem.value = t("private.nothing");
      return;
    }
    void ask({ peer: peer.party, plans, threads, by });
  }
}

/** Back to what was being filed, if that is where it was asked from. */
function close(): void {
  overlay.value = about.peek().plan && drafts.peek().length > 0 ? "filing" : null;
}

/** One's own notices and plans that have a place and fly: sites do not. */
function ownNotices(): { id: string; name: string }[] {
  return (board.value?.threads ?? [])
    .filter((one) => one.own && one.kind === "NOTIFY" && !one.ended && volumesOf(one).length > 0 && saysOf(one)?.notice !== "site")
    .map((one) => ({ id: one.id, name: saysOf(one)?.name ?? one.id.slice(0, 8) }));
}

function budgetWords(peer: Peer): string {
  const { asked, agreed, again } = peer.yours;
  const left = again ? t("private.again", { time: instant(Date.parse(again)) }) : t("private.left", { left: agreed - asked, agreed });
  return peer.theirs.asked > 0 ? `${left} · ${t("private.theirs", { asked: peer.theirs.asked, agreed })}` : left;
}
