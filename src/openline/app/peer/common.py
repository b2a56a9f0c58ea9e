"""The review that two parties get letter by letter alike, each from its own record.

The two records are not the same: each has the times at which things came to its server. What is the
same is what the parties said to each other, signed. It is played through the rules of the line once
more, each message at the time its sender signed (never before what it speaks of), with the clock
and the comparison of the line in between; and that is reviewed. So the review depends on the signed
messages and the agreement alone. `digest` is over all of them: whoever has the same digest has the
same review.

Left out: what machines say to try the line; what the other side refused, or never received.
Laws, held by tests/peer/test_common.py: 1 both sides get the same bytes; 2 another message, another
digest.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from openline.app.line.entries import SHOWN, entry_of
from openline.app.line.jws import payload_of
from openline.app.line.shown import Shown, shown_of
from openline.app.peer.refusals import REFUSED
from openline.app.review_line import line_values
from openline.errors import NotFound, OpenlineError
from openline.formats.instants import format_instant
from openline.formats.line_message import decode
from openline.formats.peer_exchange import digest_of
from openline.line.agreement import Agreement
from openline.line.event import Event
from openline.line.line import Line
from openline.line.message.bodies import LineCheck, Receipt
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode, ReceiptKind
from openline.line.review import LineReviewer
from openline.store.ports import Record

_ROUNDS_MAX: Final = 100
_DUE_MAX: Final = 1_000_000


@dataclass(slots=True)
class Said:
    """What a record has of two parties: agreements, messages by id, and what was refused."""

    agreements: list[Agreement] = field(default_factory=list)
    messages: dict[str, tuple[Message, str]] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


def common_review(
    records: Iterable[Record], two: tuple[str, str], until: datetime | None = None
) -> dict[str, Any]:
    """The review of what two parties said to each other before an instant, as JSON values.

    Raises: NotFound if the record holds no line of these two.
    """
    said = _read(records, two)
    if not said.agreements or any(said.agreements[-1].party(one) is None for one in two):
        raise NotFound(f"the record holds no line of {two[0]!r} and {two[1]!r}")
    chosen = [
        (message, digest)
        for message, digest in _of_both(said)
        if until is None or message.time_sent < until
    ]
    replay = Replay(said.agreements)
    for at, message in _in_order([message for message, _ in chosen]):
        replay.take(at, message)
    digests = sorted(digest for _, digest in chosen)
    return {
        "agreement": said.agreements[-1].id,
        "parties": sorted(two),
        "until": None if until is None else format_instant(until),
        "messages": len(chosen),
        "digest": hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest(),
        "line": replay.values(),
        "not_counted": sorted(replay.left_out),
    }


class Replay:
    """The line once more, at the times that were signed."""

    def __init__(self, agreements: list[Agreement]) -> None:
        self.left_out: list[str] = []
        self._line = Line()
        self._reviewer = LineReviewer()
        self._count = 0
        self._waiting = sorted(agreements, key=lambda one: one.version)
        self._now = self._waiting[0].time_start
        self._agree(self._now)

    def take(self, at: datetime, message: Message) -> None:
        """Take a message; one that the rules refuse in this order is named in `left_out`."""
        while self._waiting and self._waiting[0].version <= message.agreement_version:
            self._agree(at)
        self._until(at)
        try:
            self._line.check(message, at, carried=True)
        except OpenlineError:
            self.left_out.append(message.id)
            return
        self._count += 1
        self._reviewer.take(self._count, at, message, carried=True)
        taken = self._line.take_message(self._count, at, message, carried=True)
        self._events(self._line.follow(taken))
        self._settle()

    def values(self) -> dict[str, Any] | None:
        """The review as JSON values."""
        found = self._reviewer.result()
        return None if found is None else line_values(found)

    def _agree(self, at: datetime) -> None:
        agreement = self._waiting.pop(0)
        self._count += 1
        self._line.take_agreement(agreement, at)
        self._reviewer.take(self._count, at, agreement)

    def _until(self, instant: datetime) -> None:
        """Let time pass; what is due comes at its own time."""
        for _ in range(_DUE_MAX):
            due = self._line.state.next_due()
            if due is None or due > instant:
                break
            self._now = max(self._now, due)
            self._settle()
        self._now = max(self._now, instant)
        self._settle()

    def _settle(self) -> None:
        for _ in range(_ROUNDS_MAX):
            events = [*self._line.due(self._now), *self._line.compare(self._now)]
            if not events:
                return
            self._events(events)

    def _events(self, events: list[Event]) -> None:
        for event in events:
            self._count += 1
            self._line.take_event(self._count, self._now, event)
            self._reviewer.take(self._count, self._now, event)


def _read(records: Iterable[Record], two: tuple[str, str]) -> Said:
    said = Said()
    for record in records:
        if record.kind == REFUSED:
            told = msgspec.json.decode(record.body)
            if told.get("by") in two and told.get("from") in two and not told.get("again"):
                said.refused.add(str(told.get("id")))
            continue
        if record.kind == SHOWN:
            _take_shown(said, shown_of(record.body), two)
            continue
        entry = entry_of(record)
        if entry is None:
            continue
        if isinstance(entry.content, Agreement):
            said.agreements.append(entry.content)
        elif isinstance(entry.content, Message) and _is_between(entry.content, two):
            message = entry.content
            said.messages[message.id] = (message, digest_of(record.body))
            body = message.body
            if isinstance(body, Receipt) and body.receipt is ReceiptKind.DELIVERED:
                said.delivered.add(body.of)
    return said


def _take_shown(said: Said, shown: Shown, two: tuple[str, str]) -> None:
    """What went to the other in place of a message: that is what both have."""
    known = said.messages.get(shown.message)
    if known is None or not any(party in two for party in shown.parties):
        return
    token = shown.token.encode()
    said.messages[shown.message] = (decode(payload_of(token)), digest_of(token))


def _is_between(message: Message, two: tuple[str, str]) -> bool:
    one, other = two
    if isinstance(message.body, LineCheck) and message.body.mode is CheckMode.MACHINE:
        return False
    return (message.sender == one and other in message.recipients) or (
        message.sender == other and one in message.recipients
    )


def _of_both(said: Said) -> list[tuple[Message, str]]:
    """What both sides have: it was received by the other's machine, or answers what was."""
    kept = {
        name: one
        for name, one in said.messages.items()
        if name not in said.refused and (name in said.delivered or _answers(one[0]))
    }
    return [
        one
        for one in kept.values()
        if not _answers(one[0]) or getattr(one[0].body, "of", None) in kept
    ]


def _answers(message: Message) -> bool:
    """Whether no machine gives a receipt for it: a receipt, or the answer to a check."""
    body = message.body
    return isinstance(body, Receipt) or (isinstance(body, LineCheck) and body.of is not None)


def _in_order(messages: list[Message]) -> list[tuple[datetime, Message]]:
    """By the time that was signed, but none before what it speaks of."""
    found = {message.id: message for message in messages}
    at: dict[str, datetime] = {}

    def time_of(message: Message) -> datetime:
        known = at.get(message.id)
        if known is None:
            at[message.id] = message.time_sent  # a message that speaks of itself ends here
            names = (message.thread, *(getattr(message.body, name, None) for name in _REFERS))
            spoken_of = [found[name] for name in names if name in found and name != message.id]
            known = max([message.time_sent, *(time_of(one) for one in spoken_of)])
            at[message.id] = known
        return known

    ordered = sorted(messages, key=lambda one: (one.time_sent, one.sender, one.sequence))
    timed = [(time_of(message), message) for message in ordered]
    return sorted(timed, key=lambda one: (one[0], one[1].time_sent, one[1].sender, one[1].sequence))


_REFERS: Final = ("of", "proposal", "about", "supersedes")
