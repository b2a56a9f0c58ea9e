"""Seeded pairs of volumes, rich in conflicts and in cases at the edge of one.

About half of the pairs conflict. Most were pushed together or apart until their least distance is
within centimetres, metres or some per cent of the minimum; the others are inside each other, in a
hole or a notch, or cross without a vertex of one inside the other. Places: everywhere, at the
poles, across 180 degrees. Sizes: 1 m to 1,000 km.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from tests.oracle import outlines
from tests.oracle.bands import bands
from tests.oracle.cores import Core, CoreKind, Floats
from tests.oracle.judge import Pair
from tests.oracle.lateral import nearness
from tests.oracle.mapping import GEOD
from tests.oracle.outlines import Maker, Outline, Rng

_NAUTICAL_MILE_M = 1852.0
_LATERAL_MINIMA_M = (0.0, 0.0, 0.0, 100.0, 5 * _NAUTICAL_MILE_M, 20 * _NAUTICAL_MILE_M)
_VERTICAL_MINIMA_M = (0.0, 0.0, 150.0, 304.8)
_TIME_MINIMA_S = (0, 0, 60, 300)
_DAY = datetime(2026, 6, 1, tzinfo=UTC)
_PUSHES = 3
_METRES_PER_DEGREE = 111_000.0


@dataclass(frozen=True, slots=True)
class Draft:
    """Two outlines, where the first is, and where the second is from it.

    offset_m: how far beyond the minimum the least distance shall be; None leaves it as it is.
    rounded: whether coordinates have 7 decimals, as in files.
    """

    one: Outline
    two: Outline
    lat_deg: float
    lng_deg: float
    bearing_deg: float
    distance_m: float
    lateral_m: float
    offset_m: float | None
    rounded: bool


def pairs(seed: int, count: int, *, huge: bool = False) -> list[Pair]:
    """`count` pairs; the same for the same arguments. Huge ones reach 500 to 2,500 km each way."""
    rng = np.random.default_rng(seed)
    found: list[Pair] = []
    while len(found) < count:
        drafts = [_draft(rng, huge) for _ in range(count - len(found) + 8)]
        drafts = _pushed(drafts)
        for draft, (one, two) in zip(drafts, _placed(drafts), strict=True):
            sides = _footprint(one), _footprint(two)
            if sides[0] is not None and sides[1] is not None and len(found) < count:
                found.append(_pair(rng, sides[0], sides[1], draft.lateral_m))
    return found


def _draft(rng: Rng, huge: bool) -> Draft:
    lateral = float(rng.choice(_LATERAL_MINIMA_M))
    size = _size(rng, huge)
    other = float(np.clip(size * 10 ** rng.uniform(-2, 0.5), 1.0, 500_000.0))
    recipe = rng.choice(
        ["push", "corner", "notch", "inside", "cross", "overlap", "far"],
        p=[0.5, 0.08, 0.1, 0.12, 0.1, 0.06, 0.04],
    )
    bearing, offset = float(rng.uniform(-180, 180)), None
    if recipe in ("push", "corner"):
        makers, smaller = outlines.ANY, other
        if recipe == "corner":
            makers, bearing = (outlines.box,), float(rng.uniform(30, 60))
        one, two = _make(rng, makers, size), _make(rng, outlines.ANY, smaller)
        offset = _offset(rng, min(size, other))
        distance = one.reach_m + two.reach_m + lateral + 0.05 * size
    elif recipe == "notch":
        one = _make(rng, outlines.HOLLOW, size)
        two = _make(rng, outlines.ANY, max(1.0, size * rng.uniform(0.1, 0.5)))
        distance = float(rng.uniform(0, 0.3)) * size
    elif recipe == "inside":
        one = _make(rng, outlines.ANY, size)
        two = _make(rng, outlines.ANY, max(1.0, size * 10 ** rng.uniform(-2, -0.7)))
        distance = float(rng.uniform(0, 1)) * size
    elif recipe == "cross":
        one = _make(rng, outlines.AREAS + outlines.THIN, size)
        two = _make(rng, outlines.THIN, min(500_000.0, size * rng.uniform(1.2, 4)))
        distance = float(rng.uniform(0, 1)) * size
    else:
        one, two = _make(rng, outlines.ANY, size), _make(rng, outlines.ANY, other)
        distance = (one.reach_m + two.reach_m) * float(rng.uniform(0, 1))
        if recipe == "far":
            distance = distance + one.reach_m + two.reach_m + lateral
    lat, lng = _place(rng, size)
    return Draft(
        one, two, lat, lng, bearing, distance, lateral, offset, bool(rng.random() < 0.5)
    )  # fmt: skip


def _size(rng: Rng, huge: bool) -> float:
    if huge:
        return float(10 ** rng.uniform(5.7, 6.4))
    return float(
        10
        ** rng.choice(
            [rng.uniform(0, 3), rng.uniform(2, 5), rng.uniform(4.5, 5.7)], p=[0.35, 0.53, 0.12]
        )
    )


def _make(rng: Rng, makers: Sequence[Maker], size_m: float) -> Outline:
    return makers[int(rng.integers(len(makers)))](rng, size_m)


def _offset(rng: Rng, size_m: float) -> float:
    scale = float(rng.choice([0.2, 1.0, 10.0, 0.05 * size_m], p=[0.15, 0.35, 0.2, 0.3]))
    return float(rng.uniform(-1.2, 1.0)) * scale


def _place(rng: Rng, size_m: float) -> tuple[float, float]:
    """Latitude and longitude of the first outline's middle."""
    near = size_m / _METRES_PER_DEGREE * float(rng.uniform(-2, 2))
    lat = (
        math.degrees(math.asin(rng.uniform(-1, 1))) if rng.random() < 0.5 else rng.uniform(-80, 80)
    )
    lng = float(rng.uniform(-180, 180))
    where = rng.random()
    if where < 0.12:
        lat = math.copysign(90.0 - min(abs(near), 20.0), rng.uniform(-1, 1))
    elif where < 0.30:
        lng = math.remainder(180.0 + near / max(0.02, math.cos(math.radians(lat))), 360.0)
    elif where < 0.35:
        lat = min(5.0, near)
    elif where < 0.39:
        lat, lng = math.copysign(90.0, rng.uniform(-1, 1)), 0.0
    elif where < 0.42:
        lng = 180.0
    return float(lat), lng


def _pushed(drafts: list[Draft]) -> list[Draft]:
    """Move each second outline along its bearing until the distance is the minimum + offset."""
    moving = [i for i, draft in enumerate(drafts) if draft.offset_m is not None]
    slope = np.ones(len(moving))
    last: Floats | None = None
    moved = np.zeros(len(moving))
    for turn in range(_PUSHES):
        now = nearness(_placed([drafts[i] for i in moving])).distance_m
        if last is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                slope = np.nan_to_num(np.clip((now - last) / moved, 0.2, 1.0), nan=1.0)
        for number, i in enumerate(moving):
            draft, offset = drafts[i], drafts[i].offset_m or 0.0
            # stay apart until the last push: overlapping polygons do not say how deep
            goal = draft.lateral_m + (offset if turn == _PUSHES - 1 else abs(offset) + 0.5)
            push = (goal - now[number]) / slope[number] if now[number] > 0 else abs(goal)
            moved[number] = push
            drafts[i] = replace(draft, distance_m=max(0.0, draft.distance_m + float(push)))
        last = now
    return drafts


def _placed(drafts: Sequence[Draft]) -> list[tuple[Core, Core]]:
    """Both outlines of each draft on the Earth."""
    lng0 = np.array([draft.lng_deg for draft in drafts])
    lat0 = np.array([draft.lat_deg for draft in drafts])
    lng1, lat1, _ = GEOD.fwd(
        lng0,
        lat0,
        np.array([draft.bearing_deg for draft in drafts]),
        np.array([draft.distance_m for draft in drafts]),
    )
    middles = np.stack([lat0, lng0, np.asarray(lat1), np.asarray(lng1)], axis=1).reshape(-1, 2)
    sides = [side for draft in drafts for side in (draft.one, draft.two)]
    points = np.concatenate([part for side in sides for part in side.parts])
    per_side = [sum(len(part) for part in side.parts) for side in sides]
    at = np.repeat(middles, per_side, axis=0)
    azimuth = np.degrees(np.arctan2(points[:, 0], points[:, 1]))
    lng, lat, _ = GEOD.fwd(at[:, 1], at[:, 0], azimuth, np.hypot(points[:, 0], points[:, 1]))
    rounded = np.repeat(np.repeat([draft.rounded for draft in drafts], 2), per_side)
    place = np.stack([np.asarray(lat), np.asarray(lng)], axis=1)
    place[rounded] = np.round(place[rounded], 7)
    result, next_point = [], 0
    for side in sides:
        parts = []
        for part in side.parts:
            chunk = place[next_point : next_point + len(part)]
            parts.append(tuple((lat, lng) for lat, lng in chunk.tolist()))
            next_point += len(part)
        result.append(Core(side.kind, tuple(parts), side.radius_m))
    return list(zip(result[0::2], result[1::2], strict=True))


def _footprint(core: Core) -> Footprint | None:
    """The product's value; None where it would be invalid: too thin, rounded away."""
    try:
        if core.kind is CoreKind.POINT:
            return Circle.of(*core.parts[0][0], core.radius_m)
        if core.kind is CoreKind.LINE:
            return Corridor.of(core.parts[0], core.radius_m)
        return Polygon.of(core.parts[0], core.parts[1:])
    except InvalidInput:
        return None


def _pair(rng: Rng, one: Footprint, two: Footprint, lateral_m: float) -> Pair:
    separation = Separation(
        lateral_m,
        float(rng.choice(_VERTICAL_MINIMA_M)),
        timedelta(seconds=int(rng.choice(_TIME_MINIMA_S))),
    )
    first, second = bands(rng, separation.vertical_m)
    (start_a, end_a), (start_b, end_b) = _windows(rng, separation.time)
    return Volume4D(one, first, start_a, end_a), Volume4D(two, second, start_b, end_b), separation


Window = tuple[datetime, datetime]


def _windows(rng: Rng, minimum: timedelta) -> tuple[Window, Window]:
    """Two windows: mostly overlapping, else apart by the minimum or a little off it."""
    start = _DAY + timedelta(seconds=float(rng.uniform(0, 86_400)))
    one = timedelta(seconds=float(10 ** rng.uniform(1.5, 4)))
    two = timedelta(seconds=float(10 ** rng.uniform(1.5, 4)))
    end = start + one
    if rng.random() < 0.82:
        begin = start - two + (one + two) * float(rng.uniform(0.02, 0.98))
    else:
        microseconds = int(
            rng.choice([-1, 0, 1, -1_000_000, 1_000_000, -20_000_000, 3_600_000_000])
        )
        gap = minimum + timedelta(microseconds=microseconds)
        begin = end + gap if rng.random() < 0.5 else start - gap - two
    return (start, end), (begin, begin + two)
