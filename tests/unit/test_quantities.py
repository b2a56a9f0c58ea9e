"""Lengths, durations, altitudes and minima as people write them."""

import math
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from openline.airspace.separation import RADAR, Separation
from openline.errors import InvalidAltitude, InvalidInput
from openline.formats.quantities import (
    altitude_of,
    parse_altitude,
    parse_duration,
    parse_length,
    parse_minima,
)
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit

AMSL, AGL, FL = AltitudeReference.AMSL, AltitudeReference.AGL, AltitudeReference.FL
FT = AltitudeUnit.FT


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("5nm", 9260.0),
        (" 5 NM ", 9260.0),
        ("1000ft", 304.8),
        ("300 m", 300.0),
        ("1.5km", 1500.0),
        (".5nm", 926.0),
        ("2.m", 2.0),
        ("1mi", 1609.344),
        ("0", 0.0),
        ("-3m", -3.0),
    ],
)
def test_length(text: str, metres: float) -> None:
    assert parse_length(text) == pytest.approx(metres, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["", "5", "nm", "5 furlong", "1e3m", "nan m", "inf", "5nm 3", "1,000ft", "٣m", "5min"]
)
def test_not_a_length(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_length(text)
    assert "5nm" in str(caught.value), "the message shows how"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60),
        ("5min", 300),
        ("5m", 300),
        ("2h", 7200),
        ("0", 0),
        ("90 sec", 90),
        ("1.5 h", 5400),
    ],
)
def test_duration(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["60", "1 day", "x", "999999999999999h"])
def test_not_a_duration(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_duration(text)


def test_minima() -> None:
    assert parse_minima("5nm/1000ft") == RADAR
    assert parse_minima("Radar") == RADAR
    expected = Separation(500.0, 152.4, timedelta(minutes=5))
    assert parse_minima(" 500m / 500ft / 5min ") == expected
    assert parse_minima("0/0/0") == Separation() == parse_minima("none")


@pytest.mark.parametrize(
    "text",
    ["", "5nm", "5nm/1000ft/60s/1", "5nm/1000ft/", "/", "-5nm/1000ft", "0.2m/0/0", "9999km/0"],
)
def test_not_minima(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_minima(text)


@pytest.mark.parametrize(
    ("text", "altitude"),
    [
        ("FL100", Altitude(10_000, FL, FT)),
        ("fl 95", Altitude(9_500, FL, FT)),
        ("100 FL", Altitude(10_000, FL, FT)),
        ("10000 ft STD", Altitude(10_000, FL, FT)),
        ("2000 ft AMSL", Altitude(2_000, AMSL, FT)),
        ("2000ftMSL", Altitude(2_000, AMSL, FT)),
        ("120 m AGL", Altitude(120, AGL)),
        ("120", Altitude(120)),
        ("-50 m", Altitude(-50)),
        ("500 ft W84", Altitude(500, AltitudeReference.W84, FT)),
        ("0 AGL", SURFACE),
        ("gnd", SURFACE),
        ("SFC", SURFACE),
    ],
)
def test_altitude(text: str, altitude: Altitude) -> None:
    assert parse_altitude(text) == altitude


def test_unlimited_is_told_apart_from_a_number() -> None:
    assert parse_altitude("UNL") is UNLIMITED


@pytest.mark.parametrize(
    "text",
    ["", "high", "FL", "FL-10", "FL10000", "100 m QFE", "1e3 m", "nan", "3000 ft FL", "5 km"],
)
def test_not_an_altitude(text: str) -> None:
    with pytest.raises(InvalidAltitude):
        parse_altitude(text)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
@pytest.mark.parametrize("reference", ["W84", "AMSL", "AGL", "FL", None])
def test_altitude_of_no_finite_number(value: float, reference: str | None) -> None:
    with pytest.raises(InvalidAltitude):
        altitude_of(value, "m", reference)


def test_altitude_of_feet_called_flight_level() -> None:
    """10,000 with the datum FL is no flight level but feet: refused, not read as FL10000."""
    with pytest.raises(InvalidAltitude, match="hundreds of feet"):
        altitude_of(10_000, "ft", "FL")


def test_altitude_of_unknown_names() -> None:
    with pytest.raises(InvalidAltitude, match="QNH"):
        altitude_of(100, "m", "QNH")
    with pytest.raises(InvalidAltitude, match="cubit"):
        altitude_of(100, "cubit", "AMSL")
    assert altitude_of(100, None, None) == Altitude(100)
    assert altitude_of(100, "FT", " msl ") == Altitude(100, AMSL, FT)


@pytest.mark.parametrize("parse", [parse_length, parse_duration, parse_minima, parse_altitude])
@pytest.mark.parametrize(
    "text", ["1" + " " * 50_000 + "x", "1" * 50_000, " " * 50_000, "x" * 50_000]
)
def test_long_text_is_refused_at_once(parse: Callable[[str], object], text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert time.perf_counter() - start < 0.5
    assert len(str(caught.value)) < 300
