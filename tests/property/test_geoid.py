"""Laws of the box around a footprint and of the undulation's range, against geodesics.

Authority for points inside footprints: geographiclib (Karney), which the product's own box code
does not use.
"""

import numpy as np
from geographiclib.geodesic import Geodesic
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openline.geo.bounding_region import BoundingRegion, bounding_region
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.geoid import undulation_m, undulation_range_m
from openline.geo.position import Position

_WGS84 = Geodesic.WGS84
lats = st.floats(-90, 90)
lngs = st.floats(-180, 180)
positions = st.builds(Position, lats, lngs)
bearings = st.floats(0, 360)
parts = st.floats(0, 1)
radii = st.floats(0.0, 1.0).map(lambda u: 0.1 * (5e7**u))  # 0.1 m to 5,000 km


def _inside(box: BoundingRegion, lat: float, lng: float) -> bool:
    east = (lng - box.west_deg) % 360.0
    in_width = east <= box.width_deg + 1e-9 or east >= 360.0 - 1e-9
    return box.south_deg - 1e-9 <= lat <= box.north_deg + 1e-9 and in_width


def _assert_covers(shape: Footprint, lat: float, lng: float) -> None:
    assert _inside(bounding_region(shape), lat, lng)
    low, high = undulation_range_m(shape)
    assert low - 1e-6 <= float(undulation_m(lat, lng)) <= high + 1e-6


@settings(deadline=None, max_examples=400)
@given(positions, radii, bearings, parts)
def test_covers_each_point_of_a_circle(
    centre: Position, radius_m: float, bearing: float, part: float
) -> None:
    point = _WGS84.Direct(*centre, bearing, radius_m * part)
    _assert_covers(Circle(centre, radius_m), point["lat2"], point["lon2"])


@settings(deadline=None, max_examples=400)
@given(positions, bearings, radii, st.floats(0.1, 100_000), parts, bearings, parts)
def test_covers_each_point_of_a_corridor(
    start: Position,
    bearing: float,
    length_m: float,
    half_width_m: float,
    along: float,
    aside: float,
    part: float,
) -> None:
    end = _WGS84.Direct(*start, bearing, length_m * 3.9)  # up to 19,500 km
    path = (start, Position(end["lat2"], end["lon2"]))
    assume(path[0] != path[1])
    line = _WGS84.InverseLine(*path[0], *path[1])
    on_line = line.Position(line.s13 * along)
    point = _WGS84.Direct(on_line["lat2"], on_line["lon2"], aside, half_width_m * part)
    _assert_covers(Corridor(path, half_width_m), point["lat2"], point["lon2"])


@settings(deadline=None, max_examples=200)
@given(positions, radii, radii)
def test_larger_radius_never_narrows(centre: Position, one_m: float, other_m: float) -> None:
    small_m, large_m = sorted((one_m, other_m))
    small = undulation_range_m(Circle(centre, small_m))
    large = undulation_range_m(Circle(centre, large_m))
    assert large[0] <= small[0] + 1e-6
    assert small[1] <= large[1] + 1e-6


@settings(deadline=None, max_examples=200)
@given(lats, lngs)
def test_undulation_lies_between_its_nodes(lat: float, lng: float) -> None:
    south, west = np.floor(lat * 4) / 4, np.floor(lng * 4) / 4
    north = min(south + 0.25, 90.0)
    nodes = undulation_m([south, south, north, north], [west, west + 0.25, west, west + 0.25])
    assert nodes.min() - 1e-6 <= float(undulation_m(lat, lng)) <= nodes.max() + 1e-6
