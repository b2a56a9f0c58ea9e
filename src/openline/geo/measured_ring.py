"""What is asked of a ring again and again, found once: its vectors, its loop, its edges.

A ring that is checked, then measured for its area, then covered, is turned into a loop of the S2
library once: the last few rings are remembered.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from openline.geo import s2
from openline.geo.position import Position
from openline.geo.sphere import Vector, vectors_of

_REMEMBERED: Final = 16  # those of requests in work; a ring of 4,096 vertices is about 1 MB
_SPIKE: Final = 0.1  # 1 + cosine of the turn at a vertex: 154 degrees
_REACHES_MIN: Final = 10.0  # the shortest edge that can be moved outward, in reaches
_PERIMETER_MAX_RAD: Final = 0.2  # so all lies within 640 km of a vertex
_ROUNDING: Final = 1.001


@dataclass(frozen=True, slots=True)
class MeasuredRing:
    """A ring of three or more positions, which may cross itself, on the sphere of normals.

    `edges_rad[k]` is the angle from vertex k to the next one. `loop` must not be changed.
    """

    vectors: tuple[Vector, ...]
    loop: s2.Loop
    edges_rad: tuple[float, ...]

    @property
    def perimeter_rad(self) -> float:
        """Length of all edges."""
        return sum(self.edges_rad)


@lru_cache(_REMEMBERED)
def measured(ring: tuple[Position, ...]) -> MeasuredRing:
    """The ring's measures."""
    vectors = vectors_of(ring)
    following = (*vectors[1:], vectors[0])
    edges = (
        2 * math.asin(min(1.0, math.dist(a, b) / 2))
        for a, b in zip(vectors, following, strict=True)
    )
    return MeasuredRing(vectors, s2.loop_of(vectors), tuple(edges))


def grown(ring: MeasuredRing, reach_rad: float) -> s2.Loop | None:
    """A valid loop around all points within reach of the inside of a valid ring.

    It has the same number of vertices: every edge is moved outward. None where that is not simple
    (sharp spikes, edges that are short beside the reach, parts that would meet, large rings).

    Proof. Let Q be the quadrilateral between an edge and the moved edge. The moved edge is at least
    the reach away, for its ends are and arcs bulge outward. A point outside within reach of the
    ring is nearest to the inside of an edge, so in the Q of that edge, or to a vertex, so in one of
    the two Q beside it. No edge turns round as it is moved, for it is longer than what its ends
    move along it; so each Q lies on the outer side of its edge. Hence how often the moved ring goes
    round a point is how often the ring does plus the number of Q that hold it: once at least for
    all points within reach. A loop that is valid goes round a point once or not at all, so they are
    all inside.
    """
    if min(ring.edges_rad) < _REACHES_MIN * reach_rad or ring.perimeter_rad > _PERIMETER_MAX_RAD:
        return None
    moved = _moved(ring.vectors, reach_rad * _ROUNDING * _outward(ring.vectors))
    if moved is None:
        return None
    loop = s2.loop_of(moved)
    return loop if s2.is_valid(loop) else None


def _outward(vectors: tuple[Vector, ...]) -> int:
    """1 if the ring goes round its inside counter-clockwise, else -1; small rings only."""
    (x, y, z) = vectors[0]
    twice_area = 0.0
    ax = ay = az = 0.0  # differences from the first vertex: nothing cancels
    for vector in vectors[1:]:
        bx, by, bz = vector[0] - x, vector[1] - y, vector[2] - z
        twice_area += x * (ay * bz - az * by) + y * (az * bx - ax * bz) + z * (ax * by - ay * bx)
        ax, ay, az = bx, by, bz
    return 1 if twice_area > 0 else -1


def _moved(vectors: tuple[Vector, ...], reach_rad: float) -> list[Vector] | None:
    """Each vertex where the edges beside it meet once they are moved to their right."""
    normals = []  # of the great circle of each edge, to its left; the first one ends at vertex 0
    ax, ay, az = vectors[-1]
    for bx, by, bz in vectors:
        dx, dy, dz = bx - ax, by - ay, bz - az  # a x (b - a) is a x b without cancellation
        x, y, z = ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx
        length = math.sqrt(x * x + y * y + z * z)
        normals.append((x / length, y / length, z / length))
        ax, ay, az = bx, by, bz
    moved = []
    for (x, y, z), (px, py, pz), (qx, qy, qz) in zip(
        vectors, normals, (*normals[1:], normals[0]), strict=True
    ):
        share = 1 + px * qx + py * qy + pz * qz
        if share < _SPIKE:
            return None
        step = reach_rad / share
        mx, my, mz = x - step * (px + qx), y - step * (py + qy), z - step * (pz + qz)
        length = math.sqrt(mx * mx + my * my + mz * mz)
        moved.append((mx / length, my / length, mz / length))
    return moved
