"""Unit vectors and angles on the sphere of geodetic normals.

Frame: a position with geodetic latitude and longitude maps to the outward normal of the ellipsoid
there, a unit vector (x to 0N 0E, y to 0N 90E, z to the pole).
"""

import math
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt

from openline.geo.position import Position

Vectors = npt.NDArray[np.float64]
Vector = tuple[float, float, float]
EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG


def unit_vectors(positions: Sequence[Sequence[float]] | npt.NDArray[np.float64]) -> Vectors:
    """Positions (n, 2) in degrees to unit vectors (n, 3)."""
    if isinstance(positions, np.ndarray):
        degrees = positions.reshape(-1, 2)
    else:
        numbers = chain.from_iterable(positions)
        degrees = np.fromiter(numbers, np.float64, 2 * len(positions)).reshape(-1, 2)
    radians = np.radians(degrees)
    cos_lat = np.cos(radians[:, 0])
    out = np.empty((len(radians), 3))
    out[:, 0] = cos_lat * np.cos(radians[:, 1])
    out[:, 1] = cos_lat * np.sin(radians[:, 1])
    out[:, 2] = np.sin(radians[:, 0])
    return out


def vectors_of(positions: Iterable[Position]) -> tuple[Vector, ...]:
    """Positions to unit vectors as plain numbers: for the few of one ring faster than arrays."""
    vectors = []
    for lat_deg, lng_deg in positions:
        lat, lng = math.radians(lat_deg), math.radians(lng_deg)
        across = math.cos(lat)
        vectors.append((across * math.cos(lng), across * math.sin(lng), math.sin(lat)))
    return tuple(vectors)


def positions_of(vectors: Vectors) -> list[Position]:
    """Vectors (n, 3), of any length but zero, to positions."""
    lat = np.degrees(np.arctan2(vectors[:, 2], np.hypot(vectors[:, 0], vectors[:, 1])))
    lng = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]))
    return [Position(float(a), float(b)) for a, b in zip(lat, lng, strict=True)]


def angle_rad(one: Position, other: Position) -> float:
    """Angle between two positions; half-angle form, exact for the smallest angles."""
    lat_1, lat_2 = math.radians(one.lat_deg), math.radians(other.lat_deg)
    sin_lat = math.sin((lat_2 - lat_1) / 2)
    sin_lng = math.sin(math.radians(other.lng_deg - one.lng_deg) / 2)
    h = sin_lat * sin_lat + math.cos(lat_1) * math.cos(lat_2) * sin_lng * sin_lng
    return 2 * math.asin(min(1.0, math.sqrt(h)))


def first_crossing(ring: Vectors) -> tuple[int, int] | None:
    """The first pair of edges of a closed ring (n, 3) that cross or touch, by edge number.

    Edges that share a vertex because they follow each other do not count.
    """
    nxt = np.roll(ring, -1, axis=0)
    normals = np.cross(ring, nxt - ring)
    count = len(ring)
    for i in range(count - 2):
        j = np.arange(i + 2, count - 1 if i == 0 else count)
        side_start = (ring[j] - ring[i]) @ normals[i]
        side_end = (nxt[j] - ring[i]) @ normals[i]
        back_start = np.einsum("ij,ij->i", ring[i] - ring[j], normals[j])
        back_end = np.einsum("ij,ij->i", nxt[i] - ring[j], normals[j])
        hit = (side_start * side_end <= 0) & (back_start * back_end <= 0) & (ring[j] @ ring[i] > 0)
        if hit.any():
            return i, int(j[np.argmax(hit)])
    return None
