import { signal } from "@preact/signals-core";
import { overlay } from "../palette/commands";
import type { Volume } from "../api/types";

/** A plan that a private check may be about, before it is sent or filed anywhere. */
export interface PrivatePlan {
  name: string;
  volumes: Volume[];
}

/** What the panel was opened with: a plan that is not sent, or a thread of one's own. */
export const about = signal<{ plan?: PrivatePlan; thread?: string }>({});

/** Cells of a private check on the map: S2 tokens. */
export const sharedCells = signal<{ cell: string; name: string }[] | null>(null);

/** Open the panel of private checks. */
export function openPrivate(of: { plan?: PrivatePlan; thread?: string } = {}): void {
  about.value = of;
  overlay.value = "private";
}
