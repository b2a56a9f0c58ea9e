import { describe, expect, it } from "vitest";
import { apartMs, remember, trailOf } from "../src/state/trails";
import { track } from "./samples";

const BEGAN = Date.parse("2026-11-22T10:00:00Z");
const seen = (id: string, seconds: number, apart?: number) =>
  remember(track({ id, time: new Date(BEGAN + 1_000 * seconds).toISOString() }), apart);

describe("the ways of aircraft", () => {
  it("are kept for ten minutes, however long the page is open", () => {
    for (let seconds = 0; seconds <= 3_600; seconds++) seen("long", seconds);
    const times = trailOf("long").map((one) => one.time);
    expect(times).toHaveLength(151); // each 4 s, both ends
    expect(times.at(-1)! - times[0]!).toBe(600_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("forget what is old also of one that is seldom reported", () => {
    seen("seldom", 0);
    seen("seldom", 500);
    seen("seldom", 1_000);
    expect(trailOf("seldom").map((one) => one.time - BEGAN)).toEqual([500_000, 1_000_000]);
    seen("seldom", 9_000);
    expect(trailOf("seldom")).toHaveLength(1);
  });

  it("begin anew when the shown time goes back", () => {
    seen("back", 100);
    seen("back", 50);
    expect(trailOf("back").map((one) => one.time - BEGAN)).toEqual([50_000]);
  });

  it("take so much memory at most, with any number of aircraft", () => {
    for (const aircraft of [1, 500, 2_000, 20_000]) {
      expect((aircraft * 600_000) / apartMs(aircraft)).toBeLessThanOrEqual(100_000);
    }
    for (let seconds = 0; seconds <= 1_200; seconds++) seen("many", seconds, apartMs(2_000));
    expect(trailOf("many").length).toBeLessThanOrEqual(51);
  });
});
