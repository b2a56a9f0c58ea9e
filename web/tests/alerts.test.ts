import { describe, expect, it } from "vitest";
import { problemWords } from "../src/api/problem";
import { draftOf, lacking, wordsOf, type PlanEntity } from "../src/filing/draft";
import { catalogue } from "../src/i18n/i18n";
import { after, entryOf, merged, pairOf, type PairAlert } from "../src/state/alerts";
import { offPlansAt, type Observed } from "../src/state/observed";
import { wall } from "../src/style/wall";
import french from "../../src/openline/formats/catalogue/fr.json";
import { thread, volume } from "./samples";

const encounter = (level: string, lateral_m = 100) => ({
  first: { id: "b", name: "B" }, second: { id: "a", name: "A" }, predicted_at: "", begins: "2026-11-22T10:00:00Z",
  enter_s: 50, exit_s: 60, closest_s: 55, lateral_m, vertical_m: null, altitudes: "none", level,
});
const pair = (level = "warning", told = 0, lateral_m = 100) => pairOf(encounter(level, lateral_m), told) as PairAlert;
const event = (kind: string, level = "warning") => ({ event: "alert", kind, ...encounter(level) });

describe("alerts that stand", () => {
  it("have one name whichever of the two comes first, and none without a level", () => {
    expect(pair().id).toBe("a|b");
    expect(pairOf(encounter("none"), 0)).toBeNull();
    expect(entryOf({ ...encounter("none"), aircraft: { id: "x", name: "X" }, into: { id: "t", kind: "notice", party: "p" } }, 0)).toBeNull();
  });
  it("are those of a picture, the same map while nothing of them changes", () => {
    const first = merged(new Map(), [pair()], 0);
    expect([...first.keys()]).toEqual(["a|b"]);
    expect(merged(first, [pair("warning", 1_000, 110)], 1_000)).toBe(first);
    expect(merged(first, [pair("warning", 1_000, 500)], 1_000)).not.toBe(first);
  });
  it("stay for a moment without being predicted, and end with their event or when its word was missed", () => {
    const first = merged(new Map(), [pair()], 0);
    expect(merged(first, [], 10_000).size).toBe(1);
    expect(merged(first, [], 16_000).size).toBe(0);
    expect(after(first, event("over", "none"), null).size).toBe(0);
  });
  it("are no longer seen for two minutes before they go", () => {
    const lost = after(new Map(), event("lost"), pair("warning", 0));
    expect(lost.get("a|b")?.lost).toBe(true);
    expect(merged(lost, [], 100_000).size).toBe(1);
    expect(merged(lost, [], 130_000).size).toBe(0);
  });
});

describe("what is not as declared", () => {
  const change = (entry: number, part: Partial<Observed>): Observed => ({
    event: "discrepancy", entry, full: true, change: "began", time: `2026-11-22T10:0${entry}:00Z`, words: "", intent_id: "x", party: "p", ...part,
  });
  const story = [
    change(1, { kind: "outside", track: "t" }),
    change(2, { change: "state", state: "Nonconforming" }),
    change(3, { change: "over", kind: "outside", track: "t" }),
    change(4, { change: "state", state: "Activated" }),
  ];
  it("stands from its beginning to its end, with the state that follows from it", () => {
    const at = (minute: number) => offPlansAt(story, Date.parse(`2026-11-22T10:0${minute}:30Z`));
    expect(at(0)).toEqual([]);
    expect(at(1)[0]).toMatchObject({ id: "x", track: "t", state: null });
    expect(at(2)[0]?.state).toBe("Nonconforming");
    expect(at(3)[0]?.found).toEqual([]);
    expect(at(4)).toEqual([]);
  });
  it("keeps two kinds of one flight, and aircraft of nobody, apart", () => {
    const found = offPlansAt(
      [change(1, { kind: "outside" }), change(2, { kind: "lost_position" }), change(3, { kind: "undeclared", intent_id: null, track: "u", party: null })],
      Infinity,
    );
    expect(found.map((one) => [one.id, one.found.length])).toEqual([["x", 2], ["u", 1]]);
  });
});

describe("a closure", () => {
  const entity: PlanEntity = {
    id: "1", name: "range", kind: "constraint", volumes: [volume()], warnings: [],
    time_start: "2026-11-22T10:00:00Z", time_end: "2026-11-22T11:00:00Z",
  };
  it("is looked at again half way, and not outside of its times", () => {
    const draft = draftOf(entity, null, true);
    expect(draft.reviewAt).toBe("2026-11-22T10:30:00Z");
    expect(lacking(draft)).toEqual([]);
    expect(lacking({ ...draft, reviewAt: "2026-11-22T12:00:00Z" })).toEqual(["review_at"]);
    expect(lacking({ ...draft, name: " " })).toEqual(["name"]);
  });
  it("takes the place of the one that it changes, as its next revision", () => {
    const before = thread({ kind: "CLOSURE", name: "range 7", reason: "fire", revision: 2 }, { id: "old", kind: "CLOSURE" });
    const { kind, body, thread: within } = wordsOf(draftOf(entity, before), before);
    expect([kind, within]).toEqual(["CLOSURE", undefined]);
    expect(body).toMatchObject({ name: "range 7", reason: "fire", revision: 3, supersedes: "old" });
  });
});

describe("a refusal", () => {
  it("is the server's own words in English, and both elsewhere", () => {
    expect(problemWords("it ends too soon", "invalid_time_range")).toBe("it ends too soon");
    catalogue.value = french as unknown as typeof catalogue.value;
    const said = problemWords("it ends too soon", "invalid_time_range", "body.time_end");
    expect(said).toMatch(new RegExp(`^${french.fields.time_end}: .*inutilisables.*it ends too soon$`));
    expect(problemWords("odd", "a_kind_of_tomorrow")).toBe("odd");
  });
});

describe("a wall", () => {
  it("is wider than a desk", () => {
    expect([1_280, 1_920, 2_560, 3_840].map((one) => wall(one))).toEqual([1, 1, 1.4, 2]);
  });
});
