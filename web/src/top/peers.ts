import type { Link, Thread } from "../api/types";
import { t } from "../i18n/i18n";
import { duration } from "../units/units";

type Peer = NonNullable<Link["peer"]>;

/** Whether the server of a party is heard, or was stopped on purpose. */
export function isReached(peer: Peer): boolean {
  return peer.server === "reached";
}

/** Whether something of a party's own server needs a person to look: it does not answer or cosign, or contradicts itself. */
export function isTroubled(peer: Peer): boolean {
  return !isReached(peer) || Boolean(peer.refuses) || peer.evidence.length > 0;
}

/** What is known of a party's own server, a sentence each: its state first. */
export function peerWords(peer: Peer): string[] {
  const cosigned =
    typeof peer.cosigned === "number"
      ? t("peer.cosigned", { entry: peer.cosigned, age: duration(peer.cosigned_age_s ?? 0) })
      : t("peer.uncosigned");
  return [
    t(`peer.${peer.server}`),
    cosigned,
    typeof peer.seen === "number" ? t("peer.seen", { entry: peer.seen }) : "",
    peer.refuses ? t("peer.refuses", { reason: peer.refuses }) : "",
    peer.behind > 0 ? t("peer.behind", { count: peer.behind }) : "",
    peer.refused > 0 ? t("peer.refused", { count: peer.refused }) : "",
    peer.fault ?? "",
  ].filter(Boolean);
}

/** How many of one's own notices that stand the other party is shown, and how much of them. */
export function shownWords(threads: readonly Thread[], party: string): string {
  const counts: Record<string, number> = { full: 0, cells: 0, conflicts: 0, nothing: 0 };
  for (const one of threads) {
    if (!one.own || one.ended || one.kind !== "NOTIFY") continue;
    const how = one.sides.find((side) => side.party === party)?.shown ?? "nothing";
    counts[how] = (counts[how] ?? 0) + 1;
  }
  return t("shown.total", counts);
}

/** Every contradiction in what the servers of others showed: who, and what. */
export function evidence(links: readonly Link[]): { party: string; what: string }[] {
  return links.flatMap((one) => (one.peer?.evidence ?? []).map((what) => ({ party: one.name, what })));
}
