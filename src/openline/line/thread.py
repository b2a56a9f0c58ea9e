"""Threads: each has one visible state and one clock, for each of its recipients and as a whole."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openline.line.event import EndCause
from openline.line.message.bodies import Answer, Receipt
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind


class Step(StrEnum):
    """How far a message got with a recipient, in this order. `SENT` is: sent, not received."""

    SENT = "sent"
    RECEIVED = "received"
    READ = "read"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def rank(self) -> int:
        """Its place in the order."""
        return _RANKS[self]


_RANKS: Final = {step: rank for rank, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class Marks:
    """What was found when a message was received.

    latency: from sending to receiving by the two clocks. skew: the sender's clock minus ours where
    it can be told (a message that came directly); skewed: so far off that somebody should look at
    it; widened: by how much the times in the message may be wrong for it, zero for a good clock.
    lead_time: from receiving to the start of what the message tells of; late: less than agreed.
    distance_m: of a read-back from the named place.
    """

    latency: timedelta
    skew: timedelta | None = None
    lead_time: timedelta | None = None
    late: bool = False
    distance_m: float | None = None
    wrong: tuple[str, ...] = ()  # what a read-back has other than the notice: place, altitude, time
    skewed: bool = False
    widened: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class MessageEntry:
    """A message on the record: its number there, when it was received, and what was found then.

    carried: it came in a bundle, not over the network.
    """

    entry: int
    received: datetime
    message: Message
    marks: Marks
    carried: bool = False


@dataclass(slots=True)
class Side:
    """A thread as it is with one recipient."""

    step: Step = Step.SENT
    times: dict[Step, datetime] = field(default_factory=dict)
    answer: Answer | None = None
    answered_by: str | None = None
    disseminated: Receipt | None = None
    unable: Receipt | None = None
    overdue: frozenset[str] = frozenset()  # ids of duties

    def reach(self, step: Step, at: datetime) -> None:
        """Go on to a step; what was reached already keeps its time."""
        if step not in self.times:
            self.times[step] = at
        if step.rank > self.step.rank:
            self.step = step


@dataclass(slots=True)
class Thread:
    """What was said about one thing.

    kind: that of its first message; None for a conflict, which nobody opened (`opener` is empty).
    current: the message that its recipients have to receive, read and answer now.
    """

    id: str
    kind: Kind | None
    opener: str
    sides: dict[str, Side]
    opened: datetime
    current: str
    entries: list[MessageEntry] = field(default_factory=list)
    ended: EndCause | None = None
    ended_at: datetime | None = None
    overdue_duties: frozenset[str] = frozenset()  # of every side and of the opener

    @property
    def standing(self) -> bool:
        """Whether it goes on: it was not ended, closed or settled."""
        return self.ended_at is None

    def close(self, at: datetime) -> None:
        """End it for every side; nobody is late any more."""
        self.ended_at = at
        self.overdue_duties = frozenset()
        for side in self.sides.values():
            side.overdue = frozenset()
            side.reach(Step.CLOSED, at)

    @property
    def parties(self) -> tuple[str, ...]:
        """The opener and everybody it was said to."""
        return tuple(party for party in dict.fromkeys((self.opener, *self.sides)) if party)

    def renew(self, message_id: str, parties: Collection[str], at: datetime) -> None:
        """Another message has to be received, read and answered from now on, by those sides that
        are parties still; for the others it stays closed."""
        self.current = message_id
        self.sides = {party: Side() for party in self.sides}
        for party, side in self.sides.items():
            if party not in parties:
                side.reach(Step.CLOSED, at)

    @property
    def state(self) -> Step:
        """The one visible state: that of the recipient who is least far."""
        if not self.standing:
            return Step.CLOSED
        return min((side.step for side in self.sides.values()), key=lambda step: step.rank)

    @property
    def overdue(self) -> bool:
        """Whether anybody owes something for too long."""
        return bool(self.overdue_duties)
