"""GPX: tracks and timed routes to corridors in slices of time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openline.errors import InvalidAltitude, InvalidInput, InvalidTimeRange
from openline.formats import gpx
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.geoid import undulation_m

SAMPLES = Path(__file__).parents[1] / "samples" / "gpx"
WIDE = ReadOptions(half_width_m=100.0)


def sample(name: str, options: ReadOptions = WIDE) -> Traffic:
    return gpx.read((SAMPLES / name).read_bytes(), name, options)


def track(*points: str, options: ReadOptions = WIDE) -> Traffic:
    body = "".join(points)
    text = f"<gpx><trk><name>t</name><trkseg>{body}</trkseg></trk></gpx>"
    return gpx.read(text.encode(), "t.gpx", options)


def point(lat: float, minute: float, ele: str = "<ele>100</ele>", lng: float = 8.0) -> str:
    second = round(minute * 60)
    clock = f"2026-06-15T{8 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
    return f'<trkpt lat="{lat}" lon="{lng}">{ele}<time>{clock}</time></trkpt>'


def test_slices_follow_each_other_and_share_their_points() -> None:
    (intent,) = sample("track.gpx").intents
    assert (intent.id, intent.party) == ("Supply flight", "track")
    first, *_, last = intent.volumes
    assert first.time_start == datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
    assert last.time_end == datetime(2026, 6, 15, 8, 10, tzinfo=UTC)
    for one, following in zip(intent.volumes, intent.volumes[1:], strict=False):
        assert one.time_end == following.time_start
        assert isinstance(one.footprint, Corridor)
        assert isinstance(following.footprint, Corridor)
        assert one.footprint.path[-1] == following.footprint.path[0]
    assert all((v.time_end - v.time_start).total_seconds() <= 300 for v in intent.volumes)


def test_the_band_covers_both_readings_of_the_height() -> None:
    first = sample("track.gpx").intents[0].volumes[0]
    geoid_m = float(undulation_m(46.5, 7.9))  # tested by itself against published values
    assert geoid_m > 40
    assert first.altitude_lower_m == 1500 - 30
    assert first.altitude_upper_m == pytest.approx(1740.5 + geoid_m + 30, abs=1.5)
    assert any("no datum" in words for words in first.altitude.widenings)


def test_where_the_sea_lies_below_the_ellipsoid_the_lower_limit_gives_way() -> None:
    # south of India mean sea level lies about 100 m below the ellipsoid
    places = (point(5.0, 0, lng=78.0), point(5.01, 1, lng=78.0))
    (volume,) = track(*places).intents[0].volumes
    assert volume.altitude_upper_m == 130
    assert volume.altitude_lower_m < 100 - 30 - 90


def test_a_route_with_times_crosses_the_180th_meridian() -> None:
    (intent,) = sample("route_with_times.gpx").intents
    (volume,) = intent.volumes
    assert isinstance(volume.footprint, Corridor)
    assert [p.lng_deg for p in volume.footprint.path] == [179.95, -179.95]


def test_a_hover_is_a_circle() -> None:
    (volume,) = track(point(46.5, 0), point(46.5, 4)).intents[0].volumes
    assert volume.footprint == Circle.of(46.5, 8.0, 100.0)


def test_a_leg_longer_than_a_slice_stays_whole() -> None:
    volumes = track(point(46.5, 0), point(46.6, 20), point(46.7, 21)).intents[0].volumes
    minutes = [(v.time_end - v.time_start).total_seconds() / 60 for v in volumes]
    assert minutes == [20, 1]


def test_points_in_one_instant_join_their_neighbours() -> None:
    fixes = [point(46.5, 0), point(46.55, 4), point(46.6, 8), point(46.65, 8), point(46.7, 8)]
    volumes = track(*fixes).intents[0].volumes
    assert [v.time_end.minute for v in volumes] == [4, 8]
    assert isinstance(volumes[1].footprint, Corridor)
    assert [p.lat_deg for p in volumes[1].footprint.path] == [46.55, 46.6, 46.65, 46.7]


def test_waypoints_and_gaps_are_reported() -> None:
    assert any("waypoints" in words for words in sample("track.gpx").warnings)
    text = "<gpx><trk>" + 2 * f"<trkseg>{point(46, 0)}{point(47, 1)}</trkseg>" + "</trk></gpx>"
    assert any("gaps" in words for words in gpx.read(text.encode(), "t", WIDE).warnings)


def test_tracks_of_the_same_name_stay_apart() -> None:
    one = f"<trk><name>x</name><trkseg>{point(46, 0)}{point(47, 1)}</trkseg></trk>"
    traffic = gpx.read(f"<gpx>{one}{one}</gpx>".encode(), "t.gpx", WIDE)
    assert [intent.id for intent in traffic.intents] == ["x", "x (2)"]


def test_no_width_is_refused_with_the_cure() -> None:
    with pytest.raises(InvalidInput, match="--half-width 200m"):
        sample("track.gpx", ReadOptions())


@pytest.mark.parametrize(
    ("points", "error", "words"),
    [
        ((point(46, 0), point(46.1, 1, ele="")), InvalidAltitude, "no height"),
        ((point(46, 1), point(46.1, 0)), InvalidTimeRange, "backwards at point 2"),
        ((point(46, 0), point(46.1, 0)), InvalidTimeRange, "no time at all"),
        ((point(46, 0),), InvalidTimeRange, "no time at all"),
        ((point(46, 0), point(91, 1)), InvalidInput, "latitude 91"),
        ((point(46, 0), point(46.1, 1, ele="<ele>nan</ele>")), InvalidInput, "finite"),
        ((), InvalidInput, "no points"),
        (('<trkpt lat="1" lon="2"><ele>1</ele></trkpt>',), InvalidTimeRange, "--takeoff"),
    ],
)
def test_bad_tracks_are_refused_with_the_element(
    points: tuple[str, ...], error: type[InvalidInput], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        track(*points)
    assert caught.value.facts["element"] == "trk[1]"


def test_a_bad_track_can_be_skipped() -> None:
    good = f"<trk><trkseg>{point(46, 0)}{point(46.1, 1)}</trkseg></trk>"
    data = f"<gpx><trk><trkseg/></trk>{good}</gpx>".encode()
    traffic = gpx.read(data, "t.gpx", ReadOptions(half_width_m=5.0, skip_invalid=True))
    assert [intent.id for intent in traffic.intents] == ["trk 2"]
    assert any(words.startswith("skipped") for words in traffic.warnings)
