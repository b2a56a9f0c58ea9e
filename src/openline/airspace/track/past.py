"""An aircraft as it was known at an instant that is over."""

from dataclasses import dataclass
from datetime import datetime

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.report import Identity


@dataclass(frozen=True, slots=True)
class PastTrack:
    """A track at an instant. time: of its newest position then; spread_m: how far from there it may
    have been at the instant; altitudes over their own zeros, None: not known."""

    id: str
    identity: Identity
    party: str | None
    aircraft: AircraftClass
    time: datetime
    lat_deg: float
    lng_deg: float
    pressure_altitude_ft: float | None
    altitude_m: float | None
    speed_mps: float | None
    track_deg: float | None
    vertical_rate_mps: float | None
    on_ground: bool
    spread_m: float
