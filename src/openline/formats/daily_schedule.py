"""Daily periods (weekdays or dates, from a time of day to another) as windows of time.

Errs toward: longer. Where a schedule cannot be expanded, the whole period stands for it, and a
note says so. A period by sunrise or sunset is the whole day in any time zone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from openline.errors import InvalidTimeRange

DAYS_MAX: Final = 400  # a year and a month: longer spans stay unexpanded
PERIODS_MAX: Final = 100
WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
EVERY_DAY: Final = frozenset(range(7))

DAY: Final = timedelta(days=1)
# A local day begins up to 14 hours before the day in UTC and ends up to 12 hours after it.
_EARLIEST_ZONE: Final = timedelta(hours=14)
_LATEST_ZONE: Final = timedelta(hours=12)
_DAYTIME: Final = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DailyPeriod:
    """From `start` to `end` after 00:00 UTC, on weekdays (Monday is 0) or on dates.

    `start` may be before that midnight, `end` after the next one; both ends belong to it.
    """

    start: timedelta
    end: timedelta
    weekdays: frozenset[int] = EVERY_DAY
    dates: frozenset[date] | None = None

    def on(self, day: date) -> bool:
        """Whether the period begins on that day."""
        return day in self.dates if self.dates is not None else day.weekday() in self.weekdays

    def in_any_zone(self) -> "DailyPeriod":
        """The period, if its times are local and the time zone is not known."""
        start, end = self.start - _EARLIEST_ZONE, self.end + _LATEST_ZONE
        return DailyPeriod(start, end, self.weekdays, self.dates)


def whole_day(
    weekdays: frozenset[int] = EVERY_DAY, dates: frozenset[date] | None = None
) -> DailyPeriod:
    """From 00:00 to 24:00 UTC."""
    return DailyPeriod(timedelta(0), DAY, weekdays, dates)


def after_start(start: timedelta, end: timedelta) -> timedelta:
    """The end of a period that begins at `start`: on the next day if it is not after it."""
    return end if end > start else end + DAY


def parse_daytime(text: str) -> tuple[timedelta, timedelta | None]:
    """Time of day and offset from UTC (None where it is not stated) from `08:00[:00][Z]`.

    Raises: InvalidTimeRange.
    """
    match = _DAYTIME.fullmatch(text.strip()) if len(text) <= 40 else None
    if match is None or int(match[2]) >= 60 or int(match[3] or 0) >= 60:
        raise InvalidTimeRange(f"{text[:40]!r} is not a time of day", cure="write 08:00:00Z")
    since = timedelta(hours=int(match[1]), minutes=int(match[2]), seconds=int(match[3] or 0))
    since += timedelta(microseconds=int((match[4] or "0").ljust(6, "0")[:6]))
    if since > DAY:
        raise InvalidTimeRange(f"{text[:40]!r} is after 24:00", cure="write 08:00:00Z")
    zone = match[5]
    if zone is None:
        return since, None
    if zone.upper() in ("Z", "UTC"):
        return since, timedelta(0)
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > _EARLIEST_ZONE:
        raise InvalidTimeRange(f"{text[:40]!r} has no known offset from UTC", cure="use Z")
    return since, -offset if zone[0] == "-" else offset


def expand(
    periods: Sequence[DailyPeriod], whole: Window, between: Window | None
) -> tuple[list[Window], str | None]:
    """The windows of the periods within `whole`, and a note if `whole` stands for them.

    Windows that touch or overlap become one. Empty: there is none, within `between` if given.
    """
    if not periods:
        return [whole], None
    start, end = whole
    if between is not None:
        start, end = max(start, between[0]), min(end, between[1])
    if end <= start:
        return [], None
    if end - start > DAYS_MAX * DAY or len(periods) > PERIODS_MAX:
        return [whole], (
            f"its daily schedule over more than {DAYS_MAX} days is not expanded: taken as the "
            "whole time; name the period of interest (--between)"
        )
    windows = []
    earliest = min(period.start for period in periods)
    latest = max(period.end for period in periods)
    day = (start - latest).date()
    last = (end - earliest).date()
    while day <= last:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for period in periods:
            if period.on(day):
                opens, closes = midnight + period.start, midnight + period.end
                if opens < end and closes > start:
                    windows.append((max(opens, start), min(closes, end)))
        day += DAY
    return merged(windows), None


def merged(windows: Sequence[Window]) -> list[Window]:
    """The windows in order, those that touch or overlap as one."""
    result: list[Window] = []
    for start, end in sorted(windows):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
