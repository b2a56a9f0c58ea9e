"""Messages of a peer in: each is verified and put on the record by itself, and told of.

A message that its sender's server sent at once came directly: it proves the link, and its sender's
clock is measured by it. One that had to wait for the link is taken as one in a bundle is.

What is refused for good is remembered by its id: what speaks of it would wait for ever.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openline.app.line.change import LineChange, Taken
from openline.app.line.services import LineServices
from openline.app.line.take_message import take_message
from openline.app.peer.outbox import FRESH
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
    """A message on its way to the record. message: None as long as it was not read."""

    token: bytes
    message: Message | None = None
    future: "Future[Taken]" = field(default_factory=Future)


def take_batch(services: LineServices, batch: Batch, now: datetime) -> list[Outcome]:
    """Take each, in their order; returns when all that is new is durable.

    Raises: StoreUnavailable; then nothing is known, and the peer sends them again.
    """
    taking = [_begun(services, token, batch, now) for token in batch.tokens]
    outcomes = [_outcome(services, one) for one in taking]
    _note_gone(services, zip(taking, outcomes, strict=True))
    return outcomes


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


def _begun(services: LineServices, token: bytes, batch: Batch, now: datetime) -> Taking:
    taking = Taking(token)

    def carried(message: Message) -> bool:
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
        return batch.clock - message.time_sent > FRESH

    try:
        taking.future = take_message(services, token, now, carried=carried)
    except OpenlineError as error:
        taking.future.set_exception(error)
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
    digest = digest_of(taking.token)
    try:
        taken = taking.future.result()
    except (StoreUnavailable, InvariantBroken):
        raise
    except OpenlineError as error:
        again = _may_come_later(services, taking.message, error)
        return Outcome(digest, "refused", str(error)[:_REASON_MAX], again=again)
    return Outcome(digest, "known" if taken.repeated else "new")


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
