"""Many footprints as flat arrays: the form in which their distances are computed.

Every footprint is a *core* and a *buffer*: a polygon is its rings with buffer 0, a circle its
centre with the radius as buffer, a corridor its path with half the width as buffer. The distance
of two footprints is the distance of their cores less both buffers, which is exact on any surface
where distance is the length of a shortest path.

A core is a list of edges. Edges longer than GEODESIC_STEP_M are cut along their geodesic. A point,
and the last point of a path, is an edge of no length, so that every vertex starts an edge. The
edges of a polygon run with its inside on their left; between its ends an edge follows the section
of the surface with the plane through the Earth's centre, within 2 mm of the geodesic. Consecutive
edges are gathered into runs, each with a box, so that large footprints are compared piecewise.
Frame: earth-centred, earth-fixed metres (see `ellipsoid`); boxes are axis-parallel in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import (
    CURVATURE_RADIUS_MAX_M,
    CURVATURE_RADIUS_MIN_M,
    GEODESIC_STEP_M,
    Floats,
    between_on_geodesic,
    surface_points,
)
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.geo.sphere import Vectors, unit_vectors

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

RUN_EDGES: Final = 16
# How far an edge of GEODESIC_STEP_M can leave the box of its ends, with room for rounding.
EDGE_BULGE_M: Final = 1.2 * GEODESIC_STEP_M**2 / CURVATURE_RADIUS_MIN_M / 8
_STEP_RAD: Final = GEODESIC_STEP_M / CURVATURE_RADIUS_MAX_M

assert EDGE_BULGE_M > 0.1, "the margin must exceed rounding"


@dataclass(frozen=True, slots=True)
class FootprintTable:
    """n footprints. Offsets have one entry more than what they divide.

    vertex (v, 3) surface points; edge_from, edge_to (e,) vertex numbers; edge_offset (n+1,);
    run_offset (n+1,); run_edge (r+1,) first edge of each run; run_low, run_high (r, 3) boxes of
    the edges;
    low, high (n, 3) boxes of the whole footprint with its inside and its buffer;
    buffer_m (n,); polygon (n,) whether the core has an inside.
    """

    vertex: Vectors
    edge_from: Integers
    edge_to: Integers
    edge_offset: Integers
    run_offset: Integers
    run_edge: Integers
    run_low: Vectors
    run_high: Vectors
    low: Vectors
    high: Vectors
    buffer_m: Floats
    polygon: Booleans

    def __len__(self) -> int:
        return len(self.buffer_m)

    @classmethod
    def of(cls, footprints: Sequence[Footprint]) -> "FootprintTable":
        """The table of some footprints, in their order."""
        rings = _Rings.of(footprints).cut()
        return _table(rings, footprints)

    @classmethod
    def of_points(cls, points: Vectors) -> "FootprintTable":
        """The table of surface points (n, 3): cores of one vertex, without a buffer."""
        count = len(points)
        numbers = np.arange(count)
        ends = np.arange(count + 1)
        low, high = points - EDGE_BULGE_M, points + EDGE_BULGE_M
        none = np.zeros(count)
        return cls(points, numbers, numbers, ends, ends, ends, low, high, low, high, none, none > 0)

    @classmethod
    def joined(cls, tables: Sequence["FootprintTable"]) -> "FootprintTable":
        """One table with the footprints of several, in their order; faster than making it anew."""
        vertices = _begins([len(table.vertex) for table in tables])
        edges = _begins([len(table.edge_from) for table in tables])
        runs = _begins([len(table.run_low) for table in tables])

        def numbered(name: str) -> Integers:
            columns = [getattr(table, name) for table in tables]
            result: Integers = np.concatenate(
                [column + at for column, at in zip(columns, vertices, strict=False)]
            )
            return result

        def beside(name: str) -> Any:
            return np.concatenate([getattr(table, name) for table in tables])

        return cls(
            beside("vertex"),
            numbered("edge_from"),
            numbered("edge_to"),
            _offsets([table.edge_offset for table in tables], edges),
            _offsets([table.run_offset for table in tables], runs),
            _offsets([table.run_edge for table in tables], edges),
            beside("run_low"),
            beside("run_high"),
            beside("low"),
            beside("high"),
            beside("buffer_m"),
            beside("polygon"),
        )

    def over(self, vertex: Vectors) -> "FootprintTable":
        """The same edges between other surface points (v, 3), each edge as long as it was."""
        low, high = _edge_boxes(vertex, self.edge_from, self.edge_to)
        run_low = np.minimum.reduceat(low, self.run_edge[:-1], axis=0)
        run_high = np.maximum.reduceat(high, self.run_edge[:-1], axis=0)
        ends = self.edge_offset, self.run_offset
        box_low, box_high = _whole_boxes(vertex, run_low, run_high, *ends)
        reach = self.buffer_m[:, None]
        return replace(
            self,
            vertex=vertex,
            run_low=run_low,
            run_high=run_high,
            low=box_low - reach,
            high=box_high + reach,
        )


def _begins(lengths: list[int]) -> Integers:
    result: Integers = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    return result


def _offsets(parts: Sequence[Integers], begins: Integers) -> Integers:
    """Offsets of several tables as offsets of one: the end of one is the start of the next."""
    shifted = [part[:-1] + at for part, at in zip(parts, begins, strict=False)]
    return np.concatenate((*shifted, begins[-1:]))


@dataclass(slots=True)
class _Rings:
    """Vertices of all rings and paths one after the other. `hole` and `closed` are per ring."""

    vertex: Vectors
    length: Integers
    owner: Integers
    closed: Booleans
    hole: Booleans

    @classmethod
    def of(cls, footprints: Sequence[Footprint]) -> "_Rings":
        # Plain lists of numbers: a million small tuples would keep the garbage collector busy.
        positions: list[Position] = []
        lengths: list[int] = []
        owners: list[int] = []
        holes: list[int] = []
        for owner, footprint in enumerate(footprints):
            rings = _lines(footprint)
            if len(rings) > 1:
                holes.extend(range(len(lengths) + 1, len(lengths) + len(rings)))
            for ring in rings:
                positions.extend(ring)
                lengths.append(len(ring))
                owners.append(owner)
        hole = np.zeros(len(lengths), np.bool_)
        hole[holes] = True
        polygon = np.fromiter((isinstance(f, Polygon) for f in footprints), np.bool_)
        owned = np.array(owners, dtype=np.int64)
        return cls(
            unit_vectors(positions) if positions else np.empty((0, 3)),
            np.array(lengths, dtype=np.int64),
            owned,
            polygon[owned],
            hole,
        )

    def following(self) -> tuple[Integers, Integers]:
        """For each vertex the number of the next one in its ring or path, and its ring's number.

        The last vertex of a path is followed by itself.
        """
        ring = np.repeat(np.arange(len(self.length)), self.length)
        last = np.cumsum(self.length) - 1
        following = np.arange(1, len(self.vertex) + 1)
        following[last] = np.where(self.closed, last - self.length + 1, last)
        return following, ring

    def cut(self) -> "_Rings":
        """The same rings with every long edge cut along its geodesic."""
        following, ring = self.following()
        across = self.vertex[following] - self.vertex
        long = np.flatnonzero(np.einsum("ij,ij->i", across, across) > _STEP_RAD**2)
        if not len(long):
            return self
        pieces, places = [], []
        length = self.length.copy()
        for edge in long:
            points = between_on_geodesic(
                _position(self.vertex[edge]),
                _position(self.vertex[following[edge]]),
                GEODESIC_STEP_M,
            )
            if points:
                pieces.append(unit_vectors(points))
                places.append(np.full(len(points), edge + 1))
                length[ring[edge]] += len(points)
        if not pieces:
            return self
        vertex = np.insert(self.vertex, np.concatenate(places), np.concatenate(pieces), axis=0)
        return _Rings(vertex, length, self.owner, self.closed, self.hole)


def _lines(footprint: Footprint) -> Sequence[Sequence[Position]]:
    """The rings of a polygon, the path of a corridor, the centre of a circle."""
    if isinstance(footprint, Polygon):
        return footprint.rings()
    return ((footprint.centre,) if isinstance(footprint, Circle) else footprint.path,)


def _position(vector: npt.NDArray[np.float64]) -> Position:
    lat = np.degrees(np.arctan2(vector[2], np.hypot(vector[0], vector[1])))
    return Position(float(lat), float(np.degrees(np.arctan2(vector[1], vector[0]))))


def _clockwise(rings: _Rings, following: Integers, ring: Integers) -> Booleans:
    """Per ring: whether its smaller side is on the right. Signed areas of a fan of triangles."""
    first = (np.cumsum(rings.length) - rings.length)[ring]
    a, b, c = rings.vertex[first], rings.vertex, rings.vertex[following]
    volume = np.einsum("ij,ij->i", a, np.cross(b - a, c - a))
    scale = 1 + sum(np.einsum("ij,ij->i", p, q) for p, q in ((a, b), (b, c), (c, a)))
    excess = 2 * np.arctan2(volume, scale)
    area = np.bincount(ring, weights=excess, minlength=len(rings.length))
    turned = np.where(area > 2 * np.pi, -1.0, np.where(area < -2 * np.pi, 1.0, area))
    result: Booleans = turned < 0
    return result


def _table(rings: _Rings, footprints: Sequence[Footprint]) -> FootprintTable:
    count = len(footprints)
    following, ring = rings.following()
    here = np.arange(len(rings.vertex))
    backward = (
        rings.closed[ring] & (_clockwise(rings, following, ring) != rings.hole)[ring]
        if len(here)
        else np.zeros(0, np.bool_)
    )
    edge_from = np.where(backward, following, here)
    edge_to = np.where(backward, here, following)
    edges = np.bincount(rings.owner[ring], minlength=count) if count else np.zeros(0, np.int64)
    edge_offset = np.concatenate(([0], np.cumsum(edges)))
    run_offset = np.concatenate(([0], np.cumsum(-(-edges // RUN_EDGES))))
    run_owner = np.repeat(np.arange(count), np.diff(run_offset))
    run_number = np.arange(run_offset[-1]) - run_offset[run_owner]
    run_start = edge_offset[run_owner] + run_number * RUN_EDGES
    vertex = surface_points(rings.vertex)
    low, high = _edge_boxes(vertex, edge_from, edge_to)
    if count:
        run_low = np.minimum.reduceat(low, run_start, axis=0)
        run_high = np.maximum.reduceat(high, run_start, axis=0)
    else:
        run_low = run_high = np.empty((0, 3))
    buffer_m = np.array([_buffer_m(f) for f in footprints], dtype=np.float64)
    polygon = np.array([isinstance(f, Polygon) for f in footprints], dtype=np.bool_)
    box_low, box_high = _whole_boxes(vertex, run_low, run_high, edge_offset, run_offset)
    reach = buffer_m[:, None]
    return FootprintTable(
        vertex,
        edge_from,
        edge_to,
        edge_offset,
        run_offset,
        np.append(run_start, len(here)),
        run_low,
        run_high,
        box_low - reach,
        box_high + reach,
        buffer_m,
        polygon,
    )


def _edge_boxes(vertex: Vectors, start: Integers, end: Integers) -> tuple[Vectors, Vectors]:
    a, b = vertex[start], vertex[end]
    return np.minimum(a, b) - EDGE_BULGE_M, np.maximum(a, b) + EDGE_BULGE_M


def _whole_boxes(
    vertex: Vectors,
    run_low: Vectors,
    run_high: Vectors,
    edge_offset: Integers,
    run_offset: Integers,
) -> tuple[Vectors, Vectors]:
    """Boxes that hold the insides too.

    An inside point lies above the chord hull of the boundary by at most R (1 - cos r), where r is
    the angular radius of any cap that holds the boundary.
    """
    if len(edge_offset) == 1:
        return np.empty((0, 3)), np.empty((0, 3))
    low = np.minimum.reduceat(run_low, run_offset[:-1], axis=0)
    high = np.maximum.reduceat(run_high, run_offset[:-1], axis=0)
    counts = np.diff(edge_offset)
    centre = np.add.reduceat(vertex, edge_offset[:-1], axis=0)
    centre /= np.maximum(np.linalg.norm(centre, axis=1), 1.0)[:, None]
    radial = vertex / np.linalg.norm(vertex, axis=1)[:, None]
    cosine = np.einsum("ij,ij->i", radial, np.repeat(centre, counts, axis=0))
    # 5 % for the ellipsoid being no sphere.
    rise = 1.05 * CURVATURE_RADIUS_MAX_M * (1 - np.minimum.reduceat(cosine, edge_offset[:-1]))
    rise = np.maximum(rise, 0.0)[:, None]
    return low - rise, high + rise


def _buffer_m(footprint: Footprint) -> float:
    if isinstance(footprint, Circle):
        return footprint.radius_m
    return footprint.half_width_m if isinstance(footprint, Corridor) else 0.0
