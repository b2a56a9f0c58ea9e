import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { heardTime, serverNow, skewMs } from "../src/state/clock";

const SIX = Date.parse("2027-05-11T06:00:00Z");
const at = (seconds: number) => new Date(SIX + seconds * 1_000).toISOString();
const shown = () => Math.round((serverNow() - SIX) / 1_000);

beforeEach(() => {
  vi.useFakeTimers();
  heardTime(at(0), 1);
});
afterEach(() => vi.useRealTimers());

test("a demo's clock that stood is not shown going back, and goes on where it is overtaken", () => {
  heardTime(at(0), 20);
  vi.advanceTimersByTime(1_000);
  expect(shown()).toBe(20);
  heardTime(at(5), 20); // it stood meanwhile
  expect(shown()).toBe(20);
  vi.advanceTimersByTime(500);
  expect(shown()).toBe(20);
  vi.advanceTimersByTime(500);
  expect(shown()).toBe(25);
});

test("a clock that was set back is followed, and so is one that goes as time does", () => {
  heardTime(at(600), 20);
  heardTime(at(0), 20);
  expect(shown()).toBe(0);
  heardTime(at(30), 1);
  heardTime(at(20), 1);
  expect(shown()).toBe(20);
  expect(skewMs.value).toBe(Date.now() - (SIX + 20_000));
});
