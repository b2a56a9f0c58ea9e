import type { Said, Thread, Volume } from "../api/types";
import { code, field, phrase, sentence, t } from "../i18n/i18n";
import { partyName } from "../state/board";
import { position } from "../units/position";
import { distance, duration, height, instant } from "../units/units";

/** What messages say, in the reader's language: the same sentences as the command's. */
export type Values = Record<string, unknown>;

const DAY_MS = 86_400_000;
/** Fields whose value is a code, and the enumeration it is of. */
const CODES: Record<string, string> = {
  notice: "NoticeKind",
  asks: "Asks",
  receipt: "ReceiptKind",
  action: "UrgentAction",
  level: "AlertLevel",
  binding: "Binding",
  state: "DispositionState",
  mode: "CheckMode",
  channel: "Channel",
  show: "Coarseness",
  code: "AnswerCode",
};
const HIDDEN = new Set(["kind", "of", "revision", "supersedes", "proposal", "conflict", "moves"]);

/** The body that counts: an AMEND holds its notice whole. */
export function bodyOf(values: Values | null | undefined): Values {
  if (!values) return {};
  const inner = values.notice;
  return typeof inner === "object" && inner !== null ? { ...(inner as Values), kind: values.kind } : values;
}

/** One line of what a message says. */
export function inWords(kind: string, sender: string, values: Values | null | undefined): string {
  const body = bodyOf(values);
  const named: Record<string, string> = { from: partyName(sender) };
  for (const [name, value] of Object.entries(body)) named[name] = valueText(name, value, kind, body);
  if (typeof body.duration_s === "number") named.duration = duration(body.duration_s);
  const variants = [body.receipt, body.code, body.notice === "unlocated" && "unlocated", body.of && "of", body.urgent && "urgent"];
  for (const variant of variants) {
    const found = typeof variant === "string" && variant ? sentence(`${kind}.${variant}`, named) : null;
    if (whole(found) !== null) return found as string;
  }
  return whole(values ? sentence(kind, named) : null) ?? kindText(kind, body);
}

/** What its sender shows coarsely lacks what the sentence would say: then only its kind is said. */
function kindText(kind: string, body: Values): string {
  const notice = typeof body.notice === "string" ? `: ${code("NoticeKind", body.notice)}` : "";
  return code("Kind", kind) + notice;
}

function whole(text: string | null): string | null {
  return text !== null && !/\{\w+\}/.test(text) ? text : null;
}

/** The fields of a message that its sentence does not show whole: name and value. */
export function details(kind: string, values: Values | null | undefined): [string, string][] {
  const body = bodyOf(values);
  return Object.entries(body)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && value !== "" && !isEmpty(value))
    .map(([name, value]) => [field(name), valueText(name, value, kind, body)]);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

export function valueText(name: string, value: unknown, kind = "", body: Values = {}): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return phrase(value ? "yes" : "no");
  if (name === "volumes" && Array.isArray(value)) {
    return (value as Volume[]).map((one) => volumeText(one)).join("; ");
  }
  if (name === "missing" && Array.isArray(value)) {
    return value.map((one) => code("Missing", String(one))).join(", ");
  }
  if (name === "passed_to" && Array.isArray(value)) return value.map(passedText).join(", ");
  if (typeof value === "object") return objectText(value as Values);
  if (name === "reason") return code(kind === "CLOSURE" ? "ClosureReason" : "UnableReason", String(value));
  const kindOfCode = CODES[name];
  if (kindOfCode && typeof value === "string") return code(kindOfCode, value);
  if (name.endsWith("_m") && typeof value === "number") {
    return name.startsWith("altitude") ? height(value) : distance(value);
  }
  if (name.endsWith("_s") && typeof value === "number") return duration(value);
  if (typeof value === "string" && isInstant(value)) return when(value, body);
  return String(value);
}

function passedText(value: unknown): string {
  const passed = value as { name?: string; received_at?: string };
  return passed.received_at ? `${passed.name} ${when(passed.received_at)}` : String(passed.name ?? "");
}

function objectText(value: Values): string {
  if (typeof value.lat === "number" && typeof value.lng === "number") return position(value.lat, value.lng);
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== undefined && part !== "")
    .map(([name, part]) => `${field(name)}: ${valueText(name, part)}`)
    .join(", ");
}

export function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}

/** An instant, with its day where that is not plain. */
export function when(text: string, body: Values = {}): string {
  const ms = Date.parse(text);
  const start = typeof body.time_start === "string" ? Date.parse(body.time_start) : Number.NaN;
  const near = Math.abs(ms - Date.now()) < DAY_MS / 2 || Math.abs(ms - start) < DAY_MS / 2;
  return instant(ms, { day: !near });
}

/** A volume in a line: shape, place, heights with their datum, times. */
export function volumeText(one: Volume): string {
  return `${shapeText(one)}, ${bandText(one)}, ${windowText(one)}`;
}

export function shapeText({ volume }: Volume): string {
  const { outline_circle: circle, outline_polygon: polygon, outline_corridor: corridor } = volume;
  if (circle) {
    const at = position(circle.center.lat, circle.center.lng);
    return phrase("circle", { radius: distance(circle.radius.value), place: at });
  }
  const points = polygon?.vertices ?? corridor?.path ?? [];
  const first = points[0];
  const at = first ? position(first.lat, first.lng) : "?";
  if (corridor) {
    const radius = distance(corridor.half_width.value);
    return phrase("corridor", { count: points.length, place: at, radius });
  }
  return phrase("polygon", { count: points.length, place: at });
}

/** The heights of a volume, as their author gave them where they did. */
export function bandText({ volume }: Volume): string {
  const lower = volume.altitude_lower_given;
  const upper = volume.altitude_upper_given;
  return phrase("band", {
    lower: lower ? givenText(lower) : height(volume.altitude_lower.value),
    upper: upper ? givenText(upper) : height(volume.altitude_upper.value),
  });
}

function givenText(given: { value: number; units: string; reference: string }): string {
  const unit = given.units.toUpperCase();
  if (unit === "FL") return `FL${String(Math.round(given.value)).padStart(3, "0")} STD`;
  return `${given.value.toLocaleString("en-US")} ${unit === "FT" ? "ft" : "m"} ${given.reference}`;
}

export function windowText(one: Volume): string {
  const start = one.time_start.value;
  return phrase("window", { start: when(start), end: when(one.time_end.value, { time_start: start }) });
}

/** What a thread is called in a list: its name, else what it says. */
export function titleOf(thread: Thread): string {
  const body = bodyOf(thread.says as Values | null | undefined);
  const name = body.name ?? body.title;
  if (typeof name === "string" && name) return name;
  return inWords(thread.kind, thread.opener, thread.says as Values | null | undefined);
}

/** What kind of thing a thread is about. */
export function kindOf(thread: Thread): string {
  const body = bodyOf(thread.says as Values | null | undefined);
  if (thread.kind === "NOTIFY" && typeof body.notice === "string") return code("NoticeKind", body.notice);
  return code("Kind", thread.kind);
}

export function saidText(said: Said): string {
  if (!said.body) return `${code("Kind", said.kind)}. ${t("line.digest")}`;
  return inWords(said.kind, said.sender, said.body as Values);
}
