import { describe, expect, it } from "vitest";
import { toMap, WORLD } from "../src/geo/mercator";
import { areasOf, trace, type Flat } from "../src/map/outlines";
import type { Frame } from "../src/map/frame";

const FRAME: Frame = { x: 0, y: 0, resolution: 1, width: 200, height: 100, ratio: 1 };

/** The corners that are drawn, in pixels. */
function drawn(line: Flat, shift = 0): [number, number][] {
  const path: [number, number][] = [];
  const to = (x: number, y: number) => void path.push([x, y]);
  trace({ moveTo: to, lineTo: to }, FRAME, line, shift);
  return path;
}

/** Whether a ray to the right crosses a ring an odd number of times. */
function inside(ring: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let found = false;
  ring.forEach(([ax, ay], index) => {
    const [bx, by] = ring[(index + 1) % ring.length]!;
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) found = !found;
  });
  return found;
}

describe("outlines of the ground", () => {
  it("cover what they covered, without most of the points beyond the view", () => {
    // a star far larger than the view, with teeth that reach into it and out again
    const points: [number, number][] = [];
    for (let turn = 0; turn < 720; turn++) {
      const angle = (turn / 360) * Math.PI;
      const far = turn % 3 === 0 ? 40 : turn % 2 === 0 ? 4_000 : 5_000;
      points.push([far * Math.cos(angle), far * Math.sin(angle)]);
    }
    for (let turn = 0; turn < 1_000; turn++) points.push([9_000 + turn, 10 * (turn % 7)]); // far to the east
    points.push(points[0]!);
    const path = drawn(Float64Array.from(points.flat()));
    expect(path.length).toBeLessThan(800);
    const whole = points.map(([x, y]) => [x + 100, 50 - y] as const);
    let differ = 0;
    for (let x = 0.5; x < 200; x += 11) for (let y = 0.5; y < 100; y += 9) if (inside(whole, x, y) !== inside(path, x, y)) differ++;
    expect(differ).toBeLessThan(3); // of 228: points nearer than 0.6 pixels are drawn as one
  });

  it("keep their ends, and lie in each copy of the world", () => {
    const line = Float64Array.from([-50, 0, -49.9, 0, 0, 20, 49.9, 0, 50, 0]);
    expect(drawn(line)).toEqual([[50, 50], [100, 30], [149.9, 50], [150, 50]]);
    expect(drawn(line, WORLD)[0]).toEqual([50 + WORLD, 50]);
  });

  it("have the box of their outer ring", () => {
    const ring = [[10, 50], [20, 50], [20, 60], [10, 60], [10, 50]];
    const [found] = areasOf({ type: "MultiPolygon", coordinates: [[ring]] });
    const [west, south] = toMap(50, 10);
    const [east, north] = toMap(60, 20);
    [west, south, east, north].forEach((value, index) => expect(found?.box[index]).toBeCloseTo(value, 6));
    expect(areasOf({ type: "Point", coordinates: [1, 2] })).toEqual([]);
  });
});
