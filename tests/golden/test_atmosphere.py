"""The standard atmosphere against published values.

Authority: heights of standard pressure levels, U.S. Standard Atmosphere 1976 (equal to ICAO Doc
7488 there), geopotential metres; ICAO Doc 8168, table of cold temperature corrections, feet to add
at an aerodrome at sea level, rounded up to 10 ft there.
"""

import pytest

from openline.geo.atmosphere import metres_per_kelvin, qnh_offset_m
from openline.units import METRES_PER_FOOT


@pytest.mark.parametrize(
    ("pressure_hpa", "published_m"),
    [(1013.25, 0.0), (1000.0, 110.9), (925.0, 761.8), (850.0, 1457.3), (700.0, 3012.2)],
)
def test_height_of_a_pressure_level(pressure_hpa: float, published_m: float) -> None:
    assert qnh_offset_m(pressure_hpa) == pytest.approx(published_m, abs=0.5)


def test_one_hectopascal_is_27_feet() -> None:
    """The aviator's rule: 27 to 28 ft for each hPa near sea level."""
    per_hpa_ft = (qnh_offset_m(1012.75) - qnh_offset_m(1013.75)) / METRES_PER_FOOT
    assert 27.0 < per_hpa_ft < 28.0


@pytest.mark.parametrize(
    ("aerodrome_celsius", "height_ft", "correction_ft"),
    [
        (0, 1000, 60),
        (0, 5000, 280),
        (-10, 1000, 100),
        (-10, 5000, 490),
        (-30, 1000, 190),
        (-30, 3000, 570),
        (-30, 5000, 950),
    ],
)
def test_cold_temperature_correction(
    aerodrome_celsius: float, height_ft: float, correction_ft: float
) -> None:
    """An altimeter that shows height + correction is at that height, to the table's rounding."""
    colder_k = aerodrome_celsius - 15.0
    indicated_m = (height_ft + correction_ft) * METRES_PER_FOOT
    true_m = indicated_m + colder_k * metres_per_kelvin(indicated_m, 1013.25)
    assert true_m / METRES_PER_FOOT == pytest.approx(height_ft, abs=12.0)


def test_thickness_of_the_stratosphere() -> None:
    """Between 11 and 20 km the air has 216.65 K throughout: 9,000 m / 216.65 K."""
    per_kelvin_m = metres_per_kelvin(20_000.0, 1013.25) - metres_per_kelvin(11_000.0, 1013.25)
    assert per_kelvin_m == pytest.approx(41.54, abs=0.01)
