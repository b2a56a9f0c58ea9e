"""A volume of airspace in four dimensions: footprint, altitude band, time window."""

from dataclasses import dataclass
from datetime import UTC, datetime

from openline.errors import InvalidTimeRange
from openline.geo.altitude import AltitudeBand, ellipsoid_band
from openline.geo.footprint import Footprint
from openline.limits import TIME_MAX, TIME_MIN


def check_window(time_start: datetime, time_end: datetime) -> tuple[datetime, datetime]:
    """The window in UTC.

    Raises: InvalidTimeRange for an instant without a zone, out of range, or end <= start.
    """
    for word, instant in (("start", time_start), ("end", time_end)):
        if instant.tzinfo is None:
            raise InvalidTimeRange(
                f"{word} time {instant.isoformat()} has no time zone", cure="append Z for UTC"
            )
    start, end = time_start.astimezone(UTC), time_end.astimezone(UTC)
    if end <= start:
        raise InvalidTimeRange(
            f"end time {end:%Y-%m-%dT%H:%M:%SZ} is not after start time {start:%Y-%m-%dT%H:%M:%SZ}",
            cure="correct one of the two",
        )
    if start < TIME_MIN or end > TIME_MAX:
        raise InvalidTimeRange(
            f"times {start.isoformat()}..{end.isoformat()} are outside "
            f"{TIME_MIN:%Y}..{TIME_MAX:%Y}",
            cure="check the year",
        )
    return start, end


@dataclass(frozen=True, slots=True)
class Volume4D:
    """Footprint, altitude band and time window. Instants are aware UTC.

    Two volumes that only touch, at a face, an edge or an instant, do not conflict.

    Raises: InvalidTimeRange.
    """

    footprint: Footprint
    altitude: AltitudeBand
    time_start: datetime
    time_end: datetime

    def __post_init__(self) -> None:
        start, end = check_window(self.time_start, self.time_end)
        object.__setattr__(self, "time_start", start)
        object.__setattr__(self, "time_end", end)

    @classmethod
    def over_ellipsoid(
        cls,
        footprint: Footprint,
        altitude_lower_m: float,
        altitude_upper_m: float,
        time_start: datetime,
        time_end: datetime,
    ) -> "Volume4D":
        """A volume whose limits are metres over the WGS-84 ellipsoid, as in F3548."""
        return cls(
            footprint, ellipsoid_band(altitude_lower_m, altitude_upper_m), time_start, time_end
        )

    @property
    def altitude_lower_m(self) -> float:
        """The lowest height over the ellipsoid that the volume can reach."""
        return self.altitude.altitude_lower_m

    @property
    def altitude_upper_m(self) -> float:
        """The greatest height over the ellipsoid that the volume can reach."""
        return self.altitude.altitude_upper_m
