import type { Words } from "../api/say";
import type { Thread, Volume } from "../api/types";
import { endOf, saysOf, startOf } from "../geo/volumes";

/** What is going to be said about airspace, before it is said: docs/protocol.md, NOTIFY. */
export interface Draft {
  id: string;
  notice: NoticeKind;
  name: string;
  volumes: Volume[];
  start: string;
  end: string;
  asks: string;
  flightClass: string;
  show: string;
  text: string;
  contactRole: string;
  contactPhone: string;
  confirmedBy: string;
  /** Of a closure: why, for whom it is binding, and when it is looked at again. */
  reason: string;
  binding: string;
  reviewAt: string;
  /** Recipients; empty: all others. */
  to: string[];
  /** The thread whose notice this replaces. */
  amends: string | null;
  /** What of it became wider when it was read. */
  warnings: string[];
}

export type NoticeKind = "volume" | "site" | "movement" | "plan" | "closure";
export const NOTICE_KINDS: readonly NoticeKind[] = ["plan", "volume", "movement", "site", "closure"];

/** An entity of a file as the server read it. */
export interface PlanEntity {
  id: string;
  name: string;
  kind: "intent" | "constraint" | "notice";
  volumes: Volume[];
  warnings: string[];
  time_start: string;
  time_end: string;
  text?: string;
}

let made = 0;

export function draftOf(entity: PlanEntity, amends: Thread | null = null, closing = false): Draft {
  const says = amends ? (saysOf(amends) as Record<string, unknown> | null) : null;
  const before = (name: string) => (typeof says?.[name] === "string" ? (says[name] as string) : "");
  const contact = (says?.contact ?? {}) as { role?: string; phone?: string };
  const notice = NOTICE_KINDS.find((one) => one === before("notice"));
  return {
    id: `draft-${++made}`,
    notice: closing || amends?.kind === "CLOSURE" ? "closure" : (notice ?? (entity.kind === "intent" ? "plan" : "volume")),
    name: (before("name") || entity.name).slice(0, 80),
    volumes: entity.volumes,
    start: entity.time_start,
    end: entity.time_end,
    asks: before("asks") || (entity.kind === "constraint" ? "stay_outside" : "keep_minima"),
    flightClass: before("flight_class"),
    show: before("show"),
    text: (before("text") || entity.text || "").slice(0, 280),
    contactRole: contact.role ?? "",
    contactPhone: contact.phone ?? "",
    confirmedBy: before("confirmed_by"),
    reason: before("reason") || "hazard",
    binding: before("binding") || "advice",
    reviewAt: middleOf(entity.time_start, entity.time_end),
    to: amends ? amends.sides.map((one) => one.party) : [],
    amends: amends?.id ?? null,
    warnings: entity.warnings,
  };
}

/** Half way, to the minute: when a closure is looked at again unless somebody says otherwise. */
function middleOf(start: string, end: string): string {
  const middle = (Date.parse(start) + Date.parse(end)) / 2;
  return `${new Date(Math.floor(middle / 60_000) * 60_000).toISOString().slice(0, 19)}Z`;
}

/** The same with other volumes: its time is theirs. */
export function withVolumes(draft: Draft, volumes: Volume[]): Draft {
  const first = volumes.reduce((a, b) => (startOf(b) < startOf(a) ? b : a));
  const last = volumes.reduce((a, b) => (endOf(b) > endOf(a) ? b : a));
  return { ...draft, volumes, start: first.time_start.value, end: last.time_end.value };
}

/** What is missing before it can be sent: keys of the catalogue's `fields`. */
export function lacking(draft: Draft): string[] {
  const found: string[] = [];
  if (draft.volumes.length === 0) found.push("volumes");
  if (draft.notice === "movement" && (!draft.contactRole.trim() || !draft.contactPhone.trim())) found.push("contact");
  if (draft.notice === "closure" && !draft.name.trim()) found.push("name");
  if (draft.notice === "closure" && !isWithin(draft.reviewAt, draft)) found.push("review_at");
  if (draft.notice === "site" && !draft.confirmedBy.trim()) found.push("confirmed_by");
  return found;
}

function isWithin(instant: string, { start, end }: Draft): boolean {
  const at = Date.parse(instant);
  return Date.parse(start) <= at && at <= Date.parse(end);
}

/** The message that closes; replaces: the closure before it, which it takes the place of. */
function closureOf(draft: Draft, replaces: Thread | null): Words {
  const before = (replaces?.says as { revision?: number } | null | undefined)?.revision ?? 1;
  const body = {
    name: draft.name.trim(),
    volumes: draft.volumes,
    reason: draft.reason,
    binding: draft.binding,
    review_at: draft.reviewAt,
    ...(draft.text.trim() ? { text: draft.text.trim() } : {}),
    ...(draft.amends ? { revision: before + 1, supersedes: draft.amends } : {}),
  };
  return { kind: "CLOSURE", body, ...(draft.to.length > 0 ? { to: draft.to } : {}) };
}

/** The message; what was left empty is absent. replaces: the thread of the closure that it changes. */
export function wordsOf(draft: Draft, replaces: Thread | null = null): Words {
  if (draft.notice === "closure") return closureOf(draft, replaces);
  const contact =
    draft.contactRole.trim() && draft.contactPhone.trim()
      ? { role: draft.contactRole.trim(), phone: draft.contactPhone.trim() }
      : undefined;
  const notice = Object.fromEntries(
    Object.entries({
      notice: draft.notice,
      time_start: draft.start,
      time_end: draft.end,
      volumes: draft.volumes,
      asks: draft.asks,
      name: draft.name.trim(),
      flight_class: draft.flightClass,
      text: draft.text.trim(),
      show: draft.show,
      contact: draft.notice === "movement" ? contact : undefined,
      confirmed_by: draft.notice === "site" ? draft.confirmedBy.trim() : undefined,
    }).filter(([, value]) => value !== undefined && value !== ""),
  );
  const to = draft.to.length > 0 ? { to: draft.to } : {};
  if (draft.amends) return { kind: "AMEND", body: { notice }, thread: draft.amends, ...to };
  return { kind: "NOTIFY", body: notice, ...to };
}
