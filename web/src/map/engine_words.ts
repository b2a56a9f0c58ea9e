import type { Encounter, Entry, Track } from "../api/types";
import type { EntryAlert, PairAlert } from "../state/alerts";
import type { Prefs } from "../state/prefs";
import type { Trace } from "../state/trails";
import type { Colours } from "./colours";
import type { Frame } from "./frame";
import type { MarkAt } from "./marks";
import type { Named } from "./volume_labels";

/** What the page and the thread that draws the sky say to each other. */

/** What is drawn besides the aircraft; each part is told when it changes. */
export interface Look {
  alerts: ReadonlyMap<string, PairAlert>;
  entering: ReadonlyMap<string, EntryAlert>;
  /** Aircraft of which the page shows more than where they are. */
  wanted: readonly string[];
  /** The aircraft that is selected. */
  selected: string | null;
  /** The thread or conflict that is selected; empty for none. */
  chosen: string;
  /** The threads that the selection is about. */
  threads: ReadonlySet<string>;
  party: string;
  colours: Colours;
  prefs: Prefs;
  marks: readonly MarkAt[];
  names: readonly Named[];
}

/** `at`: the instant that is shown; `now`: where aircraft will be after it, nobody knows. ms. */
export interface Moment {
  frame: Frame;
  at: number;
  now: number;
}

/** What the picture of the sky is asked with. `past`: it is of an instant before now. */
export interface Asking {
  path: string;
  token: string | null;
  timeoutMs: number;
  past: boolean;
}

export type ToEngine =
  | { kind: "look"; part: Partial<Look> }
  | ({ kind: "draw"; tick: boolean } & Moment)
  | ({ kind: "read"; number: number } & Asking)
  | { kind: "forget" }
  | { kind: "hit"; number: number; x: number; y: number }
  | { kind: "names"; number: number };

/** The aircraft that are wanted, and where the selected one and those that it will be too close to were. */
export interface Looked {
  tracks: Track[];
  trails: [string, readonly Trace[]][];
}

/** A picture of the sky without its aircraft: those stay where they are drawn. `entries` null: not told. */
export interface Read extends Looked {
  time: string;
  aircraft: number;
  encounters: Encounter[];
  entries: Entry[] | null;
}

/** Status 0: not reached; `silent`: no answer in time. */
export interface Unread {
  status: number;
  body: string;
  silent: boolean;
}

export interface Counts {
  tracks: number;
  conflicts: number;
  spots: number;
  /** Aircraft on their way into a volume. */
  entries: number;
  drawMs: number;
}

export interface Hit {
  kind: "track" | "conflict" | "thread";
  id: string;
}

export type FromEngine =
  | { kind: "drawn"; picture: ImageBitmap; frame: Frame; counts: Counts; tick: boolean }
  | { kind: "read"; number: number; found: Read }
  | { kind: "unread"; number: number; problem: Unread }
  | ({ kind: "looked" } & Looked)
  | { kind: "hit"; number: number; found: Hit | null }
  | { kind: "names"; number: number; names: { id: string; name: string }[] };
