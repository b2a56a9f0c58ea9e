"""Where one outline, carried over a plane without turning, meets another: for all ways at once.

The ways t for which core a, carried by t, meets core b are b less a, point by point. The boundary
of that region is made of edges of one at corners of the other: the *convolution* of the two
outlines. A way is as far from the region as from the nearest of those segments, and it lies in the
region if the convolution winds around it: as often as the cores, once carried, have pieces in
common. So what costs edges times edges for every way is made once for a pair, and short.

Outlines are closed and have the inside on their left. A path is walked to its end and back, a point
is a corner that turns once around. Coordinates are whole multiples of _GRID_M and directions of
_AROUND ths of a turn, so that all sums are exact and the convolution is closed to the last digit.
Source: L. Guibas, L. Ramshaw, J. Stolfi, A kinetic framework for computational geometry (1983).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from openline.geo.ellipsoid import Floats
from openline.geo.footprint_table import Booleans, FootprintTable, Integers
from openline.geo.ranges import chunks, expand, product

Plane = npt.NDArray[np.float64]
"""Points or ways in a plane, (n, 2) metres."""

_GRID_M: Final = 2.0**-20
_AROUND: Final = 1 << 40
_MASK: Final = _AROUND - 1
_SHORTEST_M: Final = 1e-3  # below it an edge has no direction to speak of
_SEGMENTS_AT_ONCE: Final = 200_000
_CORNERS_TIMES_EDGES_AT_ONCE: Final = 500_000


def on_grid(points: Plane) -> Plane:
    """The nearest points of which all sums and differences are exact, up to 1,000 km."""
    result: Plane = np.round(points / _GRID_M) * _GRID_M
    return result


@dataclass(frozen=True, slots=True)
class Outlines:
    """The outlines of n cores as edges and corners; each in order of what they belong to.

    edge_offset, corner_offset (n+1,). start, along (e, 2) and way (e,) the direction of edges.
    corner (c, 2); before (c,) the direction in which a corner is reached; turn (c,) how far it
    turns, to the left if positive. usable (n,): whether the outline is one that can be asked about.
    """

    edge_offset: Integers
    start: Plane
    along: Plane
    way: Integers
    corner_offset: Integers
    corner: Plane
    before: Integers
    turn: Integers
    usable: Booleans

    @classmethod
    def of(cls, table: FootprintTable, points: Plane) -> "Outlines":
        """The cores of a table, whose vertices lie there in the plane.

        Not usable: a polygon with holes, and one with an edge that is nearly none.
        """
        point = on_grid(points)
        count, offset = len(table), table.edge_offset
        owner = np.repeat(np.arange(count), np.diff(offset))
        start, end = point[table.edge_from], point[table.edge_to]
        real = table.edge_from != table.edge_to
        tiny = real & (np.abs(end - start).max(axis=1, initial=0.0) < _SHORTEST_M)
        leaving = np.zeros(len(point), np.int64)
        leaving[table.edge_from] = np.arange(len(owner))
        way = _ways(end - start)
        ring, line = table.polygon[owner] & real, ~table.polygon[owner] & real
        following = leaving[table.edge_to]
        last = ~real[following]
        back = (way + _AROUND // 2) & _MASK
        first = np.zeros(len(owner), np.bool_)
        first[offset[:-1]] = line[offset[:-1]]
        alone = np.flatnonzero(~table.polygon & (np.diff(offset) == 1))
        bend = _turns(way, way[following])
        half = np.full(len(owner), _AROUND // 2)
        none = np.zeros(len(alone), np.int64)
        inner = line & ~last
        edges = [(owner[real], start[real], (end - start)[real], way[real])]
        edges += [(owner[line], end[line], (start - end)[line], back[line])]
        corners = [
            (owner[ring], end[ring], way[ring], bend[ring]),
            (owner[inner], end[inner], way[inner], bend[inner]),
            (owner[inner], end[inner], back[following][inner], -bend[inner]),
            (owner[line & last], end[line & last], way[line & last], half[line & last]),
            (owner[first], start[first], back[first], half[first]),
            (alone, point[table.edge_from[offset[alone]]], none, none + _AROUND),
        ]
        corner_offset, (corner, before, turn) = _gathered(corners, count)
        whole = np.zeros(count, np.int64)
        np.add.at(whole, np.repeat(np.arange(count), np.diff(corner_offset)), turn)
        usable = (whole == _AROUND) & (np.bincount(owner[tiny], minlength=count) == 0)
        edge_offset, (start, along, way) = _gathered(edges, count)
        return cls(edge_offset, start, along, way, corner_offset, corner, before, turn, usable)

    def reflected(self) -> "Outlines":
        """Each point on the other side of the origin."""
        half = _AROUND // 2
        return Outlines(
            self.edge_offset,
            -self.start,
            -self.along,
            (self.way + half) & _MASK,
            self.corner_offset,
            -self.corner,
            (self.before + half) & _MASK,
            self.turn,
            self.usable,
        )


def _ways(along: Plane) -> Integers:
    turns = np.arctan2(along[:, 1], along[:, 0]) / (2 * np.pi)
    result: Integers = np.round(turns * _AROUND).astype(np.int64) & _MASK
    return result


def _turns(before: Integers, after: Integers) -> Integers:
    """From one direction to the other the shorter way; half around is to the left."""
    left = (after - before) & _MASK
    result: Integers = np.where(left > _AROUND // 2, left - _AROUND, left)
    return result


def _gathered(parts: Sequence[tuple[Any, ...]], count: int) -> tuple[Integers, list[Any]]:
    """The columns of several parts in order of the first, and where each of its numbers starts."""
    owner, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(owner, kind="stable")
    offset = np.searchsorted(owner[order], np.arange(count + 1))
    return offset, [column[order] for column in columns]


@dataclass(frozen=True, slots=True)
class Convolution:
    """For k pairs the segments that bound the ways by which they meet; all of them are such ways.

    offset (k+1,); x, y (s,) where segments start, dx, dy how far they lead.
    """

    offset: Integers
    x: Floats
    y: Floats
    dx: Floats
    dy: Floats

    @classmethod
    def of(cls, a: Outlines, i: Integers, b: Outlines, j: Integers) -> "Convolution":
        """Of outlines i[k] of a, which are carried, with j[k] of b; all of them usable."""
        turned = a.reflected()
        # Of two edges that lead the same way that of a comes first.
        ours = _edges_at_corners(turned, i, b, j, 0)
        theirs = _edges_at_corners(b, j, turned, i, 1)
        edges = np.diff(a.edge_offset)[i] + np.diff(b.edge_offset)[j]
        pair = np.flatnonzero(edges == 0)  # a point with a point: one way, as a segment
        point = b.corner[b.corner_offset[j[pair]]] + turned.corner[turned.corner_offset[i[pair]]]
        offset, (start, along) = _gathered(
            [(pair, point, np.zeros_like(point)), ours, theirs], len(i)
        )
        columns = (np.ascontiguousarray(one) for one in (*start.T, *along.T))
        return cls(offset, *columns)

    def around(self, pair: Integers, to: Plane) -> tuple[Floats, Booleans]:
        """How far way to[k] is from the segments of a pair, and whether it is a way to meet.

        Of `to` the nearest points of the grid are taken.
        """
        to = on_grid(to)
        distance_m, inside = np.empty(len(pair)), np.empty(len(pair), np.bool_)
        low, high = self.offset[pair], self.offset[pair + 1]
        parts = np.flatnonzero(np.diff(np.cumsum(high - low) // _SEGMENTS_AT_ONCE)) + 1
        for part in np.split(np.arange(len(pair)), parts):
            if len(part):
                some = slice(part[0], part[-1] + 1)
                distance_m[some], inside[some] = self._around(low[some], high[some], to[some])
        return distance_m, inside

    def _around(self, low: Integers, high: Integers, to: Plane) -> tuple[Floats, Booleans]:
        owner, at = expand(low, high)
        starts = np.cumsum(high - low) - (high - low)
        x, y = to[owner, 0] - self.x[at], to[owner, 1] - self.y[at]
        dx, dy = self.dx[at], self.dy[at]
        share = (x * dx + y * dy) / np.maximum(dx * dx + dy * dy, _GRID_M)
        share = np.minimum(np.maximum(share, 0.0), 1.0)
        off_x, off_y = x - share * dx, y - share * dy
        squared = np.minimum.reduceat(off_x * off_x + off_y * off_y, starts)
        # Segments that pass by to the east, those that lead north and those that lead south.
        east = (dx * y > dy * x).astype(np.int8)
        winds = ((y >= 0) & (y < dy)) * east
        winds -= ((y < 0) & (y >= dy)) * (1 - east)
        return np.sqrt(squared), np.add.reduceat(winds, starts, dtype=np.int64) > 0


def _edges_at_corners(
    a: Outlines, i: Integers, b: Outlines, j: Integers, first: int
) -> tuple[Integers, Plane, Plane]:
    """The edges of b carried to those corners of a in whose turn they lead, per pair.

    first: 0 where a corner of a is reached before an edge of b that leads the same way, else 1.
    """
    parts = [(np.zeros(0, np.int64), np.empty((0, 2)), np.empty((0, 2)))]
    corners, edges = np.diff(a.corner_offset)[i], np.diff(b.edge_offset)[j]
    for some in chunks(corners * edges, _CORNERS_TIMES_EDGES_AT_ONCE):
        first_corner, first_edge = a.corner_offset[i[some]], b.edge_offset[j[some]]
        pair, corner, edge = product(
            first_corner, first_corner + corners[some], first_edge, first_edge + edges[some]
        )
        turn = a.turn[corner]
        low = a.before[corner] + np.minimum(turn, 0) + first
        within = np.flatnonzero(((b.way[edge] - low) & _MASK) < np.abs(turn))
        pair, corner, edge = pair[within] + some.start, corner[within], edge[within]
        back = (turn[within] < 0)[:, None]
        start, along = a.corner[corner] + b.start[edge], b.along[edge]
        start, along = np.where(back, start + along, start), np.where(back, -along, along)
        parts.append((pair, start, along))
    pair, start, along = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pair, start, along
