import { signal } from "@preact/signals-core";
import { overlay } from "../palette/commands";

/** What the filing panel is for: a new notice, or the notice of a thread as it is from now on. */
export const amends = signal<string | null>(null);

/** Whether what is read or drawn is to be closed, unless the officer says otherwise. */
export const closes = signal(false);

/** Open the filing panel; closing: to close airspace. */
export function openFiling(amend: string | null = null, closing = false): void {
  amends.value = amend;
  closes.value = closing;
  overlay.value = "filing";
}
