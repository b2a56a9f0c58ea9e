import { afterEach, describe, expect, test } from "vitest";
import { numbers, turnWords, wayWords } from "../src/conflicts/way_words";
import { catalogue, type Catalogue } from "../src/i18n/i18n";
import { shownWords } from "../src/top/peers";
import { actWords, lineText } from "../src/tour/tour";
import russian from "../../src/openline/formats/catalogue/ru.json";
import { thread, volume } from "./samples";

const ENGLISH = catalogue.value;
const NOTHING = { delay_s: 0, climb_m: 0, sideways_m: 0, narrower_m: 0, lost_s: 0 };

afterEach(() => {
  catalogue.value = ENGLISH;
});

describe("what a way out changes", () => {
  test("every change is said, with its unit", () => {
    const change = { ...NOTHING, volumes: [0], delay_s: 360, climb_m: -304.8, sideways_m: 1_852, bearing_deg: 90 };
    expect(wayWords([change], 1)).toBe("6 min later and 1,000 ft lower and 1.00 NM towards 090° (east)");
  });

  test("a delay is said to the second, however long it is", () => {
    expect(wayWords([{ ...NOTHING, volumes: [0], delay_s: 754 }], 1)).toBe("12 min 34 s later");
    expect(wayWords([{ ...NOTHING, volumes: [0], delay_s: -7_230 }], 1)).toBe("2 h 00 min 30 s earlier");
  });

  test("of a part of the plan the volumes are named", () => {
    expect(wayWords([{ ...NOTHING, volumes: [0, 1, 2, 4], climb_m: 304.8 }], 6)).toBe("volumes 1–3, 5: 1,000 ft higher");
    expect(numbers([7])).toBe("8");
  });

  test("in another language nothing of it is English", () => {
    catalogue.value = russian as unknown as Catalogue;
    const change = { ...NOTHING, volumes: [0], delay_s: 60, climb_m: 304.8, narrower_m: 185.2, lost_s: 30 };
    expect(wayWords([change], 2)).not.toMatch(/later|higher|narrower|taken|volumes/);
    expect(turnWords({ rule: "filed", moves: "x" }, () => "A")).toBe("Уступает A: при равном приоритете другой подан раньше.");
  });
});

test("an act is told in the reader's language, one that no catalogue knows in English", () => {
  const act = { number: 1, name: "stop", title: "Stop", sentence: "S", at: "2026-11-22T12:00:00Z" };
  catalogue.value = russian as unknown as Catalogue;
  expect(actWords(act, "title")).toBe("Стоп");
  expect(actWords({ ...act, name: "never" }, "title")).toBe("Stop");
});

test("what happened in an act is told in the reader's language, what no catalogue knows in English", () => {
  const act = { number: 1, name: "stop", title: "Stop", sentence: "S", at: "2026-11-22T12:00:00Z" };
  const line = { at: "2026-11-22T12:01:00Z", name: "accepts", values: { who: "Ada" }, words: "Ada accepts" };
  expect(lineText(act, line)).toBe("12:01Z Ada accepts");
  catalogue.value = russian as unknown as Catalogue;
  expect(lineText(act, line)).toBe("12:01Z Ada соглашается");
  expect(lineText(act, { ...line, name: "never" })).toBe("12:01Z Ada accepts");
});

test("how much of one's own each other party is shown", () => {
  const notice = { kind: "NOTIFY", notice: "plan", volumes: [volume()] };
  const side = (shown: string) => [{ party: "south", step: "sent", times: [], passed_on: [], wrong: [], overdue: [], shown }];
  const threads = [
    thread(notice, { sides: side("full") }),
    thread(notice, { sides: side("cells") }),
    thread(notice, { sides: side("conflicts") }),
    thread(notice, { sides: [] }),
    thread(notice, { own: false, sides: side("full") }),
  ];
  expect(shownWords(threads, "south")).toBe(
    "of ours it is shown 1 in full, 1 as cells, 1 as conflicts alone, 1 not",
  );
});
