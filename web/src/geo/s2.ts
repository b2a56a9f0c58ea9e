import type { LatLng } from "../api/types";
import { geodesicRing } from "./shapes";

/**
 * The corners of an S2 cell from its id: 16 hexadecimal digits, as the server writes them.
 *
 * An id is three bits of the cube's face, two bits for each level along a Hilbert curve, a one, and
 * zeros. Source: s2geometry.io, "S2 Cells"; the quadratic projection.
 */
const LEVELS = 30;
const SIZE = 2 ** LEVELS;
const RAD = Math.PI / 180;
/** Where the four steps of the curve lie (i, j as two bits) in each of its four orientations. */
const PLACES = [
  [0, 1, 3, 2],
  [0, 2, 3, 1],
  [3, 2, 0, 1],
  [3, 1, 0, 2],
] as const;
const TURNS = [1, 0, 0, 3] as const;

/** The outline of a cell; null for what is no id of a cell. */
export function cellRing(id: string): LatLng[] | null {
  if (!/^[0-9a-f]{16}$/.test(id)) return null;
  const bits = BigInt(`0x${id}`);
  const face = Number(bits >> 61n);
  const last = bits & -bits;
  const zeros = last.toString(2).length - 1;
  if (face > 5 || bits === 0n || zeros % 2 === 1 || zeros > 60) return null;
  const level = LEVELS - zeros / 2;
  let [i, j, orientation] = [0, 0, face & 1];
  for (let step = 0; step < level; step++) {
    const position = Number((bits >> BigInt(59 - 2 * step)) & 3n);
    const place = PLACES[orientation & 3]?.[position] ?? 0;
    i = 2 * i + (place >> 1);
    j = 2 * j + (place & 1);
    orientation ^= TURNS[position] ?? 0;
  }
  const size = 2 ** (LEVELS - level);
  const [low, left] = [i * size, j * size];
  const corners: [number, number][] = [
    [low, left],
    [low + size, left],
    [low + size, left + size],
    [low, left + size],
  ];
  return geodesicRing(corners.map(([a, b]) => onSphere(face, flat(a / SIZE), flat(b / SIZE))));
}

/** From the even grid of ids to the face of the cube. */
function flat(s: number): number {
  return s >= 0.5 ? (4 * s * s - 1) / 3 : (1 - 4 * (1 - s) * (1 - s)) / 3;
}

function onSphere(face: number, u: number, v: number): LatLng {
  const at: [number, number, number][] = [
    [1, u, v],
    [-u, 1, v],
    [-u, -v, 1],
    [-1, -v, -u],
    [v, -1, -u],
    [v, u, -1],
  ];
  const [x, y, z] = at[face] ?? [1, 0, 0];
  return { lat: Math.atan2(z, Math.hypot(x, y)) / RAD, lng: Math.atan2(y, x) / RAD };
}
