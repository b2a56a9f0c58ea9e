"""Laws of resolving limits: outward, narrower when more is known, monotone."""

from geographiclib.geodesic import Geodesic
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import COLDER_K, WARMER_K, AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.geoid import undulation_m
from openline.limits import ALTITUDE_CEILING_M

AMSL, AGL, FL = AltitudeReference.AMSL, AltitudeReference.AGL, AltitudeReference.FL
circles = st.builds(Circle.of, st.floats(-90, 90), st.floats(-180, 180), st.floats(1, 300_000))
levels_ft = st.floats(500, 60_000)
usual_qnh = st.floats(950, 1050)
TOP = Altitude(ALTITUDE_CEILING_M)
POLICY = AltitudePolicy()
GAS_CONSTANT, GRAVITY, LAPSE = 287.05287, 9.80665, 0.0065


def _standard_kelvin(height_m: float) -> float:
    return 288.15 - LAPSE * height_m if height_m < 11_000 else 216.65


def _height_of_level(level_ft: float, qnh_hpa: float, warmer_k: float) -> float:
    """Height over the sea of a pressure altitude, by adding up thin hydrostatic layers.

    The altimeter's convention: set to QNH it shows 0 at sea level.
    """
    start = (288.15 / LAPSE) * (1 - (qnh_hpa / 1013.25) ** (GAS_CONSTANT * LAPSE / GRAVITY))
    end, layers = level_ft * 0.3048, 400
    step = (end - start) / layers
    height = 0.0
    for number in range(layers):
        standard = _standard_kelvin(start + (number + 0.5) * step)
        height += step * (standard + warmer_k) / standard
    return height


@settings(deadline=None, max_examples=200)
@given(
    circles,
    st.floats(-400, 8000),
    st.floats(1, 4000),
    st.floats(0, 360),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_amsl_limits_are_outward_everywhere(
    circle: Circle, lower: float, thick: float, bearing: float, part: float, level: float
) -> None:
    band = resolve_band(Altitude(lower, AMSL), Altitude(lower + thick, AMSL), circle, POLICY)
    point = Geodesic.WGS84.Direct(*circle.centre, bearing, circle.radius_m * part)
    height_m = lower + thick * level + float(undulation_m(point["lat2"], point["lon2"]))
    assert band.altitude_lower_m - 1e-6 <= height_m <= band.altitude_upper_m + 1e-6


@settings(deadline=None, max_examples=200)
@given(circles, levels_ft, usual_qnh, st.floats(-COLDER_K, WARMER_K), st.booleans())
def test_a_flight_level_is_inside_in_any_air_within_the_stated_extremes(
    circle: Circle, level_ft: float, qnh_hpa: float, warmer_k: float, qnh_known: bool
) -> None:
    policy = AltitudePolicy(qnh_hpa=qnh_hpa if qnh_known else None)
    level = Altitude(level_ft, FL, AltitudeUnit.FT)
    as_lower = resolve_band(level, TOP, circle, policy).altitude_lower_m
    as_upper = resolve_band(Altitude(-900.0), level, circle, policy).altitude_upper_m
    over_sea_m = _height_of_level(level_ft, qnh_hpa, warmer_k)
    height_m = over_sea_m + float(undulation_m(*circle.centre))
    assert as_lower - 0.5 <= height_m <= as_upper + 0.5


@settings(deadline=None, max_examples=100)
@given(circles, levels_ft, st.floats(10, 10_000), usual_qnh)
def test_a_known_qnh_never_widens(
    circle: Circle, level_ft: float, thick_ft: float, qnh_hpa: float
) -> None:
    lower = Altitude(level_ft, FL, AltitudeUnit.FT)
    upper = Altitude(level_ft + thick_ft, FL, AltitudeUnit.FT)
    wide = resolve_band(lower, upper, circle, POLICY)
    narrow = resolve_band(lower, upper, circle, AltitudePolicy(qnh_hpa=qnh_hpa))
    assert wide.altitude_lower_m <= narrow.altitude_lower_m
    assert narrow.altitude_upper_m <= wide.altitude_upper_m


@settings(deadline=None, max_examples=100)
@given(circles, st.floats(-400, 8000), st.floats(0, 800), st.floats(0, 1), st.floats(0, 500))
def test_agl_limits_are_outward_over_all_known_ground_and_narrower_than_over_the_earth(
    circle: Circle, lowest: float, relief: float, part: float, height: float
) -> None:
    limits = (Altitude(height, AGL), Altitude(height + 100, AGL))
    known = AltitudePolicy(ground_amsl_m=(lowest, lowest + relief))
    band = resolve_band(*limits, circle, known)
    sea_m = float(undulation_m(*circle.centre))
    ground_m = lowest + relief * part + sea_m
    assert band.altitude_lower_m - 1e-6 <= ground_m + height
    assert ground_m + height + 100 <= band.altitude_upper_m + 1e-6
    wide = resolve_band(*limits, circle, AltitudePolicy(widen_agl=True))
    assert wide.altitude_lower_m <= band.altitude_lower_m
    assert band.altitude_upper_m <= wide.altitude_upper_m


@settings(deadline=None, max_examples=200)
@given(
    circles,
    st.sampled_from([AMSL, AGL, FL]),
    st.floats(1_500, 15_000),
    st.floats(1_500, 15_000),
    st.sampled_from([None, 880.0, 1013.25, 1085.0]),
)
def test_raising_a_limit_never_lowers_it(
    circle: Circle, reference: AltitudeReference, one_m: float, other_m: float, qnh: float | None
) -> None:
    assume(one_m != other_m)
    policy = AltitudePolicy(ground_amsl_m=(0.0, 300.0), qnh_hpa=qnh)
    low, high = (Altitude(value, reference) for value in sorted((one_m, other_m)))
    below = Altitude(-1000.0)
    assert (
        resolve_band(low, TOP, circle, policy).altitude_lower_m
        <= resolve_band(high, TOP, circle, policy).altitude_lower_m
    )
    assert (
        resolve_band(below, low, circle, policy).altitude_upper_m
        <= resolve_band(below, high, circle, policy).altitude_upper_m
    )
