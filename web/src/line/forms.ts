import { confirm, type Words } from "../api/say";
import type { Conflict, LatLng, Thread, Volume } from "../api/types";

/** A field of a form. Names are those of the message, so that a refusal finds its field. */
export interface FormField {
  name: string;
  kind: "text" | "name" | "code" | "instant" | "position" | "metres" | "minutes" | "codes" | "lines" | "party" | "parties";
  /** The enumeration of a code, and which of its codes may be chosen. */
  codes?: string;
  among?: string[];
  required?: boolean;
  value?: string;
}

export type FormValues = Record<string, unknown>;

/** What is asked of the officer before something is said. */
export interface Form {
  id: string;
  /** Key of the catalogue. */
  title: string;
  fields: FormField[];
  danger?: boolean;
  /** Said to the parties that the officer chooses; else to those of the thread. */
  addressed?: boolean;
  words(values: FormValues): Words;
  /** What is told to the server alone, and not said on the line. */
  post?(values: FormValues): Promise<unknown>;
}

const TEXT: FormField = { name: "text", kind: "text" };
const TEXT_NEEDED: FormField = { ...TEXT, required: true };
const HOUR_MS = 3_600_000;

function stamp(ms: number): string {
  return new Date(Math.round(ms / 60_000) * 60_000).toISOString().replace(".000Z", "Z");
}

const in_ = (thread: string, kind: string, body: FormValues): Words => ({ kind, body: kept(body), thread });

/** Nothing is ever null on the line: what was left empty is absent. */
function kept(values: FormValues): FormValues {
  return Object.fromEntries(
    Object.entries(values).filter(([, one]) => one !== undefined && one !== null && one !== "" && !(Array.isArray(one) && one.length === 0)),
  );
}

// In a thread

export function readback(thread: Thread): Form {
  return {
    id: "READBACK",
    title: "act.readback",
    fields: [
      { name: "place", kind: "position", required: true },
      { name: "altitude_lower_m", kind: "metres", required: true },
      { name: "altitude_upper_m", kind: "metres", required: true },
      { name: "time_start", kind: "instant", required: true },
      { name: "time_end", kind: "instant", required: true },
    ],
    words: (values) => in_(thread.id, "READBACK", { of: thread.current, ...values }),
  };
}

export function disseminated(thread: Thread): Form {
  return {
    id: "RECEIPT.disseminated",
    title: "act.disseminated",
    fields: [{ name: "passed_to", kind: "lines", required: true }, TEXT],
    words: ({ passed_to, ...rest }) =>
      in_(thread.id, "RECEIPT", {
        receipt: "disseminated",
        of: thread.current,
        passed_to: passed_to as unknown[],
        ...rest,
      }),
  };
}

export function unable(thread: Thread): Form {
  return {
    id: "RECEIPT.unable",
    title: "act.unable",
    fields: [{ name: "reason", kind: "code", codes: "UnableReason", required: true }, TEXT],
    words: (values) => in_(thread.id, "RECEIPT", { receipt: "unable", of: thread.current, ...values }),
  };
}

export function answer(thread: Thread, code: string, now: number): Form {
  const until: FormField = { name: "until", kind: "instant", required: true, value: stamp(now + HOUR_MS / 2) };
  return {
    id: `ANSWER.${code}`,
    title: "act.answer",
    fields: code === "need_more_time" ? [until, TEXT] : [code === "answered" ? TEXT_NEEDED : TEXT],
    words: (values) => in_(thread.id, "ANSWER", { code, of: thread.current, ...values }),
  };
}

export function clarify(thread: Thread): Form {
  const missing: FormField = { name: "missing", kind: "codes", codes: "Missing", required: true, value: "place" };
  return {
    id: "CLARIFY",
    title: "act.clarify",
    fields: [missing, TEXT],
    words: (values) => in_(thread.id, "CLARIFY", values),
  };
}

/** A form in a thread with nothing but a remark. */
export function remark(thread: string, kind: string, title: string, needed = false): Form {
  return {
    id: kind,
    title,
    fields: [needed ? TEXT_NEEDED : TEXT],
    danger: kind === "CANCEL",
    words: (values) => in_(thread, kind, values),
  };
}

export function disposition(thread: Thread): Form {
  return {
    id: "DISPOSITION",
    title: "act.disposition",
    fields: [{ name: "state", kind: "code", codes: "DispositionState", required: true }, TEXT],
    words: (values) => in_(thread.id, "DISPOSITION", values),
  };
}

export function propose(conflict: Conflict, moves: string, volumes: Volume[]): Form {
  return {
    id: "PROPOSE",
    title: "act.propose",
    fields: [TEXT],
    words: (values) => in_(conflict.id, "PROPOSE", { conflict: conflict.id, moves, volumes, ...values }),
  };
}

export function decline(conflict: string, proposal: string): Form {
  return {
    id: "DECLINE",
    title: "act.decline",
    fields: [TEXT],
    words: (values) => in_(conflict, "DECLINE", { proposal, ...values }),
  };
}

// What begins a thread

const begin = (kind: string, { to, ...body }: FormValues): Words => ({
  kind,
  body: kept(body),
  ...(Array.isArray(to) && to.length > 0 ? { to: to as string[] } : {}),
});

function beginning(kind: string, title: string, fields: FormField[], fixed: FormValues = {}): Form {
  const words = (values: FormValues) => begin(kind, { ...fixed, ...values });
  return { id: kind, title, fields, addressed: true, words };
}

/** Forms of what begins a thread, as of now; `start` is the usual beginning of a window. */
export function beginnings(now: number): Form[] {
  const start: FormField = { name: "time_start", kind: "instant", required: true, value: stamp(now + HOUR_MS) };
  const end: FormField = { name: "time_end", kind: "instant", required: true, value: stamp(now + 2 * HOUR_MS) };
  const time: FormField = { name: "time", kind: "instant", required: true, value: stamp(now) };
  return [
    {
      ...beginning("URGENT", "act.urgent", [
        { name: "action", kind: "code", codes: "UrgentAction", required: true },
        { name: "position", kind: "position" },
        TEXT,
      ]),
      danger: true,
    },
    beginning("LINE_CHECK", "act.check", [{ name: "channel", kind: "code", codes: "Channel" }], { mode: "human" }),
    {
      ...beginning("NOTIFY", "act.unlocated", [start, end, TEXT], { notice: "unlocated" }),
      id: "NOTIFY.unlocated",
    },
    beginning("QUERY", "act.query", [TEXT_NEEDED]),
    beginning("AUTHORITY", "act.authority", [
      { name: "authorised_by", kind: "name", required: true },
      { name: "at_request_of", kind: "name" },
      { ...start, name: "valid_from", value: stamp(now) },
      { ...end, name: "valid_until", value: stamp(now + 24 * HOUR_MS) },
    ]),
    beginning("BREACH", "act.breach", [{ name: "rule", kind: "name", required: true }, time, TEXT_NEEDED]),
    beginning("INCIDENT", "act.incident", [time, { name: "position", kind: "position" }, TEXT_NEEDED]),
    beginning("TALK", "act.talk", [
      { ...time, value: stamp(now + 24 * HOUR_MS) },
      { name: "duration_s", kind: "minutes", required: true, value: "30" },
      { name: "channel", kind: "code", codes: "Channel", required: true },
      TEXT,
    ]),
    { ...beginning("HANDOVER", "act.handover", [{ name: "to_officer", kind: "name", required: true }, TEXT]) },
    beginning("ALERT_STATE", "act.alert", [{ name: "level", kind: "code", codes: "AlertLevel", required: true }]),
    { ...beginning("SUSPEND", "act.suspend", [{ name: "second_officer", kind: "name", required: true }, TEXT]), danger: true, addressed: false },
    { ...beginning("RESUME", "act.resume", [{ name: "second_officer", kind: "name", required: true }, TEXT]), addressed: false },
    secondPerson(),
  ];
}

/** The second person's word: a colleague may suspend, resume or enter a site within 15 minutes. */
export function secondPerson(): Form {
  return {
    id: "CONFIRM",
    title: "act.confirm",
    fields: [
      { name: "officer", kind: "name", required: true },
      { name: "kind", kind: "code", codes: "Kind", among: ["SUSPEND", "RESUME", "NOTIFY"], required: true },
      { name: "place", kind: "position" },
    ],
    words: () => ({ kind: "", body: {} }),
    post: (values) => confirm(String(values.officer), String(values.kind), values.place as LatLng | undefined),
  };
}
