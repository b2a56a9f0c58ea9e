import Feature from "ol/Feature";
import Polygon from "ol/geom/Polygon";
import type { Geometry } from "geojson";
import type { LatLng } from "../api/types";
import { lineOnMap, ringOnMap, type Point } from "../geo/mercator";

/** The areas of a GeoJSON geometry, each a feature; what is no area is left out. */
export function areasOf(geometry: Geometry | null): Feature[] {
  const polygons =
    geometry?.type === "MultiPolygon" ? geometry.coordinates : geometry?.type === "Polygon" ? [geometry.coordinates] : [];
  return polygons.map((rings) => new Feature(new Polygon(rings.map(ring))));
}

/** A GeoJSON line on the map. */
export function lineOf(line: readonly number[][]): Point[] {
  return lineOnMap(points(line));
}

/** Rings of countries leap at the 180th meridian, and Antarctica goes round its pole. */
function ring(line: readonly number[][]): Point[] {
  return ringOnMap(points(line.slice(0, -1)));
}

function points(line: readonly number[][]): LatLng[] {
  return line.map(([lng, lat]) => ({ lat: lat ?? 0, lng: lng ?? 0 }));
}
