import { afterEach, describe, expect, it } from "vitest";
import { linesOf, profileItems } from "../src/profile/items";
import { rangeOf } from "../src/profile/range";
import { isShown } from "../src/slider/moments";
import { goNow, goTo, span, stepBy } from "../src/slider/travel";
import { barsOf, nextOf, played, shareOf, ticksOf, windowOf } from "../src/slider/window";
import type { Board } from "../src/api/types";
import { liveBoard } from "../src/state/board";
import { now } from "../src/state/clock";
import { at, select, selection } from "../src/state/view";
import { thread, track, volume } from "./samples";

const NOON = Date.parse("2026-11-22T12:00:00Z");
const MINUTE = 60_000;

afterEach(() => {
  at.value = null;
  selection.value = null;
  liveBoard.value = null;
});

describe("the window of time", () => {
  it("has now at a third, and always what is shown", () => {
    const live = windowOf(NOON, null, "2h");
    expect(shareOf(live, NOON)).toBeCloseTo(1 / 3, 6);
    for (const away of [-50 * MINUTE, 300 * MINUTE, -10_000 * MINUTE]) {
      expect(shareOf(windowOf(NOON, NOON + away, "2h"), NOON + away)).not.toBeNull();
    }
    expect(shareOf(live, NOON + 600 * MINUTE)).toBeNull();
  });

  it("has ticks at round instants", () => {
    const ticks = ticksOf(windowOf(NOON + 7 * MINUTE, null, "2h"), 15 * MINUTE);
    expect(ticks.every((one) => one % (15 * MINUTE) === 0)).toBe(true);
    expect(ticks).toHaveLength(8);
  });

  it("joins times that touch into one bar, and keeps bars within", () => {
    const window = { from: 0, until: 1_000 };
    const times = [{ from: 500, until: 600 }, { from: -100, until: 200 }, { from: 100, until: 300 }, { from: 2_000, until: 3_000 }];
    expect(barsOf(window, 100, times)).toEqual([{ left: 0, right: 30 }, { left: 50, right: 60 }]);
  });

  it("finds what comes next and what was before", () => {
    expect(nextOf([1_000, 9_000, 5_000], 2_000, true)).toBe(5_000);
    expect(nextOf([1_000, 9_000, 5_000], 8_000, false)).toBe(5_000);
    expect(nextOf([], 0, true)).toBeNull();
    expect(nextOf([5_000], 5_000, true)).toBeNull();
  });
});

describe("marks in the past", () => {
  it("are of what people said, not of what machines say every minute", () => {
    const moment = (name: string, kind: string) => ({ entry: 1, time: "", name, kind, party: "north" });
    expect(isShown(moment("message", "NOTIFY"))).toBe(true);
    expect(isShown(moment("message", "RECEIPT"))).toBe(false);
    expect(isShown(moment("event", "conflict.opened"))).toBe(true);
    expect(isShown(moment("event", "numbers.settled"))).toBe(false);
  });
});

describe("playing", () => {
  it("catches up with now and is live again", () => {
    expect(played(NOON - 10_000, 500, 10, NOON, Infinity)).toBe(NOON - 5_000);
    expect(played(NOON - 1_000, 500, 10, NOON, Infinity)).toBeNull();
  });

  it("goes on in what comes, to its end", () => {
    expect(played(NOON + 1_000, 500, 60, NOON, NOON + 20_000)).toBe(NOON + 20_000);
  });
});

describe("going through time", () => {
  it("steps, and is live when it is back at now", () => {
    now.value = NOON;
    span.value = "2h";
    stepBy(-2);
    expect(at.value).toBe(NOON - 2 * MINUTE);
    goTo(NOON + 500);
    expect(at.value).toBeNull();
    goTo(NOON + MINUTE);
    goNow();
    expect(at.value).toBeNull();
  });
});

describe("the profile", () => {
  it("shows both sides of a conflict and its window", () => {
    const own = thread({ kind: "NOTIFY", name: "A", volumes: [volume()] });
    const other = thread({ kind: "NOTIFY", name: "B", volumes: [volume({ low: 600, high: 1_200 })] }, { own: false });
    const facts = {
      time_start: "2026-11-22T10:10:00Z",
      time_end: "2026-11-22T10:50:00Z",
      altitude_lower_m: 600,
      altitude_upper_m: 900,
      vertical_m: 150,
    };
    const conflict = { id: "c", own_thread: own.id, other_thread: other.id, facts };
    liveBoard.value = { threads: [own, other], conflicts: [conflict] } as unknown as Board;
    select("conflict", "c");
    const found = profileItems.value;
    expect(found.boxes.map((one) => [one.side, one.low, one.high])).toEqual([
      ["own", 300, 900],
      ["other", 600, 1_200],
    ]);
    expect(found.windows).toMatchObject([{ low: 600, high: 900, verticalM: 150 }]);
    const range = rangeOf(found, Date.parse("2026-11-22T09:30:00Z"));
    expect(range.x[0]).toBeLessThan(Date.parse("2026-11-22T09:30:00Z") / 1_000);
    expect(range.y[1]).toBeGreaterThan(1_200);
  });

  it("is not stretched by what has no upper limit or begins at the surface", () => {
    const both = thread({ kind: "NOTIFY", volumes: [volume({ low: -1_000, high: 100_000 }), volume()] });
    liveBoard.value = { threads: [both], conflicts: [] } as unknown as Board;
    select("thread", both.id);
    const { y } = rangeOf(profileItems.value, NOON);
    expect(y[0]).toBe(0);
    expect(y[1]).toBeLessThan(1_500);
  });

  it("keeps pressure altitude and height over the ellipsoid apart", () => {
    const trail = [
      { time: 1, lat: 0, lng: 0, altitudeM: 1_000, pressureFt: 3_000 },
      { time: 2, lat: 0, lng: 0, altitudeM: null, pressureFt: 3_100 },
    ];
    const lines = linesOf(track(), true, trail);
    expect(lines.map((one) => [one.datum, one.points.length])).toEqual([
      ["W84", 1],
      ["STD", 2],
    ]);
    expect(lines[1]?.points[0]?.metres).toBeCloseTo(914.4, 6);
  });
});
