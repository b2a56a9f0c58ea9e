"""Instants as text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import InvalidTimeRange
from openline.formats.instants import format_instant, parse_instant

TEN = datetime(2026, 6, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-15T10:00:00Z",
        "2026-06-15t10:00:00z",
        "2026-06-15 10:00:00Z",
        " 2026-06-15T12:00:00+02:00 ",
        "2026-06-15T10:00Z",
        "20260615T100000Z",
        "2026-06-15T10:00:00.0000009Z",
        "2026-06-15T05:30:00-04:30",
    ],
)
def test_instant(text: str) -> None:
    instant = parse_instant(text)
    assert instant == TEN
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    "thing",
    [
        "",
        "noon",
        "2026-13-01T00:00:00Z",
        "2026-06-15T25:00:00Z",
        "2026-06-15T10:00:00+25:00",
        "0001-01-01T00:00:00+10:00",
        "2026-06-15T10:00:00Z" * 1000,
        "\N{ZERO WIDTH SPACE}",
        None,
        1781517600,
        float("nan"),
        ["2026-06-15T10:00:00Z"],
        {"a": [0] * 10_000},
    ],
)
def test_not_an_instant(thing: object) -> None:
    with pytest.raises(InvalidTimeRange) as caught:
        parse_instant(thing)
    assert "2026-11-22T10:00:00Z" in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["2026-06-15T10:00:00", "2026-06-15"])
def test_a_time_zone_is_never_assumed(text: str) -> None:
    with pytest.raises(InvalidTimeRange, match="no time zone"):
        parse_instant(text)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (TEN, "2026-06-15T10:00:00Z"),
        (TEN + timedelta(microseconds=500_000), "2026-06-15T10:00:00.5Z"),
        (TEN + timedelta(microseconds=1), "2026-06-15T10:00:00.000001Z"),
        (datetime(2026, 6, 15, 12, tzinfo=timezone(timedelta(hours=2))), "2026-06-15T10:00:00Z"),
        (datetime(2000, 1, 1, tzinfo=UTC), "2000-01-01T00:00:00Z"),
    ],
)
def test_written_with_z(instant: datetime, text: str) -> None:
    assert format_instant(instant) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_round_trip(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant
