import { describe, expect, it } from "vitest";
import type { Frame } from "../src/map/frame";
import { inView } from "../src/map/aerodrome_layer";
import { watersOf } from "../src/map/ground";
import { toMap, WORLD } from "../src/geo/mercator";
import { found, rowsOf, type Aerodrome } from "../src/state/aerodromes";

const row = (indicator: string, lat: number, lng: number, airline = true, name = ""): Aerodrome => ({
  indicator, name, lat, lng, airline,
});
const placed = (all: Aerodrome[]) => all.map((one) => ({ one, x: toMap(one.lat, one.lng)[0], y: toMap(one.lat, one.lng)[1] }));
const frame = (lat: number, lng: number, resolution = 500): Frame => {
  const [x, y] = toMap(lat, lng);
  return { x, y, resolution, width: 800, height: 600, ratio: 1 };
};

describe("aerodromes", () => {
  it("are read from columns", () => {
    const rows = rowsOf({ indicator: ["EFHK"], name: ["Helsinki"], lat: [60.3], lng: [24.9], airline: [1] });
    expect(rows).toEqual([row("EFHK", 60.3, 24.9, true, "Helsinki")]);
  });

  it("are found by indicator before name, and small fields by indicator alone", () => {
    const all = [row("KABC", 0, 0, true, "Fort EDDA"), row("EDDF", 50, 8, true, "Frankfurt"), row("EDDX", 50, 9, false, "Edda field")];
    expect(found(all, "edd", 9).map((one) => one.indicator)).toEqual(["EDDF", "EDDX", "KABC"]);
    expect(found(all, "ed", 9)).toEqual([]);
    expect(found(all, "edd", 1)).toHaveLength(1);
  });

  it("are shown within the frame alone, small ones from near, none on another", () => {
    const all = [row("AAAA", 50, 8), row("BBBB", 50, 8.0001), row("CCCC", 20, 8), row("DDDD", 50.5, 8.5, false)];
    const seen = (near: boolean) => inView(placed(all), frame(50, 8), near).map(([one]) => one.indicator);
    expect(seen(false)).toEqual(["AAAA"]);
    expect(seen(true)).toEqual(["AAAA", "DDDD"]);
  });

  it("are shown on both sides of the 180th meridian", () => {
    const seen = inView(placed([row("WEST", 0, -179.9)]), frame(0, 179.9), true);
    expect(seen).toHaveLength(1);
    const expected = 400 + (toMap(0, -179.9)[0] + WORLD - toMap(0, 179.9)[0]) / 500;
    expect(seen[0]?.[1]).toBeCloseTo(expected, 6);
  });
});

it("lakes become areas and rivers lines", () => {
  const waters = {
    type: "Topology" as const,
    arcs: [[[0, 0], [1, 0], [1, 1], [0, 0]], [[5, 5], [6, 6]]],
    objects: {
      lakes: { type: "GeometryCollection" as const, geometries: [{ type: "Polygon" as const, arcs: [[0]] }] },
      rivers: { type: "GeometryCollection" as const, geometries: [{ type: "LineString" as const, arcs: [1] }] },
    },
  };
  const made = watersOf(waters as unknown as Parameters<typeof watersOf>[0]);
  expect(made.map((one) => one.area)).toEqual([true, false]);
  expect(made[1]?.box[0]).toBeCloseTo(toMap(5, 5)[0]);
});
