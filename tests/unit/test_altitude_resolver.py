"""What each datum becomes over the ellipsoid."""

import math

import pytest

from openline.errors import InvalidAltitude
from openline.formats.quantities import parse_altitude
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.polygon import Polygon
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M

# Near 48.75N 7.58E mean sea level is 48.4 m over the ellipsoid (EGM96, published: about +48 m).
HERE = Circle.of(48.75, 7.58, 1000.0)
SEA_M = 48.4
UNKNOWN = AltitudePolicy()
KNOWN = AltitudePolicy(ground_amsl_m=(400.0, 520.0), qnh_hpa=1013.25)


def resolved(lower: str, upper: str, policy: AltitudePolicy = UNKNOWN) -> AltitudeBand:
    return resolve_band(parse_altitude(lower), parse_altitude(upper), HERE, policy)


def test_ellipsoid_stays_as_it_is() -> None:
    band = resolved("100 m", "1000 ft W84")
    assert (band.altitude_lower_m, band.altitude_upper_m) == (100.0, 304.8)
    assert band.widenings == ()


def test_mean_sea_level_adds_the_undulation() -> None:
    band = resolved("100 m AMSL", "200 m AMSL")
    assert band.altitude_lower_m == pytest.approx(100 + SEA_M, abs=0.2)
    assert band.altitude_upper_m == pytest.approx(200 + SEA_M, abs=0.2)
    assert band.widenings == (), "0.1 m is not worth a sentence"


def test_mean_sea_level_over_a_large_area_is_widened_outward_and_said() -> None:
    """Off Sri Lanka the sea lies 107 m below the ellipsoid, off Sumatra above it."""
    area = Polygon.of([(0, 78), (0, 98), (8, 98), (8, 78)])
    limits = (parse_altitude("1000 m AMSL"), parse_altitude("2000 m AMSL"))
    band = resolve_band(*limits, area, UNKNOWN)
    assert band.altitude_lower_m == pytest.approx(1000 - 106.99, abs=0.1)
    assert band.altitude_upper_m > 2000 - 60
    (sentence,) = band.widenings
    assert "-107.0" in sentence


def test_flight_level_with_qnh_and_stated_margin() -> None:
    """QNH 1003.25 is 83.4 m lower at sea level (10 hPa of 27.4 ft)."""
    policy = AltitudePolicy(qnh_hpa=1003.25, flight_level_margin_m=50.0)
    band = resolved("FL100", "FL200", policy)
    assert band.altitude_lower_m == pytest.approx(3048 - 83.6 - 50 + SEA_M, abs=1.0)
    assert band.altitude_upper_m == pytest.approx(6096 - 83.6 + 50 + SEA_M, abs=1.0)
    assert len(band.widenings) == 1
    assert "50 m" in band.widenings[0]


def test_flight_level_with_qnh_is_widened_by_temperature() -> None:
    """At FL100 each kelvin is worth 11 m: 35 colder, 25 warmer; gravity and height add 10 m."""
    band = resolved("FL100", "FL110", KNOWN)
    assert band.altitude_lower_m == pytest.approx(3048 - 35 * 10.97 + SEA_M, abs=15)
    assert band.altitude_upper_m == pytest.approx(3353 + 25 * 12.1 + SEA_M, abs=15)
    assert "QNH 1013.25 hPa" in band.widenings[0]


def test_flight_level_without_qnh_is_widened_by_pressure_too() -> None:
    """950 hPa lies at 540.3 m in the standard atmosphere, 1050 hPa at -301 m."""
    with_qnh, without = resolved("FL100", "FL110", KNOWN), resolved("FL100", "FL110")
    assert with_qnh.altitude_lower_m - without.altitude_lower_m == pytest.approx(540, abs=80)
    assert without.altitude_upper_m - with_qnh.altitude_upper_m == pytest.approx(301, abs=40)
    assert "950 to 1050" in without.widenings[0]


def test_margin_without_qnh_is_all_that_widens() -> None:
    band = resolved("FL100", "FL110", AltitudePolicy(flight_level_margin_m=0.0))
    assert band.altitude_lower_m == pytest.approx(3048 + SEA_M, abs=0.2)


def test_height_over_known_ground() -> None:
    band = resolved("30 m AGL", "120 m AGL", KNOWN)
    assert band.altitude_lower_m == pytest.approx(430 + SEA_M, abs=0.2)
    assert band.altitude_upper_m == pytest.approx(640 + SEA_M, abs=0.2)
    assert len(band.widenings) == 1
    assert "400 to 520 m AMSL" in band.widenings[0]


def test_surface_with_unknown_ground_reaches_below_all_ground() -> None:
    band = resolved("SFC", "2500 ft AMSL")
    assert band.altitude_lower_m == ALTITUDE_FLOOR_M
    assert band.altitude_upper_m == pytest.approx(762 + SEA_M, abs=0.2)
    assert len(band.widenings) == 1


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("SFC", "120 m AGL"), ("30 m AGL", "FL100"), ("30 m AGL", "120 m AGL"), ("-5 m AGL", "UNL")],
)
def test_height_over_unknown_ground_is_refused_with_the_cure(lower: str, upper: str) -> None:
    with pytest.raises(InvalidAltitude, match=r"--ground 400m\.\.520m"):
        resolved(lower, upper)


def test_height_over_unknown_ground_widened_over_all_ground_if_asked() -> None:
    band = resolved("30 m AGL", "120 m AGL", AltitudePolicy(widen_agl=True))
    assert band.altitude_lower_m < -430 + 30 + SEA_M
    assert band.altitude_upper_m > 8848.8 + 120 + SEA_M
    assert "all the ground on Earth" in band.widenings[0]


def test_known_ground_is_used_even_if_widening_is_allowed() -> None:
    policy = AltitudePolicy(ground_amsl_m=(400.0, 520.0), widen_agl=True)
    assert resolved("30 m AGL", "120 m AGL", policy) == resolved("30 m AGL", "120 m AGL", KNOWN)


def test_unlimited_is_the_ceiling() -> None:
    assert resolved("FL245", "UNL").altitude_upper_m == ALTITUDE_CEILING_M
    assert resolved("100 m AMSL", "UNL").altitude_upper_m == ALTITUDE_CEILING_M


def test_mixed_datums_are_compared_after_resolution() -> None:
    assert resolved("120 m W84", "100 m AMSL").altitude_upper_m == pytest.approx(148.4, abs=0.2)
    with pytest.raises(InvalidAltitude, match="not above"):
        resolved("160 m W84", "100 m AMSL")
    with pytest.raises(InvalidAltitude, match="not above"):
        resolved("3000 m AMSL", "120 m AGL", KNOWN)


@pytest.mark.parametrize(("lower", "upper"), [("FL100", "FL100"), ("200 m AMSL", "100 m AMSL")])
def test_upper_not_above_lower_in_the_same_datum_whatever_the_margins(
    lower: str, upper: str
) -> None:
    with pytest.raises(InvalidAltitude, match="not above"):
        resolved(lower, upper)


def test_high_flight_levels_stay_below_the_ceiling() -> None:
    band = resolved("FL600", "FL999")
    assert 14_000 < band.altitude_lower_m < 18_288
    assert 30_450 < band.altitude_upper_m < 40_000
    high = Altitude(99_990.0, AltitudeReference.AMSL)
    assert resolve_band(parse_altitude("FL600"), high, HERE, UNKNOWN).altitude_upper_m == 100_000.0


@pytest.mark.parametrize("value", [2e5, -2e3])
def test_a_limit_off_the_scale_is_refused_not_clamped(value: float) -> None:
    with pytest.raises(InvalidAltitude, match="check the unit"):
        resolve_band(
            *sorted((Altitude(value, AltitudeReference.AMSL), Altitude(0.0)), key=Altitude.metres),
            HERE,
            UNKNOWN,
        )


@pytest.mark.parametrize("qnh", [0.0, 29.92, 849.9, 1100.1, math.nan, math.inf])
def test_policy_refuses_a_pressure_that_is_none(qnh: float) -> None:
    with pytest.raises(InvalidAltitude, match="QNH"):
        AltitudePolicy(qnh_hpa=qnh)


@pytest.mark.parametrize(
    "ground", [(520.0, 400.0), (math.nan, 1.0), (0.0, math.inf), (-2000.0, 0.0), (0.0, 9000.0)]
)
def test_policy_refuses_ground_that_is_none(ground: tuple[float, float]) -> None:
    with pytest.raises(InvalidAltitude, match="ground"):
        AltitudePolicy(ground_amsl_m=ground)


@pytest.mark.parametrize("margin", [-1.0, math.nan, math.inf])
def test_policy_refuses_a_margin_that_is_none(margin: float) -> None:
    with pytest.raises(InvalidAltitude, match="margin"):
        AltitudePolicy(flight_level_margin_m=margin)
