"""From limits to the shifts that are allowed for one plan."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from openline.airspace.advise.cost import Limits
from openline.airspace.advise.move import movable_in_height
from openline.airspace.advise.shift import Room
from openline.airspace.volume import Volume4D
from openline.geo.altitude import AltitudeReference, AltitudeUnit
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M
from openline.units import METRES_PER_FOOT

_LEVEL_M: Final = 100 * METRES_PER_FOOT
_MICROSECOND: Final = timedelta(microseconds=1)
_LEVEL_SLACK: Final = 1.2  # how far a flight level may move for a metre of pressure altitude


def room_of(volumes: Sequence[Volume4D], limits: Limits) -> Room:
    """The shifts of these volumes together.

    In height none, if one of them cannot be moved so. What is out of the limits already is not
    moved further out. Limits in feet move by hundreds of feet, where there is a step.
    """
    room = Room(
        -(limits.earlier // _MICROSECOND),
        limits.later // _MICROSECOND,
        0.0,
        0.0,
        limits.time_step // _MICROSECOND,
        _step_m(volumes, limits.height_step_m),
    )
    if not all(movable_in_height(volume.altitude) for volume in volumes):
        return room
    slack = _LEVEL_SLACK if _levels(volumes) else 1.0
    ceiling_m = min(limits.ceiling_m, ALTITUDE_CEILING_M)
    above_m = min(ceiling_m - volume.altitude_upper_m for volume in volumes) / slack
    below_m = 0.0
    if limits.floor_m is not None:
        floor_m = max(limits.floor_m, ALTITUDE_FLOOR_M)
        below_m = min(volume.altitude_lower_m - floor_m for volume in volumes) / slack
        below_m = min(below_m, _over_ground_m(volumes))
    return replace(
        room,
        lowest_m=0.0 - max(below_m, 0.0),
        highest_m=max(min(limits.climb_m, above_m), 0.0),
    )


def _over_ground_m(volumes: Sequence[Volume4D]) -> float:
    """The least height over ground that one begins at: no further down."""
    agl = AltitudeReference.AGL
    lowers = [volume.altitude.lower for volume in volumes]
    return min((one.metres() for one in lowers if one.reference is agl), default=math.inf)


def _levels(volumes: Sequence[Volume4D]) -> bool:
    limits = (limit for v in volumes for limit in (v.altitude.lower, v.altitude.upper))
    return any(limit.reference is AltitudeReference.FL for limit in limits)


def _step_m(volumes: Sequence[Volume4D], step_m: float) -> float:
    limits = [limit for v in volumes for limit in (v.altitude.lower, v.altitude.upper)]
    in_feet = any(limit.unit is AltitudeUnit.FT for limit in limits)
    if _levels(volumes) or (in_feet and step_m):
        return max(math.ceil(step_m / _LEVEL_M - 1e-9), 1) * _LEVEL_M
    return step_m
