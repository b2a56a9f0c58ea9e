"""Daily periods as windows, counted by hand on a calendar. 22 November 2026 is a Sunday."""

from datetime import UTC, date, datetime, timedelta

import pytest

from openline.errors import InvalidTimeRange
from openline.formats.daily_schedule import (
    DailyPeriod,
    after_start,
    expand,
    merged,
    parse_daytime,
    whole_day,
)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def _hours(start: float, end: float, *days: int) -> DailyPeriod:
    weekdays = frozenset(days) if days else frozenset(range(7))
    return DailyPeriod(timedelta(hours=start), timedelta(hours=end), weekdays)


WEEK = (_at(22, 0), _at(29, 0))


def test_weekdays() -> None:
    windows, note = expand([_hours(8, 16, 0, 1)], WEEK, None)
    assert note is None
    assert windows == [(_at(23, 8), _at(23, 16)), (_at(24, 8), _at(24, 16))]


def test_past_midnight_reaches_in_from_the_day_before() -> None:
    windows, _ = expand([_hours(22, 26)], (_at(23, 0), _at(24, 0)), None)
    assert windows == [(_at(23, 0), _at(23, 2)), (_at(23, 22), _at(24, 0))]


def test_between_cuts() -> None:
    windows, _ = expand([_hours(8, 16)], WEEK, (_at(25, 10), _at(26, 9)))
    assert windows == [(_at(25, 10), _at(25, 16)), (_at(26, 8), _at(26, 9))]


def test_dates() -> None:
    period = DailyPeriod(
        timedelta(hours=1), timedelta(hours=2), dates=frozenset({date(2026, 11, 24)})
    )
    assert expand([period], WEEK, None)[0] == [(_at(24, 1), _at(24, 2))]


def test_days_that_touch_are_one_window() -> None:
    assert expand([whole_day()], WEEK, None)[0] == [WEEK]


def test_local_times_of_unknown_zone_cover_all_of_them() -> None:
    windows, _ = expand([_hours(8, 16, 0).in_any_zone()], WEEK, None)
    # 08:00 in UTC+14 is 18:00 the day before; 16:00 in UTC-12 is 04:00 the day after
    assert windows == [(_at(22, 18), _at(24, 4))]


def test_long_spans_stay_whole_and_say_so() -> None:
    whole = (_at(22, 0), datetime(2199, 1, 1, tzinfo=UTC))
    windows, note = expand([_hours(8, 16)], whole, None)
    assert windows == [whole]
    assert note is not None
    assert "--between" in note


def test_nothing_within_the_period_of_interest() -> None:
    assert expand([_hours(8, 16)], WEEK, (_at(1, 0), _at(2, 0))) == ([], None)
    assert expand([_hours(8, 16, 2)], (_at(22, 0), _at(23, 0)), None) == ([], None)


def test_merged() -> None:
    assert merged([(_at(3, 0), _at(4, 0)), (_at(1, 0), _at(2, 0)), (_at(2, 0), _at(3, 0))]) == [
        (_at(1, 0), _at(4, 0))
    ]


@pytest.mark.parametrize(
    ("text", "minutes", "offset_minutes"),
    [
        ("08:00", 480, None),
        ("08:00Z", 480, 0),
        ("08:00:00.00Z", 480, 0),
        ("24:00:00Z", 1440, 0),
        ("09:30:00+01:00", 570, 60),
        ("09:30-0330", 570, -210),
    ],
)
def test_times_of_day(text: str, minutes: int, offset_minutes: int | None) -> None:
    offset = None if offset_minutes is None else timedelta(minutes=offset_minutes)
    assert parse_daytime(text) == (timedelta(minutes=minutes), offset)


@pytest.mark.parametrize("text", ["", "8", "08:60Z", "24:01Z", "25:00", "08:00+99:00", "x" * 99])
def test_no_times_of_day(text: str) -> None:
    with pytest.raises(InvalidTimeRange):
        parse_daytime(text)


def test_end_not_after_start_is_on_the_next_day() -> None:
    assert after_start(timedelta(hours=8), timedelta(hours=8)) == timedelta(hours=32)
    assert after_start(timedelta(hours=8), timedelta(hours=9)) == timedelta(hours=9)
