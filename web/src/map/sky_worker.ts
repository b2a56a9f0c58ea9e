import plain from "@fontsource/b612/files/b612-latin-400-normal.woff2?url";
import bold from "@fontsource/b612/files/b612-latin-700-normal.woff2?url";
import { Engine } from "./engine";
import type { FromEngine, ToEngine } from "./engine_words";

/** The thread that reads and draws the sky. */
interface Own {
  onmessage: ((event: MessageEvent<ToEngine>) => void) | null;
  postMessage(words: FromEngine, given: Transferable[]): void;
  fonts: FontFaceSet;
}

const own = self as unknown as Own;
const engine = new Engine((words, given = []) => own.postMessage(words, given));
own.onmessage = (event) => engine.hear(event.data);

// A thread has no style sheet: it has to be given the fonts. Until they are there it writes in another.
for (const [url, weight] of [[plain, "400"], [bold, "700"]] as const) {
  const face = new FontFace("B612", `url("${url}")`, { weight });
  own.fonts.add(face);
  void face.load().catch(() => undefined);
}
