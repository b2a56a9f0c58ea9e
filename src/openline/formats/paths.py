"""Lines in space and time: lengths, points between, and the slices of a timed track.

Lengths and points between are taken on the sphere of mean radius: within 0.6 % of the geodesic on
WGS-84. Whoever turns a length into a time must widen by more than that.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from openline.errors import InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats.instants import format_instant
from openline.formats.traffic import ReadOptions
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M, angle_rad, positions_of, unit_vectors

SLICE_MAX: Final = timedelta(minutes=5)
SLICE_POINTS_MAX: Final = 500
# A recorded height is that of a receiver; the aircraft extends above and below it, and satellite
# heights scatter by tens of metres. Ours to choose; stated with each file.
TRACK_VERTICAL_MARGIN_M: Final = 30.0


class Fix(NamedTuple):
    """One point of a timed track; `height_m` counts from the track's own datum."""

    position: Position
    height_m: float
    instant: datetime


def distance_m(one: Position, other: Position) -> float:
    """Length of the great circle between two positions; within 0.6 % of the geodesic."""
    return angle_rad(one, other) * EARTH_RADIUS_M


def between(one: Position, other: Position, fraction: float) -> Position:
    """The point at a fraction [0, 1] of the chord's way; exact at both ends, monotonic between."""
    if fraction <= 0 or one == other:
        return one
    if fraction >= 1:
        return other
    ends = unit_vectors((one, other))
    return positions_of((ends[:1] * (1 - fraction)) + ends[1:] * fraction)[0]


def required_half_width_m(stated: float | None, options: ReadOptions, what: str) -> float:
    """Half the width of a line: the file's, else the caller's. Raises: InvalidInput."""
    width = stated if stated is not None else options.half_width_m
    if width is None:
        raise InvalidInput(
            f"{what} is a line without a width",
            cure="say how far from it the aircraft may be, as in --half-width 200m",
            field="half_width_m",
        )
    return width


def path_footprint(positions: Sequence[Position], half_width_m: float) -> Circle | Corridor:
    """The corridor along the positions; a circle where they are all the same.

    Raises: InvalidGeometry, AreaTooLarge.
    """
    path = [p for number, p in enumerate(positions) if not number or p != positions[number - 1]]
    if not path:
        raise InvalidGeometry("a line without points", cure="give it at least one point")
    return Circle(path[0], half_width_m) if len(path) == 1 else Corridor(tuple(path), half_width_m)


def time_slices(fixes: Sequence[Fix]) -> Iterator[Sequence[Fix]]:
    """The track in pieces of at most SLICE_MAX; neighbours share a fix, so nothing is left out.

    A single leg that lasts longer stays one piece. Each piece lasts longer than zero.
    Raises: InvalidTimeRange if time runs backwards or stands still throughout.
    """
    for number, (earlier, later) in enumerate(pairwise(fixes), start=2):
        if later.instant < earlier.instant:
            raise InvalidTimeRange(
                f"time runs backwards at point {number}: {format_instant(later.instant)} follows "
                f"{format_instant(earlier.instant)}",
                cure="sort or repair the track",
            )
    if not fixes or fixes[-1].instant == fixes[0].instant:
        raise InvalidTimeRange(
            "the track lasts no time at all", cure="give at least two points with different times"
        )
    return _slices(fixes)


def _slices(fixes: Sequence[Fix]) -> Iterator[Sequence[Fix]]:
    last_move = max(n for n, fix in enumerate(fixes) if fix.instant < fixes[-1].instant)
    first = 0
    for number in range(1, last_move + 1):
        start, here, following = (fixes[n].instant for n in (first, number, number + 1))
        full = following - start > SLICE_MAX or number - first >= SLICE_POINTS_MAX
        # whatever follows `last_move` happens in one instant and cannot be a piece of its own
        if full and here > start:
            yield fixes[first : number + 1]
            first = number
    yield fixes[first:]
