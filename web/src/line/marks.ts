import type { Thread } from "../api/types";
import { conflictOf } from "../state/board";

/** A word on a thread that somebody must not miss. Never by colour alone: each is a word. */
export interface Mark {
  /** Key of the catalogue. */
  key: string;
  level: "danger" | "warning" | "note";
}

/** The marks of a thread, the gravest first. */
export function marksOf(thread: Thread): Mark[] {
  const marks: Mark[] = [];
  const add = (is: boolean, key: string, level: Mark["level"]) => {
    if (is) marks.push({ key, level });
  };
  const sides = thread.sides;
  const unlocated = thread.conflicts.every((id) => conflictOf(id)?.only_unlocated); // as the list of conflicts has it
  add(thread.conflicts.length > 0 && !thread.ended, "mark.conflict", unlocated ? "warning" : "danger");
  add(thread.overdue, "mark.overdue", "danger");
  add(sides.some((one) => Boolean(one.unable)), "mark.unable", "danger");
  add(sides.some((one) => one.wrong.length > 0), "mark.readback", "danger");
  add(thread.unlocated && !thread.ended, "mark.unlocated", "warning");
  add(thread.disagrees.length > 0, "mark.continues", "warning");
  add(thread.late, "mark.late", "warning");
  add(thread.stale, "mark.stale", "warning");
  add(thread.unauthorised, "mark.unauthorised", "warning");
  add(thread.shown === "cells", "mark.cells", "note");
  add(thread.shown === "conflicts", "mark.conflicts", "note");
  add(Boolean(thread.ended), "mark.ended", "note");
  return marks;
}
