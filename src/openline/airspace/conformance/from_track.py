"""From a followed track to what conformance looks at."""

from collections.abc import Mapping
from typing import Final

from openline.airspace.conformance.observed import Observation
from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.track import Track
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.position import Position

_CARRY_S: Final = 5.0  # an altitude so much older than the position still is its altitude


def observation_of(
    track: Track,
    classes: Mapping[AircraftClass, str] | None = None,
    *,
    party: str | None = None,
    intent_id: str | None = None,
) -> Observation:
    """The newest believed state of a track.

    Height over the ellipsoid where it is known, else pressure altitude, as flight level: volumes
    are mostly over the ellipsoid. classes: what the agreement calls each kind of aircraft; kinds
    that it does not name say nothing. party: what its party is called here, if otherwise.
    intent_id: its operation, if it does not say one itself. A report that does not say "on the
    ground" says nothing.
    """
    latest = track.latest
    speed_mps = track.speed_mps()
    return Observation(
        track.id,
        track.time,
        Position(latest.lat_deg, latest.lng_deg),
        _altitude(track),
        lateral_accuracy_m=latest.accuracy_m,
        on_ground=True if latest.on_ground else None,
        speed_mps=speed_mps,
        intent_id=track.identity.operation_id or intent_id,
        party=track.party if party is None else party,
        flight_class=(classes or {}).get(track.aircraft),
    )


def _altitude(track: Track) -> Altitude | None:
    height_m = track.altitude_m(_CARRY_S)
    if height_m is not None:
        return Altitude(height_m)
    pressure_ft = track.pressure_altitude_ft(_CARRY_S)
    if pressure_ft is None:
        return None
    return Altitude(pressure_ft, AltitudeReference.FL, AltitudeUnit.FT)
