"""A footprint as a core (point, line or polygon) and a radius around it.

A circle is a point with a radius, a corridor a line with a radius, a polygon has radius 0. On a
surface where distance is the length of the shortest path, all points within `r` of a set A and
all points within `s` of a set B are `max(0, dist(A, B) - r - s)` apart, so that every question
about footprints becomes one about cores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class CoreKind(IntEnum):
    """What the core is."""

    POINT = 0
    LINE = 1
    POLYGON = 2


@dataclass(frozen=True, slots=True)
class Core:
    """Parts are one point, one path, or rings without their closing vertex: (lat, lng) degrees."""

    kind: CoreKind
    parts: tuple[tuple[tuple[float, float], ...], ...]
    radius_m: float


def core_of(footprint: Footprint) -> Core:
    """The core of a footprint."""
    if isinstance(footprint, Circle):
        lat, lng = footprint.centre
        return Core(CoreKind.POINT, (((lat, lng),),), footprint.radius_m)
    if isinstance(footprint, Corridor):
        path = tuple((lat, lng) for lat, lng in footprint.path)
        return Core(CoreKind.LINE, (path,), footprint.half_width_m)
    rings = tuple(tuple((lat, lng) for lat, lng in ring) for ring in footprint.rings())
    return Core(CoreKind.POLYGON, rings, 0.0)


def point_core(lat_deg: float, lng_deg: float) -> Core:
    """A bare point, to ask how far it is from a footprint."""
    return Core(CoreKind.POINT, (((lat_deg, lng_deg),),), 0.0)


@dataclass(frozen=True, slots=True)
class FlatCores:
    """Many cores in flat arrays. Core 2i and core 2i + 1 are the sides of pair i.

    lat, lng (v,): vertices; vertex_core (v,): whose. edge_from, edge_to (e,): vertices of each
    edge; edge_core, edge_part (e,): whose, and in which part (numbered over all cores).
    part_core (p,): whose part. A point has no edge.
    """

    kinds: Ints
    radius_m: Floats
    lat: Floats
    lng: Floats
    vertex_core: Ints
    edge_from: Ints
    edge_to: Ints
    edge_core: Ints
    edge_part: Ints
    part_core: Ints


def flatten(cores: Sequence[Core]) -> FlatCores:
    """The flat arrays of the cores."""
    points: list[tuple[float, float]] = []
    vertex_core: list[int] = []
    edges: list[tuple[int, int, int, int]] = []
    part_core: list[int] = []
    for number, core in enumerate(cores):
        for part in core.parts:
            first, count = len(points), len(part)
            points.extend(part)
            vertex_core.extend([number] * count)
            last = first + count - 1
            edges.extend((i, i + 1, number, len(part_core)) for i in range(first, last))
            if core.kind is CoreKind.POLYGON:
                edges.append((last, first, number, len(part_core)))
            part_core.append(number)
    place = np.array(points, dtype=np.float64).reshape(-1, 2)
    table = np.array(edges, dtype=np.int64).reshape(-1, 4)
    return FlatCores(
        kinds=np.array([int(core.kind) for core in cores], dtype=np.int64),
        radius_m=np.array([core.radius_m for core in cores], dtype=np.float64),
        lat=place[:, 0].copy(),
        lng=place[:, 1].copy(),
        vertex_core=np.array(vertex_core, dtype=np.int64),
        edge_from=table[:, 0].copy(),
        edge_to=table[:, 1].copy(),
        edge_core=table[:, 2].copy(),
        edge_part=table[:, 3].copy(),
        part_core=np.array(part_core, dtype=np.int64),
    )
