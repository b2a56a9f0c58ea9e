"""What is compared: an aircraft as it is observed, and an operation as it is declared."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from openline.airspace.entity import OperationalIntent
from openline.errors import InvalidInput, InvalidTimeRange
from openline.geo.altitude import Altitude
from openline.geo.position import Position


@dataclass(frozen=True, slots=True)
class Observation:
    """One usable state of one aircraft: where it was at an instant, and how well that is known.

    track: whose state it is, from the tracker. altitude: in its own datum, None if not known.
    lateral_accuracy_m, vertical_accuracy_m: 95 % bounds, None if the source does not say.
    on_ground: None if the source does not say. intent_id, party, flight_class: what the aircraft
    or its source says of itself; any may be missing.
    Raises: InvalidInput and its kinds for what is not finite, naive or empty.
    """

    track: str
    time: datetime
    position: Position
    altitude: Altitude | None = None
    lateral_accuracy_m: float | None = None
    vertical_accuracy_m: float | None = None
    on_ground: bool | None = None
    speed_mps: float | None = None
    intent_id: str | None = None
    party: str | None = None
    flight_class: str | None = None

    def __post_init__(self) -> None:
        if not self.track:
            raise InvalidInput("an observation of no track", cure="name it", field="track")
        if self.time.tzinfo is None:
            raise InvalidTimeRange(
                f"time {self.time.isoformat()} has no time zone", cure="append Z for UTC"
            )
        object.__setattr__(self, "time", self.time.astimezone(UTC))
        Position.checked(*self.position)
        for name in ("lateral_accuracy_m", "vertical_accuracy_m", "speed_mps"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                raise InvalidInput(f"{value} is no number of 0 or more", field=name)


@dataclass(frozen=True, slots=True)
class DeclaredOperation:
    """An operational intent that is watched, and the class of flight it was declared with."""

    intent: OperationalIntent
    flight_class: str | None = None
