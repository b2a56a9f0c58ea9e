import { describe, expect, it } from "vitest";
import type { Thread } from "../src/api/types";
import { actionsOf } from "../src/line/actions";
import { isToDo, matches, ordered } from "../src/line/order";
import { marksOf } from "../src/line/marks";
import { inWords, titleOf } from "../src/line/words";
import { valueOf } from "../src/line/form";
import { isShelved, ranked } from "../src/conflicts/shelf";
import type { PairAlert } from "../src/state/sky";

const side = { party: "north", step: "received", times: [], passed_on: [], wrong: [], overdue: [] };

function thread(part: Partial<Thread> = {}): Thread {
  const made = {
    id: "t1", kind: "NOTIFY", opener: "south", own: false, state: "received", opened: "2026-11-22T10:00:00Z",
    entry: 1, shown: "full", current: "m1", version: 1, sides: [{ ...side }], overdue: false, late: false, widened_s: 0,
    stale: false, unlocated: false, unauthorised: false, disagrees: [], conflicts: [],
    says: { kind: "NOTIFY", notice: "volume", time_start: "2026-11-22T11:00:00Z", time_end: "2026-11-22T12:00:00Z", volumes: [] },
  };
  return { ...made, ...part } as unknown as Thread;
}

const clock = (owes: string, due: string) =>
  ({ what: "read", owes, due, overdue: false, alarms: 0, paused: false, thread: "t" }) as NonNullable<Thread["clock"]>;

describe("the list", () => {
  it("has urgent messages first, then own clocks by their time, then the newest", () => {
    const urgent = thread({ id: "u", kind: "URGENT", clock: clock("north", "2026-11-22T13:00:00Z") });
    const soon = thread({ id: "s", clock: clock("north", "2026-11-22T10:05:00Z") });
    const later = thread({ id: "l", clock: clock("north", "2026-11-22T10:50:00Z") });
    const others = thread({ id: "o", clock: clock("south", "2026-11-22T10:01:00Z") });
    const newer = thread({ id: "n", opened: "2026-11-22T10:30:00Z" });
    const found = ordered([others, newer, later, soon, urgent], "north").map((one) => one.id);
    expect(found).toEqual(["u", "s", "l", "n", "o"]);
    expect([soon, others].map((one) => isToDo(one, "north"))).toEqual([true, false]);
    expect(isToDo(thread({ ended: "ended", clock: clock("north", "2026-11-22T10:05:00Z") }), "north")).toBe(false);
  });
  it("is filtered by every word", () => {
    expect(matches("Notice of survey A", "survey notice")).toBe(true);
    expect(matches("Notice of survey A", "survey b")).toBe(false);
  });
});

describe("a thread", () => {
  it("offers what can be done in it, and nothing that cannot", () => {
    const ids = (one: Thread) => actionsOf(one, "north", 0).map((action) => action.id);
    expect(ids(thread())[0]).toBe("read");
    expect(ids(thread({ sides: [{ ...side, step: "read" }] as Thread["sides"] }))).not.toContain("read");
    expect(ids(thread({ unlocated: true }))).toContain("clarify");
    expect(ids(thread({ unlocated: true }))).not.toContain("readback");
    expect(ids(thread({ own: true, opener: "north" }))).toEqual(["amend", "cancel"]);
    expect(ids(thread({ sides: [{ ...side, party: "east" }] as Thread["sides"] }))).toEqual([]);
    expect(ids(thread({ ended: "cancelled", sides: [{ ...side, step: "read" }] as Thread["sides"] }))).toEqual([]);
  });
  it("says of every mark a word", () => {
    const found = marksOf(thread({ late: true, conflicts: ["c"], shown: "cells" })).map((one) => one.key);
    expect(found).toEqual(["mark.conflict", "mark.late", "mark.cells"]);
  });
  it("is told in a sentence, and coarse forms without holes in it", () => {
    expect(titleOf(thread({ says: { kind: "NOTIFY", notice: "plan" } as Thread["says"] }))).toBe("Notice: a planned flight");
    expect(inWords("ANSWER", "south", { code: "will_adjust" })).toBe("south will adjust");
    expect(inWords("CLARIFY", "south", { missing: ["place", "time"] })).toBe("south asks for the place, the time");
    expect(titleOf(thread({ says: { kind: "NOTIFY", name: "survey A" } as Thread["says"] }))).toBe("survey A");
  });
});

describe("a form", () => {
  it("gives fields as the message has them", () => {
    expect(valueOf({ name: "t", kind: "instant" }, ["2026-11-22T10:00"])).toBe("2026-11-22T10:00:00Z");
    expect(valueOf({ name: "d", kind: "minutes" }, ["30"])).toBe(1800);
    expect(valueOf({ name: "x", kind: "text" }, ["  "])).toBeUndefined();
    expect(valueOf({ name: "p", kind: "position" }, ["5403N 00730E"])).toEqual({ lat: 54.05, lng: 7.5 });
    expect(() => valueOf({ name: "p", kind: "position" }, ["somewhere"])).toThrow(/somewhere/);
    const passed = valueOf({ name: "p", kind: "lines" }, ["crew 7\n- post 3\n\n"]) as { name: string; received_at?: string }[];
    expect(passed.map((one) => [one.name, one.received_at !== undefined])).toEqual([["crew 7", true], ["post 3", false]]);
  });
});

describe("an alert put aside", () => {
  const alert = (level: PairAlert["level"], begins: string, id = "a|b"): PairAlert => ({
    id, level, begins, first: { id: "a", name: "A" }, second: { id: "b", name: "B" }, told: 0,
    lateral_m: 0, vertical_m: 0, lost: false,
  });
  it("comes back when its time is over, or when it gets worse", () => {
    const put = { until: 1_000, reason: "known", level: "corrective" as const };
    expect(isShelved(alert("corrective", "2026-11-22T10:00:00Z"), 999, put)).toBe(true);
    expect(isShelved(alert("corrective", "2026-11-22T10:00:00Z"), 1_000, put)).toBe(false);
    expect(isShelved(alert("warning", "2026-11-22T10:00:00Z"), 999, put)).toBe(false);
  });
  it("is ranked by level, then by time", () => {
    const found = [alert("preventive", "2026-11-22T10:00:00Z", "p"), alert("warning", "2026-11-22T10:09:00Z", "w2"), alert("warning", "2026-11-22T10:01:00Z", "w1")];
    expect(ranked(found).map((one) => one.id)).toEqual(["w1", "w2", "p"]);
  });
});
