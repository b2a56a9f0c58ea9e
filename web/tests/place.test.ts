import { describe, expect, it } from "vitest";
import { framed, still } from "../src/map/place";

describe("movements of the map", () => {
  it("are left out for a minute once their frames come late, and tried again after it", () => {
    expect(still(0)).toBe(false);
    framed(true, 1_000); // the first of a movement has none before it
    framed(true, 1_016);
    framed(true, 1_116);
    expect(still(1_116)).toBe(false); // one may be late
    framed(true, 1_216);
    expect(still(1_217)).toBe(true);
    expect(still(1_216 + 59_999)).toBe(true);
    expect(still(1_216 + 60_001)).toBe(false);
  });

  it("are not called late for the time between two of them", () => {
    framed(false, 200_000);
    framed(true, 205_000);
    framed(true, 205_016);
    framed(false, 205_032);
    framed(true, 209_000);
    framed(true, 209_016);
    expect(still(209_020)).toBe(false);
  });
});
