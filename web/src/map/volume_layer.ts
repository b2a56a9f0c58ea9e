import { buffer, getArea } from "ol/extent";
import Feature from "ol/Feature";
import Polygon from "ol/geom/Polygon";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import { WORLD } from "../geo/mercator";
import type { Shape } from "./scene";
import { phaseOf } from "./scene";
import { volumeStyle, type Drawn } from "./volume_styles";

/** The volumes of the board: features are kept as long as their shape is there. */
export class VolumeLayer {
  private readonly source = new VectorSource<Feature<Polygon>>({ wrapX: true });
  readonly layer = new VectorLayer({
    source: this.source,
    renderBuffer: 400, // pixels: while the map moves, only what was found before is drawn
    zIndex: 10,
    style: (feature) => feature.get("style"),
  });
  private readonly features = new Map<string, Feature<Polygon>>();
  private shown: readonly Shape[] = [];

  /** How many are drawn, by look and by whether they stand. */
  readonly counts: Record<string, number> = {};

  /** Draw these shapes at an instant; what did not change is left alone. */
  draw(shapes: readonly Shape[], at: number, selected: ReadonlySet<string>): void {
    if (shapes !== this.shown) {
      this.shown = shapes;
      const wanted = new Set(shapes.map((one) => one.key));
      for (const [key, feature] of this.features) {
        if (wanted.has(key)) continue;
        this.features.delete(key);
        if (feature.get("shown")) this.source.removeFeature(feature);
      }
    }
    for (const key of Object.keys(this.counts)) this.counts[key] = 0;
    for (const shape of shapes) this.drawOne(shape, at, selected);
  }

  /** The thread of the smallest volume at a place of the map, or so near to it; null if there is none. */
  at(place: readonly number[], nearM: number): string | null {
    const [x, y] = [place[0] ?? 0, place[1] ?? 0];
    let found: string | null = null;
    let least = Infinity;
    const turn = x - WORLD * Math.round(x / WORLD); // the map goes round: a volume is kept once
    for (const shift of [-WORLD, 0, WORLD]) {
      const spot = [turn + shift, y];
      this.source.forEachFeatureInExtent(buffer([...spot, ...spot], nearM), (feature) => {
        const thread = String(feature.get("thread"));
        const shape = feature.getGeometry();
        const size = shape ? getArea(shape.getExtent()) : Infinity;
        if (!shape || thread.includes("/") || size >= least) return;
        const near = shape.getClosestPoint(spot);
        const away = Math.hypot((near[0] ?? 0) - (spot[0] ?? 0), (near[1] ?? 0) - y);
        if (away <= nearM || shape.intersectsCoordinate(spot)) [found, least] = [thread, size];
      });
    }
    return found;
  }

  /** Make all styles anew: the colours or units are others. */
  restyle(): void {
    for (const feature of this.features.values()) feature.set("look", "", true);
  }

  private drawOne(shape: Shape, at: number, selected: ReadonlySet<string>): void {
    const phase = phaseOf(shape, at);
    let feature = this.features.get(shape.key);
    if (phase === "over" || shape.rings.length === 0) {
      if (feature?.get("shown")) this.source.removeFeature(feature);
      feature?.set("shown", false, true);
      return;
    }
    if (!feature) {
      feature = new Feature(new Polygon(shape.rings));
      feature.setId(shape.key);
      feature.set("thread", shape.thread, true);
      this.features.set(shape.key, feature);
    }
    const kind = `${shape.look} ${phase}`;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    const drawn: Drawn = {
      look: shape.look,
      own: shape.own,
      stands: phase === "stands",
      selected: selected.has(shape.thread),
    };
    const look = `${phase}|${drawn.selected}`;
    if (feature.get("look") !== look) {
      feature.set("look", look, true);
      feature.set("style", volumeStyle(drawn), true);
      feature.changed();
    }
    if (!feature.get("shown")) {
      feature.set("shown", true, true);
      this.source.addFeature(feature);
    }
  }
}
