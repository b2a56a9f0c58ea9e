import type { FeatureCollection } from "geojson";
import type { Colours } from "./colours";
import type { Frame } from "./frame";

/** What the page and the thread that draws the ground say to each other. */
export type GroundLook = Pick<Colours, "land" | "water" | "coast">;

export type ToGround =
  | { kind: "draw"; frame: Frame; zoom: number; look: GroundLook }
  | { kind: "land"; number: number; url: string; level: number }
  | { kind: "waters"; number: number; url: string }
  | { kind: "invented"; region: FeatureCollection };

export type FromGround =
  | { kind: "drawn"; picture: ImageBitmap; frame: Frame }
  | { kind: "loaded"; number: number; done: boolean };
