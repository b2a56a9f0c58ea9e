"""Instants as text: RFC 3339 in, `Z` out."""

from datetime import UTC, datetime

from openline.errors import InvalidTimeRange


def parse_instant(text: object) -> datetime:
    """An aware UTC instant from RFC 3339 text.

    Raises: InvalidTimeRange for anything else, a missing time zone included.
    """
    if not isinstance(text, str):
        raise InvalidTimeRange(f"{text!r} is not a time", cure="write 2026-11-22T10:00:00Z")
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is None:
            raise InvalidTimeRange(f"time {text!r} has no time zone", cure="append Z for UTC")
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidTimeRange(
            f"{text!r} is not a time", cure="write 2026-11-22T10:00:00Z"
        ) from None


def format_instant(instant: datetime) -> str:
    """RFC 3339 with `Z`; fractions of a second only where there are any."""
    text = instant.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
    return text.rstrip("0").rstrip(".") + "Z"
