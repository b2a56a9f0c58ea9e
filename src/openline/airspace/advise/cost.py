"""What a change of a plan costs, and how far it may go: the asker's preferences and limits.

Costs are in seconds of delay: a cost of 600 is as unwelcome as ten minutes later.
"""

import math
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.volume import check_window
from openline.errors import InvalidInput
from openline.geo.footprint import Footprint
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M, LATERAL_MINIMUM_MAX_M

_COST_MAX: Final = 1e6  # per second or metre: beyond it the sums lose their last digits


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of each kind of change, in seconds of delay.

    later, earlier, lost: of each second moved, or left out where a window is split. up, down,
    sideways, narrower: of each metre. apart: once, if not all of a plan changes in the same way;
    a plan that stays in one piece is easier to fly and to tell.
    Defaults: 100 ft up or down is a minute, 1 km sideways five minutes, a minute of the own window
    lost two.

    Raises: InvalidInput for a cost that is not finite, negative, or zero per second or metre.
    """

    later: float = 1.0
    earlier: float = 1.0
    up: float = 2.0
    down: float = 2.0
    sideways: float = 0.3
    narrower: float = 0.6
    lost: float = 2.0
    apart: float = 60.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not math.isfinite(value) or not 0 <= value <= _COST_MAX:
                raise InvalidInput(
                    f"a cost of {value:g} is outside 0..{_COST_MAX:g}", field=one.name
                )
            if value == 0 and one.name != "apart":
                raise InvalidInput(
                    "a change that costs nothing has no nearest",
                    cure="give a small number instead of 0",
                    field=one.name,
                )

    def shift(self, delay_us: int) -> float:
        """The cost of so much later; earlier if negative."""
        return (self.later if delay_us >= 0 else -self.earlier) * delay_us / 1e6

    def climb(self, climb_m: float) -> float:
        """The cost of so much higher; lower if negative."""
        return (self.up if climb_m >= 0 else -self.down) * climb_m


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a plan may be moved. All ends belong to what is allowed.

    later, earlier: of every volume. earliest, latest: the window in which the whole plan stays, if
    given. climb_m: upward at most. floor_m, ceiling_m: the band over the ellipsoid in which what is
    moved in height stays; without floor_m nothing is moved down, for the ground is not known.
    sideways_m: at most; 0 for never. narrowest: the least share of its width, or of
    its time where it is split, that a volume keeps.
    area: in which what is moved sideways stays. shortest: a part of a split window lasts at least
    so long. time_step, height_step_m: delays and climbs are whole multiples; 0 for exactly to the
    end of what blocks. Volumes with a limit in flight levels move by whole levels.

    Raises: InvalidInput, InvalidTimeRange.
    """

    later: timedelta = timedelta(hours=6)
    earlier: timedelta = timedelta(hours=1)
    earliest: datetime | None = None
    latest: datetime | None = None
    climb_m: float = 600.0
    floor_m: float | None = None
    ceiling_m: float = ALTITUDE_CEILING_M
    sideways_m: float = 5_000.0
    narrowest: float = 0.5
    area: Footprint | None = None
    shortest: timedelta = timedelta(minutes=5)
    time_step: timedelta = timedelta(minutes=1)
    height_step_m: float = 10.0

    def __post_init__(self) -> None:
        if self.earliest is not None and self.latest is not None:
            check_window(self.earliest, self.latest)
        for instant in (self.earliest, self.latest):
            if instant is not None and instant.tzinfo is None:
                raise InvalidInput("an instant without a time zone", cure="append Z for UTC")
        nothing = timedelta(0)
        for name in ("later", "earlier", "shortest", "time_step"):
            if not nothing <= getattr(self, name) <= timedelta(days=366):
                raise InvalidInput("outside 0..366 days", field=name)
        for name in ("climb_m", "sideways_m", "height_step_m"):
            value = getattr(self, name)
            if not math.isfinite(value) or not 0 <= value <= LATERAL_MINIMUM_MAX_M:
                raise InvalidInput(f"outside 0..{LATERAL_MINIMUM_MAX_M:g} m", field=name)
        floor_m = ALTITUDE_FLOOR_M if self.floor_m is None else self.floor_m
        if not ALTITUDE_FLOOR_M <= floor_m < self.ceiling_m <= ALTITUDE_CEILING_M:
            raise InvalidInput(
                f"floor and ceiling are not in order within {ALTITUDE_FLOOR_M:g}.."
                f"{ALTITUDE_CEILING_M:g} m",
                field="ceiling_m",
            )
        if not 0 < self.narrowest <= 1:
            raise InvalidInput("a share is over 0 and at most 1", field="narrowest")
