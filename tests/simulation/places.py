"""A small sky of circles: their extents, and by other means which of them truly meet."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyproj

from openline.airspace.extent import Cells, Extent
from openline.geo.circle import Circle
from openline.geo.covering import covering

_GEOD = pyproj.Geod(ellps="WGS84")
_CENTRES = ((47.40, 8.50), (47.41, 8.52), (47.44, 8.55), (-17.0, 179.99), (-17.0, -179.99))
_RADII_M = (300.0, 1_200.0, 4_000.0)


@dataclass(frozen=True, slots=True)
class Place:
    """A circle with its covering."""

    lat: float
    lng: float
    radius_m: float
    cells: Cells


@dataclass(frozen=True, slots=True)
class Plan:
    """A volume as its planner knows it."""

    place: Place
    low_m: float
    high_m: float
    start: datetime
    end: datetime

    def extent(self) -> Extent:
        """What the server is told."""
        return Extent(self.place.cells, self.low_m, self.high_m, self.start, self.end)


def _places() -> tuple[Place, ...]:
    return tuple(
        Place(lat, lng, radius, covering(Circle.of(lat, lng, radius)))
        for lat, lng in _CENTRES
        for radius in _RADII_M
    )


PLACES = _places()
_DISTANCES = {
    (a, b): _GEOD.inv(a.lng, a.lat, b.lng, b.lat)[2] - a.radius_m - b.radius_m
    for a in PLACES
    for b in PLACES
}


def meet(a: Plan, b: Plan) -> bool:
    """Whether two plans truly have a point and an instant in common, by PROJ."""
    return (
        _DISTANCES[a.place, b.place] < 0
        and a.low_m <= b.high_m
        and b.low_m <= a.high_m
        and a.start <= b.end
        and b.start <= a.end
    )


def any_plan(chance: random.Random, now: datetime) -> Plan:
    """A plan soon after now."""
    start = now + timedelta(minutes=chance.randrange(-2, 40))
    low = 50.0 * chance.randrange(6)
    return Plan(
        chance.choice(PLACES),
        low,
        low + 50.0 * chance.randrange(1, 4),
        start,
        start + timedelta(minutes=chance.randrange(5, 60)),
    )
