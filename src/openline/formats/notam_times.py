"""The times of a NOTAM: fields B and C, and the schedule in D. All times are UTC.

Errs toward: longer. An estimated end (EST) holds until the message is replaced or cancelled; a
schedule that is not understood is left out, with a note.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from openline.airspace.volume import check_window
from openline.errors import InvalidTimeRange
from openline.formats import daily_schedule as daily
from openline.formats.daily_schedule import DailyPeriod, Window
from openline.limits import TIME_MAX, TIME_MIN

_INSTANT: Final = re.compile(r"(?:WEF|FROM|TIL|TILL|UNTIL)?\s?(\d{10})(?!\d)\s?Z?\s?(EST\b)?")
_NOW: Final = re.compile(r"WIE\b|IMMEDIATE")
_OPEN_END: Final = re.compile(r"PERM\b|PERMANENT|UFN\b")
_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_TOKEN_MAX: Final = 400
_HOURS: Final = re.compile(r"(\d{2})(\d{2})-(\d{2})(\d{2})")
_DAY_RANGE: Final = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")
_WEEKDAY_RANGE: Final = re.compile(r"([A-Z]{3})(?:-([A-Z]{3}))?")
_LIGHT: Final = re.compile(r"(?:SR|SS)(?:(?:PLUS|MINUS|[+-])\d{1,3})?-(?:SR|SS).{0,12}|HJ|HN")


def window_of(begin: str | None, end: str | None) -> tuple[Window, list[str]]:
    """The time from B to C, and notes on what was widened. Raises: InvalidTimeRange."""
    notes: list[str] = []
    start, _ = _instant(begin or "", "B", TIME_MIN)
    if start is None:
        start = TIME_MIN
        if not _NOW.match((begin or "").strip()):
            notes.append("no start in B): taken as in force already")
    finish, estimated = _instant(end or "", "C", TIME_MAX)
    if estimated:
        notes.append("its end is an estimate: taken as in force until replaced or cancelled")
        finish = TIME_MAX
    if finish is None:
        finish = TIME_MAX
        if not _OPEN_END.match((end or "").strip()):
            notes.append("no end in C): taken as permanent")
    try:
        return check_window(start, finish), notes
    except InvalidTimeRange as error:
        error.at(field="C")
        raise


def _instant(text: str, field: str, wide: datetime) -> tuple[datetime | None, bool]:
    """The instant, and whether it is an estimate; None where the text has no digits."""
    match = _INSTANT.match(text.strip())
    if match is None:
        if any(letter.isdigit() for letter in text):
            raise InvalidTimeRange(
                f"{text.strip()[:40]!r} is not a time", cure="write YYMMDDHHMM", field=field
            )
        return None, False
    digits = match[1]
    year, month, day, hour, minute = (int(digits[n : n + 2]) for n in range(0, 10, 2))
    try:
        midnight = datetime(2000 + year, month, day, tzinfo=UTC)
        if hour > 24 or minute > 59 or (hour == 24 and minute):
            raise ValueError
    except ValueError:
        raise InvalidTimeRange(
            f"{digits} is not a time", cure="write YYMMDDHHMM", field=field
        ) from None
    instant = midnight + timedelta(hours=hour, minutes=minute)
    return instant, match[2] is not None and wide == TIME_MAX


def parse_schedule(text: str, starts: datetime) -> list[DailyPeriod] | None:
    """The daily periods of field D; None if it is not understood.

    Understood: DAILY, weekdays and their ranges, days of a month, each followed by times
    (`0800-1600`), H24, or SR-SS. `starts` gives the year and the month where none is named.
    """
    words = re.sub(r"[,;.:&]|\bAND\b", " ", text.strip())
    tokens = re.sub(r"\s?-\s?", "-", " ".join(words.split())).split(" ")
    if len(tokens) > _TOKEN_MAX:
        return None
    reader = _ScheduleReader(starts)
    return reader.periods() if all(reader.takes(token) for token in tokens) else None


class _ScheduleReader:
    """Reads the tokens of a schedule: days first, then the times that hold on them."""

    def __init__(self, starts: datetime) -> None:
        self._year, self._month = starts.year, starts.month
        self._first = starts.date()
        self._weekdays: set[int] = set()
        self._dates: set[date] = set()
        self._timed = False
        self._periods: list[DailyPeriod] = []

    def periods(self) -> list[DailyPeriod] | None:
        """What was read; days without times are whole days. None for nothing at all."""
        if not self._timed and (self._weekdays or self._dates):
            self._add(daily.whole_day())
        return self._periods or None

    def takes(self, token: str) -> bool:
        """Read one token; False if it is not understood."""
        hours = _HOURS.fullmatch(token)
        if hours is not None:
            return self._take_hours(hours)
        if token == "H24":
            self._add(daily.whole_day())
            return True
        if _LIGHT.fullmatch(token):
            self._add(daily.whole_day().in_any_zone())
            return True
        return self._take_days(token)

    def _take_hours(self, match: re.Match[str]) -> bool:
        first, second, third, fourth = (int(group) for group in match.groups())
        if first > 24 or third > 24 or second > 59 or fourth > 59:
            return False
        start = timedelta(hours=first, minutes=second)
        end = timedelta(hours=third, minutes=fourth)
        if max(start, end) > daily.DAY:
            return False
        self._add(DailyPeriod(start, daily.after_start(start, end)))
        return True

    def _add(self, period: DailyPeriod) -> None:
        weekdays = frozenset(self._weekdays) or daily.EVERY_DAY
        dates = frozenset(self._dates) or None
        self._periods.append(DailyPeriod(period.start, period.end, weekdays, dates))
        self._timed = True

    def _take_days(self, token: str) -> bool:
        if self._timed:
            self._weekdays, self._dates, self._timed = set(), set(), False
        if token in ("DAILY", "DLY"):
            return not (self._weekdays or self._dates)
        if token in _MONTHS:
            self._month = _MONTHS.index(token) + 1
            return not self._weekdays
        days = _DAY_RANGE.fullmatch(token)
        if days is not None:
            first, last = int(days[1]), int(days[2] or days[1])
            return not self._weekdays and first <= last and self._take_dates(first, last)
        names = _WEEKDAY_RANGE.fullmatch(token)
        if names is None or self._dates:
            return False
        first_name, last_name = names[1], names[2] or names[1]
        if first_name not in daily.WEEKDAYS or last_name not in daily.WEEKDAYS:
            return False
        index, last = daily.WEEKDAYS.index(first_name), daily.WEEKDAYS.index(last_name)
        self._weekdays.add(index)
        while index != last:
            index = (index + 1) % 7
            self._weekdays.add(index)
        return True

    def _take_dates(self, first: int, last: int) -> bool:
        # A month before that of the start is next year's.
        year = self._year + (1 if self._month < self._first.month else 0)
        try:
            self._dates |= {date(year, self._month, day) for day in range(first, last + 1)}
        except ValueError:
            return False
        return True
