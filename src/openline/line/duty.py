"""Duties: what somebody owes until when, and the alarms on the way up the ladder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

_PACE_MIN: Final = timedelta(seconds=10)
_PACE_MAX: Final = timedelta(days=1)
_AGAIN_MAX: Final = timedelta(hours=1)


class DutyKind(StrEnum):
    """What is owed."""

    DELIVERED = "delivered"  # a machine's receipt
    READ = "read"  # a duty officer's
    DISSEMINATED = "disseminated"
    ANSWER = "answer"
    CLARIFICATION = "clarification"
    AMENDMENT = "amendment"  # of a notice, as a proposal that was accepted says
    QUERY_ANSWER = "query_answer"
    URGENT_ACKNOWLEDGEMENT = "urgent_acknowledgement"
    CLOSURE_REVIEW = "closure_review"
    SITE_CONFIRMATION = "site_confirmation"
    CONTACT_TEST = "contact_test"  # that somebody on the spot can be reached, before the start
    LINE_CHECK_HUMAN = "line_check_human"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that `owes` owes to `owed_to` by `due`.

    thread: empty for what is owed to the line as a whole. alarms: offsets from `since` at which an
    alarm is raised for the first step of the ladder; then each further step is called at the pace
    of the last two. Without alarms the first step is called at `due`, and the ladder from there at
    the pace of `due - since`, 10 s to a day. Without a ladder no alarm is raised.
    insists: after the ladder its last step is called again and again, each time after twice as
    long, at most an hour, until the duty is done.
    """

    thread: str
    kind: DutyKind
    owes: str
    owed_to: tuple[str, ...]
    since: datetime
    due: datetime
    ladder: tuple[str, ...]
    alarms: tuple[timedelta, ...] = ()
    insists: bool = False

    @property
    def id(self) -> str:
        """Its name: one duty of a kind for each thread and party."""
        return duty_name(self.thread, self.kind, self.owes)

    @property
    def calls(self) -> int:
        """How many alarms there are until every step of the ladder was called."""
        return max(1, len(self.alarms)) + len(self.ladder) - 1 if self.ladder else 0

    def alarm(self, number: int) -> tuple[datetime, int] | None:
        """When the alarm of that number (from 1) is raised, and for which step of the ladder
        (from 0); None if there is no such alarm."""
        if number > self.calls and not (self.insists and self.ladder):
            return None
        own = self.alarms or (self.due - self.since,)
        if number <= len(own):
            return self.since + own[number - 1], 0
        step, last = number - len(own), len(self.ladder) - 1
        at = self.since + own[-1] + self._pace * min(step, last)
        return at + self._insisting(step - last), min(step, last)

    def _insisting(self, again: int) -> timedelta:
        """How long after the ladder its last step is called for that time again."""
        wait, whole = self._pace, timedelta(0)
        while again > 0 and wait < _AGAIN_MAX:
            wait = min(2 * wait, _AGAIN_MAX)
            whole, again = whole + wait, again - 1
        return whole + max(again, 0) * _AGAIN_MAX

    def next_step(self, alarms: int) -> tuple[int, int] | None:
        """The alarm that calls the next step, after that many were raised: number and step."""
        own = max(1, len(self.alarms))
        number = max(alarms, own) + 1
        return (number, number - own) if number <= self.calls else None

    @property
    def _pace(self) -> timedelta:
        if not self.alarms:
            return min(max(self.due - self.since, _PACE_MIN), _PACE_MAX)
        return self.alarms[-1] - self.alarms[-2] if len(self.alarms) > 1 else self.alarms[-1]


def duty_name(thread: str, kind: DutyKind, owes: str) -> str:
    """The id of the duty of that kind that a party has in a thread."""
    return f"{thread}/{kind}/{owes}"
