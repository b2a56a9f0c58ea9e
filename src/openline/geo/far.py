"""Distances beyond the range of the chord formula: by Karney's geodesics, pair by pair."""

import numpy as np

from openline.geo.ellipsoid import (
    CHORD_RANGE_M,
    Floats,
    geodesic_distance_m,
    normals_of,
)
from openline.geo.sphere import Vectors, positions_of


def chord_error_m(distance_m: Floats) -> Floats:
    """A bound on the error of `surface_distance_m`: it grows with the fifth power."""
    result: Floats = 0.06 * (distance_m / 1e6) ** 5
    return result


def refine_far(distance_m: Floats, point_a: Vectors, point_b: Vectors, settled_m: Floats) -> None:
    """Measure pairs of points beyond CHORD_RANGE_M again, in place.

    Pairs that are closer than `settled_m` (k,) by more than the error stay as they are: their
    footprints overlap whatever the last metre is.
    """
    asked = (distance_m > CHORD_RANGE_M) & (distance_m > settled_m - chord_error_m(distance_m))
    asked &= np.isfinite(distance_m)
    far = np.flatnonzero(asked)
    if not len(far):
        return
    ends = zip(
        positions_of(normals_of(point_a[far])), positions_of(normals_of(point_b[far])), strict=True
    )
    distance_m[far] = [geodesic_distance_m(one, other) for one, other in ends]
