import { afterEach, describe, expect, test } from "vitest";
import type { LatLng, Volume } from "../src/api/types";
import { changesOf } from "../src/conflicts/moved";
import { wayWords } from "../src/conflicts/way_words";
import { along } from "../src/geo/geodesic";
import { catalogue, type Catalogue } from "../src/i18n/i18n";
import { prefs } from "../src/state/prefs";
import arabic from "../../src/openline/formats/catalogue/ar.json";
import french from "../../src/openline/formats/catalogue/fr.json";
import russian from "../../src/openline/formats/catalogue/ru.json";
import spanish from "../../src/openline/formats/catalogue/es.json";
import { volume } from "./samples";

const ENGLISH = catalogue.value;
const PREFS = prefs.value;

afterEach(() => {
  catalogue.value = ENGLISH;
  prefs.value = PREFS;
});

function corridor(path: LatLng[], half: number): Volume {
  const { altitude_lower, altitude_upper } = volume().volume;
  const outline_corridor = { path, half_width: { value: half, units: "M" } };
  return { ...volume(), volume: { outline_corridor, altitude_lower, altitude_upper } };
}

function said(before: Volume[], after: Volume[]): string {
  const changes = changesOf(before, after);
  expect(changes).not.toBeNull();
  return wayWords(changes!, after.length);
}

const WAY: LatLng[] = [
  { lat: 47, lng: -31 },
  { lat: 47.2, lng: -30.5 },
  { lat: 47.6, lng: -30.2 },
];

describe("what a proposal changes", () => {
  test("later, higher and to the side, in the units that were chosen", () => {
    const later = volume({ start: "2026-11-22T10:12:00Z", end: "2026-11-22T11:12:00Z" });
    expect(said([volume()], [later])).toBe("12 min later");
    expect(said([volume()], [volume({ low: 810, high: 1_410 })])).toBe("1,673 ft higher");
    prefs.value = { ...PREFS, height: "m", distance: "km" };
    expect(said([volume()], [volume({ low: 810, high: 1_410 })])).toBe("510 m higher");
    const aside = WAY.map((one) => along(one, 45, 3_200));
    expect(said([corridor(WAY, 900)], [corridor(aside, 900)])).toBe("3.20 km towards 045° (north-east)");
    expect(said([corridor(WAY, 900)], [corridor(WAY, 400)])).toBe("500 m narrower on each side");
  });

  test("volumes that change alike are named together, and those that stay are not named", () => {
    const up = volume({ low: 810, high: 1_410 });
    prefs.value = { ...PREFS, height: "m" };
    expect(said([volume(), volume()], [up, up])).toBe("510 m higher");
    expect(said([volume(), volume(), volume()], [up, volume(), up])).toBe("volumes 1, 3: 510 m higher");
    expect(said([volume(), volume()], [volume(), up])).toBe("volume 2: 510 m higher");
    expect(said([volume()], [volume()])).toBe("as it is");
  });

  test("what such words do not say whole is not said in them", () => {
    expect(changesOf([volume()], [])).toBeNull();
    expect(changesOf([], [])).toBeNull();
    expect(changesOf([volume()], [volume({ high: 1_000 })])).toBeNull();
    expect(changesOf([volume()], [volume({ end: "2026-11-22T11:30:00Z" })])).toBeNull();
    expect(changesOf([volume()], [corridor(WAY, 900)])).toBeNull();
    const bent = [...WAY.slice(0, 2), along(WAY[2]!, 90, 500)];
    expect(changesOf([corridor(WAY, 900)], [corridor(bent, 900)])).toBeNull();
    expect(changesOf([corridor(WAY, 900)], [corridor(WAY, 950)])).toBeNull();
  });

  test.each([
    [french, "510 m plus haut"],
    [spanish, "510 m más alto"],
    [russian, "на 510 m выше"],
    [arabic, "أعلى بمقدار \u2068510 m\u2069"],
  ])("in every language", (words, expected) => {
    prefs.value = { ...PREFS, height: "m", distance: "km" };
    catalogue.value = words as unknown as Catalogue;
    expect(said([volume()], [volume({ low: 810, high: 1_410 })])).toBe(expected);
    const aside = said([corridor(WAY, 900)], [corridor(WAY.map((one) => along(one, 225, 3_200)), 900)]);
    expect(aside).toContain(words.console["compass.5"]);
    expect(aside).not.toMatch(/towards|south/);
  });
});
