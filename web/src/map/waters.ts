import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import Polygon from "ol/geom/Polygon";
import VectorImageLayer from "ol/layer/VectorImage";
import VectorSource from "ol/source/Vector";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import file from "../../build/waters.json?url";
import { colours } from "./colours";
import { areasOf, lineOf } from "./outlines";

type Waters = Topology<{ lakes: GeometryCollection; rivers: GeometryCollection }>;

const FROM_ZOOM = 3;
const TO_ZOOM = 9; // their places are good to about 2 km: nearer than that they would mislead

/** Lakes and great rivers, to know where one is. They come with the page, once it stands. */
export class WatersLayer {
  private readonly source = new VectorSource({ wrapX: true });
  readonly layer = new VectorImageLayer({
    source: this.source,
    imageRatio: 1.5,
    minZoom: FROM_ZOOM,
    maxZoom: TO_ZOOM,
    zIndex: 0.5,
  });
  private asked = false;

  async load(): Promise<void> {
    if (this.asked) return;
    this.asked = true;
    try {
      const answer = await fetch(file);
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.source.addFeatures(featuresOf((await answer.json()) as Waters));
    } catch {
      this.asked = false; // asked again when the map moves
    }
  }

  /** Take the colours of the theme. */
  colour(): void {
    const { coast, water } = colours.value;
    const stroke = new Stroke({ color: coast, width: 0.8 });
    const lake = new Style({ fill: new Fill({ color: water }), stroke });
    const river = new Style({ stroke: new Stroke({ color: coast, width: 1 }) });
    this.layer.setStyle((one) => (one.getGeometry() instanceof Polygon ? lake : river));
  }
}

export function featuresOf(waters: Waters): Feature[] {
  const lakes = feature(waters, waters.objects.lakes).features.flatMap((one) => areasOf(one.geometry));
  const rivers = feature(waters, waters.objects.rivers).features.flatMap(({ geometry }) =>
    geometry.type === "MultiLineString" ? geometry.coordinates : geometry.type === "LineString" ? [geometry.coordinates] : [],
  );
  return [...lakes, ...rivers.map((line) => new Feature(new LineString(lineOf(line))))];
}
