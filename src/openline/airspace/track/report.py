"""A position report: who says that which aircraft was where, and when.

Altitude is kept apart by its zero: `pressure_altitude_ft` is what an altimeter set to 1013.25 hPa
shows, `altitude_m` is height over the WGS-84 ellipsoid. One is never made into the other.
Numbers that are not finite or of no aircraft are refused here, and nowhere later.
"""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from openline.airspace.track.aircraft import AircraftClass
from openline.errors import InvalidAltitude, InvalidInput, InvalidTimeRange
from openline.geo.position import Position
from openline.limits import IDENTITY_MAX, PARTY_NAME_MAX, TIME_MAX, TIME_MIN

ALTITUDE_MIN_M: Final = -2_000.0
ALTITUDE_MAX_M: Final = 200_000.0
PRESSURE_ALTITUDE_MIN_FT: Final = -5_000.0
PRESSURE_ALTITUDE_MAX_FT: Final = 250_000.0  # what no pressure sensor of an aircraft shows
SPEED_MAX_MPS: Final = 10_000.0  # beyond it the number is damaged; the class's bound is tighter
VERTICAL_RATE_MAX_MPS: Final = 2_000.0
ACCURACY_MAX_M: Final = 1_000_000.0
ACCURACY_UNKNOWN_M: Final = 100.0  # what stands for an accuracy that nobody stated

_ICAO24: Final = re.compile("[0-9a-fA-F]{6}")
_NO_ICAO24: Final = ("000000", "ffffff")
_PLACEHOLDERS: Final = re.compile(r"[0@?\-_.*x ]*", re.IGNORECASE)


class Identity(NamedTuple):
    """The names of one aircraft; make it with `Identity.of`. None: not known."""

    icao24: str | None = None  # the 24-bit address, six hexadecimal digits, lower case
    uid: str | None = None  # of Cursor-on-Target, or of whoever sends positions
    callsign: str | None = None
    operation_id: str | None = None  # the operational intent it says it flies; may be shared

    @classmethod
    def of(
        cls,
        *,
        icao24: str | None = None,
        uid: str | None = None,
        callsign: str | None = None,
        operation_id: str | None = None,
    ) -> "Identity":
        """The names, tidied: blanks and placeholders (`00000000`) count as unknown.

        Raises: InvalidInput for an address that is none, names that are too long or not printable.
        """
        address = (icao24 or "").strip().lower() or None
        if address is not None and _ICAO24.fullmatch(address) is None:
            raise InvalidInput(f"{address[:20]!r} is no 24-bit address", field="icao24")
        if address in _NO_ICAO24:
            address = None
        shown = _name(callsign, "callsign")
        if shown is not None and _PLACEHOLDERS.fullmatch(shown):
            shown = None
        return cls(address, _name(uid, "uid"), shown, _name(operation_id, "operation_id"))

    def names(self) -> tuple[str, ...]:
        """What tells aircraft apart, the surest first. An operation may be flown by several."""
        return _keys(self)

    def contradicts(self, other: "Identity") -> bool:
        """Whether both cannot be one aircraft: another address, or another uid."""
        address = None not in (self.icao24, other.icao24)
        if address:
            return self.icao24 != other.icao24
        return None not in (self.uid, other.uid) and self.uid != other.uid

    def with_more(self, other: "Identity") -> "Identity":
        """The names of both; where both say something, the other's (it is newer)."""
        return Identity(*(new or old for old, new in zip(self, other, strict=True)))

    def shown(self) -> str:
        """The name for people: callsign, else operation, uid, address."""
        return self.callsign or self.operation_id or self.uid or self.icao24 or "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReport:
    """One position of one aircraft, as one feed tells it.

    time: when the aircraft was there, by the sender's clock. received: when it came in, by ours;
    None: as `time`. accuracy_m: lateral, 95 %. track_deg: true, 0 <= track < 360.
    Raises: InvalidInput and its kinds, naming the field; also if nobody can be told by it.
    """

    feed: str
    identity: Identity
    time: datetime
    lat_deg: float
    lng_deg: float
    received: datetime | None = None
    pressure_altitude_ft: float | None = None
    altitude_m: float | None = None
    speed_mps: float | None = None
    track_deg: float | None = None
    vertical_rate_mps: float | None = None
    on_ground: bool = False
    accuracy_m: float | None = None
    aircraft: AircraftClass = AircraftClass.UNKNOWN
    party: str | None = None

    def __post_init__(self) -> None:
        if not self.identity.names():
            raise InvalidInput(
                "the position is nobody's", cure="give icao24, uid, callsign or operation_id"
            )
        _check_instant(self.time, "time")
        if self.received is not None:
            _check_instant(self.received, "received")
        Position.checked(self.lat_deg, self.lng_deg)
        _within_altitudes(
            self.pressure_altitude_ft,
            PRESSURE_ALTITUDE_MIN_FT,
            PRESSURE_ALTITUDE_MAX_FT,
            "pressure_altitude_ft",
        )
        _within_altitudes(self.altitude_m, ALTITUDE_MIN_M, ALTITUDE_MAX_M, "altitude_m")
        _within(self.speed_mps, 0.0, SPEED_MAX_MPS, "speed_mps")
        _within(self.track_deg, 0.0, 360.0, "track_deg")
        rate_max = VERTICAL_RATE_MAX_MPS
        _within(self.vertical_rate_mps, -rate_max, rate_max, "vertical_rate_mps")
        _within(self.accuracy_m, 0.0, ACCURACY_MAX_M, "accuracy_m")
        if self.party is not None and not 0 < len(self.party) <= PARTY_NAME_MAX:
            raise InvalidInput("the name of the party is empty or too long", field="party")

    @property
    def arrived(self) -> datetime:
        """When it came in."""
        return self.time if self.received is None else self.received

    @property
    def spread_m(self) -> float:
        """The stated accuracy, or what stands for it."""
        return ACCURACY_UNKNOWN_M if self.accuracy_m is None else self.accuracy_m

    def velocity_mps(self) -> tuple[float, float] | None:
        """East and north as stated; None if speed or track is missing (at a standstill: zero)."""
        if self.speed_mps == 0.0:
            return 0.0, 0.0
        if self.speed_mps is None or self.track_deg is None:
            return None
        track = math.radians(self.track_deg)
        return self.speed_mps * math.sin(track), self.speed_mps * math.cos(track)


@lru_cache(maxsize=65_536)  # asked several times for each report of an aircraft
def _keys(identity: Identity) -> tuple[str, ...]:
    found = []
    if identity.icao24 is not None:
        found.append(f"icao24:{identity.icao24}")
    if identity.uid is not None:
        found.append(f"uid:{identity.uid}")
    if identity.callsign is not None:
        found.append(f"callsign:{identity.callsign.casefold()}")
    if not found and identity.operation_id is not None:
        found.append(f"operation:{identity.operation_id}")
    return tuple(found)


def _name(text: str | None, field: str) -> str | None:
    word = (text or "").strip()
    if len(word) > IDENTITY_MAX:
        raise InvalidInput(f"a name of {len(word):,} characters", field=field)
    if not word.isprintable():
        raise InvalidInput("the name holds control characters", field=field)
    return word or None


def _check_instant(instant: datetime, field: str) -> None:
    if instant.tzinfo is None:
        raise InvalidTimeRange("the time has no time zone", cure="give UTC", field=field)
    if not TIME_MIN <= instant <= TIME_MAX:
        raise InvalidTimeRange(f"{instant:%Y-%m-%d} is outside 1970..2200", field=field)


def _within(value: float | None, low: float, high: float, field: str) -> None:
    if value is not None and not low <= value <= high:  # NaN is within nothing
        raise InvalidInput(f"{value:g} is outside {low:g}..{high:g}", field=field)


def _within_altitudes(value: float | None, low: float, high: float, field: str) -> None:
    if value is not None and not low <= value <= high:
        raise InvalidAltitude(f"{value:g} is outside {low:g}..{high:g}", field=field)
