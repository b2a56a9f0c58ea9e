import { Ground } from "./ground";
import type { FromGround, ToGround } from "./ground_words";

/** The thread that reads and draws the ground. */
interface Own {
  onmessage: ((event: MessageEvent<ToGround>) => void) | null;
  postMessage(words: FromGround, given: Transferable[]): void;
}

const own = self as unknown as Own;
const ground = new Ground((words, given = []) => own.postMessage(words, given));
own.onmessage = (event) => ground.hear(event.data);
