"""The geoid against published values.

Authority: NGA, WGS 84 EGM96, OUTF477.DAT: output of the program F477 (harmonic synthesis to degree
360) for its own test input, metres; the two poles from the README of the same distribution; and
the example in the manual of GeographicLib's GeoidEval (egm96-5). F477 and GeoidEval do not
interpolate our grid, so values may differ by the interpolation error; here by less than 0.1 m.
"""

import numpy as np
import pytest

from openline.geo.geoid import INTERPOLATION_ERROR_M, undulation_m

PUBLISHED = [
    (38.628155, 269.779155, -31.628),
    (-14.621217, 305.021114, -2.969),
    (46.874319, 102.448729, -43.575),
    (-23.617446, 133.874712, 15.871),
    (38.625473, 359.9995, 50.066),
    (-0.466744, 0.0023, 17.329),
    (90.0, 0.0, 13.606),
    (-90.0, 0.0, -29.535),
    (16.0 + 46.0 / 60 + 33.0 / 3600, -(3.0 + 34.0 / 3600), 28.7068),
]


@pytest.mark.parametrize(("lat", "lng", "published_m"), PUBLISHED)
def test_published_undulation(lat: float, lng: float, published_m: float) -> None:
    assert abs(float(undulation_m(lat, lng)) - published_m) < 0.1 < INTERPOLATION_ERROR_M


def test_all_at_once_equals_one_by_one() -> None:
    lats, lngs, _ = np.array(PUBLISHED).T
    together = undulation_m(lats, lngs)
    alone = [float(undulation_m(lat, lng)) for lat, lng, _ in PUBLISHED]
    assert together.tolist() == alone


def test_extremes_of_the_grid() -> None:
    """Published for EGM96: least -106.99 m south of Sri Lanka, greatest 85.39 m in New Guinea."""
    lats, lngs = np.meshgrid(np.arange(-90, 90.25, 0.25), np.arange(0, 360, 0.25), indexing="ij")
    values = undulation_m(lats, lngs)
    low = np.unravel_index(values.argmin(), values.shape)
    high = np.unravel_index(values.argmax(), values.shape)
    assert (round(float(values.min()), 2), round(float(values.max()), 2)) == (-106.99, 85.39)
    assert (lats[low], lngs[low]) == pytest.approx((4.75, 78.75), abs=1.0)
    assert (lats[high], lngs[high]) == pytest.approx((-8.25, 147.25), abs=1.0)
