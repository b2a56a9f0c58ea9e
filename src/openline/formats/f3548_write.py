"""Traffic as ASTM F3548-21 JSON.

Source: as `f3548`. The object holds `operational_intents` and `constraints`, each with the
    `reference` and `details` of the standard.
Written with a stand-in, because nothing here knows them: `uss_availability` Unknown, `version` 0,
    a `uss_base_url` that leads nowhere, the nil `subscription_id`.
Left out: notices, names, OVN. Ids stay as they are, though the standard wants UUIDs.
Errs toward: outward. Corridors become polygons around them, holes are filled, limits of any datum
    are the widened metres over the ellipsoid.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from openline.airspace.entity import Constraint, IntentState, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.formats import json_text
from openline.formats.f3548_volume import LOWEST
from openline.formats.instants import format_instant
from openline.formats.traffic import Traffic
from openline.geo.altitude import UNLIMITED
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.enclosing import polygons_around
from openline.geo.footprint import Footprint
from openline.geo.position import Position
from openline.limits import TIME_MAX, TIME_MIN

_NO_URL: Final = "https://unknown.invalid"
_NO_SUBSCRIPTION: Final = "00000000-0000-4000-8000-000000000000"
_Json = dict[str, object]


def write(traffic: Traffic) -> bytes:
    """The intents and constraints as one JSON object, one entity a line.

    Raises: InvalidGeometry for a corridor too wide to draw a polygon around.
    """
    arrays = {
        "operational_intents": [_intent(intent) for intent in traffic.intents],
        "constraints": [_constraint(constraint) for constraint in traffic.constraints],
    }
    return json_text.encode_arrays({}, arrays)


def _intent(intent: OperationalIntent) -> _Json:
    volumes = _volumes(intent.volumes, _intent_ends)
    # the standard wants nominal volumes unless Contingent, off-nominal ones in the last two states
    nominal = intent.state is not IntentState.CONTINGENT
    off_nominal = intent.state in (IntentState.NONCONFORMING, IntentState.CONTINGENT)
    reference = _reference(intent, intent.volumes) | {
        "state": intent.state.value,
        "subscription_id": _NO_SUBSCRIPTION,
    }
    details: _Json = {
        "volumes": volumes if nominal else [],
        "off_nominal_volumes": volumes if off_nominal else [],
        "priority": intent.priority,
    }
    return {"reference": reference, "details": details}


def _constraint(constraint: Constraint) -> _Json:
    details: _Json = {"volumes": _volumes(constraint.volumes, _constraint_ends)}
    if constraint.reason is not None:
        details["type"] = constraint.reason
    return {"reference": _reference(constraint, constraint.volumes), "details": details}


def _reference(entity: OperationalIntent | Constraint, volumes: Sequence[Volume4D]) -> _Json:
    return {
        "id": entity.id,
        "manager": entity.party,
        "uss_availability": "Unknown",
        "version": 0,
        "time_start": _time(min(volume.time_start for volume in volumes)),
        "time_end": _time(max(volume.time_end for volume in volumes)),
        "uss_base_url": _NO_URL,
    }


def _volumes(
    volumes: Sequence[Volume4D], ends: Callable[[Volume4D], tuple[_Json, _Json]]
) -> list[_Json]:
    written = []
    for volume in volumes:
        limits, window = ends(volume)
        written += [{"volume": o | limits} | window for o in _outlines(volume.footprint)]
    return written


def _intent_ends(volume: Volume4D) -> tuple[_Json, _Json]:
    limits: _Json = {
        "altitude_lower": _altitude(volume.altitude_lower_m),
        "altitude_upper": _altitude(volume.altitude_upper_m),
    }
    return limits, {"time_start": _time(volume.time_start), "time_end": _time(volume.time_end)}


def _constraint_ends(volume: Volume4D) -> tuple[_Json, _Json]:
    """As for an intent; an end that stands for none is left out."""
    limits, window = _intent_ends(volume)
    if volume.altitude_lower_m == LOWEST.value:
        del limits["altitude_lower"]
    if volume.altitude_upper_m == UNLIMITED.value:
        del limits["altitude_upper"]
    if volume.time_start == TIME_MIN:
        del window["time_start"]
    if volume.time_end == TIME_MAX:
        del window["time_end"]
    return limits, window


def _outlines(footprint: Footprint) -> list[_Json]:
    if isinstance(footprint, Circle):
        radius = {"value": footprint.radius_m, "units": "M"}
        return [{"outline_circle": {"center": _point(footprint.centre), "radius": radius}}]
    polygons = polygons_around(footprint) if isinstance(footprint, Corridor) else [footprint]
    return [
        {"outline_polygon": {"vertices": [_point(vertex) for vertex in polygon.outer]}}
        for polygon in polygons
    ]


def _point(position: Position) -> _Json:
    return {"lng": position.lng_deg, "lat": position.lat_deg}


def _altitude(altitude_m: float) -> _Json:
    return {"value": altitude_m, "reference": "W84", "units": "M"}


def _time(instant: datetime) -> _Json:
    return {"value": format_instant(instant), "format": "RFC3339"}
