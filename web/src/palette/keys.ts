import { acknowledge } from "../top/bands";
import { isToDo, orderedConflicts, ordered } from "../line/order";
import { board } from "../state/board";
import { choose, prefs } from "../state/prefs";
import { may, party } from "../state/session";
import { deselect, filter, isPast, select, selection } from "../state/view";
import { openFiling } from "../state/filing";
import { overlay, register } from "./commands";
import { t } from "../i18n/i18n";
import { told } from "../state/told";

function root(): ShadowRoot | null {
  return document.querySelector("o-app")?.shadowRoot ?? null;
}

function step(by: 1 | -1): void {
  const ids = orderedConflicts(board.value).map((one) => one.id);
  if (ids.length === 0) return;
  const chosen = selection.value?.kind === "conflict" ? ids.indexOf(selection.value.id) : -1;
  const next = chosen < 0 ? (by > 0 ? 0 : ids.length - 1) : (chosen + by + ids.length) % ids.length;
  select("conflict", ids[next]!);
}

function stepThread(by: 1 | -1): void {
  const found = ordered(board.value?.threads ?? [], party.value).filter((one) => !one.ended);
  if (found.length === 0) return;
  const chosen = selection.value?.kind === "thread" ? found.findIndex((one) => one.id === selection.value!.id) : -1;
  const next = chosen < 0 ? 0 : (chosen + by + found.length) % found.length;
  select("thread", found[next]!.id);
}

/** Acknowledge the most urgent of what waits: an URGENT, else the chosen thread, else the first. */
async function acknowledgeNext(): Promise<void> {
  const waiting = ordered(board.value?.threads ?? [], party.value).filter(
    (one) => isToDo(one, party.value) && !one.own && one.clock && ["read", "urgent_acknowledgement"].includes(one.clock.what),
  );
  const chosen = waiting.find((one) => one.id === selection.value?.id);
  const first = waiting[0]?.kind === "URGENT" ? waiting[0] : (chosen ?? waiting[0]);
  if (!first) {
    told.value = t("keys.nothing");
    return;
  }
  try {
    await acknowledge(first);
    told.value = t("keys.acknowledged");
    select("thread", first.id);
  } catch (error) {
    told.value = (error as Error).message;
  }
}

function openForm(id: string): void {
  const line = root()?.querySelector("o-line") as (HTMLElement & { open(id: string): void }) | null;
  line?.open(id);
}

function away(): void {
  if (overlay.value) overlay.value = null;
  else if (selection.value) deselect();
  else filter.value = "";
}

/** The commands of the whole page. Map, time and filing add their own. */
export function registerKeys(): void {
  const writes = () => may("file") && !isPast.value;
  const duty = () => may("duty") && !isPast.value;
  register(
    { id: "conflict.next", title: "cmd.conflict.next", keys: ["j", "J"], group: "group.look", run: () => step(1) },
    { id: "conflict.previous", title: "cmd.conflict.previous", keys: ["k", "K"], group: "group.look", run: () => step(-1) },
    { id: "thread.next", title: "cmd.thread.next", keys: ["ArrowDown"], group: "group.look", run: () => stepThread(1) },
    { id: "thread.previous", title: "cmd.thread.previous", keys: ["ArrowUp"], group: "group.look", run: () => stepThread(-1) },
    { id: "acknowledge", title: "cmd.acknowledge", keys: ["a", "A"], group: "group.say", when: duty, run: () => void acknowledgeNext() },
    { id: "urgent", title: "act.urgent", keys: ["u", "U"], group: "group.say", when: duty, run: () => openForm("URGENT") },
    { id: "check", title: "act.check", keys: ["l", "L"], group: "group.say", when: writes, run: () => openForm("LINE_CHECK") },
    { id: "file", title: "cmd.file", keys: ["f", "F"], group: "group.say", when: writes, run: () => openFiling() },
    { id: "query", title: "act.query", keys: ["q", "Q"], group: "group.say", when: writes, run: () => openForm("QUERY") },
    { id: "handover", title: "act.handover", group: "group.say", when: duty, run: () => openForm("HANDOVER") },
    { id: "unlocated", title: "act.unlocated", group: "group.say", when: writes, run: () => openForm("NOTIFY.unlocated") },
    { id: "closure", title: "act.closure", group: "group.say", when: writes, run: () => openFiling(null, true) },
    { id: "filter", title: "cmd.filter", keys: ["/"], group: "group.look", run: focusFilter },
    { id: "palette", title: "top.commands", keys: ["Ctrl+k"], group: "group.page", run: () => (overlay.value = "palette") },
    { id: "help", title: "top.keys", keys: ["?"], group: "group.page", run: () => (overlay.value = "help") },
    { id: "away", title: "cmd.away", keys: ["Escape"], group: "group.page", run: away },
    { id: "theme", title: "cmd.theme", keys: ["t", "T"], group: "group.page", run: () => choose({ theme: prefs.value.theme === "night" ? "day" : "night" }) },
    { id: "print", title: "act.print", group: "group.page", run: () => window.print() },
  );
}

function focusFilter(): void {
  root()?.querySelector("o-topbar")?.shadowRoot?.querySelector<HTMLInputElement>("#filter")?.focus();
}
