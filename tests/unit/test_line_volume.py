"""Volumes in messages: the shape of F3548, what is ours beside it, and what is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from implicitdict import ImplicitDict
from uas_standards.astm.f3548.v21.api import Volume4D as StandardVolume

from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge, InvalidInput
from openline.formats.line_message import decode, encode
from openline.formats.quantities import parse_altitude
from openline.geo.altitude import UNLIMITED, Altitude, AltitudeBand
from openline.geo.altitude_resolver import AltitudePolicy, height_range_m, resolve_band
from openline.geo.circle import Circle
from openline.geo.polygon import Polygon
from openline.limits import ALTITUDE_FLOOR_M, DURATION_MAX
from openline.line.message.bodies import Notify, Propose
from openline.line.message.kind import Kind, NoticeKind
from tests.property.traffic_strategies import POLICY, bands, footprints
from tests.unit.line_samples import CONFLICT, HOUR, NOON, OTHER, message, volume

HERE = Circle.of(48.75, 7.58, 1000.0)  # the sea is 48.4 m over the ellipsoid there
SEA_M = 48.4


def wire(of: Volume4D) -> dict[str, Any]:
    """The JSON of one volume in a message."""
    payload = encode(message(Kind.PROPOSE, Propose(CONFLICT, OTHER, (of,))))
    found: dict[str, Any] = json.loads(payload)["body"]["volumes"][0]
    return found


def read(changed: dict[str, Any]) -> Volume4D:
    value = json.loads(encode(message(Kind.PROPOSE, Propose(CONFLICT, OTHER, (volume(),)))))
    value["body"]["volumes"] = [changed]
    body = decode(json.dumps(value).encode()).body
    assert isinstance(body, Propose)
    return body.volumes[0]


def refused(changed: dict[str, Any]) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read(changed)
    return caught.value


def with_limits(lower: AltitudeBand | str, upper: str = "", low_m: float = 0.0) -> dict[str, Any]:
    """A volume here; `low_m` is added to the metres of the lower limit."""
    band = lower
    if isinstance(band, str):
        limits = (parse_altitude(band), parse_altitude(upper))
        band = resolve_band(*limits, HERE, AltitudePolicy(ground_amsl_m=(100.0, 300.0)))
    value = wire(Volume4D(HERE, band, NOON, NOON + HOUR))
    value["volume"]["altitude_lower"]["value"] += low_m
    return value


def test_a_plain_volume_is_that_of_the_standard() -> None:
    """By the published types of F3548-21, not ours."""
    for number in (0, 1):
        standard = ImplicitDict.parse(wire(volume(number)), StandardVolume)
        outline = standard.volume
        assert outline is not None
        assert standard.time_start is not None
        assert outline.altitude_lower is not None
        assert outline.altitude_lower.value == 100.5
        assert standard.time_start.format == "RFC3339"
    assert set(wire(volume(1))["volume"]) == {"outline_circle", "altitude_lower", "altitude_upper"}


def test_a_polygon_comes_as_it_was_drawn() -> None:
    corners = wire(volume(0))["volume"]["outline_polygon"]["vertices"]
    assert corners[1] == {"lat": 54.0, "lng": 7.4}
    assert len(corners) == 4, "not closed"
    assert len(wire(volume(0))["volume"]["outline_polygon"]["holes"][0]) == 3


def test_limits_over_the_sea_stand_beside_the_metres() -> None:
    value = with_limits("2000 ft AMSL", "5000 ft AMSL")["volume"]
    assert value["altitude_lower"]["value"] == pytest.approx(609.6 + SEA_M, abs=0.3)
    assert value["altitude_lower_given"] == {"value": 2000.0, "reference": "AMSL", "units": "FT"}


def test_feet_over_the_ellipsoid_are_kept_as_feet() -> None:
    band = resolve_band(parse_altitude("1000 ft W84"), Altitude(900.0), HERE, AltitudePolicy())
    value = with_limits(band)
    assert value["volume"]["altitude_lower"]["value"] == pytest.approx(304.8)
    assert str(read(value).altitude) == "1,000 ft W84 to 900 m W84"
    assert "altitude_upper_given" not in value["volume"]


def test_unlimited_reads_back_as_unlimited() -> None:
    band = resolve_band(Altitude(0.0), UNLIMITED, HERE, AltitudePolicy())
    assert str(read(with_limits(band)).altitude) == "0 m W84 to unlimited"


@settings(deadline=None, max_examples=100)
@given(footprints, bands(), st.sampled_from([POLICY, AltitudePolicy(widen_agl=True)]))
def test_whatever_a_limit_is_resolved_to_it_can_stand_for(
    footprint: Any, limits: tuple[Altitude, Altitude], policy: AltitudePolicy
) -> None:
    band = resolve_band(*limits, footprint, policy)
    for limit, metres in ((band.lower, band.altitude_lower_m), (band.upper, band.altitude_upper_m)):
        low, high = height_range_m(limit, footprint)
        assert low <= metres <= high


def test_the_surface_counts_from_below_all_ground() -> None:
    assert height_range_m(parse_altitude("SFC"), HERE)[0] == ALTITUDE_FLOOR_M


@pytest.mark.parametrize(
    ("lower", "upper", "low_m"),
    [
        ("1000 ft W84", "2000 ft W84", 1.5),
        ("1000 ft W84", "2000 ft W84", -1.5),
        ("2000 ft AMSL", "5000 ft AMSL", 2.0),
        ("2000 ft AMSL", "5000 ft AMSL", -2.0),
        ("2000 ft AMSL", "5000 ft AMSL", -SEA_M),  # as if the sea were the ellipsoid
        ("500 m AGL", "900 m AGL", -1_200.0),
        ("FL100", "FL200", 2_000.0),
        ("FL100", "FL200", -2_000.0),
    ],
)
def test_limits_that_contradict_each_other_are_refused(
    lower: str, upper: str, low_m: float
) -> None:
    assert read(with_limits(lower, upper))
    error = refused(with_limits(lower, upper, low_m))
    assert error.code == "invalid_altitude"
    assert error.facts["field"] == "body.volumes[0]"


def test_nobody_can_write_what_nobody_would_read() -> None:
    band = AltitudeBand(parse_altitude("2000 ft AMSL"), Altitude(9e3), 100.0, 9e3)
    with pytest.raises(InvalidInput, match="2,000 ft AMSL"):
        wire(Volume4D(HERE, band, NOON, NOON + HOUR))


def _drop(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: member for key, member in value.items() if key != name}


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"outline_circle": None}, "volume.outline_circle", "null"),
        ({"outline_circle": {"center": {"lat": 1, "lng": 2}}}, "outline_circle.radius", "missing"),
        ({"outline_polygon": {"vertices": []}}, "volume", "2 outlines"),
        ({"widenings": ["\u202eno"]}, "volume.widenings[0]", "control"),
        ({"widenings": ["a"] * 9}, "volume.widenings", "length"),
        ({"altitude_lower": {"value": 1, "reference": "AMSL", "units": "M"}}, "reference", "AMSL"),
        ({"altitude_lower": {"value": 1, "reference": "W84", "units": "FT"}}, "units", "FT"),
        ({"altitude_lower": {"value": 901, "reference": "W84", "units": "M"}}, "volume", "above"),
        (
            {"altitude_lower": {"value": -2e3, "reference": "W84", "units": "M"}},
            "volume",
            "outside",
        ),
        ({"altitude_lower": {"value": "1", "reference": "W84", "units": "M"}}, "value", "number"),
    ],
    ids=range(10),
)
def test_volumes_that_are_refused(change: dict[str, Any], field: str, word: str) -> None:
    value = wire(volume(1))
    value["volume"] |= change
    error = refused(value)
    assert word in str(error)
    assert str(error.facts["field"]).endswith(field)


@pytest.mark.parametrize("name", ["outline_circle", "altitude_lower", "altitude_upper"])
def test_nothing_of_a_volume_may_be_missing(name: str) -> None:
    value = wire(volume(1))
    value["volume"] = _drop(value["volume"], name)
    assert refused(value).facts["field"] in {
        f"body.volumes[0].volume.{name}",
        "body.volumes[0].volume",
    }


@pytest.mark.parametrize("name", ["volume", "time_start", "time_end"])
def test_no_volume_is_without_end(name: str) -> None:
    assert refused(_drop(wire(volume(1)), name)).facts["field"] == f"body.volumes[0].{name}"


def test_a_ring_that_is_closed_twice_is_refused() -> None:
    value = wire(volume(0))
    ring = value["volume"]["outline_polygon"]["vertices"]
    value["volume"]["outline_polygon"] = {"vertices": [*ring, ring[0]]}
    assert refused(value).code == "invalid_geometry"


def test_volumes_are_bounded() -> None:
    wide = Circle.of(0.0, 0.0, 1_300_000.0)
    with pytest.raises(AreaTooLarge, match="km²"):
        wire(Volume4D.over_ellipsoid(wide, 0, 9, NOON, NOON + HOUR))
    with pytest.raises(InvalidInput, match="earlier end"):
        wire(Volume4D.over_ellipsoid(HERE, 0, 9, NOON, NOON + DURATION_MAX + HOUR))
    thin = {"lat": 54.0, "lng": 7.0}
    value = wire(volume(0))
    value["volume"]["outline_polygon"]["vertices"] = [thin] * 7_000
    error = refused(value)
    assert isinstance(error, InvalidInput)


def test_vertices_are_counted_over_all_volumes() -> None:
    points = [{"lat": round(0.001 * n, 3), "lng": 1} for n in range(3_400)]
    value = json.loads(encode(message(Kind.PROPOSE, Propose(CONFLICT, OTHER, (volume(1),)))))
    line = wire(volume(2))
    line["volume"]["outline_corridor"]["path"] = points
    value["body"]["volumes"] = [line] * 3
    payload = json.dumps(value, separators=(",", ":")).encode()
    with pytest.raises(AreaTooLarge, match="10,200 vertices"):
        decode(payload)


def test_a_position_that_is_no_number_is_not_written() -> None:
    bad = Notify(NoticeKind.VOLUME, NOON, NOON + HOUR, (volume(0),))
    assert encode(message(body=bad))
    square = Polygon.of([(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
    assert wire(Volume4D.over_ellipsoid(square, 0, 9, NOON, NOON + HOUR))


def test_a_limit_over_a_sloping_sea_covers_all_of_it() -> None:
    """Over 600 km the sea rises by many metres: the lower limit counts from its lowest part."""
    wide = Circle.of(5.0, 82.0, 600_000.0)
    limits = (parse_altitude("1000 m AMSL"), parse_altitude("2000 m AMSL"))
    band = resolve_band(*limits, wide, AltitudePolicy())
    low, high = height_range_m(limits[0], wide)
    assert high - low > 10
    assert band.altitude_lower_m == low
    value = wire(Volume4D(wide, band, NOON, NOON + HOUR))
    assert read(value).altitude == band
    value["volume"]["altitude_lower"]["value"] = high
    assert refused(value).code == "invalid_altitude"
