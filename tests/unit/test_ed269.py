"""ED-269 zones: what they become, and what is refused."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openline.errors import InvalidAltitude, InvalidInput
from openline.formats import ed269
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.circle import Circle
from openline.geo.polygon import Polygon
from openline.limits import TIME_MAX, TIME_MIN

SAMPLE = Path(__file__).parents[1] / "samples" / "ed269" / "zones.json"
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "zones" / "sample_ed269.json"
ZONE: dict[str, Any] = {
    "identifier": "Z1",
    "country": "CHE",
    "restriction": "PROHIBITED",
    "applicability": [{"permanent": "YES"}],
    "geometry": [
        {
            "uomDimensions": "M",
            "lowerLimit": 0,
            "lowerVerticalReference": "AGL",
            "upperLimit": 900,
            "upperVerticalReference": "AMSL",
            "horizontalProjection": {"type": "Circle", "center": [8.5, 47.25], "radius": 1500},
        }
    ],
}
WEEK = (datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC))


def _read(*zones: object, **options: object) -> Traffic:
    data = json.dumps({"UASZoneList": zones}).encode()
    return ed269.read(data, "zones.json", ReadOptions(**options))  # type: ignore[arg-type]


def _zone(**changes: object) -> dict[str, Any]:
    return copy.deepcopy(ZONE) | changes


def _volume(**changes: object) -> dict[str, Any]:
    return _zone(geometry=[ZONE["geometry"][0] | changes])


def test_sample_within_a_week() -> None:
    read = ed269.read(SAMPLE.read_bytes(), "zones.json", ReadOptions(between=WEEK))
    harbour, reserve = read.constraints
    assert read.warnings == ()
    assert (harbour.party, harbour.name) == ("Invented Office", "Invented harbour")
    assert harbour.reason == "PROHIBITED; SENSITIVE; No flights during working hours"
    metres, feet = harbour.volumes[0].footprint, harbour.volumes[-1].footprint
    assert metres == Circle.of(47.25, 8.5, 1500)
    assert feet == Circle.of(47.25, 8.6, 5000 * 0.3048)
    assert str(harbour.volumes[0].altitude) == "SFC to 900 m AMSL"
    assert str(harbour.volumes[-1].altitude) == "1,000 ft W84 to 4,000 ft W84"
    # Sunday night 22 to 02, Monday and Tuesday 08:00 to 16:30; the next Sunday is not within
    times = [(v.time_start, v.time_end) for v in harbour.volumes[:3]]
    assert times == [
        (datetime(2026, 11, 22, 22, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)),
        (datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 16, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 24, 16, 30, tzinfo=UTC)),
    ]
    assert len(harbour.volumes) == 6
    assert reserve.party == "CHE"
    assert str(reserve.volumes[0].altitude) == "SFC to unlimited"
    assert isinstance(reserve.volumes[0].footprint, Polygon)
    assert (reserve.volumes[0].time_start, reserve.volumes[0].time_end) == (TIME_MIN, TIME_MAX)


def test_permanent_schedule_needs_a_period_of_interest() -> None:
    period = {
        "permanent": "YES",
        "dailyPeriod": [{"day": ["MON"], "startTime": "08:00Z", "endTime": "09:00Z"}],
    }
    wide = _read(_zone(applicability=[period]))
    assert wide.constraints[0].volumes[0].time_end == TIME_MAX
    assert "--between" in wide.warnings[0]
    narrow = _read(_zone(applicability=[period]), between=WEEK)
    assert len(narrow.constraints[0].volumes) == 1
    assert narrow.constraints[0].volumes[0].time_start.day == 23
    assert narrow.warnings == ()


def test_zone_that_never_applies_is_left_out_and_said() -> None:
    period = {
        "permanent": "YES",
        "dailyPeriod": [{"day": ["WED"], "startTime": "08:00Z", "endTime": "09:00Z"}],
    }
    monday = (datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))
    read = _read(_zone(applicability=[period]), between=monday)
    assert read.constraints == ()
    assert "does not apply" in read.warnings[0]


def test_times_without_offset_and_by_the_sun_are_widened_and_said() -> None:
    for start in ("08:00", "SR"):
        period = {
            "permanent": "YES",
            "schedule": [{"day": ["MON"], "startTime": start, "endTime": "09:00"}],
        }
        read = _read(_zone(applicability=[period]), between=WEEK)
        volume = read.constraints[0].volumes[0]
        assert volume.time_start <= datetime(2026, 11, 22, 18, tzinfo=UTC)
        assert volume.time_end >= datetime(2026, 11, 23, 21, tzinfo=UTC)
        assert len(read.warnings) == 1


def test_end_of_all_times_is_permanent() -> None:
    period = {
        "permanent": "NO",
        "startDateTime": "1900-01-01T00:00:00Z",
        "endDateTime": "9999-12-31T23:59:59Z",
    }
    volume = _read(_zone(applicability=[period])).constraints[0].volumes[0]
    assert (volume.time_start, volume.time_end) == (TIME_MIN, TIME_MAX)


@pytest.mark.parametrize(
    ("zone", "problem"),
    [
        (_zone(geometry=[]), "without a geometry"),
        (_zone(geometry=3), "not an object"),
        (_zone(applicability=[{"permanent": "NO", "startDateTime": "soon"}]), "not a time"),
        (
            _zone(
                applicability=[
                    {
                        "startDateTime": "2026-11-22T00:00:00Z",
                        "endDateTime": "2026-11-21T00:00:00Z",
                    }
                ]
            ),
            "not after start",
        ),
        (_zone(applicability=[{"schedule": [{"day": ["XXX"], "startTime": "08:00Z"}]}]), "a day"),
        (_volume(uomDimensions="YD"), "unit"),
        (_volume(upperVerticalReference="QNE"), "vertical reference"),
        (_volume(upperLimit="high"), "not a number"),
        (_volume(lowerLimit=950, lowerVerticalReference="AMSL"), "not above"),
        (_volume(horizontalProjection={"type": "Circle", "center": [8.5, 47.25]}), "radius"),
        (
            _volume(horizontalProjection={"type": "Circle", "center": [8.5, 97.2], "radius": 5}),
            "latitude",
        ),
        (_volume(horizontalProjection={"type": "Star"}), "not known"),
        (_volume(horizontalProjection={"type": "Polygon", "coordinates": [[[1, 2]]]}), "points"),
        ("Z", "not a zone"),
    ],
)
def test_errors_name_the_zone(zone: object, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as caught:
        _read(_zone(), zone)
    assert caught.value.facts["element"] == "zone[1]"
    assert caught.value.facts["file"] == "zones.json"
    read = _read(_zone(), zone, skip_invalid=True)
    assert len(read.constraints) == 1
    assert read.warnings[-1].startswith("skipped")


def test_agl_needs_known_ground() -> None:
    with pytest.raises(InvalidAltitude, match="ground") as caught:
        _read(_volume(upperVerticalReference="AGL"))
    assert caught.value.facts["element"] == "zone[0]"


def test_same_identifier_gets_a_number() -> None:
    assert [c.id for c in _read(_zone(), _zone()).constraints] == ["Z1", "Z1 #2"]


def test_not_such_a_file() -> None:
    with pytest.raises(InvalidInput, match="UASZoneList"):
        ed269.read(b"[]", "x.json", ReadOptions())
    assert not ed269.recognises('{"type": "featurecollection", "features": []}')
    assert ed269.recognises('{"uaszonelist": []}')


@pytest.mark.skipif(not SHARED.is_file(), reason="no shared sample data next to the checkout")
def test_sample_by_others() -> None:
    read = ed269.read(SHARED.read_bytes(), "sample.json", ReadOptions())
    assert [c.id for c in read.constraints] == ["LSXX"]
