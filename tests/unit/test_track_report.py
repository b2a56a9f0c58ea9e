"""What a position report may say: numbers, names and times of real aircraft."""

import math

import pytest

from openline.airspace.track.report import Identity
from openline.errors import InvalidAltitude, InvalidInput, InvalidTimeRange
from tests.unit.track_samples import START, report

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("lat_deg", bad) for bad in (NAN, INF, 90.1, -91.0)),
        *(("lng_deg", bad) for bad in (NAN, -INF, 180.1, 1e300)),
        *(("speed_mps", bad) for bad in (NAN, INF, -1.0, 1e9)),
        *(("track_deg", bad) for bad in (NAN, -1.0, 361.0)),
        *(("vertical_rate_mps", bad) for bad in (NAN, INF, -1e6)),
        *(("accuracy_m", bad) for bad in (NAN, -1.0, 1e12)),
        *(("pressure_altitude_ft", bad) for bad in (NAN, INF, 9_999_999.0)),
        *(("altitude_m", bad) for bad in (NAN, -INF, 9_999_999.0)),
    ],
)
def test_numbers_of_no_aircraft_are_refused(field: str, value: float) -> None:
    with pytest.raises(InvalidInput):
        report(**{field: value})


def test_a_position_is_somebodys_and_has_a_time_zone() -> None:
    with pytest.raises(InvalidInput, match="nobody"):
        report(identity=Identity.of(icao24="000000", callsign="00000000"))
    with pytest.raises(InvalidTimeRange, match="zone"):
        report(time=START.replace(tzinfo=None))
    with pytest.raises(InvalidTimeRange):
        report(time=START.replace(year=1969))
    with pytest.raises(InvalidAltitude):
        report(altitude_m=1e9)


@pytest.mark.parametrize("address", ["12345", "1234567", "xyzxyz", "４b1617"])
def test_an_address_has_six_hexadecimal_digits(address: str) -> None:
    with pytest.raises(InvalidInput, match="24-bit"):
        Identity.of(icao24=address)


@pytest.mark.parametrize("name", ["", "  ", "@@@@@@@@", "????????", "00000000", "--------"])
def test_a_placeholder_is_no_callsign(name: str) -> None:
    assert Identity.of(callsign=name) == Identity()


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb", "a" * 101])
def test_a_name_is_short_and_printable(name: str) -> None:
    with pytest.raises(InvalidInput):
        Identity.of(callsign=name)
