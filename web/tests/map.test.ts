import { afterEach, describe, expect, it } from "vitest";
import { carried } from "../src/geo/carry";
import { roughMetres } from "../src/geo/geodesic";
import { bandText } from "../src/geo/volumes";
import { copies, gridStep, pixelX, type Frame } from "../src/map/frame";
import { WORLD } from "../src/geo/mercator";
import { rounded, scaleBar } from "../src/map/scale";
import { phaseOf, shapes, shapesOf, spots } from "../src/map/scene";
import { heightOf, labelOf } from "../src/map/track_labels";
import { Taken, opacityOf } from "../src/map/track_symbols";
import type { Board } from "../src/api/types";
import { liveBoard } from "../src/state/board";
import { prefs } from "../src/state/prefs";
import { previewVolumes } from "../src/state/preview";
import { thread, track, volume } from "./samples";

const at = (text: string) => Date.parse(`2026-11-22T${text}Z`);
const board = (...threads: unknown[]) => ({ threads, conflicts: [] }) as unknown as Board;

afterEach(() => {
  liveBoard.value = null;
  previewVolumes.value = null;
});

describe("what is drawn", () => {
  it("has a shape for each volume, by what it is and whose it is", () => {
    const own = thread({ kind: "NOTIFY", notice: "plan", name: "A", volumes: [volume(), volume()] });
    const other = thread({ kind: "CLOSURE", name: "B", volumes: [volume()] }, { own: false });
    const found = shapesOf(board(own, other));
    expect(found.map((one) => [one.look, one.own, one.name])).toEqual([
      ["plan", true, "A"],
      ["plan", true, "A"],
      ["closure", false, "B"],
    ]);
    expect(new Set(found.map((one) => one.key)).size).toBe(3);
  });

  it("shows cells where that is all that is known, without a height", () => {
    const says = { kind: "NOTIFY", notice: "plan", cells: ["47b1000000000000", "nonsense"] };
    const found = shapesOf(board(thread(says)));
    expect(found.map((one) => [one.look, one.band])).toEqual([["cells", ""]]);
  });

  it("draws nothing of what ended, has no place, or says nothing that is shown", () => {
    const ended = thread({ kind: "NOTIFY", volumes: [volume()] }, { ended: "cancelled" });
    expect(shapesOf(board(ended, thread({ kind: "NOTIFY" }), thread(null as unknown as object)))).toEqual([]);
  });

  it("shows urgent messages and incidents at their spot", () => {
    liveBoard.value = board(thread({ kind: "URGENT", action: "stop", position: { lat: 1, lng: 2 } }));
    expect(spots.value).toMatchObject([{ kind: "URGENT", lat: 1, lng: 2, name: "stop" }]);
  });

  it("shows a what-if for as long as it is one", () => {
    previewVolumes.value = [volume()];
    expect(shapes.value.map((one) => one.look)).toEqual(["preview"]);
    previewVolumes.value = null;
    expect(shapes.value).toEqual([]);
  });

  it("stands from its first instant to before its last", () => {
    const shape = { start: at("10:00:00"), end: at("11:00:00") };
    expect(phaseOf(shape, at("09:59:59"))).toBe("comes");
    expect(phaseOf(shape, at("10:00:00"))).toBe("stands");
    expect(phaseOf(shape, at("11:00:00"))).toBe("over");
    expect(phaseOf({ start: NaN, end: NaN }, at("11:00:00"))).toBe("stands");
  });
});

describe("heights in words", () => {
  const metres = { ...prefs.value, height: "m" as const };

  it("names the datum beside every number", () => {
    expect(bandText(volume(), metres)).toBe("300–900 m W84");
    expect(bandText(volume({ high: 100_000 }), metres)).toBe("300 m W84–UNL");
  });

  it("shows limits as their author gave them", () => {
    const given = volume();
    given.volume.altitude_lower_given = { value: 0, units: "M", reference: "AGL" };
    given.volume.altitude_upper_given = { value: 9_500, units: "FT", reference: "FL" };
    expect(bandText(given, { ...metres, height: "FL" })).toBe("SFC–FL095");
  });

  it("says ALT? for an aircraft whose height nobody knows", () => {
    expect(heightOf(track({ pressure_altitude_ft: null }))).toBe("ALT?");
    expect(heightOf(track())).toBe("5,000 ft STD");
    expect(heightOf(track({ pressure_altitude_ft: null, altitude_m: 304.8 }))).toBe("1,000 ft W84");
    expect(labelOf(track({ vertical_rate_mps: 4 }))[1]).toContain("↑");
  });
});

describe("carrying on", () => {
  it("goes on as reported, for a minute at most", () => {
    const half = carried(track(), at("10:00:30"));
    expect(roughMetres(track(), half)).toBeCloseTo(3_000, -2);
    expect(roughMetres(track(), carried(track(), at("10:10:00")))).toBeCloseTo(6_000, -2);
    expect(carried(track(), at("10:10:00"))).toMatchObject({ ageS: 600, carriedS: 60 });
  });

  it("leaves what is lost, stands or has no direction where it was", () => {
    for (const part of [{ lost: true }, { on_ground: true }, { track_deg: null }, { speed_mps: null }]) {
      expect(carried(track(part), at("10:00:30"))).toMatchObject({ lat: 54, lng: 7, carriedS: 0 });
    }
  });

  it("goes over the 180th meridian", () => {
    expect(carried(track({ lng: 179.999 }), at("10:00:30")).lng).toBeLessThan(-179);
  });
});

describe("the frame", () => {
  const frame: Frame = { x: 0, y: 0, resolution: WORLD / 500, width: 1_000, height: 500, ratio: 1 };

  it("shows a place in every copy of the world that is in view", () => {
    expect(copies(frame, 0)).toHaveLength(3);
    expect(copies({ ...frame, resolution: 10 }, 0)).toHaveLength(1);
    const edge = { ...frame, x: WORLD / 2, resolution: 100 };
    expect(copies(edge, -WORLD / 2 + 1_000)).toEqual([WORLD]);
    expect(pixelX(edge, -WORLD / 2 + 1_000 + WORLD)).toBeCloseTo(510, 0);
  });

  it("has lines that are not too close", () => {
    expect(gridStep(WORLD / 256)).toBe(30);
    expect(gridStep(10)).toBeLessThan(0.1);
  });

  it("has a bar of a round length in the reader's unit", () => {
    expect(rounded(0.0199)).toBe(0.01);
    expect(rounded(7)).toBe(5);
    const bar = scaleBar(100, { lat: 60, lng: 0 }, { ...prefs.value, distance: "km" });
    expect(bar).toEqual({ pixels: 100, text: "5 km" }); // 50 m a pixel at 60 degrees
    expect(scaleBar(0, { lat: 0, lng: 0 }).text).toBe("");
  });
});

describe("labels", () => {
  it("do not lie on each other", () => {
    const taken = new Taken();
    expect(taken.take(0, 0, 50, 20)).toBe(true);
    expect(taken.take(40, 10, 50, 20)).toBe(false);
    expect(taken.take(60, 0, 50, 20)).toBe(true);
  });

  it("are never so dim that they are missed", () => {
    expect(opacityOf(0, false)).toBe(1);
    expect(opacityOf(1_000, false)).toBeGreaterThanOrEqual(0.5);
    expect(opacityOf(12, false)).toBeLessThan(opacityOf(6, false));
  });
});
