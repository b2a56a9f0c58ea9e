"""Duties: what somebody owes until when, and the alarms on the way up the ladder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class DutyKind(StrEnum):
    """What is owed."""

    DELIVERED = "delivered"  # a machine's receipt
    READ = "read"  # a duty officer's
    DISSEMINATED = "disseminated"
    ANSWER = "answer"
    CLARIFICATION = "clarification"
    QUERY_ANSWER = "query_answer"
    URGENT_ACKNOWLEDGEMENT = "urgent_acknowledgement"
    CLOSURE_REVIEW = "closure_review"
    SITE_CONFIRMATION = "site_confirmation"
    LINE_CHECK_MACHINE = "line_check_machine"
    LINE_CHECK_HUMAN = "line_check_human"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that `owes` owes to `owed_to` by `due`.

    alarms: offsets from `since` at which an alarm is raised; after the last one the next step of
    the ladder is called after the same time again, until it is done or the ladder ends. Without
    alarms the duty is overdue at `due`, and the ladder is called from there at the pace of
    `due - since`.
    """

    thread: str
    kind: DutyKind
    owes: str
    owed_to: tuple[str, ...]
    since: datetime
    due: datetime
    ladder: tuple[str, ...]
    alarms: tuple[timedelta, ...] = ()

    @property
    def id(self) -> str:
        """Its name: one duty of a kind for each thread and party."""
        return f"{self.thread}/{self.kind}/{self.owes}"

    def alarm_times(self) -> tuple[tuple[datetime, int], ...]:
        """Every alarm in order: when, and for which step of the ladder (from 0).

        The first alarms all go to the first step; then one for each further step.
        """
        own = self.alarms or (self.due - self.since,)
        last = own[-1]
        pace = last - own[-2] if len(own) > 1 else last
        first = [(self.since + offset, 0) for offset in own]
        further = [(self.since + last + pace * step, step) for step in range(1, len(self.ladder))]
        return (*first, *further)
