"""First entries into volumes, against geodesics, plane geometry and stepping through time."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.entering import WAY_MAX_M, Entries, entries
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.errors import InvalidInput
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
GEOD = pyproj.Geod(ellps="WGS84")
PLACES = [(0.0, 0.0), (47.0, 8.0), (-33.0, 179.95), (70.0, -179.9), (89.9, 30.0)]


def volume(
    footprint: Footprint, low_m: float = 0, high_m: float = 1000, start: float = 0, end: float = 900
) -> Volume4D:
    begin, finish = NOW + timedelta(seconds=start), NOW + timedelta(seconds=end)
    return Volume4D.over_ellipsoid(footprint, low_m, high_m, begin, finish)


def aircraft(
    lat: float, lng: float, height_m: float, course: float, speed: float, rate: float = 0.0
) -> Snapshot:
    east, north = speed * math.sin(math.radians(course)), speed * math.cos(math.radians(course))
    return Snapshot.on_earth([(lat, lng, height_m)], [(east, north, rate)])


def first(own: Snapshot, *volumes: Volume4D, lookahead_s: float = 300.0, **more: float) -> Any:
    found = entries(own, VolumeTable.of(volumes), NOW, lookahead_s, **more)
    return dict(zip(found.volume.tolist(), found.enter_s.tolist(), strict=True))


def beyond(lat: float, lng: float, azimuth: float, distance_m: float) -> tuple[float, float]:
    there_lng, there_lat, _ = GEOD.fwd(lng, lat, azimuth, distance_m)
    return there_lat, there_lng


@pytest.mark.parametrize(("lat", "lng"), PLACES)
@pytest.mark.parametrize("course", [0.0, 77.0, 180.0, 301.0])
@pytest.mark.parametrize("radius_m", [50.0, 5_000.0, 100_000.0])
def test_head_on_to_a_circle_is_the_geodesic_less_the_radius(
    lat: float, lng: float, course: float, radius_m: float
) -> None:
    centre = beyond(lat, lng, course, radius_m + 30_000.0)
    own = aircraft(lat, lng, 500.0, course, 200.0)
    found = first(own, volume(Circle.of(*centre, radius_m)))
    # 15 m of the course at 200 m/s.
    assert found[0] == pytest.approx(150.0, abs=0.08)


@pytest.mark.parametrize(("lat", "lng"), PLACES)
@pytest.mark.parametrize("course", [10.0, 190.0])
def test_a_square_ahead(lat: float, lng: float, course: float) -> None:
    centre = beyond(lat, lng, course, 20_000.0)
    onward = (course + 0.0) % 360
    azimuth = GEOD.inv(lng, lat, centre[1], centre[0])[1] + 180.0  # at the centre, forward
    corners = [
        beyond(*centre, azimuth + turn, 1000.0 * math.sqrt(2)) for turn in (45, 135, 225, 315)
    ]
    square = volume(Polygon.of(corners))
    own = aircraft(lat, lng, 500.0, onward, 100.0)
    assert first(own, square)[0] == pytest.approx(190.0, abs=0.05)
    # A margin of 500 m is reached five seconds earlier.
    assert first(own, square, lateral_m=500.0)[0] == pytest.approx(185.0, abs=0.05)
    assert first(own, square, lookahead_s=189.0) == {}


def test_inside_now_enters_now_and_away_never() -> None:
    box = volume(Polygon.of([(46.9, 7.9), (46.9, 8.1), (47.1, 8.1), (47.1, 7.9)]))
    assert first(aircraft(47, 8, 500, 90, 50), box) == {0: 0.0}
    assert first(aircraft(47, 8, 500, 90, 0), box) == {0: 0.0}
    assert first(aircraft(47, 8.2, 500, 90, 50), box) == {}
    assert first(aircraft(47, 8.2, 500, 90, 0), box) == {}


def test_time_and_height_open_the_volume() -> None:
    shape = Circle.of(47, 8, 5000)
    # Inside sideways all the time: 100 s until it begins, 50 s until it has climbed into it.
    assert first(aircraft(47, 8, 500, 0, 1), volume(shape, start=100)) == {0: 100.0}
    assert first(aircraft(47, 8, 500, 0, 1, 2.0), volume(shape, 600, 900)) == {0: 50.0}
    assert first(aircraft(47, 8, 500, 0, 1, -2.0), volume(shape, 600, 900)) == {}
    assert first(aircraft(47, 8, 500, 0, 1), volume(shape, 600, 900), vertical_m=100.0) == {0: 0.0}
    assert first(aircraft(47, 8, 500, 0, 1), volume(shape, start=400)) == {}
    assert first(aircraft(47, 8, 500, 0, 1, 2.0), volume(shape, 600, 900, end=49)) == {}
    # In and out of the height before it comes to the place.
    far = aircraft(47, 8.2, 500, 270, 100, -10.0)
    assert first(far, volume(shape, 0, 400)) == {}


def test_a_dip_into_a_notch_and_a_hole() -> None:
    # A U open to the east: the course goes along its gap, and into the back of it.
    shape = [
        (0, 0),
        (0, 0.1),
        (0.03, 0.1),
        (0.03, 0.02),
        (0.07, 0.02),
        (0.07, 0.1),
        (0.1, 0.1),
        (0.1, 0),
    ]
    u_shape = volume(Polygon.of(shape))
    metres = GEOD.inv(0.09, 0.05, 0.02, 0.05)[2]
    found = first(aircraft(0.05, 0.09, 500, 270, 100), u_shape)
    assert found[0] == pytest.approx(metres / 100, abs=0.01)
    ring = Polygon.of(
        [(0, 0), (0, 0.1), (0.1, 0.1), (0.1, 0)],
        [[(0.03, 0.03), (0.03, 0.07), (0.07, 0.07), (0.07, 0.03)]],
    )
    metres = GEOD.inv(0.05, 0.05, 0.07, 0.05)[2]
    found = first(aircraft(0.05, 0.05, 500, 90, 100), volume(ring))
    assert found[0] == pytest.approx(metres / 100, abs=0.01)


def plane_of(lat: float, lng: float) -> pyproj.Transformer:
    flat = pyproj.CRS.from_proj4(f"+proj=aeqd +lat_0={lat} +lon_0={lng} +ellps=WGS84")
    return pyproj.Transformer.from_crs(flat, "EPSG:4326", always_xy=True)


shapes = st.sampled_from(["circle", "corridor", "polygon"])
near = st.floats(-15_000.0, 15_000.0)


@settings(deadline=None, max_examples=120)
@given(
    st.sampled_from(PLACES),
    shapes,
    st.integers(0, 10**6),
    st.tuples(near, near),
    st.floats(0.0, 360.0),
    st.floats(0.0, 250.0),
    st.sampled_from([0.0, 0.0, 300.0]),
)
def test_it_is_what_stepping_through_time_finds(
    place: tuple[float, float],
    kind: str,
    seed: int,
    start: tuple[float, float],
    course: float,
    speed: float,
    margin_m: float,
) -> None:
    plane = plane_of(*place)
    dice = np.random.default_rng(seed)
    if kind == "circle":
        radius = float(dice.uniform(100, 6000))
        footprint: Footprint = Circle.of(*place, radius)
        flat = shapely.Point(0, 0).buffer(radius, quad_segs=400)
    elif kind == "corridor":
        path, half = dice.uniform(-6000, 6000, (3, 2)), float(dice.uniform(50, 1500))
        footprint = Corridor.of([plane.transform(*p)[::-1] for p in path], half)
        flat = shapely.LineString(path).buffer(half, quad_segs=400)
    else:
        angles = np.sort(dice.uniform(0, 2 * np.pi, 7)) + np.arange(7) * 1e-3
        away = dice.uniform(1000, 6000, 7)
        corners = np.stack((away * np.cos(angles), away * np.sin(angles)), axis=1)
        if np.diff(np.append(angles, angles[0] + 2 * np.pi)).max() > 2.8:
            return  # the centre would be outside: maybe it crosses itself
        footprint = Polygon.of([plane.transform(*p)[::-1] for p in corners])
        flat = shapely.Polygon(corners)
    lng, lat = plane.transform(*start)
    own = aircraft(lat, lng, 500.0, course, speed)
    found = first(own, volume(footprint), lateral_m=margin_m).get(0)

    times = np.arange(0.0, 300.0, 0.5)
    lngs, lats, _ = GEOD.fwd(
        np.full(600, lng), np.full(600, lat), np.full(600, course), speed * times
    )
    x, y = plane.transform(lngs, lats, direction="INVERSE")
    away_m = shapely.distance(flat, shapely.points(x, y)) - margin_m
    # The course, the plane and the straight edges in it are metres off: 20 m is nobody's fault.
    surely, maybe = times[away_m <= -20.0], times[away_m <= 20.0]
    if not margin_m:
        deep = shapely.distance(flat.exterior, shapely.points(x, y)) > 20.0
        surely = times[(away_m <= 0) & deep]
    if len(surely):
        assert found is not None
        assert found <= surely[0] + 0.01
    if found is not None:
        assert len(maybe) or speed < 45
        if len(maybe) and speed:
            assert found >= maybe[0] - 0.51
    if not len(maybe) and speed >= 45:
        assert found is None


def test_many_at_once_are_as_one_by_one() -> None:
    dice = np.random.default_rng(7)
    count = 60
    places = np.stack((dice.uniform(46, 48, count), dice.uniform(7, 9, count)), axis=1)
    height = dice.uniform(0, 2000, count)
    speed = dice.uniform(-200, 200, (count, 3)) * (1, 1, 0.05)
    own = Snapshot.on_earth(np.column_stack((places, height)), speed)
    prints: list[Footprint] = []
    for lat, lng in zip(
        dice.uniform(46, 48, 40).tolist(), dice.uniform(7, 9, 40).tolist(), strict=True
    ):
        prints.append(Circle.of(lat, lng, 8000))
        prints.append(Polygon.of([(lat, lng), (lat, lng + 0.2), (lat + 0.1, lng + 0.1)]))
        prints.append(Corridor.of([(lat, lng), (lat + 0.1, lng + 0.2)], 1500))
    volumes = [
        volume(p, low, low + 700, k, 600)
        for k, (p, low) in enumerate(zip(prints, dice.uniform(0, 1500, 120).tolist(), strict=True))
    ]
    whole = entries(own, VolumeTable.of(volumes), NOW, 300.0)
    assert len(whole.aircraft) > 15
    singles = [
        (row, number, enter)
        for row in range(count)
        for number, one in enumerate(volumes)
        for enter in entries(
            Snapshot(
                *(
                    column[row : row + 1]
                    for column in (
                        own.normal,
                        own.point_m,
                        own.velocity_mps,
                        own.altitude_m,
                        own.rate_mps,
                    )
                )
            ),
            VolumeTable.of([one]),
            NOW,
            300.0,
        ).enter_s.tolist()
    ]
    assert [(row, number) for row, number, _ in singles] == list(
        zip(whole.aircraft.tolist(), whole.volume.tolist(), strict=True)
    )
    assert np.allclose([enter for _, _, enter in singles], whole.enter_s, atol=1e-9)


def test_none_and_nonsense() -> None:
    table = VolumeTable.of([volume(Circle.of(47, 8, 100))])
    nobody = Snapshot.on_earth(np.empty((0, 3)), np.empty((0, 3)))
    assert isinstance(entries(nobody, table, NOW, 300.0), Entries)
    assert len(entries(nobody, table, NOW, 300.0).enter_s) == 0
    assert len(entries(aircraft(47, 8, 0, 0, 1), VolumeTable.of([]), NOW, 300.0).enter_s) == 0
    flat = Snapshot.in_plane([(0, 0, 0)], [(1, 0, 0)])
    with pytest.raises(InvalidInput):
        entries(flat, table, NOW, 300.0)
    with pytest.raises(InvalidInput):
        entries(aircraft(47, 8, 0, 0, 200), table, NOW, WAY_MAX_M / 199)
    for bad in (0.0, math.nan, -1.0):
        with pytest.raises(InvalidInput):
            entries(aircraft(47, 8, 0, 0, 1), table, NOW, bad)
    with pytest.raises(InvalidInput):
        entries(aircraft(47, 8, 0, 0, 1), table, NOW, 300.0, lateral_m=math.nan)


def test_the_course_is_the_geodesic_within_its_bound() -> None:
    dice = np.random.default_rng(3)
    for _ in range(300):
        lat, lng = float(dice.uniform(-85, 85)), float(dice.uniform(-180, 180))
        course, way = float(dice.uniform(0, 360)), float(dice.uniform(1_000, 100_000))
        aside = float(dice.choice((-1, 1))) * 90.0
        end = beyond(lat, lng, course, way)
        onward = GEOD.inv(lng, lat, end[1], end[0])[1] + 180.0
        # A circle of 10 km whose edge the geodesic misses by 15 m, and one that it cuts by 15 m.
        own = aircraft(lat, lng, 500.0, course, way / 100.0)
        for miss_m, expected in ((15.0, False), (-15.0, True)):
            centre = beyond(*end, onward + aside, 10_000.0 + miss_m)
            found = first(own, volume(Circle.of(*centre, 10_000.0)), lookahead_s=110.0)
            assert bool(found) is expected
