"""Time and altitude by exact rational arithmetic: gaps, and the verdict against a minimum."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from openline.airspace.volume import Volume4D
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FOOT = Fraction(3048, 10000)
_NATIVE = frozenset({AltitudeReference.W84, AltitudeReference.AMSL, AltitudeReference.FL})

# Vertical decisions have a resolution of 1 cm: a gap that is less than 1 cm under the minimum
# counts as being at the minimum. The rest is slack for floating point in the product.
RESOLUTION = Fraction(1, 100)
SLACK = Fraction(1, 1_000_000)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (instant - _EPOCH) // _MICROSECOND


def time_gap_us(a: Volume4D, b: Volume4D) -> int:
    """Microseconds from the end of one to the start of the other; negative if they overlap."""
    return max(
        microseconds(b.time_start) - microseconds(a.time_end),
        microseconds(a.time_start) - microseconds(b.time_end),
    )


def _native_metres(altitude: Altitude) -> Fraction:
    value = Fraction(altitude.value)
    return value * _FOOT if altitude.unit is AltitudeUnit.FT else value


def _step(upper: Altitude, upper_m: float, lower: Altitude, lower_m: float) -> Fraction:
    """Metres from an upper limit to the lower limit that faces it."""
    if upper.reference is lower.reference and upper.reference in _NATIVE:
        return _native_metres(lower) - _native_metres(upper)
    return Fraction(lower_m) - Fraction(upper_m)


def vertical_gap(a: Volume4D, b: Volume4D) -> Fraction:
    """Metres between the bands; negative if they overlap."""
    one, two = a.altitude, b.altitude
    return max(
        _step(one.upper, one.altitude_upper_m, two.lower, two.altitude_lower_m),
        _step(two.upper, two.altitude_upper_m, one.lower, one.altitude_lower_m),
    )


def time_is_close(a: Volume4D, b: Volume4D, minimum: timedelta) -> bool:
    """Whether the windows are closer than the minimum; exactly at it is not."""
    return time_gap_us(a, b) < minimum // _MICROSECOND


def vertical_is_close(a: Volume4D, b: Volume4D, minimum_m: float) -> bool | None:
    """Whether the bands are closer than the minimum; None within the slack."""
    margin = Fraction(minimum_m) - vertical_gap(a, b) - RESOLUTION
    if abs(margin) <= SLACK:
        return None
    return margin > 0
