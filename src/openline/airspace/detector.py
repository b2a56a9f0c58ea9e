"""Which of many pairs of volumes conflict, exactly, and the numbers of those that do."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from openline.airspace.separation import Separation
from openline.airspace.volume_table import VolumeTable, time_gap_us, vertical_gap_m
from openline.geo.ellipsoid import Floats
from openline.geo.far import point_between
from openline.geo.footprint_table import FootprintTable, Integers
from openline.geo.overlap import overlaps_solidly
from openline.geo.proximity import Proximity, measure
from openline.geo.sphere import Vectors
from openline.limits import RESOLUTION_M

_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Detection:
    """The pairs that conflict, k of them: volume `i` of one table and `j` of the other.

    time_gap_us, vertical_gap_m, distance_m (k,): 0 or less where they overlap, distance never
    below 0. closest_a, closest_b (k, 3): surface points, the same where the footprints overlap.
    """

    i: Integers
    j: Integers
    time_gap_us: Integers
    vertical_gap_m: Floats
    distance_m: Floats
    closest_a: Vectors
    closest_b: Vectors

    def __len__(self) -> int:
        return len(self.i)


def detect(
    a: VolumeTable, i: Integers, b: VolumeTable, j: Integers, separation: Separation
) -> Detection:
    """The conflicts among pairs (i[k] of a, j[k] of b).

    Errs toward: not reporting, by at most RESOLUTION_M laterally and vertically; that much counts
    as touching. Times are exact.
    Laws: 1 swapping a and b swaps the columns; 2 wider minima keep every conflict.
    """
    time_gap = time_gap_us(a, i, b, j)
    vertical_gap = vertical_gap_m(a, i, b, j, same_ground=separation.lateral_m == 0)
    keep = time_gap < round(separation.time_s * _MICROSECONDS)
    keep &= vertical_gap < separation.vertical_m - RESOLUTION_M
    i, j, time_gap, vertical_gap = i[keep], j[keep], time_gap[keep], vertical_gap[keep]
    buffers_m = a.footprints.buffer_m[i] + b.footprints.buffer_m[j]
    near = measure(a.footprints, i, b.footprints, j, buffers_m + separation.lateral_m)
    hit = _lateral(a.footprints, i, b.footprints, j, near, buffers_m, separation.lateral_m)
    i, j = i[hit], j[hit]
    gap = np.maximum(near.distance_m[hit] - buffers_m[hit], 0.0)
    closest_a, closest_b = _closest(
        near.point_a[hit],
        near.point_b[hit],
        near.distance_m[hit],
        a.footprints.buffer_m[i],
        b.footprints.buffer_m[j],
    )
    return Detection(i, j, time_gap[hit], vertical_gap[hit], gap, closest_a, closest_b)


def close_sideways(
    a: FootprintTable, i: Integers, b: FootprintTable, j: Integers, lateral_m: float
) -> Integers:
    """Numbers of the pairs whose footprints are too close, whatever their time and height.

    Errs as `detect`, which decides so as well.
    """
    buffers_m = a.buffer_m[i] + b.buffer_m[j]
    near = measure(a, i, b, j, buffers_m + lateral_m)
    return _lateral(a, i, b, j, near, buffers_m, lateral_m)


def _lateral(
    a: FootprintTable,
    i: Integers,
    b: FootprintTable,
    j: Integers,
    near: Proximity,
    buffers_m: Floats,
    lateral_m: float,
) -> Integers:
    """Numbers of the pairs whose footprints are closer than the lateral minimum."""
    reach = buffers_m + lateral_m
    bare = reach == 0  # two polygons, no minimum: their insides must overlap
    hit = np.where(bare, near.solid, near.distance_m < reach - RESOLUTION_M)
    doubtful = np.flatnonzero(bare & ~near.solid & (near.distance_m <= RESOLUTION_M))
    for k in doubtful:
        hit[k] = overlaps_solidly(a, int(i[k]), b, int(j[k]))
    return np.flatnonzero(hit)


def _closest(
    point_a: Vectors, point_b: Vectors, core_m: Floats, buffer_a: Floats, buffer_b: Floats
) -> tuple[Vectors, Vectors]:
    """From the closest points of the cores to those of the footprints.

    Where footprints overlap, both are the middle of what they share on the line between the cores.
    """
    span = np.where(core_m > 0, core_m, 1.0)
    share_a = np.minimum(buffer_a, core_m) / span
    share_b = np.maximum(core_m - buffer_b, 0.0) / span
    overlap = share_a >= share_b
    middle = (share_a + share_b) / 2
    share_a, share_b = np.where(overlap, middle, share_a), np.where(overlap, middle, share_b)
    return (
        point_between(point_a, point_b, core_m, share_a),
        point_between(point_a, point_b, core_m, share_b),
    )
