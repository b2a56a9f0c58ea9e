import { afterEach, describe, expect, it } from "vitest";
import { carried, carriedOnMap } from "../src/geo/carry";
import { roughMetres } from "../src/geo/geodesic";
import { bandText } from "../src/geo/volumes";
import { copies, gridStep, pixelX, type Frame } from "../src/map/frame";
import { WORLD, fromMap } from "../src/geo/mercator";
import { rounded, scaleBar } from "../src/map/scale";
import { phaseOf, shapes, shapesOf, spots } from "../src/map/scene";
import { heightOf, labelOf } from "../src/map/track_labels";
import { Labels } from "../src/map/labels";
import { stepOf } from "../src/map/symbols";
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

describe("carrying on over the map", () => {
  const apart = (one: ReturnType<typeof track>, seconds: number) => {
    const at = Date.parse(one.time) + seconds * 1_000;
    const exact = carried(one, at);
    const { x, y, ageS } = carriedOnMap(one, at);
    expect(ageS).toBe(seconds);
    return roughMetres(fromMap([x, y]), exact);
  };

  it("is within 4 m of the line on the ellipsoid, at any age, in any direction, near a pole too", () => {
    for (const lat of [-80, 0, 54, 80]) {
      for (const track_deg of [0, 45, 90, 271]) {
        const one = track({ lat, track_deg, speed_mps: 300 });
        for (const seconds of [-3, 0, 7.5, 15, 22, 44.9, 60, 600]) expect(apart(one, seconds)).toBeLessThan(4);
      }
    }
  });

  it("goes on over the 180th meridian without a leap", () => {
    const one = track({ lng: 179.999, track_deg: 90, speed_mps: 300 });
    const places = [0, 10, 20, 30].map((seconds) => carriedOnMap(one, Date.parse(one.time) + seconds * 1_000).x);
    for (let next = 1; next < places.length; next++) {
      const step = (places[next] ?? 0) - (places[next - 1] ?? 0);
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan(10_000);
    }
  });

  it("stays where the last report was of what is lost", () => {
    expect(apart(track({ lost: true }), 50)).toBeLessThan(1e-6);
  });
});

describe("symbols", () => {
  it("point where the aircraft goes, within half a step", () => {
    expect(stepOf(0)).toBe(0);
    expect(stepOf(359)).toBe(0);
    expect(stepOf(90)).toBe(18);
    expect(stepOf(-90)).toBe(54);
    for (let deg = 0; deg < 360; deg++) expect(Math.abs(((stepOf(deg) * 5 - deg + 540) % 360) - 180)).toBeLessThanOrEqual(2.5);
  });

  it("have a picture of their own where the direction is not known", () => {
    const pictures = new Set(Array.from({ length: 360 }, (_, deg) => stepOf(deg)));
    expect(pictures.has(stepOf(null))).toBe(false);
    expect(stepOf(NaN)).toBe(stepOf(null));
  });
});

describe("labels on a screen", () => {
  const frame: Frame = { x: 0, y: 0, resolution: 100, width: 300, height: 200, ratio: 1 };
  const pen = () => {
    const written: string[] = [];
    const fonts: string[] = [];
    const context = {
      measureText: (text: string) => ({ width: 6 * text.length }),
      save: () => undefined,
      restore: () => undefined,
      strokeText: () => undefined,
      fillText: (text: string, x: number, y: number) => written.push(`${text} ${x} ${y}`),
      set font(font: string) {
        fonts.push(font);
      },
    };
    return { written, fonts, labels: new Labels(context as unknown as CanvasRenderingContext2D, frame, "#000") };
  };

  it("are written at the first place that is free, and left out where none is", () => {
    const { labels, written } = pen();
    expect(labels.put(["AAAA"], [[10, 10, "left"]], "#fff")).toBe(true);
    expect(labels.put(["BBBB"], [[12, 12, "left"], [100, 10, "left"]], "#fff")).toBe(true);
    expect(labels.put(["CCCC"], [[12, 12, "left"]], "#fff")).toBe(false);
    expect(labels.put(["DDDD"], [[12, 12, "left"]], "#fff", { always: true })).toBe(true);
    expect(written).toEqual([]);
    labels.write();
    expect(written).toEqual(["AAAA 10 10", "BBBB 100 10", "DDDD 12 12"]);
  });

  it("set each font once, however many there are", () => {
    const { labels, fonts } = pen();
    for (let row = 0; row < 6; row++) labels.put(["AAAA"], [[10, 30 * row, "left"]], "#fff", { bold: row % 2 === 0 });
    fonts.length = 0;
    labels.write();
    expect(fonts).toEqual(["11px B612, sans-serif", "700 11px B612, sans-serif"]);
  });

  it("are not even put into words where no label fits", () => {
    const { labels } = pen();
    expect(labels.mayFit([[10, 10, "left"]], 2)).toBe(true);
    expect(labels.mayFit([[500, 10, "left"]], 2)).toBe(false);
    labels.keepFree(0, 0, 100, 60);
    expect(labels.mayFit([[10, 10, "left"]], 2)).toBe(false);
    expect(labels.mayFit([[10, 10, "left"], [150, 10, "left"]], 2)).toBe(true);
  });

  it("take no place beyond the screen", () => {
    const taken = new Taken(100, 100);
    expect(taken.take(-500, -500, 50, 50)).toBe(true);
    expect(taken.take(-500, -500, 50, 50)).toBe(true);
    expect(taken.take(900, 10, 50, 10)).toBe(true);
    expect(taken.free(0, 0, 100, 100)).toBe(true);
    expect(taken.take(-10, 0, 30, 10)).toBe(true);
    expect(taken.free(15, 5, 1, 1)).toBe(false);
    expect(taken.free(40, 5, 1, 1)).toBe(true);
  });
});
