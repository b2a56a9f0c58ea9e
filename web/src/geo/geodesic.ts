import type { LatLng } from "../api/types";

/**
 * Lines on the WGS-84 ellipsoid, for drawing: what counts is computed by the server.
 *
 * Azimuths are degrees clockwise from north, lengths metres. Source: T. Vincenty, "Direct and inverse
 * solutions of geodesics on the ellipsoid with application of nested equations", Survey Review 1975.
 */
const A = 6_378_137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const RAD = Math.PI / 180;
const TURNS_MAX = 60;

/** Where one comes to from a point after a distance in a direction. */
export function along(from: LatLng, azimuth: number, metres: number): LatLng {
  const alpha1 = azimuth * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(from.lat * RAD));
  const [sinU, cosU] = [Math.sin(u1), Math.cos(u1)];
  const sigma1 = Math.atan2(Math.tan(u1), Math.cos(alpha1));
  const sinAlpha = cosU * Math.sin(alpha1);
  const cosSq = 1 - sinAlpha ** 2;
  const uSq = (cosSq * (A * A - B * B)) / (B * B);
  const bigA = 1 + (uSq / 16384) * (4096 + uSq * (-768 + uSq * (320 - 175 * uSq)));
  const bigB = (uSq / 1024) * (256 + uSq * (-128 + uSq * (74 - 47 * uSq)));
  let sigma = metres / (B * bigA);
  let cos2m = 0;
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    cos2m = Math.cos(2 * sigma1 + sigma);
    const next = metres / (B * bigA) + deltaSigma(bigB, sigma, cos2m);
    const moved = Math.abs(next - sigma);
    sigma = next;
    if (moved < 1e-12) break;
  }
  const [sinS, cosS] = [Math.sin(sigma), Math.cos(sigma)];
  const [sinA1, cosA1] = [Math.sin(alpha1), Math.cos(alpha1)];
  const rest = sinU * sinS - cosU * cosS * cosA1;
  const lat = Math.atan2(sinU * cosS + cosU * sinS * cosA1, (1 - F) * Math.hypot(sinAlpha, rest));
  const lambda = Math.atan2(sinS * sinA1, cosU * cosS - sinU * sinS * cosA1);
  const c = (F / 16) * cosSq * (4 + F * (4 - 3 * cosSq));
  const inner = sigma + c * sinS * (cos2m + c * cosS * (-1 + 2 * cos2m ** 2));
  return { lat: lat / RAD, lng: around(from.lng + (lambda - (1 - c) * F * sinAlpha * inner) / RAD) };
}

function deltaSigma(bigB: number, sigma: number, cos2m: number): number {
  const sin = Math.sin(sigma);
  const first = Math.cos(sigma) * (-1 + 2 * cos2m ** 2);
  const second = (bigB / 6) * cos2m * (-3 + 4 * sin ** 2) * (-3 + 4 * cos2m ** 2);
  return bigB * sin * (cos2m + (bigB / 4) * (first - second));
}

/** A longitude from -180 to 180. */
export function around(lng: number): number {
  return lng - 360 * Math.round(lng / 360);
}

type Vector = [number, number, number];

function normal(point: LatLng): Vector {
  const [lat, lng] = [point.lat * RAD, point.lng * RAD];
  return [Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)];
}

function angle(a: Vector, b: Vector): number {
  const cross = Math.hypot(
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  );
  return Math.atan2(cross, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}

/** The length of the shortest way, as on a sphere: off by 0.5 % at most. Not for what counts. */
export function roughMetres(from: LatLng, to: LatLng): number {
  return angle(normal(from), normal(to)) * 6_371_008.8;
}

/** The direction in which the way to another point begins, 0 to 360; as on a sphere. */
export function azimuth(from: LatLng, to: LatLng): number {
  const [a, b] = [from.lat * RAD, to.lat * RAD];
  const d = (to.lng - from.lng) * RAD;
  const y = Math.sin(d) * Math.cos(b);
  const x = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(d);
  return (Math.atan2(y, x) / RAD + 360) % 360;
}

/** Points of the way between two, with neither of them, so that a step is `stepM` at most. */
export function between(from: LatLng, to: LatLng, stepM = 20_000): LatLng[] {
  const [a, b] = [normal(from), normal(to)];
  const whole = angle(a, b);
  const steps = Math.min(400, Math.ceil((whole * 6_371_008.8) / stepM));
  const found: LatLng[] = [];
  const sin = Math.sin(whole);
  if (sin < 1e-9) return found; // the same point, or opposite ones: no way is the shortest
  for (let step = 1; step < steps; step++) {
    const share = step / steps;
    const [p, q] = [Math.sin((1 - share) * whole) / sin, Math.sin(share * whole) / sin];
    const [x, y, z] = [p * a[0] + q * b[0], p * a[1] + q * b[1], p * a[2] + q * b[2]];
    found.push({ lat: Math.atan2(z, Math.hypot(x, y)) / RAD, lng: Math.atan2(y, x) / RAD });
  }
  return found;
}
