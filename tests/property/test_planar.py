"""What the plane decides about carried footprints is what the exact detector decides.

Laws: 1 of what is certain nothing is otherwise; 2 nearly everything is certain.
"""

import math
import random
from datetime import timedelta
from typing import Final

import numpy as np
import pytest

from openline.airspace.advise.carried import Moving, Place
from openline.airspace.advise.move import carried, turns
from openline.airspace.advise.planar import Planar, drift_m
from openline.airspace.detector import close_sideways
from openline.airspace.volume import Volume4D
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import surface_points
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import FootprintTable
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from tests.property.advice_skies import NOON

_METRES_PER_DEGREE: Final = 111_195.0
END: Final = NOON + timedelta(hours=1)
MOST_M: Final = 6_000.0


def _at(centre: Position, north_m: float, east_m: float) -> Position:
    across = _METRES_PER_DEGREE * math.cos(math.radians(centre.lat_deg))
    lng = centre.lng_deg + east_m / across
    return Position(centre.lat_deg + north_m / _METRES_PER_DEGREE, (lng + 180.0) % 360.0 - 180.0)


def _shape(chance: random.Random, centre: Position, size_m: float) -> Footprint:
    """Circles, winding corridors, polygons with notches, now and then one with a hole."""
    north, east = (chance.uniform(-6_000, 6_000) for _ in range(2))
    kind = chance.random()
    if kind < 0.25:
        return Circle(_at(centre, north, east), chance.uniform(50, size_m))
    if kind < 0.5:
        legs = chance.randrange(2, 6)
        path = tuple(
            _at(centre, north + chance.uniform(-size_m, size_m), east + (n - legs / 2) * size_m / 2)
            for n in range(legs)
        )
        return Corridor(path, chance.uniform(20, size_m / 4))
    corners = chance.randrange(3, 14)
    slots = [(n + chance.uniform(0, 0.8)) * math.tau / corners for n in range(corners)]
    radii = [chance.uniform(0.15, 1.0) * size_m for _ in slots]

    def ring(share: float) -> tuple[Position, ...]:
        return tuple(
            _at(centre, north + share * r * math.sin(a), east + share * r * math.cos(a))
            for r, a in zip(radii, slots, strict=True)
        )

    return Polygon(ring(1.0), (ring(0.4),) if kind > 0.93 and corners > 3 else ())


def _moving(shapes: list[Footprint]) -> Moving:
    return Moving.of([Volume4D.over_ellipsoid(one, 0, 100, NOON, END) for one in shapes])


def _planar(
    moving: Moving, others: FootprintTable, lateral_m: float, most_m: float = MOST_M
) -> Planar:
    among = np.arange(len(others))
    mine = moving.table.footprints
    return Planar.of(moving.centre, mine, others, among, lateral_m, most_m)


def _asked(planar: Planar, moving: Moving, places: list[Place]) -> tuple[np.ndarray, ...]:
    """All pairs at all places: number of the place, of the pair; close, apart."""
    normals = turns(moving.centre, places) @ moving.centre
    assert np.abs(carried(moving.centre, places) - normals).max() < 1e-14
    to = planar.ground.seen(surface_points(normals))
    at, pair = planar.near(to, np.arange(len(planar.pairs)))
    slack = drift_m(planar.spread_m, np.array([place[1] for place in places]))
    return at, pair, *planar.certain(to[at], slack[at], pair)


@pytest.mark.parametrize("lat_deg", [-89.5, -60.0, -3.0, 0.0, 45.0, 71.0, 89.8])
@pytest.mark.parametrize("lateral_m", [0.0, 500.0])
def test_what_is_certain_is_what_the_detector_finds(lat_deg: float, lateral_m: float) -> None:
    decided = asked = 0
    for seed in range(6):
        chance = random.Random(f"{lat_deg} {lateral_m} {seed}")
        centre = Position(lat_deg, chance.choice((0.0, 179.99, -60.0)))
        moving = _moving([_shape(chance, centre, 1_500.0) for _ in range(3)])
        sizes = [chance.choice((500.0, 2_000.0, 5_000.0)) for _ in range(14)]
        if abs(lat_deg) < 80:
            sizes += [60_000.0, 200_000.0]
        others = FootprintTable.of([_shape(chance, centre, size_m) for size_m in sizes])
        places = [
            (chance.uniform(0, 360), chance.choice((MOST_M, 20.0)) * chance.random())
            for _ in range(12)
        ]
        planar = _planar(moving, others, lateral_m)
        at, pair, close, apart = _asked(planar, moving, places)
        assert not (close & apart).any()
        turned = moving.turned(places).footprints
        i, j = np.divmod(np.arange(len(turned) * len(others)), len(others))
        hit = np.zeros(len(i), np.bool_)
        hit[close_sideways(turned, i, others, j, lateral_m)] = True
        mine = at * 3 + planar.pairs.mine[pair]
        said = mine * len(others) + planar.pairs.theirs[pair]
        assert hit[said[close]].all(), "called too close and is not"
        assert not hit[said[apart]].any(), "called far enough and is too close"
        left_out = np.setdiff1d(np.arange(len(i)), said)
        assert not hit[left_out].any(), "never looked at and too close"
        known = planar.pairs.known[pair]
        asked += int(np.count_nonzero(known))
        decided += int(np.count_nonzero(close | apart))
    assert asked > 300
    assert decided > 0.99 * asked


@pytest.mark.parametrize("lat_deg", [-65.0, 0.0, 45.0])
@pytest.mark.parametrize("far_m", [40_000.0, 150_000.0, 480_000.0])
def test_far_away_too_what_is_certain_is_true(lat_deg: float, far_m: float) -> None:
    """Large footprints carried far, beside others there."""
    certain = 0
    for seed in range(4):
        chance = random.Random(f"{lat_deg} {far_m} {seed}")
        centre = Position(lat_deg, 20.0)
        moving = _moving([_shape(chance, centre, 30_000.0) for _ in range(3)])
        bearing_deg = chance.uniform(0, 360)
        away = moving.volumes_at((bearing_deg, 0.97 * far_m))
        assert away is not None
        there = FootprintTable.of([volume.footprint for volume in away])
        places = [(bearing_deg, far_m * share) for share in (0.5, 0.9, 0.95, 0.999)]
        planar = _planar(moving, there, 2_000.0, far_m)
        at, pair, close, apart = _asked(planar, moving, places)
        turned = moving.turned(places).footprints
        i, j = np.divmod(np.arange(len(turned) * 3), 3)
        hit = np.zeros(len(i), np.bool_)
        hit[close_sideways(turned, i, there, j, 2_000.0)] = True
        said = (at * 3 + planar.pairs.mine[pair]) * 3 + planar.pairs.theirs[pair]
        assert hit[said[close]].all()
        assert not hit[said[apart]].any()
        assert not hit[np.setdiff1d(np.arange(len(i)), said)].any()
        certain += int(np.count_nonzero(close | apart)) + len(i) - len(said)
    assert certain > 30


@pytest.mark.parametrize("lat_deg", [0.0, 30.0, 60.0, 89.0])
def test_the_verge_lies_within_the_slack(lat_deg: float) -> None:
    """A circle carried towards another one: undecided just where the detector changes its mind."""
    centre = Position(lat_deg, 10.0)
    for radius_m, bearing_deg in ((300.0, 0.0), (3_000.0, 77.0)):
        moving = _moving([Circle(centre, radius_m)])
        away = moving.volumes_at((bearing_deg, 8_000.0))
        assert away is not None
        others = FootprintTable.of([Circle(away[0].footprint.centre, 4_500.0 - radius_m)])  # type: ignore[union-attr]
        planar = _planar(moving, others, 500.0)
        places = [(bearing_deg, 2_950.0 + 0.1 * n) for n in range(1, 1_000)]
        at, _, near, far = _asked(planar, moving, places)
        close, apart = np.zeros(len(places), np.bool_), np.ones(len(places), np.bool_)
        close[at], apart[at] = near, far  # what is not looked at is far enough
        turned = moving.turned(places).footprints
        hit = np.zeros(len(places), np.bool_)
        every = np.arange(len(places))
        hit[close_sideways(turned, every, others, every * 0, 500.0)] = True
        assert apart[0]
        assert close[-1]
        assert not (close & ~hit).any()
        assert not (apart & hit).any()
        assert np.count_nonzero(~(close | apart)) <= 2 * 0.8 / 0.1
