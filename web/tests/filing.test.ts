import { describe, expect, it } from "vitest";
import { draftOf, lacking, withVolumes, wordsOf, type PlanEntity } from "../src/filing/draft";
import { toggled } from "../src/filing/draft_form";
import { featureOf, limitText, unfinished, utcOf, type Drawn } from "../src/filing/feature";
import { askedFor } from "../src/filing/read";
import { volume } from "./samples";

const plan: PlanEntity = {
  id: "1",
  name: "Survey",
  kind: "intent",
  volumes: [volume()],
  warnings: [],
  time_start: "2026-11-22T10:00:00Z",
  time_end: "2026-11-22T11:00:00Z",
};
const drawn: Drawn = {
  sketch: { outline: "polygon", points: [{ lat: 54, lng: 7 }, { lat: 54, lng: 8 }, { lat: 55, lng: 8 }], reachM: 500 },
  name: "Drawn",
  lower: { value: "", datum: "SFC" },
  upper: { value: "1000", datum: "ft AMSL" },
  start: "2026-11-22T10:00:00Z",
  end: "2026-11-22T11:00:00Z",
};

describe("a draft", () => {
  it("is a notice without what was left empty", () => {
    const words = wordsOf(draftOf(plan));
    expect(words.kind).toBe("NOTIFY");
    expect(Object.keys(words.body).sort()).toEqual(["asks", "name", "notice", "time_end", "time_start", "volumes"]);
    expect(words.body.notice).toBe("plan");
    expect(words).not.toHaveProperty("to");
  });

  it("asks to stay outside a restriction", () => {
    expect(draftOf({ ...plan, kind: "constraint" })).toMatchObject({ notice: "volume", asks: "stay_outside" });
  });

  it("says what a movement and a site lack", () => {
    const movement = { ...draftOf(plan), notice: "movement" as const };
    expect(lacking(movement)).toEqual(["contact"]);
    expect(lacking({ ...movement, contactRole: "post", contactPhone: "1" })).toEqual([]);
    expect(lacking({ ...movement, notice: "site" })).toEqual(["confirmed_by"]);
    const words = wordsOf({ ...movement, contactRole: " post ", contactPhone: "1" });
    expect(words.body.contact).toEqual({ role: "post", phone: "1" });
  });

  it("takes the times of other volumes", () => {
    const later = volume({ start: "2026-11-22T12:00:00Z", end: "2026-11-22T13:00:00Z" });
    const last = volume({ start: "2026-11-22T12:30:00Z", end: "2026-11-22T14:00:00Z" });
    const moved = withVolumes(draftOf(plan), [last, later]);
    expect([moved.start, moved.end]).toEqual(["2026-11-22T12:00:00Z", "2026-11-22T14:00:00Z"]);
  });

  it("is said to all, unless some are left out; somebody always stays", () => {
    expect(toggled(["south", "east"], [], "east")).toEqual(["south"]);
    expect(toggled(["south", "east"], ["south"], "east")).toEqual([]);
    expect(toggled(["south", "east"], ["south"], "south")).toEqual(["south"]);
  });
});

describe("a drawing", () => {
  it("is a feature that the server reads", () => {
    expect(unfinished(drawn)).toBeNull();
    const feature = featureOf(drawn) as { geometry: { coordinates: number[][][] }; properties: object };
    expect(feature.geometry.coordinates[0]).toEqual([[7, 54], [8, 54], [8, 55], [7, 54]]);
    expect(feature.properties).toMatchObject({ altitude_lower: "SFC", altitude_upper: "1000 ft AMSL" });
  });

  it("says what is missing", () => {
    const { sketch } = drawn;
    expect(unfinished({ ...drawn, sketch: { ...sketch, points: sketch.points.slice(0, 2) } })).toBe("filing.points.polygon");
    expect(unfinished({ ...drawn, sketch: { ...sketch, outline: "circle", reachM: NaN } })).toBe("filing.reach.wrong");
    expect(unfinished({ ...drawn, end: drawn.start })).toBe("filing.time.wrong");
    expect(unfinished({ ...drawn, end: "" })).toBe("filing.time.wrong");
    expect(unfinished({ ...drawn, upper: { value: "1e3", datum: "FL" } })).toBe("filing.height.wrong");
  });

  it("writes heights as the formats have them, and guesses none", () => {
    expect(limitText({ value: "095", datum: "FL" })).toBe("FL095");
    expect(limitText({ value: " 120 ", datum: "m AGL" })).toBe("120 m AGL");
    expect(limitText({ value: "", datum: "UNL" })).toBe("UNL");
    for (const value of ["", "high", "1,000", "NaN", "Infinity"]) expect(limitText({ value, datum: "ft W84" })).toBeNull();
  });

  it("reads instants in UTC alone", () => {
    expect(utcOf("2026-11-22 10:00")).toBe("2026-11-22T10:00:00Z");
    expect(utcOf("2026-11-22T10:00:30Z")).toBe("2026-11-22T10:00:30Z");
    for (const text of ["10:00", "2026-13-01 10:00", "2026-11-22 10:00+01:00", "tomorrow"]) expect(utcOf(text)).toBeNull();
  });
});

describe("what the server asks for", () => {
  it("is found in its words", () => {
    const cure = "give the take-off with --takeoff";
    expect(askedFor([{ message: "the plan has no times", cure }])).toEqual(["takeoff"]);
    expect(askedFor([{ message: "limits above ground need the ground" }])).toEqual(["ground"]);
    expect(askedFor([{ message: "the ring crosses itself" }])).toEqual([]);
  });
});
