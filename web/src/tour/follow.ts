import { effect, signal, untracked } from "@preact/signals-core";
import { send } from "../api/client";
import { overlay } from "../palette/commands";
import { conflictOf, threadOf } from "../state/board";
import { chosenAct, demo, playingAct } from "../state/demo";
import { session } from "../state/session";
import { isLive, select, selection, type Selection } from "../state/view";

/** Whether the page goes by itself to what the story is about: until the reader goes elsewhere. */
export const followsStory = signal(true);

/** Let the story begin once somebody is there, and follow it. What is returned ends that. */
export function followStory(): () => void {
  let shown = "";
  const ends = [
    effect(() => {
      if (session.value && demo.value?.waiting) void send("/console/demo/begin", { method: "POST" }).catch(() => undefined);
    }),
    effect(() => {
      const next = storyPlace();
      if (!next || !followsStory.value || chosenAct.value !== null || !isLive.value || overlay.value) return;
      if (nameOf(next) === shown) return;
      shown = nameOf(next);
      untracked(() => select(next.kind, next.id));
    }),
    effect(() => {
      const name = nameOf(selection.value);
      if (name !== shown) untracked(() => (followsStory.value = false)); // the reader chose
    }),
  ];
  const own = (event: Event) => {
    const inTour = event.composedPath().some((one) => (one as Element).localName === "o-tour");
    if (!inTour) followsStory.value = false;
  };
  for (const name of ["pointerdown", "wheel"]) window.addEventListener(name, own, { passive: true });
  return () => {
    for (const end of ends) end();
    for (const name of ["pointerdown", "wheel"]) window.removeEventListener(name, own);
  };
}

/** What the act that plays is about, if this person may see it. */
function storyPlace(): Selection | null {
  const act = demo.value?.acts.find((one) => one.number === playingAct.value);
  if (!act) return null;
  if (act.conflict && conflictOf(act.conflict)) return { kind: "conflict", id: act.conflict };
  if (act.thread && threadOf(act.thread)) return { kind: "thread", id: act.thread };
  return act.track ? { kind: "track", id: act.track } : null;
}

function nameOf(one: Selection | null): string {
  return one ? `${one.kind}/${one.id}` : "";
}
