import { signal } from "@preact/signals-core";
import { overlay } from "../palette/commands";

/** What the filing panel is for: a new notice, or the notice of a thread as it is from now on. */
export const amends = signal<string | null>(null);

/** Open the filing panel. */
export function openFiling(amend: string | null = null): void {
  amends.value = amend;
  overlay.value = "filing";
}
