"""The outline of a footprint as points on the sphere, fine enough for one picture.

Circles and corridors use the Gaussian radius of the ellipsoid at their place, so that they are
drawn true to 0.35 % of their own size. For drawing alone: nothing here decides a conflict.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import EQUATORIAL_RADIUS_M, FLATTENING
from openline.geo.footprint import Footprint
from openline.geo.position import Position
from openline.geo.sphere import Vectors, positions_of, unit_vectors
from openline.report.projection import Projection, densified
from openline.report.simplify import simplified

_POLAR_RADIUS_M: Final = EQUATORIAL_RADIUS_M * (1 - FLATTENING)
_CIRCLE_POINTS_MIN: Final = 48
_CIRCLE_POINTS_MAX: Final = 20_000
_CORRIDOR_POINTS_MAX: Final = 200
_WIDENED_POINTS_MAX: Final = 60
_SIDE_SAMPLES: Final = 24
_BISECTIONS: Final = 10


@dataclass(frozen=True, slots=True)
class Outline:
    """What to fill and what to stroke; all points are unit vectors (n, 3).

    rings: closed, filled together, even-odd or non-zero. strokes: the visible boundary, open
    polylines (a closed one repeats its first point).
    """

    rings: tuple[Vectors, ...]
    strokes: tuple[Vectors, ...]
    even_odd: bool

    def points(self) -> Vectors:
        """All points of the rings."""
        return np.concatenate(self.rings)


def radius_at(lat_deg: float) -> float:
    """Gaussian mean radius of curvature of WGS-84 in metres."""
    lat = math.radians(lat_deg)
    a_cos, b_sin = EQUATORIAL_RADIUS_M * math.cos(lat), _POLAR_RADIUS_M * math.sin(lat)
    return EQUATORIAL_RADIUS_M**2 * _POLAR_RADIUS_M / (a_cos * a_cos + b_sin * b_sin)


def radius_east_m(lat_deg: float) -> float:
    """Radius of curvature of WGS-84 in the east-west direction, metres."""
    lat = math.radians(lat_deg)
    a_cos, b_sin = EQUATORIAL_RADIUS_M * math.cos(lat), _POLAR_RADIUS_M * math.sin(lat)
    return EQUATORIAL_RADIUS_M**2 / math.hypot(a_cos, b_sin)


def outline_of(footprint: Footprint, tolerance_rad: float) -> Outline:
    """The outline; its curves are off by at most about `tolerance_rad`, within the point bounds."""
    match footprint:
        case Circle():
            return _circle_of(footprint.centre, footprint.radius_m, tolerance_rad)
        case Corridor():
            path = unit_vectors(footprint.path)
            reach = footprint.half_width_m / _local_radius(footprint.path)
            thin = _thin(path, max(tolerance_rad, reach / 200), _CORRIDOR_POINTS_MAX)
            return _around(thin, reach, tolerance_rad)
        case _:
            rings = tuple(densified(unit_vectors(ring), closed=True) for ring in footprint.rings())
            return Outline(rings, tuple(_closed(ring) for ring in rings), even_odd=True)


def _local_radius(path: Sequence[Position]) -> float:
    return radius_at(path[len(path) // 2].lat_deg)


def _closed(ring: Vectors) -> Vectors:
    return np.concatenate((ring, ring[:1]))


def _thin(path: Vectors, tolerance_rad: float, most: int) -> Vectors:
    return densified(simplified(path, tolerance_rad, most), closed=False)


def _arc_points(reach_rad: float, tolerance_rad: float) -> int:
    """Points on a full circle so that its chords stay within the tolerance."""
    share = min(1.0, tolerance_rad / max(math.sin(min(reach_rad, math.pi / 2)), 1e-12))
    count = math.ceil(math.pi / math.acos(1 - share)) if share > 0 else _CIRCLE_POINTS_MAX
    return min(max(count, _CIRCLE_POINTS_MIN), _CIRCLE_POINTS_MAX)


def _circle_of(position: Position, radius_m: float, tolerance_rad: float) -> Outline:
    centre = unit_vectors([position])[0]
    reach = radius_m / radius_at(position.lat_deg)
    count = _arc_points(reach, tolerance_rad) + 1
    ring = _arc(centre, _perpendicular(centre), reach, 0.0, 2 * math.pi, count)[:-1]
    return Outline((ring,), (_closed(ring),), even_odd=True)


def _perpendicular(vector: Vectors) -> Vectors:
    axis = np.zeros(3)
    axis[int(np.argmin(np.abs(vector)))] = 1.0
    aside = np.cross(vector, axis)
    result: Vectors = aside / np.linalg.norm(aside)
    return result


def _arc(
    centre: Vectors, zero: Vectors, reach: float, start: float, end: float, count: int
) -> Vectors:
    """Points at `reach` from `centre`, turning left from the direction `zero`."""
    angle = np.linspace(start, end, count).reshape(-1, 1)
    direction = np.cos(angle) * zero + np.sin(angle) * np.cross(centre, zero)
    result: Vectors = math.cos(reach) * centre + math.sin(reach) * direction
    return result


def _around(path: Vectors, reach: float, tolerance_rad: float) -> Outline:
    """Everything within `reach` of the path: one capsule per segment, joined in the drawing."""
    half_turn = _arc_points(reach, tolerance_rad) // 2 + 1
    starts, ends = path[:-1], path[1:]
    capsules = [_capsule(a, b, reach, half_turn) for a, b in zip(starts, ends, strict=True)]
    strokes: list[Vectors] = []
    for number, capsule in enumerate(capsules):
        others = np.arange(len(capsules)) != number
        strokes.extend(_outside(_closed(capsule), starts[others], ends[others], reach))
    return Outline(tuple(capsules), tuple(strokes), even_odd=False)


def _capsule(start: Vectors, end: Vectors, reach: float, half_turn: int) -> Vectors:
    left = np.cross(start, end)
    left = left / np.linalg.norm(left)
    ahead_start, ahead_end = np.cross(left, start), np.cross(left, end)
    quarter = math.pi / 2
    side = np.linspace(0.0, 1.0, _SIDE_SAMPLES).reshape(-1, 1)[1:-1]
    along = (1 - side) * start + side * end
    along = along / np.linalg.norm(along, axis=1).reshape(-1, 1)
    right_side = math.cos(reach) * along - math.sin(reach) * left
    left_side = (math.cos(reach) * along + math.sin(reach) * left)[::-1]
    return np.concatenate(
        (
            right_side,
            _arc(end, ahead_end, reach, -quarter, quarter, half_turn),
            left_side,
            _arc(start, ahead_start, reach, quarter, 3 * quarter, half_turn),
        )
    )


def _distance(points: Vectors, starts: Vectors, ends: Vectors) -> Vectors:
    """Least angle (n,) from each point to any of the arcs."""
    normals = np.cross(starts, ends)
    normals = normals / np.linalg.norm(normals, axis=1).reshape(-1, 1)
    across = np.abs(np.arcsin(np.clip(points @ normals.T, -1.0, 1.0)))
    after_start = points @ np.cross(normals, starts).T > 0
    before_end = points @ np.cross(ends, normals).T > 0
    to_start = _angles(points, starts)
    to_end = _angles(points, ends)
    beside = after_start & before_end
    result: Vectors = np.where(beside, across, np.minimum(to_start, to_end)).min(axis=1)
    return result


def _angles(points: Vectors, others: Vectors) -> Vectors:
    gap = points[:, None, :] - others[None, :, :]
    half = np.sqrt(np.einsum("ijk,ijk->ij", gap, gap)) / 2
    result: Vectors = 2 * np.arcsin(np.minimum(half, 1.0))
    return result


def _outside(line: Vectors, starts: Vectors, ends: Vectors, reach: float) -> list[Vectors]:
    """The parts of the line that lie outside every other capsule, cut where they enter one."""
    if len(starts) == 0:
        return [line]
    limit = reach * (1 - 1e-4)
    free = _distance(line, starts, ends) >= limit
    changes = np.flatnonzero(free[1:] != free[:-1])
    leaving = free[changes].reshape(-1, 1)
    outer = np.where(leaving, line[changes], line[changes + 1])
    inner = np.where(leaving, line[changes + 1], line[changes])
    for _ in range(_BISECTIONS):
        half = outer + inner
        half = half / np.linalg.norm(half, axis=1).reshape(-1, 1)
        outside = (_distance(half, starts, ends) >= limit).reshape(-1, 1)
        outer, inner = np.where(outside, half, outer), np.where(outside, inner, half)
    runs: list[Vectors] = []
    bounds = [0, *(changes + 1).tolist(), len(line)]
    for number, (first, last) in enumerate(pairwise(bounds)):
        if not free[first]:
            continue
        head = [outer[number - 1 : number]] if number else []
        tail = [outer[number : number + 1]]
        runs.append(np.concatenate((*head, line[first:last], *tail)))
    return runs


def widened(footprint: Footprint, lateral_m: float, tolerance_rad: float) -> tuple[Vectors, ...]:
    """The line (open pieces) at `lateral_m` outside the footprint's boundary."""
    match footprint:
        case Circle():
            wide = _circle_of(footprint.centre, footprint.radius_m + lateral_m, tolerance_rad)
            return wide.strokes
        case Corridor():
            path = unit_vectors(footprint.path)
            reach = (footprint.half_width_m + lateral_m) / _local_radius(footprint.path)
            thin = _thin(path, reach / 100, _WIDENED_POINTS_MAX)
            return _around(thin, reach, tolerance_rad).strokes
        case _:
            ring = _closed(unit_vectors(footprint.outer))
            reach = lateral_m / _local_radius(footprint.outer)
            thin = _thin(ring, reach / 100, _WIDENED_POINTS_MAX)
            strokes = _around(thin, reach, tolerance_rad).strokes
            return tuple(s for s in strokes if not _inside(s[len(s) // 2], thin[:-1]))


def _inside(point: Vectors, ring: Vectors) -> bool:
    """Whether the point is inside the ring (n, 3), by the even-odd rule around the point."""
    plane = Projection(positions_of(point.reshape(1, 3))[0]).forward(ring)
    here, following = plane, np.roll(plane, -1, axis=0)
    crosses = (here[:, 1] > 0) != (following[:, 1] > 0)
    rise = np.where(crosses, following[:, 1] - here[:, 1], 1.0)
    at = here[:, 0] - here[:, 1] * (following[:, 0] - here[:, 0]) / rise
    return bool(np.count_nonzero(crosses & (at > 0)) % 2)
