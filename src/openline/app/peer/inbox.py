"""Messages of a peer in: each is verified and counts for itself, and is told of.

Some at a time are put on the record in one change, so that a peer which has been away catches up
soon; few enough that URGENT, which waits for none but the change that runs, does not wait for long.

A message that its sender's server sent at once came directly: it proves the link, and its sender's
clock is measured by it. One that had to wait for the link is taken as one in a bundle is.

What is refused for good is remembered by its id: what speaks of it would wait for ever.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openline.app.line.change import LineChange, Taken
from openline.app.line.services import LineServices
from openline.app.line.take_message import read_message, require_key, take_message
from openline.app.peer.offered import FRESH
from openline.errors import (
    InvalidInput,
    InvariantBroken,
    NotFound,
    OpenlineError,
    PermissionDenied,
    StoreUnavailable,
    VersionMismatch,
)
from openline.formats.peer_exchange import Outcome, digest_of
from openline.line.event import NumbersSettled
from openline.line.line import Line
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind
from openline.line.rules.general import SKEW_MAX
from openline.store.ports import Transaction

# What may be taken once something else has come: a thread, a message spoken of, a version, numbers.
_LATER: Final = frozenset({"agreement", "version", "sent"})
_SPOKEN_OF: Final = frozenset({"of", "about", "proposal", "supersedes"})
_REASON_MAX: Final = 1_000
AT_ONCE: Final = 16  # messages in one change
GONE: Final = "peer.gone"  # documents, by the id of a message that was refused for good


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of a peer. clock: of its server when it sent them. own: the parties of this one."""

    party: str
    tokens: Sequence[bytes]
    clock: datetime
    own: frozenset[str]


@dataclass(slots=True)
class Taking:
    """A message on its way to the record: as it was read, and what became of it.

    message: None as long as it was not read. is_carried: it was on its way for long.
    """

    token: bytes
    party: str = ""
    key: bytes = b""
    message: Message | None = None
    is_carried: bool = False
    result: "Taken | OpenlineError | None" = None


def take_batch(services: LineServices, batch: Batch, now: datetime) -> list[Outcome]:
    """Take each, in their order, URGENT first; returns when all that is new is durable.

    Raises: StoreUnavailable; then nothing is known, and the peer sends them again.
    """
    taking = [_read(services, token, batch, now) for token in batch.tokens]
    waiting = [one for one in taking if one.message is not None and one.result is None]
    urgent = [one for one in waiting if _is_urgent(one)]
    others = [one for one in waiting if not _is_urgent(one)]
    some = [[one] for one in urgent]
    some += [others[first : first + AT_ONCE] for first in range(0, len(others), AT_ONCE)]
    begun = [(few, _submitted(services, few, now)) for few in some]
    for few, future in begun:
        try:
            results = future.result()
        except _Halfway:  # each by itself then
            results = [_alone(services, one, now) for one in few]
        for one, result in zip(few, results, strict=True):
            one.result = result
    outcomes = [_outcome(services, one) for one in taking]
    _note_gone(services, zip(taking, outcomes, strict=True))
    return outcomes


class _Halfway(Exception):
    """A message was refused after something of it was on the record already."""


def _submitted(
    services: LineServices, few: list[Taking], now: datetime
) -> "Future[list[Taken | OpenlineError]]":
    def change(tx: Transaction) -> list[Taken | OpenlineError]:
        LineChange.begin(services, tx, now)
        return [_taken(services, tx, one, now) for one in few]

    return services.submit(change, urgent=any(_is_urgent(one) for one in few))


def _taken(
    services: LineServices, tx: Transaction, one: Taking, now: datetime
) -> Taken | OpenlineError:
    """Take one within a change. Raises: _Halfway; what is no refusal."""
    begun, position = LineChange(services, tx, now), services.writing.position
    assert one.message is not None
    try:
        require_key(begun.line, one.party, one.key)
        return begun.take(one.token, one.message, carried=one.is_carried)
    except (StoreUnavailable, InvariantBroken):
        raise
    except OpenlineError as error:
        if services.writing.position != position:
            raise _Halfway from error
        return error


def _alone(services: LineServices, one: Taking, now: datetime) -> Taken | OpenlineError:
    try:
        return take_message(services, one.token, now, carried=one.is_carried).result()
    except (StoreUnavailable, InvariantBroken):
        raise
    except OpenlineError as error:
        return error


def _is_urgent(one: Taking) -> bool:
    return one.message is not None and one.message.kind is Kind.URGENT


def note_settled(
    services: LineServices, party: str, up_to: int, own: frozenset[str], now: datetime
) -> None:
    """Put on the record that numbers of a peer which are missing were for others.

    Raises: StoreUnavailable.
    """

    def change(tx: Transaction) -> None:
        begun = LineChange.begin(services, tx, now)
        sequences = begun.line.state.party(party).sequences
        if up_to > sequences.last or any(number <= up_to for number in sequences.gaps):
            begun.note(NumbersSettled(party, tuple(sorted(own)), up_to))

    services.submit(change).result()


def gap_below(services: LineServices, party: str, up_to: int) -> int:
    """How many numbers of a peer up to that one are missing here."""

    def ask(line: Line, _at: int) -> int:
        sequences = line.state.party(party).sequences
        return sum(n <= up_to for n in sequences.gaps) + max(0, up_to - sequences.last)

    return services.look(ask)


def _read(services: LineServices, token: bytes, batch: Batch, now: datetime) -> Taking:
    taking = Taking(token)
    try:
        taking.party, taking.key, message = read_message(services, token)
        taking.message = message
        _check_place(services, message, batch)
        skew = batch.clock - now
        if abs(skew) > SKEW_MAX and message.kind is not Kind.URGENT:
            raise InvalidInput(
                f"the clock of {batch.party!r} is {skew.total_seconds():+.0f} s off ours; "
                f"{SKEW_MAX.total_seconds():.0f} s are the most",
                cure="set the clocks of both servers",
                field="sent",
            )
        taking.is_carried = batch.clock - message.time_sent > FRESH
    except (StoreUnavailable, InvariantBroken):
        raise
    except OpenlineError as error:
        taking.result = error
    return taking


def _check_place(services: LineServices, message: Message, batch: Batch) -> None:
    """Raises: PermissionDenied for what is no business of this server, or was said by it."""
    if not batch.own & set(message.recipients):
        raise PermissionDenied("the message is for nobody whose server this is", field="to")
    if message.sender in services.signers:
        known = services.look(lambda line, _at: message.id in line.state.messages)
        if not known:
            raise PermissionDenied(
                f"what {message.sender!r} says is said here, not by a peer", field="from"
            )


def _outcome(services: LineServices, taking: Taking) -> Outcome:
    digest, result = digest_of(taking.token), taking.result
    if isinstance(result, Taken):
        return Outcome(digest, "known" if result.repeated else "new")
    assert result is not None, "a message that nothing became of"
    again = _may_come_later(services, taking.message, result)
    return Outcome(digest, "refused", str(result)[:_REASON_MAX], again=again)


def _may_come_later(services: LineServices, message: Message | None, error: OpenlineError) -> bool:
    """Whether the same message may be taken once something else has come."""
    place = error.facts.get("field")
    if place in _SPOKEN_OF and message is not None:
        spoken_of = getattr(message.body, str(place), None)
        is_known = services.look(lambda line, _at: _is_known(line, spoken_of))
        return not is_known and not _is_gone(services, spoken_of, message.thread)
    if isinstance(error, NotFound) and message is not None:
        return not _is_gone(services, message.thread)
    if isinstance(error, NotFound) or place in _LATER or "later" in error.facts:
        return True
    return isinstance(error, VersionMismatch) and "missing" in error.facts


def _note_gone(services: LineServices, found: Iterable[tuple[Taking, Outcome]]) -> None:
    """Remember what was refused for good: it will not come. Raises: StoreUnavailable."""
    gone = {
        one.message.id: one.message.sender
        for one, outcome in found
        if one.message is not None and outcome.result == "refused" and not outcome.again
    }
    if not gone:
        return

    def change(tx: Transaction) -> None:
        for message_id, sender in gone.items():
            tx.put_document(GONE, message_id, sender.encode())

    services.store.submit((), change, GONE).result()


def _is_gone(services: LineServices, *names: str | None) -> bool:
    """Whether one of these was refused for good."""
    return services.store.read(
        lambda reader: any(name and reader.document(GONE, name) is not None for name in names)
    )


def _is_known(line: Line, name: str | None) -> bool:
    return name in line.state.messages or name in line.state.threads
