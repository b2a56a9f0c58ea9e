"""The review of a record: who wrote what how often, and when nobody wrote anything.

Made from entries alone, without the time it is made at: two parties that hold the same record get
the same review, letter by letter.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvalidInput

SILENCES_KEPT: Final = 10
PARTIES_MAX: Final = 10_000  # beyond it the names are no parties


@dataclass(frozen=True, slots=True)
class PartyReview:
    """What one party wrote: entries by kind, the bytes of the bodies, first and last time."""

    party: str
    entries: int
    kinds: tuple[tuple[str, int], ...]
    body_bytes: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which nothing was written, after the entry of that number."""

    after_entry: int
    start: datetime
    end: datetime

    @property
    def duration(self) -> timedelta:
        """How long it was."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Review:
    """The counts of a period. `silences` are the longest, longest first."""

    entries: int
    parties: tuple[PartyReview, ...]
    days: tuple[tuple[str, int], ...]
    silences: tuple[Silence, ...]


class _Party:
    def __init__(self, first: datetime) -> None:
        self.kinds: Counter[str] = Counter()
        self.body_bytes = 0
        self.first = self.last = first


class Reviewer:
    """Takes entries in their order and counts those of a period; both ends count."""

    def __init__(self, period: tuple[datetime, datetime] | None = None) -> None:
        self._period = period
        self._parties: dict[str, _Party] = {}
        self._days: Counter[str] = Counter()
        self._silences: list[Silence] = []
        self._last: tuple[int, datetime] | None = None

    def take(self, sequence: int, time: datetime, party: str, kind: str, body_bytes: int) -> None:
        """Count the next entry, if it is of the period. Raises: InvalidInput for absurdly many
        parties or kinds."""
        if self._period is not None and not self._period[0] <= time <= self._period[1]:
            return
        known = self._parties.get(party)
        if known is None:
            if len(self._parties) >= PARTIES_MAX:
                raise InvalidInput(
                    f"more than {PARTIES_MAX:,} parties", element=f"entry {sequence}"
                )
            known = self._parties[party] = _Party(time)
        if len(known.kinds) >= PARTIES_MAX:
            raise InvalidInput(f"more than {PARTIES_MAX:,} kinds", element=f"entry {sequence}")
        known.kinds[kind] += 1
        known.body_bytes += body_bytes
        known.first, known.last = min(known.first, time), max(known.last, time)
        self._days[time.date().isoformat()] += 1
        self._note_silence(sequence, time)

    def result(self) -> Review:
        """The review of what was taken so far."""
        parties = tuple(
            PartyReview(
                name,
                sum(one.kinds.values()),
                tuple(sorted(one.kinds.items())),
                one.body_bytes,
                one.first,
                one.last,
            )
            for name, one in sorted(self._parties.items())
        )
        return Review(
            sum(self._days.values()),
            parties,
            tuple(sorted(self._days.items())),
            tuple(self._silences),
        )

    def _note_silence(self, sequence: int, time: datetime) -> None:
        last = self._last
        if last is not None and time <= last[1]:
            return  # the clock went back: what was silent before stays so
        self._last = (sequence, time)
        if last is None:
            return
        silences = self._silences
        if len(silences) == SILENCES_KEPT and time - last[1] <= silences[-1].duration:
            return
        silences.append(Silence(last[0], last[1], time))
        silences.sort(key=lambda one: (-one.duration, one.after_entry))
        del silences[SILENCES_KEPT:]
