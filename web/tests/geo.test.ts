import { describe, expect, it } from "vitest";
import golden from "./golden/geo.json";
import { along, around, azimuth, between, roughMetres } from "../src/geo/geodesic";
import { LAT_MAX, WORLD, fromMap, ringOnMap, toMap } from "../src/geo/mercator";
import { cellRing } from "../src/geo/s2";
import { circle, corridor, ringsOf } from "../src/geo/shapes";

describe("geodesics", () => {
  it.each(golden.direct)("goes $metres m towards $azimuth as geographiclib does", (one) => {
    const found = along(one, one.azimuth, one.metres);
    expect(found.lat).toBeCloseTo(one.to.lat, 8);
    if (Math.abs(found.lat) < 89.99) expect(Math.abs(around(found.lng - one.to.lng))).toBeLessThan(1e-7);
  });

  it("cuts a way into short steps along the great circle", () => {
    const [from, to] = [{ lat: 50, lng: -20 }, { lat: 50, lng: 20 }];
    const mids = between(from, to, 100_000);
    expect(mids.length).toBeGreaterThan(20);
    expect(Math.max(...mids.map((one) => one.lat))).toBeGreaterThan(51); // bulges to the pole
    expect(between(from, from)).toEqual([]);
    expect(between({ lat: 0, lng: 0 }, { lat: 0, lng: 180 })).toEqual([]);
  });
});

describe("cells", () => {
  it.each(golden.cells)("$id has the corners that s2geometry gives", (one) => {
    const ring = cellRing(one.id) ?? [];
    for (const corner of one.corners) {
      expect(Math.min(...ring.map((point) => roughMetres(point, corner)))).toBeLessThan(0.01);
    }
  });

  it("is nothing for what is no id", () => {
    for (const id of ["", "x", "0000000000000000", "ffffffffffffffff", "47b1000000000002", "123"]) {
      expect(cellRing(id)).toBeNull();
    }
  });
});

describe("shapes", () => {
  it("keeps every point of a corridor's edge at half its width or, inside a bend, beyond", () => {
    const path = [{ lat: 54, lng: 7 }, { lat: 54.2, lng: 7.3 }, { lat: 54.0, lng: 7.6 }];
    const ring = corridor(path, 2_000);
    for (const point of ring) {
      const near = Math.min(
        ...path.flatMap((one, index) => {
          const next = path[index + 1];
          return [one, ...(next ? between(one, next, 200) : [])].map((p) => roughMetres(p, point));
        }),
      );
      expect(near).toBeGreaterThan(1_980);
      expect(near).toBeLessThan(2_040);
    }
  });

  it("draws a path without length as a circle", () => {
    const spot = { lat: 10, lng: 10 };
    const ring = corridor([spot, spot], 500);
    for (const point of ring) expect(roughMetres(spot, point)).toBeCloseTo(500, -1);
  });

  it("has no ring for a volume without an outline", () => {
    const limits = { altitude_lower: { value: 0 }, altitude_upper: { value: 1 } };
    expect(ringsOf(limits)).toEqual([]);
  });
});

describe("the map's plane", () => {
  it("comes back to where it was", () => {
    const back = fromMap(toMap(54.1, 7.2));
    expect(back.lat).toBeCloseTo(54.1, 9);
    expect(back.lng).toBeCloseTo(7.2, 9);
  });

  it("goes on beyond 180 degrees without a leap", () => {
    const ring = ringOnMap(circle({ lat: 10, lng: 179.9 }, 50_000));
    for (let at = 1; at < ring.length; at++) {
      expect(Math.abs((ring[at]?.[0] ?? 0) - (ring[at - 1]?.[0] ?? 0))).toBeLessThan(WORLD / 100);
    }
    expect(ring[0]).toEqual(ring.at(-1));
  });

  it.each([90, 89.5, -90])("closes a ring round the pole at %s along the edge", (lat) => {
    const ring = ringOnMap(circle({ lat, lng: 20 }, 800_000));
    const xs = ring.map(([x]) => x);
    expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(WORLD, -1);
    expect(ring.every((point) => point.every(Number.isFinite))).toBe(true);
    expect(ring.some(([, y]) => y === toMap(Math.sign(lat) * LAT_MAX, 0)[1])).toBe(true);
  });

  it("knows directions", () => {
    expect(azimuth({ lat: 0, lng: 0 }, { lat: 0, lng: 1 })).toBeCloseTo(90, 6);
    expect(azimuth({ lat: 0, lng: 179.5 }, { lat: 0, lng: -179.5 })).toBeCloseTo(90, 6);
  });
});
