"""Units of measure: exact definitions and the few conversions the product needs.

SI inside; feet, knots and nautical miles live only at the edges (formats, command, reports).
Source: international yard and pound agreement 1959 (foot), BIPM SI brochure table 8 (nautical
mile, knot).
"""

from typing import Final

METRES_PER_FOOT: Final = 0.3048  # exact, international foot
METRES_PER_NAUTICAL_MILE: Final = 1852.0  # exact
METRES_PER_KILOMETRE: Final = 1000.0
METRES_PER_STATUTE_MILE: Final = 1609.344  # exact
SECONDS_PER_MINUTE: Final = 60.0
SECONDS_PER_HOUR: Final = 3600.0
KNOT_MPS: Final = METRES_PER_NAUTICAL_MILE / SECONDS_PER_HOUR
MICROSECONDS_PER_SECOND: Final = 1_000_000

assert METRES_PER_NAUTICAL_MILE > METRES_PER_STATUTE_MILE > METRES_PER_KILOMETRE


def feet(length_m: float) -> float:
    """Metres to feet."""
    return length_m / METRES_PER_FOOT


def nautical_miles(length_m: float) -> float:
    """Metres to nautical miles."""
    return length_m / METRES_PER_NAUTICAL_MILE
