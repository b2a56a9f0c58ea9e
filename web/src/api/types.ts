import type { components } from "./schema";

type Schemas = components["schemas"];

export type Board = Schemas["Board"];
export type Thread = Schemas["Thread"];
export type Side = Schemas["Side"];
export type Conflict = Schemas["Conflict"];
export type ConflictFacts = Schemas["ConflictFacts"];
export type ProposalSeen = Schemas["ProposalSeen"];
export type Clock = Schemas["Clock"];
export type Link = Schemas["Link"];
export type Breach = Schemas["Breach"];
export type Separation = Schemas["Separation"];
export type Said = Schemas["Said"];
export type ThreadSaid = Schemas["ThreadSaid"];
export type Taken = Schemas["Taken"];

/** A position in degrees, WGS-84. */
export interface LatLng {
  lat: number;
  lng: number;
}

interface Metres {
  value: number;
  units?: string;
}

/** An altitude in metres over the WGS-84 ellipsoid. */
export interface AltitudeW84 extends Metres {
  reference?: string;
}

/** A limit as its author gave it, in their unit and datum. */
export interface AltitudeGiven {
  value: number;
  units: string;
  reference: string;
}

/** A volume of a message: docs/protocol.md, "Volume". */
export interface Volume {
  volume: {
    outline_polygon?: { vertices: LatLng[]; holes?: LatLng[][] };
    outline_circle?: { center: LatLng; radius: Metres };
    outline_corridor?: { path: LatLng[]; half_width: Metres };
    altitude_lower: AltitudeW84;
    altitude_upper: AltitudeW84;
    altitude_lower_given?: AltitudeGiven;
    altitude_upper_given?: AltitudeGiven;
    widenings?: string[];
  };
  time_start: { value: string; format?: string };
  time_end: { value: string; format?: string };
}

/** An aircraft as the server follows it: docs/live-sky.md. */
export interface Track {
  id: string;
  name: string;
  icao24: string | null;
  uid: string | null;
  callsign: string | null;
  operation_id: string | null;
  party: string | null;
  class: string;
  time: string;
  age_s: number;
  lat: number;
  lng: number;
  pressure_altitude_ft: number | null;
  altitude_m: number | null;
  speed_mps: number | null;
  track_deg: number | null;
  vertical_rate_mps: number | null;
  on_ground: boolean | null;
  within_m: number;
  lost: boolean;
  doubts: number;
}

/** A predicted loss of separation of two aircraft. */
export interface Encounter {
  first: { id: string; name: string };
  second: { id: string; name: string };
  predicted_at: string;
  begins: string;
  enter_s: number;
  exit_s: number;
  closest_s: number;
  lateral_m: number;
  vertical_m: number | null;
  altitudes: string;
  /** Of the alert that was raised of it; `none`: none yet. Not there in the past. */
  level?: string;
}

/** An aircraft that is in a volume which is not its own, or will be. */
export interface Entry {
  aircraft: { id: string; name: string };
  into: { id: string; kind: string; party: string };
  predicted_at: string;
  begins: string;
  enter_s: number;
  altitudes: string;
  level?: string;
}

/** An event of the sky's stream, as far as the page reads it. */
export interface SkyEvent {
  event: string;
  kind?: string;
  level?: string;
  time?: string;
  words?: string;
  [more: string]: unknown;
}
