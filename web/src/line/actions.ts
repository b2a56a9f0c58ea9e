import type { Thread } from "../api/types";
import type { Role } from "../state/session";
import type { Words } from "../api/say";
import * as forms from "./forms";
import type { Form } from "./forms";

/** A button on a thread: said at once, or after a form. */
export interface Action {
  id: string;
  /** Key of the catalogue, or the code whose word is shown. */
  title: string;
  code?: [string, string];
  role: Role;
  main?: boolean;
  now?: Words;
  form?: Form;
}

const ANSWERS = ["will_comply", "will_adjust", "continuing_as_planned", "need_more_time", "refer_up"];
const ANSWERED = new Set(["NOTIFY", "URGENT", "CLOSURE", "TALK"]);
const READ = new Set(["NOTIFY", "URGENT", "CLOSURE", "QUERY", "BREACH", "INCIDENT", "TALK", "SUSPEND", "RESUME", "HANDOVER", "ALERT_STATE"]);

/** What the party can do in a thread now, the most pressing first. */
export function actionsOf(thread: Thread, party: string, now: number): Action[] {
  if (thread.own) return ownActions(thread);
  const side = thread.sides.find((one) => one.party === party);
  if (!side) return [];
  const actions: Action[] = [];
  const unread = side.step === "sent" || side.step === "received";
  if (READ.has(thread.kind) && unread) {
    const body = { receipt: "read", of: thread.current };
    const title = thread.kind === "URGENT" ? "act.ack" : "act.read";
    actions.push({ id: "read", title, role: "duty", main: true, now: { kind: "RECEIPT", body, thread: thread.id } });
  }
  if (thread.kind === "LINE_CHECK" && side.step !== "answered") {
    // An answer is a check of its own, which names the one that it answers.
    const body = { mode: "human", of: thread.id };
    actions.push({ id: "check", title: "act.check.answer", role: "file", main: true, now: { kind: "LINE_CHECK", body, to: [thread.opener] } });
  }
  if (thread.ended) return actions;
  if (ANSWERED.has(thread.kind)) {
    for (const code of ANSWERS) {
      const form = forms.answer(thread, code, now);
      const words = form.words({});
      const title = `answer.${code}`;
      const at = code === "need_more_time" ? { form } : { now: words };
      actions.push({ id: title, title, code: ["AnswerCode", code], role: "duty", ...at });
    }
  }
  if (thread.kind === "QUERY") {
    actions.push({ id: "answered", title: "act.answer", role: "duty", main: !unread, form: forms.answer(thread, "answered", now) });
  }
  if (thread.kind === "NOTIFY") {
    if (thread.unlocated) actions.push({ id: "clarify", title: "act.clarify", role: "duty", main: true, form: forms.clarify(thread) });
    else actions.push({ id: "readback", title: "act.readback", role: "duty", form: forms.readback(thread) });
    actions.push({ id: "disseminated", title: "act.disseminated", role: "duty", form: forms.disseminated(thread) });
    actions.push({ id: "unable", title: "act.unable", role: "duty", form: forms.unable(thread) });
  }
  if (thread.kind === "URGENT") {
    actions.push({ id: "disseminated", title: "act.disseminated", role: "duty", form: forms.disseminated(thread) });
  }
  if (thread.kind === "BREACH" || thread.kind === "INCIDENT") {
    actions.push({ id: "reply", title: "act.reply", role: "duty", form: forms.remark(thread.id, "REPLY", "act.reply", true) });
  }
  if (thread.kind === "BREACH") {
    actions.push({ id: "disposition", title: "act.disposition", role: "duty", form: forms.disposition(thread) });
  }
  return actions;
}

function ownActions(thread: Thread): Action[] {
  if (thread.ended) return [];
  const actions: Action[] = [];
  if (thread.kind === "BREACH") {
    actions.push({ id: "disposition", title: "act.disposition", role: "duty", form: forms.disposition(thread) });
  }
  if (thread.kind === "NOTIFY" || thread.kind === "CLOSURE") {
    actions.push({ id: "amend", title: "act.amend", role: "file", main: thread.unlocated });
  }
  if (["NOTIFY", "CLOSURE", "AUTHORITY", "TALK"].includes(thread.kind)) {
    const form = forms.remark(thread.id, "CANCEL", "act.cancel");
    actions.push({ id: "cancel", title: "act.cancel", role: "file", form });
  }
  return actions;
}
