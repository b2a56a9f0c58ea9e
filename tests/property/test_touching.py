"""Volumes that only touch are separated: shared edges, junctions, tangents, faces, instants.

Each case is also pushed in by a few centimetres, where it must conflict.
"""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from openline.airspace.detect import volume_conflict
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon

GEOD = Geod(ellps="WGS84")
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PUSH_M = 0.05

Place = tuple[float, float]

lats = st.floats(-90.0, 90.0) | st.sampled_from([-90.0, -89.9999, 0.0, 60.0, 89.9999, 90.0])
lngs = st.floats(-180.0, 180.0) | st.sampled_from([-180.0, 180.0, 179.9999, 0.0])
bearings = st.floats(-180.0, 180.0)
radii = st.floats(0.0, 5.3).map(lambda exponent: 10.0**exponent)  # 1 m to 200 km
minima = st.sampled_from([0.0, 100.0, 9260.0, 37_040.0])
some = settings(deadline=None, max_examples=80)


def _volume(footprint: Footprint) -> Volume4D:
    return Volume4D.over_ellipsoid(footprint, 100.0, 200.0, START, START + HOUR)


def _conflict(one: Footprint, two: Footprint, lateral_m: float = 0.0) -> bool:
    separation = Separation(lateral_m)
    there = volume_conflict(_volume(one), _volume(two), separation)
    back = volume_conflict(_volume(two), _volume(one), separation)
    assert (there is None) == (back is None)
    return there is not None


def _ahead(start: Place, bearing_deg: float, length_m: float) -> tuple[Place, float]:
    """Where a geodesic of this length ends, and its direction there."""
    lng, lat, back = GEOD.fwd(start[1], start[0], bearing_deg, length_m)
    return (float(lat), float(lng)), float(back) + 180.0


@some
@given(lats, lngs, bearings, radii, radii, minima)
def test_tangent_circles(
    lat: float, lng: float, bearing: float, one_m: float, two_m: float, minimum_m: float
) -> None:
    there, _ = _ahead((lat, lng), bearing, one_m + two_m + minimum_m)
    one = Circle.of(lat, lng, one_m)
    assert not _conflict(one, Circle.of(*there, two_m), minimum_m)
    assert _conflict(one, Circle.of(*there, two_m + PUSH_M), minimum_m)


@some
@given(lats, lngs, bearings, radii, radii, radii, minima)
def test_a_circle_beside_a_corridor(
    lat: float,
    lng: float,
    bearing: float,
    length_m: float,
    half_width_m: float,
    radius_m: float,
    minimum_m: float,
) -> None:
    middle = (lat, lng)
    start, _ = _ahead(middle, bearing + 180.0, length_m)
    end, _ = _ahead(middle, bearing, length_m)
    corridor = Corridor.of([start, middle, end], half_width_m)
    beside, _ = _ahead(middle, bearing + 90.0, half_width_m + radius_m + minimum_m)
    assert not _conflict(corridor, Circle.of(*beside, radius_m), minimum_m)
    assert _conflict(corridor, Circle.of(*beside, radius_m + PUSH_M), minimum_m)


@some
@given(lats, lngs, bearings, radii, radii)
def test_a_circle_on_the_edge_of_a_polygon(
    lat: float, lng: float, bearing: float, size_m: float, radius_m: float
) -> None:
    middle = (lat, lng)
    start, _ = _ahead(middle, bearing + 180.0, size_m)
    end, _ = _ahead(middle, bearing, size_m)
    tip, _ = _ahead(middle, bearing - 90.0, size_m)
    beside, _ = _ahead(middle, bearing + 90.0, radius_m)
    area = Polygon.of([start, end, tip])
    assert not _conflict(area, Circle.of(*beside, radius_m))
    assert _conflict(area, Circle.of(*beside, radius_m + PUSH_M))


@some
@given(lats, lngs, bearings, st.floats(1.0, 5.3).map(lambda exponent: 10.0**exponent))
def test_polygons_that_share_an_edge(lat: float, lng: float, bearing: float, size_m: float) -> None:
    middle = (lat, lng)
    start, _ = _ahead(middle, bearing + 180.0, size_m)
    end, _ = _ahead(middle, bearing, size_m)
    left, _ = _ahead(middle, bearing - 90.0, size_m)
    right, _ = _ahead(middle, bearing + 90.0, size_m)
    across, _ = _ahead(middle, bearing - 90.0, PUSH_M)
    assert not _conflict(Polygon.of([start, end, left]), Polygon.of([end, right, start]))
    assert _conflict(Polygon.of([start, end, left]), Polygon.of([end, right, start, across]))


@some
@given(lats, lngs, bearings, st.floats(1.5, 5.3).map(lambda exponent: 10.0**exponent))
def test_junctions_rounded_to_seven_decimals(
    lat: float, lng: float, bearing: float, size_m: float
) -> None:
    """Two corners of one area lie on another's edge; rounding moves each by up to 8 mm."""
    middle = (lat, lng)
    start, _ = _ahead(middle, bearing + 180.0, size_m)
    end, _ = _ahead(middle, bearing, size_m)
    left, _ = _ahead(middle, bearing - 90.0, size_m)
    corners = [_ahead(middle, bearing + 180.0, 0.6 * size_m)[0], middle]
    right, _ = _ahead(middle, bearing + 120.0, 0.7 * size_m)
    area = Polygon.of([start, end, left])
    rounded = [(round(p[0], 7), round(p[1], 7)) for p in (*corners, right)]
    assert not _conflict(area, Polygon.of(rounded))
    inside, _ = _ahead(middle, bearing - 90.0, PUSH_M + 0.01)
    assert _conflict(area, Polygon.of([corners[0], inside, right]))


@some
@given(
    st.integers(-9, 8), st.integers(-18, 17), st.sampled_from([0.001, 0.1, 1.0, 10.0]), st.data()
)
def test_cells_of_a_grid(row: int, column: int, step_deg: float, data: st.DataObject) -> None:
    """The eight neighbours of a cell between parallels and meridians touch it."""
    row_step, column_step = data.draw(st.sampled_from([(0, 1), (1, 0), (1, 1), (1, -1)]))

    def cell(i: int, j: int) -> Polygon:
        south, north = (min(90.0, max(-90.0, (i + k) * step_deg)) for k in (0, 1))
        west, east = (math.remainder((j + k) * step_deg, 360.0) for k in (0, 1))
        ring = [(south, west), (south, east), (north, east), (north, west)]
        ring = [(a, 0.0) if abs(a) == 90.0 else (a, b) for a, b in ring]
        return Polygon.of(list(dict.fromkeys(ring)))

    if abs((row + row_step) * step_deg) >= 90.0:
        return
    assert not _conflict(cell(row, column), cell(row + row_step, column + column_step))
    assert _conflict(cell(row, column), cell(row, column))


SQUARE = Circle.of(47.0, 8.0, 500.0)


@some
@given(
    st.floats(-100.0, 5000.0), st.floats(1.0, 800.0), st.sampled_from([0.0, 150.0, 304.8, 609.6])
)
def test_stacked_bands(face_m: float, thickness_m: float, minimum_m: float) -> None:
    low = Volume4D.over_ellipsoid(SQUARE, face_m - thickness_m, face_m, START, START + HOUR)
    base = face_m + minimum_m
    high = Volume4D.over_ellipsoid(SQUARE, base, base + thickness_m, START, START + HOUR)
    separation = Separation(0.0, minimum_m)
    assert volume_conflict(low, high, separation) is None
    assert volume_conflict(high, low, separation) is None
    sunk = Volume4D.over_ellipsoid(SQUARE, base - PUSH_M, base + thickness_m, START, START + HOUR)
    assert volume_conflict(low, sunk, separation) is not None


@some
@given(
    st.sampled_from([AltitudeReference.AMSL, AltitudeReference.FL]),
    st.integers(10, 400),
    st.sampled_from([0, 1000]),
    lats,
    lngs,
)
def test_stacked_levels_in_feet(
    reference: AltitudeReference, level: int, minimum_ft: int, lat: float, lng: float
) -> None:
    """Limits over one datum are compared there, however far they are widened over the ellipsoid."""
    footprint = Circle.of(lat, lng, 20_000.0)

    def volume(low_ft: int, high_ft: int) -> Volume4D:
        limits = [Altitude(float(value), reference, AltitudeUnit.FT) for value in (low_ft, high_ft)]
        band = resolve_band(limits[0], limits[1], footprint, AltitudePolicy(qnh_hpa=1003.0))
        return Volume4D(footprint, band, START, START + HOUR)

    face = 100 * level
    low, separation = volume(face - 500, face), Separation(0.0, minimum_ft * 0.3048)
    high = volume(face + minimum_ft, face + minimum_ft + 500)
    assert volume_conflict(low, high, separation) is None
    assert volume_conflict(high, low, separation) is None
    sunk = volume(face + minimum_ft - 1, face + minimum_ft + 500)
    assert volume_conflict(low, sunk, separation) is not None


@some
@given(st.integers(1, 10**11), st.integers(1, 10**11), st.sampled_from([0, 1, 60, 300]))
def test_windows_back_to_back(one_us: int, two_us: int, minimum_s: int) -> None:
    minimum = timedelta(seconds=minimum_s)
    end = START + timedelta(microseconds=one_us)
    begin = end + minimum
    first = Volume4D.over_ellipsoid(SQUARE, 0.0, 100.0, START, end)
    second = Volume4D.over_ellipsoid(
        SQUARE, 0.0, 100.0, begin, begin + timedelta(microseconds=two_us)
    )
    separation = Separation(time=minimum)
    assert volume_conflict(first, second, separation) is None
    assert volume_conflict(second, first, separation) is None
    earlier = replace(second, time_start=begin - timedelta(microseconds=1))
    assert volume_conflict(first, earlier, separation) is not None
