import { html, nothing, type TemplateResult } from "lit";
import { iso, t } from "../i18n/i18n";
import { titleOf } from "../line/words";
import { partyName, threadOf } from "../state/board";
import type { Observed, OffPlan } from "../state/observed";
import { tracks } from "../state/sky";
import { select } from "../state/view";
import { distance, duration, instant, verticalDistance } from "../units/units";

const NAMED_MAX = 12; // of aircraft of nobody

/** What flies and is not as it was declared: each operation a card, aircraft of none one for all. */
export function offPlanCards(found: readonly OffPlan[]): TemplateResult[] {
  const strange = found.filter(isUndeclared);
  const cards = found.filter((one) => !isUndeclared(one)).map(card);
  return strange.length > 0 ? [...cards, undeclared(strange)] : cards;
}

function isUndeclared(one: OffPlan): boolean {
  return one.intent === null && one.found.length > 0 && one.found.every((each) => each.kind === "undeclared");
}

function card(one: OffPlan): TemplateResult {
  const thread = one.intent ? threadOf(one.intent) : undefined;
  const name = thread ? titleOf(thread) : (one.intent ?? one.track ?? "").slice(0, 8);
  const seen = one.track ? tracks.value.get(one.track) : undefined;
  const { track } = one;
  return html`<div class="card warn" role="listitem" data-off=${one.id} data-state=${one.state ?? ""}>
    <span class="level">◆ ${t(one.state ? `off.state.${one.state}` : "off.title")}</span>
    <span class="mono dim">${t("off.since", { time: instant(one.since) })}</span>
    <div class="who">${iso(name)}${one.party ? ` (${iso(partyName(one.party))})` : ""}</div>
    ${one.found.map((each) => html`<div>${t(`off.${each.kind}`)}${offsetText(each)}</div>`)}
    ${seen ? html`<div class="dim">${t("palette.track")}: ${iso(seen.name)}</div>` : nothing}
    ${seen && track ? html`<button @click=${() => select("track", track)} data-act="show">${t("alert.show")}</button>` : nothing}
    ${thread ? html`<button @click=${() => select("thread", thread.id)}>${t("conflict.open")}</button>` : nothing}
  </div>`;
}

function undeclared(found: readonly OffPlan[]): TemplateResult {
  return html`<div class="card" role="listitem" data-off="undeclared">
    <span class="level">◆ ${t("off.undeclared.count", { count: found.length })}</span>
    <div>
      ${found.slice(0, NAMED_MAX).map(({ track }) => {
        const name = track ? (tracks.value.get(track)?.name ?? track.slice(0, 8)) : "?";
        return html`<button @click=${() => track && select("track", track)}>${iso(name)}</button> `;
      })}
      ${found.length > NAMED_MAX ? html`<span class="dim">… ${found.length - NAMED_MAX}</span>` : nothing}
    </div>
  </div>`;
}

/** How far out it was when it was found; empty where that is not shown. */
function offsetText({ offset, declared, observed }: Observed): string {
  const parts: string[] = [];
  if (offset && offset.lateral_m > 0) parts.push(t("off.aside", { distance: distance(offset.lateral_m) }));
  if (offset && offset.vertical_m !== 0) {
    parts.push(t(offset.vertical_m > 0 ? "off.above" : "off.below", { height: verticalDistance(Math.abs(offset.vertical_m)) }));
  }
  if (offset && offset.time_s !== 0) {
    parts.push(t(offset.time_s > 0 ? "off.late" : "off.soon", { duration: duration(Math.abs(offset.time_s)) }));
  }
  if (declared || observed) parts.push(`${iso(declared ?? "?")} / ${iso(observed ?? "?")}`);
  return parts.length > 0 ? `: ${parts.join(", ")}` : "";
}
