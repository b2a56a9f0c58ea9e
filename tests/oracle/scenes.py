"""Seeded crowds of entities in one place: an index finds some pairs and leaves out others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.geo.altitude import ellipsoid_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from tests.oracle import outlines
from tests.oracle.cores import CoreKind
from tests.oracle.mapping import GEOD
from tests.oracle.outlines import Rng

_DAY = datetime(2026, 6, 1, tzinfo=UTC)
_PLACES = ((47.0, 8.0), (0.0, 179.99), (89.98, 12.0), (-90.0, 0.0), (-33.0, -180.0))


@dataclass(frozen=True, slots=True)
class Scene:
    """Entities of four parties; the first notice has no place."""

    intents: list[OperationalIntent]
    constraints: list[Constraint]
    notices: list[Notice]


def scene(seed: int, intents: int = 30, constraints: int = 6, notices: int = 3) -> Scene:
    """A crowd within some 30 km and 4 hours; one entity has 1 to 4 volumes."""
    rng = np.random.default_rng(seed)
    place = _PLACES[int(rng.integers(len(_PLACES)))]
    spread = float(10 ** rng.uniform(3, 4.5))
    start = _DAY + timedelta(minutes=int(rng.integers(0, 60)))
    return Scene(
        [
            OperationalIntent(f"intent-{i}", _party(rng), _volumes(rng, place, spread))
            for i in range(intents)
        ],
        [
            Constraint(f"constraint-{i}", _party(rng), _volumes(rng, place, spread))
            for i in range(constraints)
        ],
        [
            Notice(
                f"notice-{i}",
                _party(rng),
                start,
                start + timedelta(hours=1),
                _volumes(rng, place, spread) if i else (),
            )
            for i in range(notices)
        ],
    )


def _party(rng: Rng) -> str:
    return f"party-{int(rng.integers(4))}"


def _volumes(rng: Rng, place: tuple[float, float], spread_m: float) -> tuple[Volume4D, ...]:
    return tuple(_volume(rng, place, spread_m) for _ in range(int(rng.integers(1, 5))))


def _volume(rng: Rng, place: tuple[float, float], spread_m: float) -> Volume4D:
    low = float(rng.uniform(0, 600))
    start = _DAY + timedelta(seconds=int(rng.integers(0, 7_200)))
    end = start + timedelta(seconds=int(10 ** rng.uniform(2.5, 3.9)))
    band = ellipsoid_band(low, low + float(10 ** rng.uniform(1.3, 2.7)))
    return Volume4D(_footprint(rng, place, spread_m), band, start, end)


def _footprint(rng: Rng, place: tuple[float, float], spread_m: float) -> Footprint:
    lat, lng = place
    while True:
        maker = outlines.ANY[int(rng.integers(len(outlines.ANY)))]
        outline = maker(rng, spread_m * float(10 ** rng.uniform(-1.7, -0.2)))
        east, north = rng.uniform(-spread_m, spread_m, 2)
        parts = []
        for part in outline.parts:
            x, y = part[:, 0] + east, part[:, 1] + north
            start = np.full(len(part), lng), np.full(len(part), lat)
            azimuth = np.degrees(np.arctan2(x, y))
            lngs, lats, _ = GEOD.fwd(start[0], start[1], azimuth, np.hypot(x, y))
            parts.append(list(zip(lats, lngs, strict=True)))
        try:
            if outline.kind is CoreKind.POINT:
                return Circle.of(*parts[0][0], outline.radius_m)
            if outline.kind is CoreKind.LINE:
                return Corridor.of(parts[0], outline.radius_m)
            return Polygon.of(parts[0], parts[1:])
        except InvalidInput:
            continue
