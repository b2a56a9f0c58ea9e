"""Findings made by hand, so that what is written of them does not depend on how they are found."""

from datetime import UTC, datetime, timedelta

from openline.airspace.conflict import Conflict, VolumeConflict
from openline.airspace.entity import Constraint, Entity, Notice, OperationalIntent
from openline.airspace.find import Findings
from openline.airspace.separation import RADAR, Separation
from openline.airspace.volume import Volume4D
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position

TEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SQUARE = Polygon.of([(48.7, 7.5), (48.7, 7.7), (48.9, 7.7), (48.9, 7.5)])
CIRCLE = Circle.of(48.8, 7.9, 1500.0)
CORRIDOR = Corridor.of([(48.8, 7.9), (48.85, 7.95), (48.9, 7.9)], 200.0)


def volume(footprint: Footprint, low: float = 300.0, high: float = 600.0) -> Volume4D:
    return Volume4D.over_ellipsoid(footprint, low, high, TEN, TEN + HOUR)


def intent(
    name: str, party: str, footprint: Footprint = SQUARE, source: str | None = "a.geojson"
) -> OperationalIntent:
    return OperationalIntent(name, party, (volume(footprint),), source=source)


def constraint(name: str, party: str, footprint: Footprint = CIRCLE) -> Constraint:
    return Constraint(name, party, (volume(footprint),), reason="parachutes")


def apart(a: Entity, b: Entity, separation: Separation = RADAR) -> Conflict:
    """Two entities 8,642.123456 m and 120 m apart, 40 s after each other."""
    part = VolumeConflict(
        a_volume=0,
        b_volume=0,
        time_start=TEN,
        time_end=TEN + timedelta(seconds=40),
        time_gap_s=40.0,
        altitude_lower_m=600.0,
        altitude_upper_m=720.0,
        vertical_gap_m=120.0,
        distance_m=8642.123456,
        where=Position(48.8, 7.8),
        closest_a=Position(48.8, 7.7),
        closest_b=Position(48.8, 7.8176),
    )
    return _conflict("apart-1", a, b, separation, part)


def overlapping(a: Entity, b: Entity, separation: Separation = RADAR) -> Conflict:
    """Two entities that overlap for 20 minutes and half a second between 300.4 and 600.6 m."""
    part = VolumeConflict(
        a_volume=0,
        b_volume=0,
        time_start=TEN,
        time_end=TEN + timedelta(minutes=20, microseconds=500_000),
        time_gap_s=0.0,
        altitude_lower_m=300.4,
        altitude_upper_m=600.6,
        vertical_gap_m=0.0,
        distance_m=0.0,
        where=Position(48.812345678, -7.65),
        closest_a=Position(48.812345678, -7.65),
        closest_b=Position(48.812345678, -7.65),
    )
    return _conflict("overlap-1", a, b, separation, part)


def unlocated(a: Entity, b: Entity, separation: Separation = RADAR) -> Conflict:
    """A conflict of which only the time is known."""
    nothing = None
    return Conflict(
        "unlocated-1",
        a,
        b,
        separation,
        TEN,
        TEN + HOUR,
        0.0,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        (),
    )


def notice(name: str = "msg", party: str = "rescue") -> Notice:
    return Notice(name, party, TEN, TEN + HOUR, text="stay low")


def findings(*conflicts: Conflict, separation: Separation = RADAR) -> Findings:
    return Findings(conflicts, separation, 4, 7, 3)


def three() -> Findings:
    """An overlap, one that is too close, and one without a place."""
    a, b = intent("N-1", "north"), intent("S-1", "south", CIRCLE)
    return findings(overlapping(a, constraint("C-1", "east")), apart(a, b), unlocated(notice(), b))


def _conflict(
    name: str, a: Entity, b: Entity, separation: Separation, part: VolumeConflict
) -> Conflict:
    return Conflict(
        name,
        a,
        b,
        separation,
        part.time_start,
        part.time_end,
        part.time_gap_s,
        part.altitude_lower_m,
        part.altitude_upper_m,
        part.vertical_gap_m,
        part.distance_m,
        part.where,
        (part,),
    )
