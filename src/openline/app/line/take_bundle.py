"""Take a bundle: every message in it as one that was carried, and an account of each."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from openline.app.line.change import Taken
from openline.app.line.open_bundle import Opened, keys_of, look_at, open_bundle, require_for
from openline.app.line.services import LineServices
from openline.app.line.take_message import take_message
from openline.errors import (
    InvalidInput,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    VersionMismatch,
)
from openline.formats.bundle import Head
from openline.line.agreement import Agreement
from openline.line.line import Line
from openline.line.message.envelope import Message

_REFUSALS: Final = (InvalidInput, NotFound, PermissionDenied, Unauthenticated, VersionMismatch)
MISSING_SHOWN: Final = 100
# Bundles are taken one after the other, in a thread of their own: however much is in them, those
# who answer requests do not wait for it.
_CARRIER: Final = ThreadPoolExecutor(1, "bundle")


class Result(StrEnum):
    """What became of a message: put on the record, there before, or refused."""

    NEW = "new"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One message of a bundle. message: None where it cannot be read. reason: of a refusal."""

    result: Result
    message: Message | None
    entry: int | None = None
    reason: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a bundle.

    head: None for messages as text. missing: numbers of the senders that have not come or were for
    others, by sender, the first MISSING_SHOWN of each; empty where the sender says that nothing
    else was for this party. before: the number of a message for this party from before this bundle
    that has not come: another bundle is to be read; None for none.
    """

    head: Head | None
    outcomes: tuple[Outcome, ...]
    missing: dict[str, tuple[int, ...]]
    before: int | None = None

    def count(self, result: Result) -> int:
        """How many messages had that result."""
        return sum(one.result is result for one in self.outcomes)


def take_bundle(
    services: LineServices, data: bytes, party: str, now: datetime
) -> "Future[Account]":
    """Take what a bundle or text holds for a party; done when all that is new is durable.

    Each message counts for itself: one that is refused keeps back no other. Read again, or after
    another bundle, nothing is taken twice and what was refused is looked at anew.
    Raises: InvalidInput, AreaTooLarge, Unauthenticated, PermissionDenied, NotFound for a bundle
    that is refused as a whole; in the future StoreUnavailable.
    """
    agreement = services.look(lambda line, _position: line.state.agreement)
    if agreement is None:
        raise NotFound("no agreement is on the record of this line")
    opened = open_bundle(data, agreement)
    require_for(opened, party)
    return _CARRIER.submit(_take_all, services, opened, (party, agreement), now)


def _take_all(
    services: LineServices, opened: Opened, told: tuple[str, Agreement], now: datetime
) -> Account:
    """Hand in what is not refused yet; again what was, as long as others made it welcome."""
    outcomes = [_looked_at(token, opened, *told) for token in opened.tokens]
    waiting = [index for index, one in enumerate(outcomes) if one.reason is None]
    while waiting:
        taking = [(index, _handed_in(services, opened.tokens[index], now)) for index in waiting]
        for index, future in taking:
            outcomes[index] = _settled(outcomes[index], future)
        refused = [index for index in waiting if outcomes[index].result is Result.REFUSED]
        taken = any(outcomes[index].result is Result.NEW for index in waiting)
        waiting = refused if taken else []
    missing, before = services.look(partial(_gaps, opened.head, outcomes))
    return Account(opened.head, tuple(outcomes), missing, before)


def _looked_at(token: bytes, opened: Opened, party: str, agreement: Agreement) -> Outcome:
    """A message before it is handed in: with a reason if it is refused already."""
    found = look_at(token, opened, keys_of(agreement))
    reason = found.refused
    if reason is None and found.message is not None and party not in found.message.recipients:
        reason = InvalidInput(f"the message is not for {party!r}", field="to")
    said = None if reason is None else str(reason)
    return Outcome(Result.REFUSED, found.message, reason=said)


def _handed_in(services: LineServices, token: bytes, now: datetime) -> "Future[Taken]":
    try:
        return take_message(services, token, now, carried=True)
    except _REFUSALS as error:
        failed: Future[Taken] = Future()
        failed.set_exception(error)
        return failed


def _settled(outcome: Outcome, future: "Future[Taken]") -> Outcome:
    """What became of a message. Raises: StoreUnavailable; then nothing is known of it."""
    try:
        taken = future.result()
    except _REFUSALS as error:
        return replace(outcome, reason=str(error))
    result = Result.KNOWN if taken.repeated else Result.NEW
    return Outcome(result, taken.message, taken.entry, late=taken.marks.late)


def _gaps(
    head: Head | None, outcomes: list[Outcome], line: Line, _position: int
) -> tuple[dict[str, tuple[int, ...]], int | None]:
    state = line.state
    if head is not None and head.after is not None:  # nothing else was for this party
        used = not head.after or state.party(head.sender).sequences.used(head.after)
        return {}, None if used else head.after
    senders = sorted({one.message.sender for one in outcomes if one.message is not None})
    known = [name for name in senders if state.agreed().party(name) is not None]
    gaps = {name: state.party(name).sequences.missing[:MISSING_SHOWN] for name in known}
    return {name: numbers for name, numbers in gaps.items() if numbers}, None
