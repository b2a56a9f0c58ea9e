"""All predicted losses among declared courses on the Earth: conflicts behind turning points too.

A course is where an aircraft says that it will be: places at instants, geodesics at constant ground
speed and constant vertical rate between them. Who declares nothing flies straight on. Courses
become legs as recorded tracks do, and the same search finds every loss between two of them.

Errs toward: neither side; off by less than a metre for minima up to 20 km (see `recorded`).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import (
    LOOKAHEAD_MAX_S,
    POSITION_MAX_M,
    SPEED_MAX_MPS,
    FloatArray,
    positive,
    rows_of_three,
)
from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.recorded import Loss, losses_among
from openline.airspace.encounter.recording import Legs, clipped
from openline.errors import InvalidInput, InvalidTimeRange
from openline.geo.ellipsoid import between_on_geodesic, position_ahead, surface_points
from openline.geo.position import Position
from openline.geo.sphere import unit_vectors

_PIECE_M: Final = 20_000.0  # a longer leg is cut along its geodesic


@dataclass(frozen=True, slots=True)
class Course:
    """Places of one aircraft: time_s (k,) rising, from a common instant; place (k, 3): latitude,
    longitude in degrees, altitude in metres over the zero that all courses share.

    Nothing is said about before the first and after the last. Make it with `through` or `straight`.
    """

    time_s: FloatArray
    place: FloatArray

    @classmethod
    def through(cls, time_s: Any, place: Any) -> "Course":
        """The course through these places. Raises: InvalidInput for fewer than two, times that do
        not rise, what is no place, a leg faster than 1,000 km/s."""
        places = rows_of_three(place, "place", POSITION_MAX_M)
        time = np.asarray(time_s, dtype=np.float64)
        if time.shape != (len(places),) or len(time) < 2:
            raise InvalidInput("a course needs two places or more, and a time for each")
        if not (np.abs(time) <= LOOKAHEAD_MAX_S).all() or not (np.diff(time) > 0).all():
            raise InvalidTimeRange("the times of a course must be finite and rise", field="time_s")
        for row in places.tolist():
            Position.checked(row[0], row[1])
        return cls(time, places)

    @classmethod
    def straight(cls, place: Any, velocity_mps: Any, lookahead_s: float) -> "Course":
        """Straight on from a place for so long; velocity: east, north, up."""
        start = rows_of_three(place, "place", POSITION_MAX_M)[0]
        east, north, up = rows_of_three(velocity_mps, "velocity_mps", SPEED_MAX_MPS)[0].tolist()
        horizon_s = positive(lookahead_s, "lookahead_s", LOOKAHEAD_MAX_S)
        here = Position.checked(float(start[0]), float(start[1]))
        way_m = math.hypot(east, north) * horizon_s
        there = position_ahead(here, math.degrees(math.atan2(east, north)), way_m)
        return cls.through((0.0, horizon_s), (start, (*there, float(start[2]) + up * horizon_s)))

    def onward_from(self, now_s: float, place: Any) -> "Course":
        """The rest of the course for one who is at a place now: straight to its next turning point.

        Raises: InvalidInput if nothing is declared after now.
        """
        here = rows_of_three(place, "place", POSITION_MAX_M)[:1]
        rest = self.time_s > now_s
        if not rest.any():
            raise InvalidInput("nothing is declared after now", cure="use Course.straight")
        time = np.concatenate(([now_s], self.time_s[rest]))
        return Course.through(time, np.concatenate((here, self.place[rest])))


def losses_on_courses(
    courses: Sequence[Course], minima: Cylinder, lookahead_s: float
) -> list[Loss]:
    """Every loss between two courses within [0, look-ahead], sorted by pair and time.

    The numbers of tracks in a loss are those of the courses; times in seconds from the common
    instant. Law: contains whatever walking along geodesics finds; held by
    tests/property/test_courses.
    """
    horizon_s = positive(lookahead_s, "lookahead_s", LOOKAHEAD_MAX_S)
    legs = [leg for number, course in enumerate(courses) for leg in _legs_of(number, course)]
    if not legs:
        return []
    track = np.array([leg.track for leg in legs], np.int64)
    start, end = (np.array([leg[k] for leg in legs], np.float64) for k in (1, 2))
    joined = Legs(
        track,
        track,
        start[:, 0],
        end[:, 0],
        surface_points(unit_vectors(start[:, 1:3])),
        surface_points(unit_vectors(end[:, 1:3])),
        start[:, 3],
        end[:, 3],
    )
    return losses_among(clipped(joined, 0.0, horizon_s), minima)


class _Leg(NamedTuple):
    """A piece of a course: time, latitude, longitude, altitude of both ends."""

    track: int
    start: Sequence[float]
    end: Sequence[float]


def _legs_of(track: int, course: Course) -> Iterator[_Leg]:
    rows = np.column_stack((course.time_s, course.place)).tolist()
    for start, end in pairwise(rows):
        between = between_on_geodesic(Position(*start[1:3]), Position(*end[1:3]), _PIECE_M)
        cuts = [start]
        for number, place in enumerate(between, start=1):
            share = number / (len(between) + 1)
            time_s, altitude_m = (start[k] + share * (end[k] - start[k]) for k in (0, 3))
            cuts.append([time_s, *place, altitude_m])
        for one, other in pairwise([*cuts, end]):
            yield _Leg(track, one, other)
