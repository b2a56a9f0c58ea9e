"""Spellings of positions and altitudes in OpenAir."""

import pytest

from openline.errors import InvalidAltitude, InvalidGeometry, InvalidInput
from openline.formats.openair_fields import (
    parse_activation,
    parse_limit,
    parse_number,
    parse_position,
    split_positions,
)

LIMITS = {
    "FL245": "FL245",
    "FL 60": "FL060",
    "fl060": "FL060",
    "2000 ft": "2,000 ft AMSL",
    "2000ft AMSL": "2,000 ft AMSL",
    "1000AMSL FT": "1,000 ft AMSL",
    "1500 AGL": "1,500 ft AGL",
    "1500": "1,500 ft AMSL",
    "300M": "300 m AMSL",
    "300 m msl": "300 m AMSL",
    "100m GND": "100 m AGL",
    "100 Agl": "100 ft AGL",
    "5000 STD": "FL050",
    "SFC": "SFC",
    "GND": "SFC",
    "0": "SFC",
    "UNL": "100,000 m W84",
    "UNL FT": "100,000 m W84",
    "UNLIM": "100,000 m W84",
    "unlimited": "100,000 m W84",
}


@pytest.mark.parametrize(("text", "meaning"), LIMITS.items())
def test_limits(text: str, meaning: str) -> None:
    assert str(parse_limit(text, lower=True)) == meaning


def test_zero_as_an_upper_limit_is_mean_sea_level() -> None:
    assert str(parse_limit("0", lower=False)) == "0 ft AMSL"


def test_limits_that_are_published_elsewhere_are_unknown() -> None:
    assert parse_limit("NOTAM", lower=True) is None
    assert parse_limit("BCTA FT", lower=False) is None


@pytest.mark.parametrize("text", ["", "high", "100m AGL/423m AMSL", "FL", "1e5", "nan", "9" * 40])
def test_no_limits(text: str) -> None:
    with pytest.raises(InvalidAltitude, match="altitude"):
        parse_limit(text, lower=True)


@pytest.mark.parametrize(
    "text",
    [
        "47:30:36 N 008:15:18 W",
        "47:30:36N008:15:18W",
        "47:30.6 N 008:15.3 W",
        "47:30.600N, 008:15.300W",
        "47.51 N 8.255 W",
        "N47:30:36 W008:15:18",
        "47 30 36 n 8 15 18 w",
        "47°30'36\"N 8°15'18\"W",
    ],
)
def test_positions(text: str) -> None:
    assert parse_position(text) == pytest.approx((47.51, -8.255), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "47:60:00 N 008:00:00 E",
        "47:00:60 N 008:00:00 E",
        "91:00:00 N 008:00:00 E",
        "47:00:00 N 181:00:00 E",
        "47.5:30 N 008:00:00 E",
        "47:00:00 008:00:00",
        "4730N 00815E",
        "-47.5 8.2",
        "",
        " " * 5000,
        "1" * 5000,
    ],
)
def test_no_positions(text: str) -> None:
    with pytest.raises(InvalidGeometry):
        parse_position(text)


@pytest.mark.parametrize(
    "text",
    ["1:0:0 N 2:0:0 E, 3:0:0 N 4:0:0 E", "1 N, 2 E, 3 N, 4 E", "1:0:0 N 2:0:0 E 3:0:0 N 4:0:0 E"],
)
def test_two_positions(text: str) -> None:
    assert split_positions(text) == ((1.0, 2.0), (3.0, 4.0))


@pytest.mark.parametrize("text", ["-1", "nan", "1e3", "", "5 km"])
def test_no_number(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a radius"):
        parse_number(text, "radius")


def test_activation() -> None:
    start, end = parse_activation("2026-11-22T08:00Z/NONE")
    assert start is not None
    assert (start.hour, end) == (8, None)
    with pytest.raises(InvalidInput):
        parse_activation("2026-11-22T08:00/NONE")
