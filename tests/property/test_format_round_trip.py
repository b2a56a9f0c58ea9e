"""Laws of the formats that are written: what was written reads back as it was.

1. GeoJSON, JSON lines, CSV: everything but the source, every coordinate and limit to the last bit.
2. F3548: the same for polygons without holes and circles with W84 limits, names aside.
3. F3548 of anything: the volumes read back contain the written ones in altitude and time, and all
   of a corridor is in the polygons written for it.
4. Writing again what was read gives the same bytes.
"""

from itertools import pairwise
from types import ModuleType

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openline.formats import csv_table, f3548, geojson, jsonl
from openline.formats.traffic import Traffic
from openline.geo.corridor import Corridor
from openline.geo.enclosing import polygons_around
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from tests.property import traffic_strategies as strategies
from tests.property.traffic_strategies import OPTIONS, without_sources

SOME = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
any_traffic = strategies.traffic(strategies.volumes(strategies.footprints, strategies.bands()))
f3548_traffic = strategies.traffic(
    strategies.volumes(strategies.polygons(holes=False) | strategies.circles, strategies.w84_bands),
    st.none(),
    notices=False,
)


@pytest.mark.parametrize("module", [geojson, jsonl, csv_table], ids=lambda m: m.__name__)
@SOME
@given(traffic=any_traffic)
def test_everything_comes_back(module: ModuleType, traffic: Traffic) -> None:
    written = module.write(traffic)
    back = module.read(written, "-", OPTIONS)
    assert without_sources(back) == traffic
    assert module.write(back) == written


@SOME
@given(traffic=f3548_traffic)
def test_f3548_comes_back(traffic: Traffic) -> None:
    written = f3548.write(traffic)
    back = f3548.read(written, "-", OPTIONS)
    assert without_sources(back) == traffic
    assert f3548.write(back) == written


@SOME
@given(traffic=any_traffic)
def test_f3548_of_anything_errs_outward(traffic: Traffic) -> None:
    back = f3548.read(f3548.write(traffic), "-", OPTIONS)
    for before, after in zip(traffic.intents, back.intents, strict=True):
        assert (before.id, before.party, before.state, before.priority) == (
            (after.id, after.party, after.state, after.priority)
        )
        for volume in before.volumes:
            assert any(
                found.altitude_lower_m == volume.altitude_lower_m
                and found.altitude_upper_m == volume.altitude_upper_m
                and found.time_start == volume.time_start
                and found.time_end == volume.time_end
                for found in after.volumes
            )


@SOME
@given(
    st.floats(-85, 85),
    st.floats(-180, 180),
    st.floats(0, 360),
    st.floats(1, 1_500_000),
    st.floats(1, 150_000),
)
def test_polygons_around_a_corridor_contain_it(
    lat: float, lng: float, bearing_deg: float, length_m: float, half_width_m: float
) -> None:
    """Every point at the half width, by Karney's geodesics, is inside one of them."""
    line = Geodesic.WGS84.Line(lat, lng, bearing_deg)
    end = line.Position(length_m)
    corridor = Corridor((Position(lat, lng), Position(end["lat2"], end["lon2"])), half_width_m)
    around = polygons_around(corridor)
    for share in (0.0, 0.1, 1 / 3, 0.5, 0.77, 1.0):
        on_line = line.Position(length_m * share)
        round_here = range(0, 360, 10) if share in (0.0, 1.0) else (90, 270)
        for turn_deg in round_here:
            rim = Geodesic.WGS84.Direct(
                on_line["lat2"], on_line["lon2"], on_line["azi2"] + turn_deg, half_width_m
            )
            point = Position(rim["lat2"], rim["lon2"])
            assert any(_is_inside(point, polygon) for polygon in around)


def _is_inside(point: Position, polygon: Polygon) -> bool:
    """Whether a point is to the right of every edge of a clockwise convex polygon."""
    ring = polygon.outer
    for start, end in pairwise((*ring, ring[0])):
        edge = Geodesic.WGS84.Inverse(*start, *end, Geodesic.AZIMUTH)["azi1"]
        ray = Geodesic.WGS84.Inverse(*start, *point, Geodesic.AZIMUTH)["azi1"]
        if not 0 < (ray - edge) % 360 < 180:
            return False
    return True
