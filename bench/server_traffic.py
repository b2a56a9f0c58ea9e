"""Operational intents for a server: as a client sends them and as a store keeps them.

Two skies:
- spread: shapes, heights and lengths of the generated traffic (polygons and circles; F3548 has no
  corridors), beginning at any time within a week; beyond BASE_INTENTS the places of what is there
  repeat at other times and heights, those of new intents never do;
- one cell: all within one S2 cell of level 13 (about 1.3 km²) and one day: circles of 20-100 m
  radius, 30-60 m thick up to 600 m, 5-20 minutes.
The extents are made by the server's own code from the body, so both say the same.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from bench import traffic
from bench.measure import progress
from openline.airspace.coarse import coarsened
from openline.airspace.extent import Extent
from openline.airspace.volume import Volume4D
from openline.api.f3548 import wire
from openline.api.f3548.to_domain import extents_of
from openline.formats.instants import format_instant
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.limits import AREA_MAX_KM2

BASE_INTENTS: Final = 20_000
_WEEK_S: Final = traffic.DAYS * traffic.SECONDS_PER_DAY
_METRES_PER_DEGREE: Final = 111_195.0
_LEVEL: Final = 13
_HALF_CELL_M: Final = 550.0
_MOVED_DEG: Final = 0.01


class Planned(NamedTuple):
    """One intent: its volumes as JSON values, and the same as extents."""

    volumes: list[dict[str, Any]]
    extents: tuple[Extent, ...]


class Intents(NamedTuple):
    """Two endless rows of intents: what is there before, and new ones, each at a new place."""

    planned: Iterator[Planned]
    fresh: Iterator[Planned]


def spread(base: int, seed: int, first: datetime) -> Intents:
    """From `first` on for a week; what is there before has `base` different places at most."""
    known: list[Planned] = []
    return Intents(
        _planned_spread(known, min(base, BASE_INTENTS), seed, first),
        _fresh_spread(known, seed + 1, first),
    )


def _planned_spread(
    known: list[Planned], base: int, seed: int, first: datetime
) -> Iterator[Planned]:
    shift = first - traffic.FIRST_DAY
    with progress("places") as tell:
        for intent in traffic.generate(4 * base, seed).intents:
            shapes = [volume.footprint for volume in intent.volumes]
            if len(known) < base and not any(isinstance(shape, Corridor) for shape in shapes):
                known.append(_planned([_volume(one, shift) for one in intent.volumes]))
                tell(len(known), base)
                yield known[-1]
    rng = random.Random(seed)
    while True:
        yield _elsewhen(rng.choice(known), first, rng)


def _fresh_spread(known: list[Planned], seed: int, first: datetime) -> Iterator[Planned]:
    rng = random.Random(seed)
    while True:
        planned = _elsewhen(rng.choice(known), first, rng)
        north, east = rng.uniform(-_MOVED_DEG, _MOVED_DEG), rng.uniform(-_MOVED_DEG, _MOVED_DEG)
        yield _planned([_moved(volume, north, east) for volume in planned.volumes])


def _moved(volume: dict[str, Any], north: float, east: float) -> dict[str, Any]:
    """The volume elsewhere."""
    outline = volume["volume"]
    if "outline_circle" in outline:
        circle = outline["outline_circle"]
        moved = {"outline_circle": circle | {"center": _beside(circle["center"], north, east)}}
    else:
        points = outline["outline_polygon"]["vertices"]
        vertices = [_beside(point, north, east) for point in points]
        moved = {"outline_polygon": {"vertices": vertices}}
    return volume | {"volume": outline | moved}


def _beside(point: dict[str, float], north: float, east: float) -> dict[str, float]:
    return {"lat": round(point["lat"] + north, 7), "lng": round(point["lng"] + east, 7)}


def one_cell(seed: int, first: datetime) -> Intents:
    """All in one level-13 cell, from `first` on for a day."""
    return Intents(_in_one_cell(seed, first), _in_one_cell(seed + 1, first))


def _in_one_cell(seed: int, first: datetime) -> Iterator[Planned]:
    rng = random.Random(seed)
    lat, lng = traffic.METROPOLIS
    cell = _home(lat, lng)
    while True:
        north, east = (rng.uniform(-_HALF_CELL_M, _HALF_CELL_M) for _ in range(2))
        here = lat + north / _METRES_PER_DEGREE
        there = lng + east / (_METRES_PER_DEGREE * math.cos(math.radians(lat)))
        low_m = round(rng.uniform(0.0, 540.0), 1)
        high_m = round(low_m + rng.uniform(30.0, 60.0), 1)
        start = first + timedelta(seconds=round(rng.uniform(0.0, traffic.SECONDS_PER_DAY)))
        end = start + timedelta(seconds=round(rng.uniform(300.0, 1_200.0)))
        outline = _circle(here, there, rng.uniform(20.0, 100.0))
        planned = _planned([_described(outline, low_m, high_m, start, end)])
        if coarsened(planned.extents[0].cells, _LEVEL) == cell:
            yield planned


def _home(lat: float, lng: float) -> tuple[int, ...]:
    instant = traffic.FIRST_DAY
    volume = _described(_circle(lat, lng, 1.0), 0.0, 1.0, instant, instant + timedelta(hours=1))
    cells = coarsened(_planned([volume]).extents[0].cells, _LEVEL)
    return cells[:1]


def _planned(volumes: list[dict[str, Any]]) -> Planned:
    return Planned(volumes, extents_of(msgspec.convert(volumes, list[wire.Volume4D]), AREA_MAX_KM2))


def _elsewhen(planned: Planned, first: datetime, rng: random.Random) -> Planned:
    """The same places, at another time of the week and another height."""
    start = first + timedelta(seconds=round(rng.uniform(0.0, _WEEK_S)))
    shift = start - planned.extents[0].time_start
    low_m, thick_m = round(rng.uniform(50.0, 1_700.0), 1), round(rng.uniform(30.0, 300.0), 1)
    extents = tuple(
        replace(
            one,
            time_start=one.time_start + shift,
            time_end=one.time_end + shift,
            altitude_lower_m=low_m,
            altitude_upper_m=low_m + thick_m,
        )
        for one in planned.extents
    )
    volumes = [
        _described(volume["volume"], low_m, low_m + thick_m, one.time_start, one.time_end)
        for volume, one in zip(planned.volumes, extents, strict=True)
    ]
    return Planned(volumes, extents)


def _volume(volume: Volume4D, shift: timedelta) -> dict[str, Any]:
    footprint = volume.footprint
    if isinstance(footprint, Circle):
        outline = _circle(*footprint.centre, footprint.radius_m)
    else:
        assert not isinstance(footprint, Corridor)
        points = [{"lat": round(lat, 7), "lng": round(lng, 7)} for lat, lng in footprint.outer]
        outline = {"outline_polygon": {"vertices": points}}
    return _described(
        outline,
        volume.altitude_lower_m,
        volume.altitude_upper_m,
        volume.time_start + shift,
        volume.time_end + shift,
    )


def _circle(lat: float, lng: float, radius_m: float) -> dict[str, Any]:
    centre = {"lat": round(lat, 7), "lng": round(lng, 7)}
    radius = {"value": round(radius_m, 1), "units": "M"}
    return {"outline_circle": {"center": centre, "radius": radius}}


def _described(
    outline: dict[str, Any], low_m: float, high_m: float, start: datetime, end: datetime
) -> dict[str, Any]:
    limits = (("altitude_lower", low_m), ("altitude_upper", high_m))
    return {
        "volume": outline
        | {name: {"value": value, "reference": "W84", "units": "M"} for name, value in limits},
        "time_start": {"value": format_instant(start), "format": "RFC3339"},
        "time_end": {"value": format_instant(end), "format": "RFC3339"},
    }


def put_body(
    planned: Planned, key: list[str], suffix: str, url: str, *, subscribing: bool
) -> bytes:
    """The body of a request that creates the intent."""
    body: dict[str, Any] = {
        "extents": planned.volumes,
        "key": key,
        "state": "Accepted",
        "uss_base_url": url,
        "requested_ovn_suffix": suffix,
    }
    if subscribing:
        body["new_subscription"] = {"uss_base_url": url, "notify_for_constraints": False}
    return json.dumps(body, separators=(",", ":")).encode()
