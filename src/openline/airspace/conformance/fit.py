"""Where an observed state is, seen from each declared volume: in time, in altitude, in place.

Place: the distance of the position from the footprint on the ellipsoid (see `geo.proximity`), less
the accuracy of the position. Altitude: in the datum of the limit where the observation has the
same, else over the ellipsoid, where both sides cover all that they can stand for. Time: the instant
of the position, with the tolerance of the policy.

Errs toward: inside, by the accuracy of the position, the margins of altitudes in different datums
and the tolerance in time. What may be inside is no false alarm; a position too inaccurate to say
anything is not used at all (see `monitor`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.conformance.discrepancy import Offset
from openline.airspace.conformance.observed import Observation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.volume import Volume4D
from openline.errors import InvalidAltitude
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.ellipsoid import surface_points
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import FootprintTable
from openline.geo.position import Position
from openline.geo.proximity import measure
from openline.geo.sphere import Vectors, unit_vectors
from openline.limits import LATERAL_MINIMUM_MAX_M, RADIUS_MIN_M, RESOLUTION_M

DISTANCE_MAX_M: Final = LATERAL_MINIMUM_MAX_M  # what is further away is said to be so far


class Shelf:
    """The footprints of many operations, measured together however they come and go."""

    def __init__(self) -> None:
        self._tables: dict[str, FootprintTable] = {}
        self._whole: FootprintTable | None = None
        self._row: dict[str, int] = {}

    def hold(self, key: str, footprints: Sequence[Footprint]) -> None:
        """Keep the footprints of an operation; those held of it before are replaced."""
        self._tables[key] = FootprintTable.of(footprints)
        self._whole = None

    def drop(self, key: str) -> None:
        """Forget an operation."""
        if self._tables.pop(key, None) is not None:
            self._whole = None

    def boxes(self, key: str) -> tuple[Vectors, Vectors]:
        """Boxes that hold the footprints of an operation, low and high (n, 3), on the Earth."""
        table = self._tables[key]
        return table.low, table.high

    def boxes_of(self, keys: Iterable[str]) -> tuple[list[tuple[str, int]], Vectors, Vectors]:
        """The volumes of operations, as (operation, number), and their boxes, low and high."""
        pairs = [(key, *self.boxes(key)) for key in keys]
        volumes = [(key, number) for key, low, _ in pairs for number in range(len(low))]
        none = np.empty((0, 3))
        low = np.concatenate([none, *(low for _, low, _ in pairs)])
        return volumes, low, np.concatenate([none, *(high for _, _, high in pairs)])

    def lateral_m(
        self, points: Sequence[Position], asked: Sequence[tuple[int, str, int]], reach_m: float
    ) -> list[float]:
        """Metres from points[k] to footprint n of an operation, for each (k, operation, n).

        0 inside; the boundary belongs to it. Beyond the reach: infinite.
        """
        if not asked:
            return []
        whole = self._joined()
        here = FootprintTable.of_points(surface_points(unit_vectors(points)))
        point = np.array([at for at, _, _ in asked], np.int64)
        row = np.array([self._row[key] + number for _, key, number in asked], np.int64)
        buffer_m = whole.buffer_m[row]
        core_m = measure(here, point, whole, row, reach_m + buffer_m).distance_m
        away_m = np.maximum(core_m - buffer_m, 0.0)
        away_m[away_m < RESOLUTION_M] = 0.0
        result: list[float] = away_m.tolist()
        return result

    def _joined(self) -> FootprintTable:
        if self._whole is None:
            tables = list(self._tables.values())
            self._whole = FootprintTable.joined(tables)
            begins = np.cumsum([0, *map(len, tables)]).tolist()
            self._row = dict(zip(self._tables, begins, strict=False))
        return self._whole


class Question(NamedTuple):
    """An observed state and the operation that it is compared with."""

    observation: Observation
    key: str
    volumes: tuple[Volume4D, ...]


class Fit(NamedTuple):
    """The answer: the nearest of the volumes in time (or of those nearest in time), and all."""

    best: Offset
    every: tuple[Offset, ...]


def fits(
    shelf: Shelf,
    questions: Sequence[Question],
    policy: ConformancePolicy,
    altitudes: AltitudePolicy,
) -> list[Fit]:
    """How each state lies to the volumes of its operation that are in time.

    If none is in time, to those nearest in time: the last that ended, the next that begins. Inside
    is inside of one volume in all three at once.
    """
    asked: list[tuple[int, str, int]] = []
    times: list[float] = []
    for at, (observation, key, volumes) in enumerate(questions):
        for number, time_s in _in_question(volumes, observation.time, policy):
            asked.append((at, key, number))
            times.append(time_s)
    points = [question.observation.position for question in questions]
    lateral = shelf.lateral_m(points, asked, DISTANCE_MAX_M)
    found: list[list[Offset]] = [[] for _ in questions]
    for (at, _, number), time_s, away_m in zip(asked, times, lateral, strict=True):
        observation, _, volumes = questions[at]
        accuracy_m = _or(observation.lateral_accuracy_m, policy.lateral_accuracy_m)
        aside_m = min(max(away_m - accuracy_m, 0.0), DISTANCE_MAX_M)
        aside_m = aside_m if aside_m >= RESOLUTION_M else 0.0
        above_m = vertical_offset_m(observation, volumes[number].altitude, policy, altitudes)
        found[at].append(Offset(aside_m, above_m, time_s, number))
    return [Fit(min(offsets, key=_badness), tuple(offsets)) for offsets in found]


def time_offset_s(volume: Volume4D, instant: datetime, policy: ConformancePolicy) -> float:
    """Seconds before the volume begins (negative) or after it ended, beyond the tolerance; or 0."""
    early_s = (volume.time_start - instant).total_seconds()
    if early_s > 0:
        return -early_s if early_s > policy.early_s else 0.0
    late_s = (instant - volume.time_end).total_seconds()
    return late_s if late_s > policy.late_s else 0.0


def vertical_offset_m(
    observation: Observation,
    band: AltitudeBand,
    policy: ConformancePolicy,
    altitudes: AltitudePolicy,
) -> float:
    """Metres below the lower limit (negative) or above the upper one; 0 between, or not known."""
    altitude = observation.altitude
    if altitude is None:
        return 0.0
    accuracy_m = _or(observation.vertical_accuracy_m, policy.vertical_accuracy_m)
    height_m, same = altitude.metres(), altitude.reference
    low_m, high_m = -np.inf, np.inf
    if band.lower.reference is not same or band.upper.reference is not same:
        low_m, high_m = _over_ellipsoid(observation.position, altitude, accuracy_m, altitudes)
    below_m = (
        band.lower.metres() - height_m - accuracy_m
        if band.lower.reference is same
        else band.altitude_lower_m - high_m
    )
    if below_m >= RESOLUTION_M:
        return -float(below_m)
    above_m = (
        height_m - accuracy_m - band.upper.metres()
        if band.upper.reference is same
        else low_m - band.altitude_upper_m
    )
    return float(above_m) if above_m >= RESOLUTION_M else 0.0


def _over_ellipsoid(
    position: Position, altitude: Altitude, accuracy_m: float, altitudes: AltitudePolicy
) -> tuple[float, float]:
    """Least and greatest height the altitude can stand for; anything where nothing is known."""
    if altitude.reference is AltitudeReference.W84:
        return altitude.metres() - accuracy_m, altitude.metres() + accuracy_m
    half_m = max(accuracy_m, RESOLUTION_M)
    middle_m = altitude.metres()
    try:
        band = resolve_band(
            Altitude(middle_m - half_m, altitude.reference),
            Altitude(middle_m + half_m, altitude.reference),
            Circle(position, RADIUS_MIN_M),
            altitudes,
        )
    except InvalidAltitude:
        return -np.inf, np.inf
    return band.altitude_lower_m, band.altitude_upper_m


def _in_question(
    volumes: tuple[Volume4D, ...], instant: datetime, policy: ConformancePolicy
) -> list[tuple[int, float]]:
    """Numbers of the volumes in time, else of those nearest to it, with how far from it."""
    away = [time_offset_s(volume, instant, policy) for volume in volumes]
    least = min(map(abs, away))
    return [(number, off) for number, off in enumerate(away) if abs(off) == least]


def _badness(offset: Offset) -> tuple[float, int]:
    """The nearest first: metres of height weigh as ten aside, as bands are flat."""
    return offset.lateral_m + 10.0 * abs(offset.vertical_m), offset.volume


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
