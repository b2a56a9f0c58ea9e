"""Many aircraft at one instant, and two of them in a frame of their own.

On the Earth each aircraft has the unit normal and the surface point below it, its velocity over
ground as a vector in the horizontal plane there, its altitude and vertical rate. A pair is laid
into the plane that touches the Earth at the middle between both: the surface distance becomes the
length of the relative position, velocities are turned with the plane (parallel transport). So
there is no special meridian and no special pole.

Error of the plane: the distance now is right to 1 mm up to 300 km; a course of length L that
passes the middle at a distance d is off by about L d^2 / 2 R^2, 1.2 m at d = 100 km and L = 10 km,
and less for those who meet. Distances are at the height of the ellipsoid: at 10 km altitude real
ones are 0.16 % longer. Errs toward: a loss found, by that.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from openline.airspace.encounter.arrays import (
    POSITION_MAX_M,
    SPEED_MAX_MPS,
    FloatArray,
    IndexArray,
    Relative,
    rows_of_three,
)
from openline.errors import InvalidInput
from openline.geo.ellipsoid import CURVATURE_RADIUS_MIN_M, surface_points
from openline.geo.sphere import EARTH_RADIUS_M

_DEGREES_MAX: Final = np.array((90.0, 360.0))  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Snapshot:
    """n aircraft; make one with `on_earth` or `in_plane`.

    Shapes (n, 3): normal (empty in a plane), point_m, velocity_mps; (n,): altitude_m, rate_mps.
    """

    normal: FloatArray
    point_m: FloatArray
    velocity_mps: FloatArray
    altitude_m: FloatArray
    rate_mps: FloatArray

    @classmethod
    def on_earth(cls, position: Any, velocity_mps: Any) -> "Snapshot":
        """From positions (n, 3): latitude, longitude in degrees, altitude in metres; velocities
        (n, 3): east, north, up.

        Altitudes of all are over the same zero. Raises: InvalidInput.
        """
        place = rows_of_three(position, "position", POSITION_MAX_M)
        speed = rows_of_three(velocity_mps, "velocity_mps", SPEED_MAX_MPS)
        _same_length(place, speed)
        turn = np.ascontiguousarray(place[:, :2].T)
        _refuse_no_place(place, turn)
        (sin_lat, sin_lng), (cos_lat, cos_lng) = _sin_cos(turn)
        normal, ground = np.empty((len(place), 3)), np.empty((len(place), 3))
        normal[:, 0], normal[:, 1], normal[:, 2] = cos_lat * cos_lng, cos_lat * sin_lng, sin_lat
        # East is (-sin lng, cos lng, 0); north points by -sin lat away from the axis, and up it.
        east, inward = speed[:, 0], -sin_lat * speed[:, 1]
        ground[:, 0] = inward * cos_lng - east * sin_lng
        ground[:, 1] = inward * sin_lng + east * cos_lng
        ground[:, 2] = cos_lat * speed[:, 1]
        return cls(normal, surface_points(normal), ground, place[:, 2].copy(), speed[:, 2].copy())

    @classmethod
    def in_plane(cls, position_m: Any, velocity_mps: Any) -> "Snapshot":
        """From positions and velocities (n, 3) east, north, up in one flat frame."""
        place = rows_of_three(position_m, "position_m", POSITION_MAX_M)
        speed = rows_of_three(velocity_mps, "velocity_mps", SPEED_MAX_MPS)
        _same_length(place, speed)
        flat, ground = place.copy(), speed.copy()
        flat[:, 2] = ground[:, 2] = 0.0
        return cls(np.empty((0, 3)), flat, ground, place[:, 2].copy(), speed[:, 2].copy())

    def __len__(self) -> int:
        return len(self.point_m)

    def relative(self, own: IndexArray, intruder: IndexArray) -> Relative:
        """The pairs, each in the plane at its middle. Indices (k,) into the snapshot."""
        across = self.point_m[own] - self.point_m[intruder]
        own_v, intruder_v = self.velocity_mps[own], self.velocity_mps[intruder]
        up_m = self.altitude_m[own] - self.altitude_m[intruder]
        up_mps = self.rate_mps[own] - self.rate_mps[intruder]
        if not len(self.normal):
            moving = own_v - intruder_v
            return Relative(across[:, 0], across[:, 1], up_m, moving[:, 0], moving[:, 1], up_mps)
        normal_own, normal_intruder = self.normal[own], self.normal[intruder]
        middle = normal_own + normal_intruder
        middle /= np.maximum(np.sqrt(_dot(middle, middle)), 1e-12)[:, None]
        moving = turned(own_v, normal_own, middle) - turned(intruder_v, normal_intruder, middle)
        one, other = plane_axes(middle)
        chord = np.sqrt(_dot(across, across))
        half = np.minimum(chord / (2 * EARTH_RADIUS_M), 1.0)
        longer = np.where(half > 1e-6, np.arcsin(half) / np.where(half > 1e-6, half, 1.0), 1.0)
        return Relative(
            _dot(across, one) * longer,
            _dot(across, other) * longer,
            up_m,
            _dot(moving, one),
            _dot(moving, other),
            up_mps,
        )

    def frame_margin_m(self, reach_m: float, travel_m: FloatArray) -> FloatArray:
        """How much farther apart two may be in space than in the plane of `relative`.

        With S the greatest distance now of any pair that can meet: arc against chord S^3 / 24 R^2,
        and velocities turned by at most S / 2 R. To each aircraft its own half, by its own travel.
        """
        if not len(self.normal):
            return 0.0 * travel_m
        radius = CURVATURE_RADIUS_MIN_M
        bend = reach_m**3 / (48 * radius * radius)
        return 1.01 * (bend + travel_m * reach_m / (2 * radius)) + 1.0


def plane_axes(normal: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors (n, 3) that with each unit normal make a right-handed frame, anywhere.

    Source: T. Duff et al., "Building an Orthonormal Basis, Revisited", JCGT 6 (2017).
    """
    x, y, z = normal[:, 0], normal[:, 1], normal[:, 2]
    sign = np.where(z < 0, -1.0, 1.0)
    a = -1.0 / (sign + z)
    b = x * y * a
    one = np.stack((1.0 + sign * x * x * a, sign * b, -sign * x), axis=1)
    other = np.stack((b, sign + y * y * a, -y), axis=1)
    return one, other


def turned(velocity: FloatArray, normal: FloatArray, middle: FloatArray) -> FloatArray:
    """Velocities carried along the great circle from the normal to the middle."""
    share = _dot(velocity, middle) / np.maximum(1.0 + _dot(normal, middle), 1e-12)
    turned: FloatArray = velocity - share[:, None] * (normal + middle)
    return turned


def _dot(one: FloatArray, other: FloatArray) -> FloatArray:
    product: FloatArray = np.einsum("ij,ij->i", one, other)
    return product


def _sin_cos(degrees: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sines and cosines, to 4e-16, by the tangent of the half: numpy has that one vectorised."""
    tangent = np.tan(degrees * (np.pi / 360))
    cos = 2.0 / (1.0 + tangent * tangent)
    sin = tangent * cos
    cos -= 1.0
    return sin, cos


def _refuse_no_place(place: FloatArray, degrees: FloatArray) -> None:
    """Latitudes and longitudes (2, n) of the positions (n, 3) are within 90 and 360."""
    if not degrees.size or not (np.abs(degrees).max(axis=1) > _DEGREES_MAX).any():
        return
    row = int(np.flatnonzero((np.abs(degrees) > _DEGREES_MAX[:, None]).any(axis=0))[0])
    raise InvalidInput(
        f"row {row}: {place[row, 0]:g}, {place[row, 1]:g} is no latitude, longitude",
        field="position",
    )


def _same_length(place: FloatArray, speed: FloatArray) -> None:
    if len(place) != len(speed):
        raise InvalidInput(
            f"{len(place)} positions and {len(speed)} velocities", cure="give one for each aircraft"
        )
