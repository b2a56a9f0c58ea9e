import type { Act } from "../state/demo";
import { openPrivate } from "../state/private";
import { select } from "../state/view";

/** Go to what an act is about. */
export function look(act: Act): void {
  if (act.conflict) select("conflict", act.conflict);
  else if (act.thread) select("thread", act.thread);
  else if (act.track) select("track", act.track);
  else if (act.check) openPrivate();
}
