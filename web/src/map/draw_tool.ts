import { effect } from "@preact/signals-core";
import Feature from "ol/Feature";
import type Geometry from "ol/geom/Geometry";
import LineString from "ol/geom/LineString";
import MultiLineString from "ol/geom/MultiLineString";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import Draw from "ol/interaction/Draw";
import Modify from "ol/interaction/Modify";
import Snap from "ol/interaction/Snap";
import VectorLayer from "ol/layer/Vector";
import type OlMap from "ol/Map";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { LatLng } from "../api/types";
import { fromMap, lineOnMap, ringOnMap } from "../geo/mercator";
import { circle, corridor, geodesicRing } from "../geo/shapes";
import { changeSketch, drawing, sketch, type Outline, type Sketch } from "../state/drawing";
import { colours, faded } from "./colours";

const DRAWS = { polygon: "Polygon", circle: "Point", corridor: "LineString" } as const;

/** Draws and changes the sketch with a pointer. The corners snap to each other and to the sketch. */
export class DrawTool {
  private readonly source = new VectorSource<Feature<Geometry>>({ wrapX: true });
  private readonly outline = new VectorSource<Feature<Geometry>>({ wrapX: true });
  readonly layers = [
    new VectorLayer({ source: this.outline, zIndex: 20, style: () => outlineStyle() }),
    new VectorLayer({ source: this.source, zIndex: 21, style: () => handleStyle() }),
  ];
  private draw: Draw | null = null;
  private readonly modify = new Modify({ source: this.source });
  private readonly snap = new Snap({ source: this.source });

  constructor(private readonly map: OlMap) {
    for (const layer of this.layers) map.addLayer(layer);
    map.addInteraction(this.modify);
    map.addInteraction(this.snap);
    this.modify.on("modifyend", () => this.take());
  }

  /** Follow the sketch for as long as the map is there. */
  follow(): () => void {
    const ends = [
      effect(() => this.pointer(drawing.value ? (sketch.value?.outline ?? null) : null)),
      effect(() => this.show(sketch.value)),
    ];
    return () => ends.forEach((end) => end());
  }

  private pointer(outline: Outline | null): void {
    if (this.draw) this.map.removeInteraction(this.draw);
    this.draw = null;
    this.modify.setActive(sketch.peek() !== null);
    if (!outline) return;
    this.draw = new Draw({ type: DRAWS[outline], style: outlineStyle() });
    this.draw.on("drawend", (event) => {
      changeSketch({ points: pointsOf(event.feature.getGeometry()) });
      drawing.value = false;
    });
    this.map.addInteraction(this.draw);
    this.map.removeInteraction(this.snap); // it has to come after all others
    this.map.addInteraction(this.snap);
  }

  private show(found: Sketch | null): void {
    this.source.clear(true);
    this.outline.clear(true);
    this.modify.setActive(found !== null);
    const [handle, edge] = found ? [handleOf(found), edgeOf(found)] : [null, null];
    if (handle) this.source.addFeature(new Feature(handle));
    if (edge) this.outline.addFeature(new Feature(edge));
  }

  private take(): void {
    const geometry = this.source.getFeatures()[0]?.getGeometry();
    if (geometry) changeSketch({ points: pointsOf(geometry) });
  }
}

function pointsOf(geometry: Geometry | undefined): LatLng[] {
  if (geometry instanceof Point) return [fromMap(geometry.getCoordinates())];
  if (geometry instanceof LineString) return geometry.getCoordinates().map(fromMap);
  if (geometry instanceof Polygon) return (geometry.getCoordinates()[0] ?? []).slice(0, -1).map(fromMap);
  return [];
}

/** The corners as they can be pulled. */
function handleOf({ outline, points }: Sketch): Geometry | null {
  const line = lineOnMap(points);
  const first = line[0];
  if (!first) return null;
  if (outline === "circle") return new Point(first);
  if (outline === "corridor") return line.length > 1 ? new LineString(line) : new Point(first);
  return line.length > 2 ? new Polygon([[...line, first]]) : line.length > 1 ? new LineString(line) : new Point(first);
}

/** The true edge on the ground. */
function edgeOf({ outline, points, reachM }: Sketch): Geometry | null {
  const first = points[0];
  if (!first) return null;
  if (outline === "circle") return new MultiLineString([ringOnMap(circle(first, reachM))]);
  if (outline === "corridor") return points.length > 1 ? new MultiLineString([ringOnMap(corridor(points, reachM))]) : null;
  return points.length > 2 ? new MultiLineString([ringOnMap(geodesicRing(points))]) : null;
}

function outlineStyle(): Style {
  const { good } = colours.value;
  return new Style({
    stroke: new Stroke({ color: good, width: 2, lineDash: [7, 5] }),
    fill: new Fill({ color: faded(good, 0.08) }),
    image: new CircleStyle({ radius: 5, fill: new Fill({ color: good }) }),
  });
}

function handleStyle(): Style[] {
  const { good, ground } = colours.value;
  const corner = new CircleStyle({ radius: 5, fill: new Fill({ color: ground }), stroke: new Stroke({ color: good, width: 2 }) });
  return [
    new Style({ stroke: new Stroke({ color: faded(good, 0.5), width: 1 }), fill: new Fill({ color: faded(good, 0.06) }) }),
    new Style({
      image: corner,
      geometry: (feature) => {
        const geometry = feature.getGeometry();
        if (geometry instanceof Polygon) return new LineString(geometry.getCoordinates()[0] ?? []);
        return geometry as Geometry;
      },
    }),
  ];
}
