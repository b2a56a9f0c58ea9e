import { send } from "../api/client";
import { now } from "./clock";

/** A page to print, a table, a map. */
export type ExportForm = "html" | "csv" | "kml";
export const EXPORT_FORMS: readonly ExportForm[] = ["html", "csv", "kml"];
const TIMEOUT_MS = 60_000; // a day may be long

/** Everything said in a thread that this party may see, as a file. Throws: Problem. */
export function exportThread(thread: string, form: ExportForm): Promise<string> {
  return kept(`/line/v1/export/threads/${encodeURIComponent(thread)}`, { form }, `thread-${thread.slice(0, 8)}`);
}

/** The day of that instant (UTC) as a file; today without one. Throws: Problem. */
export function exportDay(form: ExportForm, instant = now.peek()): Promise<string> {
  const date = new Date(instant).toISOString().slice(0, 10);
  return kept("/line/v1/export/day", { form, date }, `day-${date}`);
}

/** A page is kept as a file too: opened here, the policy of this page would take its style away. */
export async function kept(path: string, query: Record<string, string>, name: string): Promise<string> {
  const answer = await send(path, { query, timeoutMs: TIMEOUT_MS });
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = query.form ? `openline-${name}.${query.form}` : name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  return link.download;
}
