"""What one party said to another, as a bundle: from the line as it is known and its record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, methodcaller
from typing import Final

from openline.app.line.jws import encoded_header, parts_of
from openline.app.line.services import LineServices
from openline.errors import InvalidInput, NotFound
from openline.formats.bundle import BUNDLE_BYTES_MAX, MESSAGES_MAX, Head, head_of
from openline.formats.bundle_text import encode_text
from openline.line.agreement import Coarseness
from openline.line.line import Line
from openline.line.masking import visible_message
from openline.line.message.bodies import LineCheck, Receipt
from openline.line.message.kind import CheckMode, ReceiptKind
from openline.line.state import LineState
from openline.line.thread import MessageEntry
from openline.store.ports import Record

CONTENT_BYTES_MAX: Final = BUNDLE_BYTES_MAX - 65_536
BodyOf = Callable[[int], bytes]  # of the entry with that number


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

    def body(entry: int) -> bytes:
        (record,) = services.store.read(methodcaller("records", entry - 1, 1))
        return bytes(record.body)

    found, entry = services.look(lambda line, at: (said_to(line.state, parties, chosen), at))
    agreement = services.look(_agreed)
    return written(found, body, (agreement, parties), (entry, now))


def written(
    found: "Said",
    body: BodyOf,
    named: tuple[tuple[str, int], tuple[str, str]],
    at: tuple[int, datetime],
) -> Written:
    """The bundle of what was found. named: agreement and parties. at: last entry, and now."""
    (entry, now), size = at, 0
    numbered: list[tuple[int, bytes]] = []
    for one in found.full:
        token = body(one.entry)
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
class Said:
    """What one party said to another, in the order of the record.

    earlier: numbers of what was said to it before. left_out: how many it may not have in full.
    whole: no thread was chosen.
    """

    full: tuple[MessageEntry, ...]
    earlier: tuple[int, ...]
    left_out: int
    whole: bool

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
    full: list[MessageEntry] = []
    earlier: list[int] = []
    left_out = 0
    for one in sorted(state.messages.values(), key=attrgetter("entry")):
        message = one.message
        if message.sender != sender or recipient not in message.recipients or _is_beat(one):
            continue
        if chosen.threads and message.thread not in chosen.threads:
            continue
        if visible_message(state, one, recipient) is not Coarseness.FULL:
            left_out += one.entry > chosen.after
        elif one.entry > chosen.after:
            full.append(one)
        else:
            earlier.append(message.sequence)
    return Said(tuple(full), tuple(earlier), left_out, whole=not chosen.threads)


def write_text(services: LineServices, parties: tuple[str, str], chosen: Chosen) -> tuple[str, ...]:
    """What people of the first party said to the second in the chosen threads, as texts; without
    `chosen.after` the newest of it alone. Raises: as `write_bundle`; AreaTooLarge."""
    found = services.look(lambda line, _at: said_to(line.state, parties, chosen))
    records = services.store.read
    return texts(found, lambda entry: _body(records(methodcaller("records", entry - 1, 1))), chosen)


def texts(found: Said, body: BodyOf, chosen: Chosen) -> tuple[str, ...]:
    """The texts of what was found. Raises: NotFound for nothing, AreaTooLarge."""
    by_people = [one for one in found.full if not _is_delivered(one)]
    if not by_people:
        raise NotFound(
            "there is nothing to write",
            cure="nothing was said to that party there that it may have in full",
        )
    wanted = by_people if chosen.after else by_people[-1:]
    return tuple(text_of(body(one.entry), one.message.recipients) for one in wanted)


def text_of(token: bytes, recipients: tuple[str, ...]) -> str:
    """A signed message as text. Raises: AreaTooLarge, InvalidInput for a header unlike ours."""
    sender, payload, signature = parts_of(token)
    if token.partition(b".")[0] != encoded_header(sender):
        raise InvalidInput(
            "the header of the message is written in another way than ours",
            cure="write it as a file, without --text",
        )
    return encode_text(payload, signature, sender, recipients[0] if len(recipients) == 1 else "ALL")


def _body(records: list[Record]) -> bytes:
    (record,) = records
    return record.body


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


def _is_delivered(entry: MessageEntry) -> bool:
    body = entry.message.body
    return isinstance(body, Receipt) and body.receipt is ReceiptKind.DELIVERED
