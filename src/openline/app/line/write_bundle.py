"""What one party said to another, as a bundle: from the line as it is known and its record.

What the recipient may not have in full goes in its coarse form, as it would to a peer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, methodcaller
from typing import Final

from openline.app.line.entries import SHOWN
from openline.app.line.jws import encoded_header, parts_of
from openline.app.line.services import LineServices
from openline.app.line.shown import show, shown_of
from openline.errors import InvalidInput, NotFound
from openline.formats.bundle import BUNDLE_BYTES_MAX, MESSAGES_MAX, Head, head_of
from openline.formats.bundle_text import encode_text
from openline.line.agreement import Coarseness
from openline.line.line import Line
from openline.line.masking import notify_of, visible_message
from openline.line.message.bodies import LineCheck, Receipt
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode, ReceiptKind
from openline.line.state import LineState
from openline.line.thread import MessageEntry
from openline.store.ports import Record

CONTENT_BYTES_MAX: Final = BUNDLE_BYTES_MAX - 65_536
RecordOf = Callable[[int], Record]  # the entry with that number


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of what a party said: after an entry of the record; of some threads alone."""

    after: int = 0
    threads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The messages of a bundle, and its head; None if there is nothing to say.

    entry: what was said up to this entry is in it or left out. more: how many did not fit.
    """

    head: Head | None
    tokens: tuple[bytes, ...]
    entry: int
    more: int
    left_out: int


def write_bundle(
    services: LineServices, parties: tuple[str, str], chosen: Chosen, now: datetime
) -> Written:
    """What the first of the parties said to the second. Raises: NotFound, InvalidInput."""
    found, entry = _found(services, parties, chosen)
    agreement = services.look(_agreed)
    return written(found, _records_of(services), (agreement, parties), (entry, now))


def written(
    found: "Said",
    body: RecordOf,
    named: tuple[tuple[str, int], tuple[str, str]],
    at: tuple[int, datetime],
) -> Written:
    """The bundle of what was found. named: agreement and parties. at: last entry, and now."""
    (entry, now), size = at, 0
    numbered: list[tuple[int, bytes]] = []
    for one in found.full:
        token = token_of(body(one.at))
        size += len(token) + 1
        if size > CONTENT_BYTES_MAX or len(numbered) >= MESSAGES_MAX:
            entry = found.full[len(numbered) - 1].entry
            break
        numbered.append((one.message.sequence, token))
    more = len(found.full) - len(numbered)
    if not numbered:
        return Written(None, (), entry, more, found.left_out)
    numbered_in_order = sorted(numbered)
    head = head_of(
        *named, now, numbered_in_order, found.before(numbered_in_order[0][0]), found.left_out
    )
    return Written(
        head, tuple(token for _, token in numbered_in_order), entry, more, found.left_out
    )


@dataclass(frozen=True, slots=True)
class Going:
    """A message that the recipient gets. at: the entry that has it, or its coarse form."""

    entry: int
    message: Message
    at: int


@dataclass(frozen=True, slots=True)
class Said:
    """What one party said to another, in the order of the record.

    earlier: numbers of what was said to it before. hidden: it may not have them in full, and they
    have no coarse form yet. left_out: how many it gets nothing of. whole: no thread was chosen.
    """

    full: tuple[Going, ...]
    earlier: tuple[int, ...]
    hidden: tuple[MessageEntry, ...]
    whole: bool

    @property
    def left_out(self) -> int:
        """How many the recipient gets nothing of."""
        return len(self.hidden)

    def before(self, number: int) -> int | None:
        """The last earlier number below that one; 0 for none, None if threads were chosen."""
        if not self.whole:
            return None
        return max((one for one in self.earlier if one < number), default=0)


def said_to(state: LineState, parties: tuple[str, str], chosen: Chosen) -> Said:
    """What the first party said to the second. What machines say to try a link is left out.

    Raises: NotFound for a thread or party that is not there, InvalidInput for oneself.
    """
    sender, recipient = parties
    _check_parties(state, sender, recipient)
    for thread in chosen.threads:
        known = state.threads.get(thread)
        if known is None or sender not in known.parties:
            raise NotFound(f"there is no thread {thread[:80]!r} for this party", field="threads")
    full: list[Going] = []
    earlier: list[int] = []
    hidden: list[MessageEntry] = []
    for one in sorted(state.messages.values(), key=attrgetter("entry")):
        message = one.message
        if message.sender != sender or recipient not in message.recipients or _is_beat(one):
            continue
        if chosen.threads and message.thread not in chosen.threads:
            continue
        is_full = visible_message(state, one, recipient) is Coarseness.FULL
        at = one.entry if is_full else state.shown.get((message.id, recipient))
        if at is None and one.entry > chosen.after:
            hidden.append(one)
        elif at is not None and one.entry > chosen.after:
            full.append(Going(one.entry, message, at))
        elif at is not None:
            earlier.append(message.sequence)
    return Said(tuple(full), tuple(earlier), tuple(hidden), whole=not chosen.threads)


def token_of(record: Record) -> bytes:
    """The message in an entry, or the coarse form of one, as it was signed."""
    return shown_of(record.body).token.encode() if record.kind == SHOWN else bytes(record.body)


def _found(services: LineServices, parties: tuple[str, str], chosen: Chosen) -> tuple[Said, int]:
    """What was said, and up to which entry; coarse forms that are missing are made first."""
    found, entry = services.look(lambda line, at: (said_to(line.state, parties, chosen), at))
    sender, recipient = parties
    has_form = [one for one in found.hidden if notify_of(one.message.body) is not None]
    if not has_form or sender not in services.signers or recipient in services.signers:
        return found, entry
    body = _records_of(services)
    theirs = services.remote.get(recipient, frozenset((recipient,)))
    show(services, [(one.message, body(one.entry).body) for one in has_form], theirs)
    return services.look(lambda line, at: (said_to(line.state, parties, chosen), at))


def _records_of(services: LineServices) -> RecordOf:
    def record(entry: int) -> Record:
        found: list[Record] = services.store.read(methodcaller("records", entry - 1, 1))
        return found[0]

    return record


def write_text(services: LineServices, parties: tuple[str, str], chosen: Chosen) -> tuple[str, ...]:
    """What people of the first party said to the second in the chosen threads, as texts; without
    `chosen.after` the newest of it alone. Raises: as `write_bundle`; AreaTooLarge."""
    found, _ = _found(services, parties, chosen)
    return texts(found, _records_of(services), chosen)


def texts(found: Said, body: RecordOf, chosen: Chosen) -> tuple[str, ...]:
    """The texts of what was found. Raises: NotFound for nothing, AreaTooLarge."""
    by_people = [one for one in found.full if not _is_delivered(one)]
    if not by_people:
        raise NotFound(
            "there is nothing to write",
            cure="nothing was said to that party there that it may have",
        )
    wanted = by_people if chosen.after else by_people[-1:]
    return tuple(text_of(token_of(body(one.at)), one.message.recipients) for one in wanted)


def text_of(token: bytes, recipients: tuple[str, ...]) -> str:
    """A signed message as text. Raises: AreaTooLarge, InvalidInput for a header unlike ours."""
    sender, payload, signature = parts_of(token)
    if token.partition(b".")[0] != encoded_header(sender):
        raise InvalidInput(
            "the header of the message is written in another way than ours",
            cure="write it as a file, without --text",
        )
    return encode_text(payload, signature, sender, recipients[0] if len(recipients) == 1 else "ALL")


def _agreed(line: Line, _position: int) -> tuple[str, int]:
    agreement = line.state.agreed()
    return agreement.id, agreement.version


def _check_parties(state: LineState, sender: str, recipient: str) -> None:
    if state.agreement is None:
        raise NotFound("no agreement is on the record of this line")
    for party in (sender, recipient):
        if state.agreement.party(party) is None:
            raise NotFound(f"{party[:64]!r} is no party of the agreement", field="to")
    if sender == recipient:
        raise InvalidInput("a bundle goes to another party", field="to")


def _is_beat(entry: MessageEntry) -> bool:
    """A machine's line check: it shows that a link is there now, which no file can."""
    body = entry.message.body
    return isinstance(body, LineCheck) and body.mode is CheckMode.MACHINE


def _is_delivered(entry: Going) -> bool:
    body = entry.message.body
    return isinstance(body, Receipt) and body.receipt is ReceiptKind.DELIVERED
