import { describe, expect, it } from "vitest";
import { distance, duration, height, instant, speedText, verticalDistance } from "../src/units/units";
import { position } from "../src/units/position";
import { parsePosition } from "../src/units/parse";
import type { Prefs } from "../src/state/prefs";

const FT: Prefs = { theme: "night", height: "ft", distance: "NM", speed: "kt", position: "dm", language: "en" };
const SI: Prefs = { ...FT, height: "m", distance: "km", speed: "km/h" };

describe("numbers name their unit and their datum", () => {
  it("heights", () => {
    expect(height(304.8, "W84", FT)).toBe("1,000 ft W84");
    expect(height(304.8, "AMSL", SI)).toBe("305 m AMSL");
    expect(height(10668, "STD", { ...FT, height: "FL" })).toBe("FL350");
    expect(height(100, "W84", { ...FT, height: "FL" })).toBe("328 ft W84");
    expect(height(null)).toBe("ALT?");
    expect(height(Number.NaN)).toBe("ALT?");
    expect(height(-0.1, "W84", SI)).toBe("0 m W84");
  });
  it("distances and speeds", () => {
    expect(distance(9260, FT)).toBe("5.00 NM");
    expect(distance(100, FT)).toBe("100 m");
    expect(distance(1234.5, SI)).toBe("1.23 km");
    expect(verticalDistance(152.4, FT)).toBe("500 ft");
    expect(speedText(0.514444444 * 250, FT)).toBe("250 kt");
    expect(speedText(10, SI)).toBe("36 km/h");
  });
  it("times", () => {
    expect(duration(59.4)).toBe("59 s");
    expect(duration(59.6)).toBe("1 min");
    expect(duration(125)).toBe("2 min 5 s");
    expect(duration(719 * 3600 + 56 * 60)).toBe("29 d 23 h");
    expect(duration(-7500)).toBe("−2 h 05 min");
    expect(instant(Date.UTC(2026, 10, 22, 9, 5, 7))).toBe("09:05Z");
    expect(instant(Date.UTC(2026, 10, 22, 9, 5, 7), { seconds: true, day: true })).toBe("2026-11-22 09:05:07Z");
  });
});

describe("positions", () => {
  it("in every form", () => {
    expect(position(54.05, -7.5, "dm")).toBe("54°03.000′N 007°30.000′W");
    expect(position(-0.5, 179.99999, "dms")).toBe("00°30′00.0″S 180°00′00.0″E");
    expect(position(54.05, 7.5, "decimal")).toBe("54.05000, 7.50000");
    // The Eiffel tower, whose reference is published: 31U DQ 48251 11932.
    expect(position(48.85824, 2.29451, "mgrs")).toMatch(/^31UDQ4825\d?1193\d?$/);
    expect(position(89, 0, "mgrs")).toBe("89°00.000′N 000°00.000′E");
  });
  it("are read as people write them", () => {
    const near = (text: string, lat: number, lng: number) => {
      const found = parsePosition(text);
      expect(found, text).not.toBeNull();
      expect(found!.lat).toBeCloseTo(lat, 4);
      expect(found!.lng).toBeCloseTo(lng, 4);
    };
    near("54.05, 7.5", 54.05, 7.5);
    near("-54.05 -7.5", -54.05, -7.5);
    near("54°03.000′N 007°30.000′W", 54.05, -7.5);
    near("54 03 00 N 7 30 0 E", 54.05, 7.5);
    near("5403N 00730E", 54.05, 7.5);
    near("540300S 0073000W", -54.05, -7.5);
    near("31UDQ4825111932", 48.85824, 2.29451);
  });
  it("are never guessed", () => {
    for (const text of ["", "54", "54.05", "91, 7", "54 61 N 7 0 E", "54, 7, 3", "N54 E7", "5499N 00730E", "abc"]) {
      expect(parsePosition(text), text).toBeNull();
    }
  });
  it("come back as they were written", () => {
    for (const form of ["dm", "dms", "decimal"] as const) {
      for (const [lat, lng] of [[0, 0], [-89.9999, 179.9999], [12.34567, -98.76543]] as const) {
        const found = parsePosition(position(lat, lng, form));
        expect(Math.abs(found!.lat - lat)).toBeLessThan(3e-5);
        expect(Math.abs(found!.lng - lng)).toBeLessThan(3e-5);
      }
    }
  });
});
