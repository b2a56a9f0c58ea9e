import TileLayer from "ol/layer/Tile";
import XYZ from "ol/source/XYZ";

/** Pictures of a map by a server that the administrator named, over the land that comes with the page. */
export function tileLayer(url: string): TileLayer {
  return new TileLayer({
    source: new XYZ({ url, maxZoom: 19, transition: 0 }),
    className: "tiles", // its own canvas: the style dims it under the dark theme
    zIndex: 0.2,
  });
}
