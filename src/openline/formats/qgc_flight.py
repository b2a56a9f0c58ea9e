"""Where an aircraft that follows a plan can be, and when: legs and holds as volumes.

A plan knows no clock. The flight is followed with an earliest and a latest time, both in seconds
from take-off; each volume holds from the earliest to the latest, less and plus the margin below.
Heights are AMSL or AGL as the plan states them, less and plus VERTICAL_MARGIN_M.

Margins, all ours to choose and all reported with the file: half width 30 m (multicopters) or 100 m;
schedule 30 s and 5 % of the time since take-off; climb and descent between 1 and 10 m/s, landing
not slower than 0.5 m/s; ground at a landing place up to 100 m below what the plan says; return to
launch up to 100 m above home. Not covered: wind that changes the speed over ground by more.
Errs toward: wider. A leg's whole height band holds for all its pieces.
"""

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge, InvalidInput
from openline.formats.collector import Collector
from openline.formats.paths import between, distance_m, path_footprint
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference, ellipsoid_band
from openline.geo.footprint import Footprint
from openline.geo.position import Position
from openline.limits import VOLUMES_PER_INTENT_MAX

PIECE_S: Final = 60.0
SCHEDULE_MARGIN_S: Final = 30.0
SCHEDULE_MARGIN_SHARE: Final = 0.05
VERTICAL_MARGIN_M: Final = 15.0
CLIMB_SLOW_MPS: Final = 1.0
CLIMB_FAST_MPS: Final = 10.0
LANDING_SLOW_MPS: Final = 0.5
DURATION_MAX_S: Final = 3 * 86_400.0
_SPEED_MAX_MPS: Final = 1_000.0

assert SCHEDULE_MARGIN_SHARE > 0.006, "the margin covers the error of lengths on the sphere"


@dataclass(frozen=True, slots=True)
class Speed:
    """Least and greatest speed over ground, m/s."""

    slow_mps: float
    fast_mps: float

    @classmethod
    def checked(cls, slow: float, fast: float) -> "Speed":
        """The speeds, in any order, if they are speeds. Raises: InvalidInput."""
        if not 0 < min(slow, fast) <= max(slow, fast) <= _SPEED_MAX_MPS:
            raise InvalidInput(
                f"a speed of {min(slow, fast):g} m/s is outside 0..{_SPEED_MAX_MPS:g} m/s",
                cure="set the speed of the vehicle in the plan",
            )
        return cls(min(slow, fast), max(slow, fast))


@dataclass(frozen=True, slots=True)
class Bulge:
    """How far a curved leg may leave the straight one, and how much longer it may be."""

    lateral_share: float = 0.0  # of the leg's length
    vertical_m: float = 0.0
    stretch: float = 1.0


STRAIGHT: Final = Bulge()


@dataclass(slots=True)
class Flight:
    """The state of the flight and the volumes so far. Times are seconds from take-off."""

    collector: Collector
    takeoff: datetime
    half_width_m: float
    speed: Speed
    here: Position
    height: Altitude
    home_amsl_m: float
    circling_m: float = 0.0  # the aircraft may be this far from `here`
    earliest_s: float = 0.0
    latest_s: float = 0.0
    airborne: bool = False
    volumes: list[Volume4D] = field(default_factory=list)

    def fly_to(
        self, place: Position, height: Altitude, *, circling_m: float = 0.0, bulge: Bulge = STRAIGHT
    ) -> None:
        """A leg to a place, in pieces of at most a minute. Raises: InvalidInput."""
        length = distance_m(self.here, place)
        slack = max(self.circling_m, circling_m)
        rise = self._rise_m(height)
        shortest = max(0.0, length - self.circling_m - circling_m) / self.speed.fast_mps
        longest = (length * bulge.stretch + self.circling_m + circling_m) / self.speed.slow_mps
        longest = max(longest, rise / CLIMB_SLOW_MPS)
        width = self.half_width_m + slack + bulge.lateral_share * length
        start, end = self.here, place
        self._check_duration(longest)
        count = max(1, math.ceil(longest / PIECE_S)) if start != end else 1
        self._check_count(count)
        heights = (self.height, height)
        for number in range(count):
            first, last = number / count, (number + 1) / count
            path = (between(start, end, first), between(start, end, last))
            self._add(
                path_footprint(path, width),
                heights,
                self.earliest_s + first * shortest,
                self.latest_s + last * longest,
                extra_m=bulge.vertical_m,
            )
        self._advance(shortest, longest)
        self.here, self.height, self.circling_m = place, height, circling_m
        self.airborne = True

    def hold(
        self,
        shortest_s: float,
        longest_s: float,
        radius_m: float = 0.0,
        came_from: Altitude | None = None,
    ) -> None:
        """Time spent at one place, circling at that radius or standing; nothing if it is 0 s.

        `came_from` is the height at which it may have been entered. Raises: InvalidInput.
        """
        self._check_duration(longest_s)
        if shortest_s < 0 or longest_s <= 0:
            return
        radius = max(self.circling_m, radius_m)
        footprint = path_footprint((self.here,), self.half_width_m + radius)
        until = self.latest_s + longest_s
        self._add(footprint, (self.height, came_from or self.height), self.earliest_s, until)
        self._advance(shortest_s, longest_s)

    def climb_or_descend(
        self, height: Altitude, *, slow_mps: float = CLIMB_SLOW_MPS, below_m: float = 0.0
    ) -> None:
        """A vertical leg; `below_m` is how much lower it may end. Raises: InvalidInput."""
        rise = self._rise_m(height) + below_m
        lowest = replace(height, value=height.value - below_m)
        longest = rise / slow_mps
        self._check_duration(longest)
        footprint = path_footprint((self.here,), self.half_width_m + self.circling_m)
        self._add(
            footprint, (self.height, height, lowest), self.earliest_s, self.latest_s + longest
        )
        self._advance(rise / CLIMB_FAST_MPS if not below_m else 0.0, longest)
        self.height = height
        self.airborne = True

    def later_by(self, longest_s: float) -> None:
        """A delay that may or may not happen. Raises: InvalidInput."""
        self._check_duration(longest_s)
        self._advance(0.0, max(0.0, longest_s))

    def amsl_m(self, height: Altitude) -> float:
        """Roughly the AMSL height, for times alone: the ground is taken to be level with home."""
        over_ground = height.reference is AltitudeReference.AGL
        return height.metres() + (self.home_amsl_m if over_ground else 0.0)

    def _rise_m(self, height: Altitude) -> float:
        return abs(self.amsl_m(height) - self.amsl_m(self.height))

    def _advance(self, shortest_s: float, longest_s: float) -> None:
        self.earliest_s += shortest_s
        self.latest_s += longest_s

    def _check_duration(self, longest_s: float) -> None:
        if not self.latest_s + longest_s <= DURATION_MAX_S:
            raise AreaTooLarge(
                f"the plan lasts longer than {DURATION_MAX_S / 86_400:g} days",
                cure="check its speeds, holds and distances",
            )

    def _check_count(self, more: int) -> None:
        if len(self.volumes) + more > VOLUMES_PER_INTENT_MAX:
            raise AreaTooLarge(
                f"the plan needs more than {VOLUMES_PER_INTENT_MAX:,} volumes", cure="split it"
            )

    def _add(
        self,
        footprint: Footprint,
        heights: tuple[Altitude, ...],
        earliest_s: float,
        latest_s: float,
        extra_m: float = 0.0,
    ) -> None:
        self._check_count(1)
        start = earliest_s - SCHEDULE_MARGIN_S - SCHEDULE_MARGIN_SHARE * earliest_s
        end = latest_s + SCHEDULE_MARGIN_S + SCHEDULE_MARGIN_SHARE * latest_s
        band = self._band(footprint, heights, VERTICAL_MARGIN_M + extra_m)
        try:
            window = self.takeoff + timedelta(seconds=start), self.takeoff + timedelta(seconds=end)
        except OverflowError:
            raise AreaTooLarge("the flight ends beyond the calendar") from None
        self.volumes.append(Volume4D(footprint, band, *window))

    def _band(
        self, footprint: Footprint, heights: tuple[Altitude, ...], margin_m: float
    ) -> AltitudeBand:
        """The heights of each datum resolved, then whatever covers both."""
        bands = []
        for reference in (AltitudeReference.AMSL, AltitudeReference.AGL):
            values = [h.metres() for h in heights if h.reference is reference]
            if not values:
                continue
            low, high = min(values) - margin_m, max(values) + margin_m
            if reference is AltitudeReference.AGL:
                low, high = max(0.0, low), max(margin_m, high)
            bands.append(
                self.collector.band(Altitude(low, reference), Altitude(high, reference), footprint)
            )
        if len(bands) == 1:
            return bands[0]
        covering = ellipsoid_band(
            min(band.altitude_lower_m for band in bands),
            max(band.altitude_upper_m for band in bands),
        )
        widenings = dict.fromkeys(word for band in bands for word in band.widenings)
        return replace(covering, widenings=tuple(widenings))
