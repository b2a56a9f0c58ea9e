import Feature from "ol/Feature";
import MultiLineString from "ol/geom/MultiLineString";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { Point } from "../geo/mercator";
import { colours, faded } from "./colours";

/** The outline of the agreed area; amber while a notice without a place stands for all of it. */
export class AreaLayer {
  private readonly source = new VectorSource({ wrapX: true });
  readonly layer = new VectorLayer({ source: this.source, zIndex: 2, updateWhileAnimating: true, updateWhileInteracting: true });

  draw(rings: Point[][], unlocated: boolean): void {
    this.source.clear(true);
    if (rings.length > 0) this.source.addFeature(new Feature(new MultiLineString(rings)));
    const own = colours.value;
    const look = unlocated
      ? { color: own.warning, width: 3, lineDash: [12, 8] }
      : { color: faded(own.area, 0.8), width: 1.5 };
    this.layer.setStyle(new Style({ stroke: new Stroke(look) }));
  }
}
