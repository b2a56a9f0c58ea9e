"""Instants as text: RFC 3339 in, `Z` out."""

import re
from datetime import UTC, datetime
from typing import Final

from openline.errors import InvalidTimeRange
from openline.limits import TIME_MAX, TIME_MIN

_TEXT_MAX: Final = 64
_CURE: Final = "write 2026-11-22T10:00:00Z"
_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)


def parse_instant(text: object) -> datetime:
    """An aware UTC instant from RFC 3339 text; fractions finer than a microsecond are cut off.

    Raises: InvalidTimeRange for anything else, a missing time zone included.
    """
    if not isinstance(text, str):
        raise InvalidTimeRange(f"a {type(text).__name__} is not a time", cure=_CURE)
    if len(text) > _TEXT_MAX:
        raise InvalidTimeRange(f"a text of {len(text):,} characters is not a time", cure=_CURE)
    try:
        instant = datetime.fromisoformat(text.strip().upper())
        if instant.tzinfo is None:
            raise InvalidTimeRange(f"time {text!r} has no time zone", cure="append Z for UTC")
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidTimeRange(f"{text!r} is not a time", cure=_CURE) from None


def parse_utc(text: str) -> datetime:
    """An instant in the one form of messages: as `format_instant` writes it, within TIME_MIN..MAX.

    Raises: InvalidTimeRange for any other form: another zone, finer fractions, a space.
    """
    if _UTC.fullmatch(text):
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            raise InvalidTimeRange(f"{text!r} is not a time", cure=_CURE) from None
        if TIME_MIN <= instant <= TIME_MAX:
            return instant
    raise InvalidTimeRange(f"{text[:_TEXT_MAX]!r} is no instant in UTC", cure=_CURE)


def format_utc(instant: datetime) -> str:
    """As `format_instant`. Raises: InvalidTimeRange without a zone or outside TIME_MIN..MAX."""
    if instant.tzinfo is None or not TIME_MIN <= instant <= TIME_MAX:
        raise InvalidTimeRange(f"{instant.isoformat()} is no instant in UTC", cure="give it in UTC")
    return format_instant(instant)


def format_instant(instant: datetime) -> str:
    """RFC 3339 with `Z`; fractions of a second only where there are any."""
    text = instant.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"
