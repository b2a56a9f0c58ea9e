import { signal } from "@preact/signals-core";

/** What a key or a button did or could not do: shown for a while, and read by screen readers. */
export const told = signal("");
