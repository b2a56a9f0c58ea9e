import { effect } from "@preact/signals-core";
import { board } from "../state/board";
import { pictureAt, skyProblem } from "../state/sky";

const PATIENCE_MS = 1_500;
let waiting: Promise<void> | null = null;

/** Until the line and the sky were drawn for the first time, or do not come soon. */
export function drawn(): Promise<void> {
  waiting ??= new Promise((resolve) => {
    let end: (() => void) | null = null;
    const done = () => {
      clearTimeout(timer);
      queueMicrotask(() => end?.());
      requestAnimationFrame(() => setTimeout(resolve)); // after their frame
    };
    const timer = setTimeout(done, PATIENCE_MS);
    end = effect(() => {
      if (board.value && (pictureAt.value !== null || skyProblem.value !== "")) done();
    });
  });
  return waiting;
}
