import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { FeatureCollection } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import small from "world-atlas/countries-110m.json?url";
import middle from "world-atlas/countries-50m.json?url";
import large from "world-atlas/countries-10m.json?url";
import { drawn } from "./first";
import { colours, faded } from "./colours";
import { areasOf, lineOf } from "./outlines";

/** Land, coasts and borders that come with the page: no server of maps is asked. */
type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

const FILES = [
  { url: small, fromZoom: -Infinity },
  { url: middle, fromZoom: 4 },
  { url: large, fromZoom: 7.5 },
];

export class BaseMap {
  private readonly source = new VectorSource({ wrapX: true });
  readonly land = new VectorImageLayer({ source: this.source, imageRatio: 1.5, zIndex: 0 });
  private shown = -1;
  private asked = -1;
  private invented: Feature[] = [];

  /** Land that is invented, as a demo has: it is drawn like any other. */
  add(region: FeatureCollection): void {
    if (this.invented.length > 0) return;
    this.invented = region.features.flatMap((one) => areasOf(one.geometry));
    this.source.addFeatures(this.invented);
  }

  /** Show what is fine enough for a zoom; coarse first, finer once it is there. */
  async fit(zoom: number): Promise<void> {
    const wanted = FILES.findLastIndex((one) => zoom >= one.fromZoom);
    if (wanted <= this.shown || wanted <= this.asked) return;
    this.asked = wanted;
    const file = FILES[wanted];
    if (!file) return;
    try {
      const answer = await fetch(file.url);
      if (!answer.ok) throw new Error(`${answer.status}`);
      await drawn(); // what stands and flies is seen before any coast
      const features = featuresOf((await answer.json()) as World);
      if (wanted < this.shown) return;
      this.shown = wanted;
      this.source.clear(true);
      this.source.addFeatures([...features, ...this.invented]);
    } catch {
      this.asked = this.shown; // asked again when the map moves
    }
  }

  /** Take the colours of the theme. */
  colour(): void {
    const own = colours.value;
    const land = new Style({ fill: new Fill({ color: own.land }), stroke: new Stroke({ color: own.coast, width: 1 }) });
    const border = new Style({ stroke: new Stroke({ color: faded(own.coast, 0.7), width: 1, lineDash: [4, 3] }) });
    this.land.setStyle((one) => (one.get("border") ? border : land));
  }
}

function featuresOf(world: World): Feature[] {
  const found = feature(world, world.objects.land).features.flatMap((one) => areasOf(one.geometry));
  const borders = mesh(world, world.objects.countries, (a, b) => a !== b);
  for (const line of borders.coordinates) {
    const border = new Feature(new LineString(lineOf(line)));
    border.set("border", true, true);
    found.push(border);
  }
  return found;
}
