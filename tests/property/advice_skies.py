"""Small crowded skies by seed: circles, polygons and corridors, four datums, several parties."""

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Final

from openline.airspace.entity import Constraint, Entity, Notice, OperationalIntent
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY: Final = AltitudePolicy(ground_amsl_m=(0.0, 0.0), qnh_hpa=1013.0, flight_level_margin_m=20.0)
MINIMA: Final = (
    INTERSECTION,
    Separation(300.0, 30.0, timedelta(seconds=60)),
    Separation(0.0, 50.0),
    Separation(500.0, 0.0, timedelta(seconds=1.5)),
)
_METRES_PER_DEGREE: Final = 111_195.0


def sky(seed: int, size: int, *, w84: bool = False) -> list[Entity]:
    """So many entities of five parties round one place, and now and then a notice without one."""
    chance = random.Random(seed)
    centre = Position(chance.uniform(-70, 70), chance.choice((9.5, 179.99, -60.0)))
    everyone: list[Entity] = []
    for number in range(size):
        volumes = tuple(_volume(chance, centre, w84) for _ in range(chance.choice((1, 1, 1, 2, 3))))
        name, party = f"e{number}", f"p{chance.randrange(5)}"
        if chance.random() < 0.1:
            everyone.append(Constraint(name, "authority", volumes))
        else:
            everyone.append(OperationalIntent(name, party, volumes))
    if chance.random() < 0.1:
        start = NOON + timedelta(minutes=chance.randrange(-60, 120))
        everyone.append(Notice("n", "p9", start, start + timedelta(minutes=20)))
    return everyone


def _volume(chance: random.Random, centre: Position, w84: bool) -> Volume4D:
    footprint = _footprint(chance, centre)
    reference = AltitudeReference.W84 if w84 else chance.choice(list(AltitudeReference))
    unit = AltitudeUnit.FT if reference is AltitudeReference.FL else AltitudeUnit.M
    low = 100.0 * chance.randrange(1, 20 if unit is AltitudeUnit.FT else 6) + chance.random()
    high = low + chance.uniform(50, 300)
    if unit is AltitudeUnit.FT:
        low, high = round(low, -2), round(high, -2) + 200
    lower, upper = Altitude(low, reference, unit), Altitude(high, reference, unit)
    start = NOON + timedelta(seconds=chance.randrange(0, 5_400), microseconds=chance.randrange(99))
    end = start + timedelta(seconds=chance.randrange(120, 2_400))
    return Volume4D(footprint, resolve_band(lower, upper, footprint, POLICY), start, end)


def _footprint(chance: random.Random, centre: Position) -> Footprint:
    middle = _around(centre, chance.uniform(0, 4_000), chance.uniform(0, math.tau))
    kind = chance.randrange(3)
    if kind == 0:
        return Circle(middle, chance.uniform(100, 1_500))
    turn = chance.uniform(0, math.tau)
    if kind == 1:
        other = _around(middle, chance.uniform(500, 4_000), turn)
        return Corridor((middle, other), chance.uniform(50, 500))
    corners = chance.randrange(3, 7)
    radius_m = chance.uniform(200, 1_500)
    return Polygon(
        tuple(_around(middle, radius_m, turn + math.tau * n / corners) for n in range(corners))
    )


def _around(centre: Position, distance_m: float, angle: float) -> Position:
    lat = centre.lat_deg + distance_m * math.sin(angle) / _METRES_PER_DEGREE
    across = _METRES_PER_DEGREE * math.cos(math.radians(centre.lat_deg))
    lng = centre.lng_deg + distance_m * math.cos(angle) / across
    return Position(lat, (lng + 180.0) % 360.0 - 180.0)
