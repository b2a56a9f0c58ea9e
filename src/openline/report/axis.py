"""Axes: round ticks for time and length, and the range that shows a conflict well."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from openline.limits import TIME_MIN

ZOOM_RATIO: Final = 12.0  # a range longer than this, against the shorter one, is cut off
_TIME_STEPS_S: Final = (
    *(0.001, 0.01, 0.1, 1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3600 * hours for hours in (1, 2, 3, 6, 12)),
    *(86_400 * days for days in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000)),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range on an axis: seconds since the epoch, or metres."""

    low: float
    high: float

    @property
    def length(self) -> float:
        """How long it is."""
        return self.high - self.low

    def with_(self, other: "Span") -> "Span":
        """The smallest span that holds both."""
        return Span(min(self.low, other.low), max(self.high, other.high))

    def padded(self, share: float) -> "Span":
        """Longer by a share of its length at each end."""
        return Span(self.low - self.length * share, self.high + self.length * share)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from values to picture units."""

    span: Span
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value, not cut off."""
        share = (value - self.span.low) / self.span.length
        return self.start + share * (self.end - self.start)

    def within(self, value: float) -> float:
        """The place of a value, moved to the nearer end if it is outside."""
        return self.at(min(max(value, self.span.low), self.span.high))


def shown_span(one: Span, other: Span, conflict: Span) -> Span:
    """The range to show: all of both, unless one is so long that the other would vanish.

    Then it is the shorter one and the conflict, with room around them; the longer is cut off.
    """
    everything = one.with_(other).with_(conflict)
    shorter = min((one, other), key=lambda span: span.length)
    if everything.length <= ZOOM_RATIO * max(shorter.length, conflict.length / 2):
        return everything.padded(0.08)
    return shorter.with_(conflict).padded(0.6)


def seconds(instant: datetime) -> float:
    """Seconds since the start of time, for drawing."""
    return (instant - TIME_MIN) / timedelta(seconds=1)


def length_ticks(span: Span, most: int) -> list[float]:
    """Round values within the span: 1, 2 or 5 times a power of ten apart, at most about `most`."""
    step = 1e-3
    factors = (2.0, 2.5, 2.0)
    turn = 0
    while span.length / step > most:
        step *= factors[turn % 3]
        turn += 1
    first = -int(-span.low // step)
    return [number * step for number in range(first, int(span.high // step) + 1)]


def time_ticks(span: Span, most: int) -> tuple[list[float], float]:
    """Round instants within the span, and the seconds between them."""
    step = next((s for s in _TIME_STEPS_S if span.length / s <= most), _TIME_STEPS_S[-1])
    first = -int(-span.low // step)
    return [number * step for number in range(first, int(span.high // step) + 1)], step


def time_label(value: float, step: float) -> str:
    """The instant of a tick: `10:30Z`, with seconds or as a date where the step needs it."""
    when = datetime.fromtimestamp(round(value, 3), tz=UTC)
    if step >= 86_400:
        return f"{when:%Y-%m-%d}"
    if step < 1:
        return f"{when:%H:%M:%S}.{when.microsecond // 1000:03d}Z"
    return f"{when:%H:%M:%SZ}" if step < 60 else f"{when:%H:%MZ}"
