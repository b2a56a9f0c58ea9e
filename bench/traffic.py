"""Generated traffic: a metropolis in a country over one week, the same for the same seed.

Shape of it (all sizes log-uniform, so that small ones are common):
- half of the volumes lie round the metropolis (normal, 20 km), half all over a country of
  900 x 700 km; they begin at any time within 7 days;
- footprints 0.3-8 km across: 45 % polygons of 4-12 vertices (half of them not convex), 40 %
  circles, 15 % corridors; 30-300 m thick between 50 and 2,000 m; 5-120 minutes;
- of ten intents seven have one volume, three have 2-6 that follow each other in place and time;
- 0.5 % are closures: constraints 50-300 km across, anywhere in the country;
- 60 parties, the largest with some thirty times the intents of the smallest; 8 authorities close.

Everything goes through the validated constructors: what is measured is what a user gets.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from openline.airspace.entity import Constraint, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.formats.traffic import Traffic
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position

SEED: Final = 20_260_101
METROPOLIS: Final = Position(48.5, 9.5)
METROPOLIS_SIGMA_M: Final = 20_000.0
COUNTRY_HALF_EAST_M: Final = 450_000.0
COUNTRY_HALF_NORTH_M: Final = 350_000.0
FIRST_DAY: Final = datetime(2026, 6, 1, tzinfo=UTC)
DAYS: Final = 7.0
SECONDS_PER_DAY: Final = 86_400.0
CLOSURE_SHARE: Final = 0.005
PARTIES: Final = 60
AUTHORITIES: Final = 8
_METRES_PER_DEGREE: Final = 111_195.0
_POLYGON_SHARE: Final = 0.45
_CIRCLE_SHARE: Final = 0.40
_CHAIN_SHARE: Final = 0.30

Numbers = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Draws:
    """All random numbers of the volumes, drawn at once: one row for each volume."""

    lat: Numbers
    lng: Numbers
    size_m: Numbers
    shape: Numbers
    angle: Numbers
    corners: Numbers  # (n, 12, 2): angle within its slot, radius
    count: npt.NDArray[np.int64]
    low_m: Numbers
    thick_m: Numbers
    start_s: Numbers
    duration_s: Numbers


def generate(
    volumes: int, seed: int = SEED, *, days: float = DAYS, progress: Progress | None = None
) -> Traffic:
    """Traffic with exactly that many volumes, beginning within so many days: fewer are denser."""
    rng = np.random.default_rng([seed, volumes])
    closures = round(volumes * CLOSURE_SHARE)
    flights = volumes - closures
    lengths = _chain_lengths(rng, flights)
    parties = _parties(rng, len(lengths))
    seconds = days * SECONDS_PER_DAY
    draws = _draw(rng, flights, seconds)
    _chain(draws, lengths)
    intents = []
    first = 0
    for number, length in enumerate(lengths.tolist()):
        rows = range(first, first + length)
        intents.append(
            OperationalIntent(
                f"intent-{number}",
                f"party-{parties[number]:02d}",
                tuple(_volume(draws, row) for row in rows),
            )
        )
        first += length
        if progress is not None and number % 4096 == 0:
            progress(first, volumes)
    return Traffic(tuple(intents), _closures(rng, closures, seconds))


def _log_uniform(rng: np.random.Generator, low: float, high: float, count: int) -> Numbers:
    return np.exp(rng.uniform(math.log(low), math.log(high), count))


def _chain_lengths(rng: np.random.Generator, volumes: int) -> npt.NDArray[np.int64]:
    """How many volumes each intent has; they add up to `volumes`."""
    lengths = np.where(
        rng.random(volumes) < _CHAIN_SHARE, rng.integers(2, 7, volumes), np.ones(volumes, np.int64)
    )
    ends = np.cumsum(lengths)
    used = int(np.searchsorted(ends, volumes)) + 1
    lengths = lengths[:used].astype(np.int64)
    if used:
        lengths[-1] -= ends[used - 1] - volumes
    return lengths


def _parties(rng: np.random.Generator, count: int) -> list[int]:
    weights = 1.0 / np.arange(2, PARTIES + 2)
    chosen = rng.choice(PARTIES, size=count, p=weights / weights.sum())
    return [int(number) for number in chosen]


def _degrees(north_m: Numbers, east_m: Numbers) -> tuple[Numbers, Numbers]:
    lat = METROPOLIS.lat_deg + north_m / _METRES_PER_DEGREE
    lng = METROPOLIS.lng_deg + east_m / (_METRES_PER_DEGREE * np.cos(np.radians(lat)))
    return lat, lng


def _draw(rng: np.random.Generator, count: int, seconds: float) -> _Draws:
    urban = rng.random(count) < 0.5
    north = np.where(
        urban,
        rng.normal(0.0, METROPOLIS_SIGMA_M, count),
        rng.uniform(-COUNTRY_HALF_NORTH_M, COUNTRY_HALF_NORTH_M, count),
    )
    east = np.where(
        urban,
        rng.normal(0.0, METROPOLIS_SIGMA_M, count),
        rng.uniform(-COUNTRY_HALF_EAST_M, COUNTRY_HALF_EAST_M, count),
    )
    lat, lng = _degrees(north, east)
    return _Draws(
        lat=lat,
        lng=lng,
        size_m=_log_uniform(rng, 300.0, 8_000.0, count),
        shape=rng.random(count),
        angle=rng.uniform(0.0, 2 * math.pi, count),
        corners=rng.random((count, 12, 2)),
        count=rng.integers(4, 13, count),
        low_m=rng.uniform(50.0, 1_700.0, count),
        thick_m=_log_uniform(rng, 30.0, 300.0, count),
        start_s=rng.uniform(0.0, seconds, count),
        duration_s=_log_uniform(rng, 300.0, 7_200.0, count),
    )


def _chain(draws: _Draws, lengths: npt.NDArray[np.int64]) -> None:
    """Lay the volumes of one intent behind each other: places touch, times overlap by a minute."""
    firsts = np.cumsum(lengths) - lengths
    for first, length in zip(
        firsts[lengths > 1].tolist(), lengths[lengths > 1].tolist(), strict=True
    ):
        rows = slice(first, first + length)
        size = draws.size_m[first]
        draws.size_m[rows] = size
        draws.duration_s[rows] = max(300.0, draws.duration_s[first] / length)
        ahead = size * 0.9 * np.arange(length) / _METRES_PER_DEGREE
        cos_lat = math.cos(math.radians(draws.lat[first]))
        draws.lat[rows] = draws.lat[first] + ahead * math.cos(draws.angle[first])
        draws.lng[rows] = draws.lng[first] + ahead * math.sin(draws.angle[first]) / cos_lat
        draws.angle[rows] = draws.angle[first]
        draws.low_m[rows] = draws.low_m[first]
        step = draws.duration_s[first] - 60.0
        draws.start_s[rows] = draws.start_s[first] + step * np.arange(length)


def _volume(draws: _Draws, row: int) -> Volume4D:
    low = round(float(draws.low_m[row]), 1)
    start = FIRST_DAY + timedelta(seconds=round(float(draws.start_s[row])))
    return Volume4D.over_ellipsoid(
        _footprint(draws, row),
        low,
        round(low + float(draws.thick_m[row]), 1),
        start,
        start + timedelta(seconds=round(float(draws.duration_s[row]))),
    )


def _footprint(draws: _Draws, row: int) -> Footprint:
    lat, lng = float(draws.lat[row]), float(draws.lng[row])
    half = float(draws.size_m[row]) / 2
    shape = draws.shape[row]
    if shape < _POLYGON_SHARE:
        convex = shape < _POLYGON_SHARE / 2
        return _polygon(lat, lng, half, draws.corners[row, : draws.count[row]], convex)
    if shape < _POLYGON_SHARE + _CIRCLE_SHARE:
        return Circle(Position(lat, lng), half)
    width = half * (0.1 + 0.2 * float(draws.corners[row, 0, 0]))
    legs = 2 + int(draws.count[row] % 3)
    angle = float(draws.angle[row])
    bends = (draws.corners[row, :legs, 1] - 0.5) * half * 0.6
    reach = 0.95 * half - width
    along = np.linspace(-reach, reach, legs)
    north = along * math.cos(angle) - bends * math.sin(angle)
    east = along * math.sin(angle) + bends * math.cos(angle)
    return Corridor(_positions(lat, lng, north, east), width)


def _polygon(lat: float, lng: float, half_m: float, draws: Numbers, convex: bool) -> Polygon:
    """Corners in order round the centre, each in its own slot: never crossing."""
    count = len(draws)
    angles = (np.arange(count) + 0.8 * draws[:, 0]) * (2 * math.pi / count)
    radii = np.ones(count) if convex else 0.4 + 0.6 * draws[:, 1]
    radii *= half_m / radii.max()
    return Polygon(_positions(lat, lng, radii * np.cos(angles), radii * np.sin(angles)))


def _positions(lat: float, lng: float, north: Numbers, east: Numbers) -> tuple[Position, ...]:
    lats = lat + north / _METRES_PER_DEGREE
    lngs = lng + east / (_METRES_PER_DEGREE * math.cos(math.radians(lat)))
    return tuple(map(Position, lats.tolist(), lngs.tolist()))


def _closures(rng: np.random.Generator, count: int, seconds: float) -> tuple[Constraint, ...]:
    lat, lng = _degrees(
        rng.uniform(-COUNTRY_HALF_NORTH_M, COUNTRY_HALF_NORTH_M, count),
        rng.uniform(-COUNTRY_HALF_EAST_M, COUNTRY_HALF_EAST_M, count),
    )
    half = _log_uniform(rng, 50_000.0, 300_000.0, count) / 2
    corners = rng.random((count, 12, 2))
    vertices = rng.integers(4, 13, count)
    low = rng.uniform(0.0, 2_000.0, count)
    thick = _log_uniform(rng, 100.0, 1_000.0, count)
    start = rng.uniform(0.0, seconds, count)
    duration = _log_uniform(rng, 300.0, 7_200.0, count)
    found = []
    for row in range(count):
        centre = Position(float(lat[row]), float(lng[row]))
        footprint: Footprint = (
            Circle(centre, float(half[row]))
            if row % 2
            else _polygon(*centre, float(half[row]), corners[row, : vertices[row]], False)
        )
        begin = FIRST_DAY + timedelta(seconds=round(float(start[row])))
        volume = Volume4D.over_ellipsoid(
            footprint,
            round(float(low[row]), 1),
            round(float(low[row] + thick[row]), 1),
            begin,
            begin + timedelta(seconds=round(float(duration[row]))),
        )
        party = f"authority-{row % AUTHORITIES}"
        found.append(Constraint(f"closure-{row}", party, (volume,), reason="closed"))
    return tuple(found)
