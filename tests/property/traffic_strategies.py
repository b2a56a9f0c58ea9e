"""Hypothesis strategies for traffic of every kind, as it could have been read from a file."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from hypothesis import strategies as st

from openline.airspace.entity import Constraint, Entity, IntentState, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import (
    SURFACE,
    UNLIMITED,
    Altitude,
    AltitudeReference,
    AltitudeUnit,
)
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon, Ring
from openline.geo.position import Position
from openline.limits import TIME_MAX, TIME_MIN

POLICY: Final = AltitudePolicy(ground_amsl_m=(0.0, 1000.0), qnh_hpa=1013.0)
OPTIONS: Final = ReadOptions(altitude=POLICY)
_NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
_SIDES_MAX: Final = 8
_E = TypeVar("_E", OperationalIntent, Constraint, Notice)

# what no table, line or spreadsheet may break: quotes, separators, line ends, formulas
awkward = st.sampled_from(
    ["=1+1", "-2", "'=x", "'", '"', 'a"b', "a,b", "a;b", "ä\u2028ö", "NaN", "日本", "🚁"]
)
names = (
    st.one_of(
        awkward,
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    )
    .map(str.strip)
    .filter(bool)
)
optional_names = st.none() | names
latitudes = st.floats(-85, 85)
longitudes = st.floats(-180, 180)


def _around(lat: float, lng: float, angle: float, share: float) -> Position:
    north = 0.05 * share * math.sin(angle)
    east = 0.05 * share * math.cos(angle) / math.cos(math.radians(lat))
    return Position(lat + north, (lng + east + 180.0) % 360.0 - 180.0)


@st.composite
def polygons(draw: st.DrawFn, *, holes: bool = True) -> Polygon:
    """Stars round a centre: simple whatever the radii; a hole is the same star, smaller."""
    lat, lng = draw(latitudes), draw(longitudes)
    count = draw(st.integers(3, _SIDES_MAX))
    shares = draw(st.lists(st.floats(0.5, 1), min_size=count, max_size=count))
    turn = draw(st.floats(0, 6))

    def ring(scale: float) -> Ring:
        angles = (turn + math.tau * n / count for n in range(count))
        pairs = zip(angles, shares, strict=True)
        return tuple(_around(lat, lng, angle, share * scale) for angle, share in pairs)

    inner = (ring(0.3),) if holes and draw(st.booleans()) else ()
    return Polygon(ring(1.0), inner)


circles = st.builds(
    Circle, st.builds(Position, st.floats(-90, 90), longitudes), st.floats(0.1, 50_000)
)


@st.composite
def corridors(draw: st.DrawFn) -> Corridor:
    """Lines that wander eastwards."""
    lat, lng = draw(latitudes), draw(longitudes)
    count = draw(st.integers(2, 5))
    path = tuple(_around(lat, lng, draw(st.floats(-1.5, 1.5)), n + 1) for n in range(count))
    return Corridor(path, draw(st.floats(1, 5_000)))


footprints = st.one_of(polygons(), circles, corridors())


@st.composite
def bands(draw: st.DrawFn) -> tuple[Altitude, Altitude]:
    """Lower and upper limit of one datum, or from the surface, or unlimited."""
    reference = draw(st.sampled_from(AltitudeReference))
    unit = draw(st.sampled_from(AltitudeUnit))
    # Flight levels are whole hundreds of feet; a fraction would not survive being written in them.
    whole = reference is AltitudeReference.FL or draw(st.booleans())
    low = draw(st.integers(0, 20).map(lambda n: n * 100.0) if whole else st.floats(0, 2_000))
    high = low + draw(st.integers(5, 30).map(lambda n: n * 100.0) if whole else st.floats(500, 3e3))
    lower, upper = Altitude(low, reference, unit), Altitude(high, reference, unit)
    if draw(st.booleans()):
        lower = SURFACE
        # widened over the whole range of the ground, a low ceiling could be below it
        upper = replace(upper, value=upper.value + 8_000)
    return lower, UNLIMITED if draw(st.booleans()) else upper


w84_bands = st.tuples(st.floats(-400, 5_000), st.floats(1, 5_000)).map(
    lambda pair: (Altitude(pair[0]), Altitude(pair[0] + pair[1]))
)


@st.composite
def windows(draw: st.DrawFn) -> tuple[datetime, datetime]:
    """A start and a later end, to the microsecond."""
    start = _NOON + timedelta(microseconds=draw(st.integers(-(10**12), 10**12)))
    return start, start + timedelta(microseconds=draw(st.integers(1, 10**11)))


@st.composite
def volumes(
    draw: st.DrawFn,
    footprints: st.SearchStrategy[Footprint],
    bands: st.SearchStrategy[tuple[Altitude, Altitude]],
) -> Volume4D:
    """A volume, its band resolved by POLICY."""
    footprint = draw(footprints)
    lower, upper = draw(bands)
    return Volume4D(footprint, resolve_band(lower, upper, footprint, POLICY), *draw(windows()))


@st.composite
def traffic(
    draw: st.DrawFn,
    volume: st.SearchStrategy[Volume4D],
    name: st.SearchStrategy[str | None] = optional_names,
    *,
    notices: bool = True,
) -> Traffic:
    """Up to three entities of each kind with ids of their own."""
    parts = st.lists(volume, min_size=1, max_size=3).map(tuple)
    states, priorities = st.sampled_from(IntentState), st.integers(-(10**6), 10**6)
    intent = st.builds(OperationalIntent, names, names, parts, states, priorities, name)
    constraint = st.builds(Constraint, names, names, parts, optional_names, name)

    @st.composite
    def notice(draw: st.DrawFn) -> Notice:
        start, end = draw(windows())
        places = draw(st.just(()) | parts)
        text = draw(optional_names)
        return Notice(draw(names), draw(names), start, end, places, text, draw(name))

    def several(of: st.SearchStrategy[_E]) -> tuple[_E, ...]:
        return tuple(draw(st.lists(of, max_size=3, unique_by=_key)))

    intents, constraints = several(intent), several(constraint.map(_maybe_permanent))
    return Traffic(intents, constraints, several(notice()) if notices else ())


def _key(entity: Entity) -> tuple[str, str]:
    return entity.party, entity.id


def _maybe_permanent(constraint: Constraint) -> Constraint:
    """Half of all constraints have no times."""
    if constraint.volumes[0].time_start.microsecond % 2:
        return constraint
    lasting = tuple(
        replace(volume, time_start=TIME_MIN, time_end=TIME_MAX) for volume in constraint.volumes
    )
    return replace(constraint, volumes=lasting)


def without_sources(traffic: Traffic) -> Traffic:
    """The traffic without where it was read and what was said about it."""
    return Traffic(
        tuple(replace(intent, source=None) for intent in traffic.intents),
        tuple(replace(constraint, source=None) for constraint in traffic.constraints),
        tuple(replace(notice, source=None) for notice in traffic.notices),
    )
