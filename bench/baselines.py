"""The usual ways of finding conflicts, written as a competent engineer would write them.

All give pairs of numbers of entities, the smaller first, of different parties; constraints are not
compared with each other. They check for plain intersection, no minima. Shapes are planar in
longitude and latitude, as is usual; none of these handles 180 degrees or the poles.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from openline.airspace.detect import conflict
from openline.airspace.detector import detect
from openline.airspace.entity import Constraint, Entity
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint

Pair = tuple[int, int]
Pairs = set[Pair]
Progress = Callable[[int, int], None]
Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

METRES_PER_DEGREE: Final = 111_195.0
QUADRANT_SEGMENTS: Final = 16  # a circle has 64 corners
CHUNK: Final = 20_000  # volumes per bulk query: bounds the memory of its answer
BRUTE_ROWS: Final = 100  # volumes compared with all others at a time


def shape_of(footprint: Footprint) -> Any:
    """The footprint as a shapely polygon in longitude and latitude.

    Circles and corridors are buffered in local metres and scaled back.
    """
    if isinstance(footprint, Circle | Corridor):
        path = (footprint.centre,) if isinstance(footprint, Circle) else footprint.path
        half = footprint.radius_m if isinstance(footprint, Circle) else footprint.half_width_m
        lat_0, lng_0 = path[0]
        scale = np.array(
            [METRES_PER_DEGREE * math.cos(math.radians(lat_0)), METRES_PER_DEGREE], dtype=float
        )
        metres = (np.array([(lng, lat) for lat, lng in path]) - (lng_0, lat_0)) * scale
        core = shapely.Point(metres[0]) if len(path) == 1 else shapely.LineString(metres)
        area = core.buffer(half, quad_segs=QUADRANT_SEGMENTS)
        return shapely.transform(area, lambda xy: xy / scale + (lng_0, lat_0))
    holes = [[(lng, lat) for lat, lng in ring] for ring in footprint.holes]
    return shapely.Polygon([(lng, lat) for lat, lng in footprint.outer], holes)


@dataclass(frozen=True, slots=True)
class Columns:
    """Shapes and attributes of all volumes, one row for each; what a program would hold anyway."""

    shapes: npt.NDArray[np.object_]
    start_s: Numbers
    end_s: Numbers
    low_m: Numbers
    high_m: Numbers
    party: Integers
    entity: Integers
    is_constraint: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> "Columns":
        """The columns of all volumes of the entities, in order."""
        numbers: dict[str, int] = {}
        shapes, attributes, owners = [], [], []
        for number, entity in enumerate(entities):
            party = numbers.setdefault(entity.party, len(numbers))
            for volume in entity.volumes:
                shapes.append(shape_of(volume.footprint))
                attributes.append(_attributes(volume))
                owners.append((party, number, isinstance(entity, Constraint)))
        values = np.array(attributes, dtype=np.float64).reshape(-1, 4)
        whose = np.array(owners, dtype=np.int64).reshape(-1, 3)
        return cls(
            np.array(shapes, dtype=object),
            values[:, 0].copy(),
            values[:, 1].copy(),
            values[:, 2].copy(),
            values[:, 3].copy(),
            whose[:, 0].copy(),
            whose[:, 1].copy(),
            whose[:, 2].astype(bool),
        )


def _attributes(volume: Volume4D) -> tuple[float, float, float, float]:
    return (
        volume.time_start.timestamp(),
        volume.time_end.timestamp(),
        volume.altitude_lower_m,
        volume.altitude_upper_m,
    )


class StrTreeCheck:
    """A spatial index over the shapes, exact intersection by the index, then checks in Python."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.tree = shapely.STRtree(columns.shapes)
        self._rows = list(
            zip(
                columns.start_s.tolist(),
                columns.end_s.tolist(),
                columns.low_m.tolist(),
                columns.high_m.tolist(),
                columns.party.tolist(),
                columns.entity.tolist(),
                columns.is_constraint.tolist(),
                strict=True,
            )
        )

    def pairs(self, progress: Progress | None = None) -> Pairs:
        """All conflicting pairs of entities."""
        found: Pairs = set()
        for first, second in bulk_query(self.tree, self.columns.shapes, "intersects", progress):
            keep = first < second
            for i, j in zip(first[keep].tolist(), second[keep].tolist(), strict=True):
                start, end, low, high, party, entity, closed = self._rows[i]
                start_2, end_2, low_2, high_2, party_2, entity_2, closed_2 = self._rows[j]
                if (
                    party != party_2
                    and start < end_2
                    and start_2 < end
                    and low < high_2
                    and low_2 < high
                    and not (closed and closed_2)
                ):
                    found.add((entity, entity_2) if entity < entity_2 else (entity_2, entity))
        return found

    def query(self, shape: Any, volume: Volume4D) -> list[int]:
        """The entities in conflict with one new volume, whatever their party."""
        start, end, low, high = _attributes(volume)
        found = set()
        for j in self.tree.query(shape, predicate="intersects").tolist():
            start_2, end_2, low_2, high_2, _, entity, _ = self._rows[j]
            if start < end_2 and start_2 < end and low < high_2 and low_2 < high:
                found.add(entity)
        return sorted(found)


def vectorised_pairs(columns: Columns, progress: Progress | None = None) -> Pairs:
    """The same index used better: boxes first, numpy for time, altitude and party, shapes last."""
    found: Pairs = set()
    tree = shapely.STRtree(columns.shapes)
    for first, second in bulk_query(tree, columns.shapes, None, progress):
        keep = first < second
        i, j = overlapping(columns, first[keep], second[keep])
        hit = shapely.intersects(columns.shapes[i], columns.shapes[j])
        found |= _entity_pairs(columns.entity[i[hit]], columns.entity[j[hit]])
    return found


def box_pairs(entities: Sequence[Entity], progress: Progress | None = None) -> Pairs:
    """What a check by one four-dimensional box for each entity reports."""
    columns = boxes_of(Columns.of(entities))
    found: Pairs = set()
    tree = shapely.STRtree(columns.shapes)
    for first, second in bulk_query(tree, columns.shapes, None, progress):
        keep = first < second
        i, j = overlapping(columns, first[keep], second[keep])
        found |= _entity_pairs(columns.entity[i], columns.entity[j])
    return found


def boxes_of(columns: Columns) -> Columns:
    """One row for each entity: the box around all its volumes, in all four dimensions."""
    firsts = np.flatnonzero(np.diff(columns.entity, prepend=-1))
    if not len(firsts):
        return columns
    bounds = shapely.bounds(columns.shapes)
    west, south = (np.minimum.reduceat(bounds[:, axis], firsts) for axis in (0, 1))
    east, north = (np.maximum.reduceat(bounds[:, axis], firsts) for axis in (2, 3))
    return Columns(
        shapely.box(west, south, east, north),
        np.minimum.reduceat(columns.start_s, firsts),
        np.maximum.reduceat(columns.end_s, firsts),
        np.minimum.reduceat(columns.low_m, firsts),
        np.maximum.reduceat(columns.high_m, firsts),
        columns.party[firsts],
        columns.entity[firsts],
        columns.is_constraint[firsts],
    )


def brute_force(
    entities: Sequence[Entity],
    separation: Separation = INTERSECTION,
    progress: Progress | None = None,
) -> Pairs:
    """Every pair of volumes of two parties by the exact detector: no index, nothing left out."""
    table = VolumeTable.of([volume for entity in entities for volume in entity.volumes])
    columns = Columns.of(entities)
    count = len(table)
    found: Pairs = set()
    for first in range(0, count, BRUTE_ROWS):
        rows = np.arange(first, min(first + BRUTE_ROWS, count))
        i, j = np.repeat(rows, count), np.tile(np.arange(count), len(rows))
        keep = (i < j) & (columns.party[i] != columns.party[j])
        keep &= ~(columns.is_constraint[i] & columns.is_constraint[j])
        hits = detect(table, i[keep], table, j[keep], separation)
        found |= _entity_pairs(columns.entity[hits.i], columns.entity[hits.j])
        if progress is not None:
            progress(first, count)
    return found


def one_by_one(entities: Sequence[Entity], separation: Separation = INTERSECTION) -> Pairs:
    """Every pair of entities by the call for two entities: for small numbers."""
    return {
        (i, j)
        for i, a in enumerate(entities)
        for j, b in enumerate(entities[i + 1 :], start=i + 1)
        if a.party != b.party
        and not (isinstance(a, Constraint) and isinstance(b, Constraint))
        and conflict(a, b, separation) is not None
    }


def bulk_query(
    tree: Any, shapes: npt.NDArray[np.object_], predicate: str | None, progress: Progress | None
) -> Iterator[tuple[Integers, Integers]]:
    """Row pairs whose boxes meet (or whose shapes do, by the predicate), both ways, in pieces."""
    for start in range(0, len(shapes), CHUNK):
        first, second = tree.query(shapes[start : start + CHUNK], predicate=predicate)
        yield first + start, second
        if progress is not None:
            progress(min(start + CHUNK, len(shapes)), len(shapes))


def overlapping(columns: Columns, i: Integers, j: Integers) -> tuple[Integers, Integers]:
    """The pairs of rows that overlap in time and altitude and belong to two parties."""
    keep = (
        (columns.party[i] != columns.party[j])
        & (columns.start_s[i] < columns.end_s[j])
        & (columns.start_s[j] < columns.end_s[i])
        & (columns.low_m[i] < columns.high_m[j])
        & (columns.low_m[j] < columns.high_m[i])
        & ~(columns.is_constraint[i] & columns.is_constraint[j])
    )
    return i[keep], j[keep]


def _entity_pairs(first: Integers, second: Integers) -> Pairs:
    low, high = np.minimum(first, second), np.maximum(first, second)
    return set(zip(low.tolist(), high.tolist(), strict=True))
