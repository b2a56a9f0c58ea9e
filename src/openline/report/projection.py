"""Local azimuthal equidistant projection on the sphere, for pictures.

Distances and directions from the centre are true on the sphere of geodetic normals; the picture is
the same anywhere, at a pole and across 180 degrees included. Against the ellipsoid, lengths in a
picture are off by up to 0.6 %: pictures illustrate, the numbers come from the conflict.
Source: Snyder, Map Projections: A Working Manual (USGS PP 1395, 1987), chapter 25.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M, Vectors, positions_of, unit_vectors

Plane = npt.NDArray[np.float64]  # (n, 2) metres east and north of the centre
STEP_RAD: Final = math.radians(1.0)  # longest piece of an edge that is drawn as a straight line


@dataclass(frozen=True, slots=True)
class Projection:
    """The plane that touches the sphere at `centre`: x east, y north, metres."""

    centre: Position

    def _basis(self) -> tuple[Vectors, Vectors, Vectors]:
        lat, lng = math.radians(self.centre.lat_deg), math.radians(self.centre.lng_deg)
        east = np.array([-math.sin(lng), math.cos(lng), 0.0])
        north = np.array(
            [-math.sin(lat) * math.cos(lng), -math.sin(lat) * math.sin(lng), math.cos(lat)]
        )
        return unit_vectors([self.centre])[0], east, north

    def forward(self, vectors: Vectors) -> Plane:
        """Unit vectors (n, 3) to the plane (n, 2). The antipode maps to any point of its circle."""
        up, east, north = self._basis()
        x, y, z = vectors @ east, vectors @ north, vectors @ up
        sine = np.hypot(x, y)
        angle = np.arctan2(sine, z)
        stretch = np.where(sine > 0, angle / np.where(sine > 0, sine, 1.0), 1.0)
        return np.column_stack((x * stretch, y * stretch)) * EARTH_RADIUS_M

    def inverse(self, plane: Plane) -> Vectors:
        """Points of the plane (n, 2) to unit vectors (n, 3)."""
        up, east, north = self._basis()
        angle = np.hypot(plane[:, 0], plane[:, 1]) / EARTH_RADIUS_M
        shrink = np.sinc(angle / math.pi) / EARTH_RADIUS_M  # sin(angle) / angle, 1 at the centre
        sideways = np.outer(plane[:, 0] * shrink, east) + np.outer(plane[:, 1] * shrink, north)
        result: Vectors = sideways + np.outer(np.cos(angle), up)
        return result


def middle(groups: Iterable[Vectors]) -> Position:
    """The direction of the mean of all vectors; the first one if they cancel out."""
    vectors = np.concatenate(list(groups))
    mean = vectors.mean(axis=0)
    if float(np.linalg.norm(mean)) < 1e-9:
        mean = vectors[0]
    return positions_of(mean.reshape(1, 3))[0]


def densified(path: Vectors, *, closed: bool) -> Vectors:
    """The path with points added along its great circles, none more than one degree apart.

    A closed path comes back without its first point repeated.
    """
    starts, ends = path, np.roll(path, -1, axis=0)
    if not closed:
        starts, ends = path[:-1], path[1:]
    half_chords = np.linalg.norm(ends - starts, axis=1) / 2
    angles = 2 * np.arcsin(np.minimum(half_chords, 1.0))
    counts = np.maximum(1, np.ceil(angles / STEP_RAD)).astype(int)
    pieces: list[Vectors] = []
    done = 0
    for number in np.flatnonzero(counts > 1).tolist():
        pieces.append(starts[done:number])
        pieces.append(_arc(starts[number], ends[number], angles[number], counts[number]))
        done = number + 1
    pieces.append(starts[done:])
    if not closed:
        pieces.append(path[-1:])
    return np.concatenate(pieces)


def _arc(start: Vectors, end: Vectors, angle: float, count: int) -> Vectors:
    """`count` points evenly along the great circle from `start`, without its end."""
    share = np.arange(count).reshape(-1, 1) / count
    arc: Vectors = np.sin((1 - share) * angle) * start + np.sin(share * angle) * end
    return arc / math.sin(angle)
