import { signal } from "@preact/signals-core";
import type { Volume } from "../api/types";

/** Volumes shown as a what-if on map and profile, in green and dashed; null: none. */
export const previewVolumes = signal<Volume[] | null>(null);

/** What the filing panel holds and nobody was told of yet, or null. */
export const unsentVolumes = signal<Volume[] | null>(null);
