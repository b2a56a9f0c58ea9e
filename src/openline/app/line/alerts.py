"""What an entry of the record leads to outside the line: alerts to the parties of this server.

An alert is a hint to look, not the thing itself: it names the entry and its thread, and says in a
sentence what is the matter. It holds nothing that the party may not read on its board.
"""

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openline.app.ed25519 import verify
from openline.app.line import announced, observed
from openline.app.line.entries import LineEntry
from openline.app.line.follow import thread_of_entry
from openline.app.line.services import LineServices
from openline.errors import InvalidInput, Unauthenticated
from openline.formats.instants import format_instant
from openline.formats.json_text import encode
from openline.formats.line_catalogue import catalogue, label
from openline.formats.line_words import headline, instant_words
from openline.line.agreement import Agreement, Coarseness
from openline.line.event import (
    Alarm,
    AuthorityMissing,
    ClosuresDiffer,
    ConflictOpened,
    LinkChanged,
    LinkState,
    Overdue,
)
from openline.line.line import Line
from openline.line.masking import notify_of, visible_message
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind, NoticeKind
from openline.line.signing import Signer
from openline.store.ports import Record

SIGNATURE_HEADER: Final = "Openline-Signature"
_SCHEME: Final = "ed25519="
_ID_CHARACTERS: Final = 32
_TITLES: Final = {observed.KIND: observed.TITLE, announced.KIND: announced.TITLE}  # of the sky


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a party should hear of, wherever its people are.

    id: always the same for this entry and party, and no other's: whoever gets it twice may drop
    the second. origin: the name of the record. time: of the entry. name: the kind of a message or
    the name of an event. thread: None for what concerns the line as a whole.
    """

    id: str
    origin: str
    party: str
    entry: int
    time: datetime
    name: str
    thread: str | None
    words: str


def alerts_of(
    line: Line, record: Record, entry: LineEntry, origin: str, hosted: Collection[str]
) -> list[Alert]:
    """The alerts of an entry, at most one for each of those parties."""
    content = entry.content
    if isinstance(content, Agreement):
        return []
    name = content.kind.value if isinstance(content, Message) else content.name
    return [
        Alert(
            _id_of(origin, party, record),
            origin,
            party,
            entry.sequence,
            entry.time,
            name,
            thread_of_entry(entry),
            words,
        )
        for party in sorted(hosted)
        if (words := _words_for(line, entry, party)) is not None
    ]


def alerts_after(
    services: LineServices, origin: str, after: int, limit: int
) -> tuple[list[Alert], int]:
    """The alerts in the next `limit` records for the parties whose machine this server is, and the
    number of the last record read. Raises: StoreUnavailable."""
    records = services.store.read(lambda reader: reader.records(after, limit))
    if not records:
        return [], after

    def find(line: Line, _position: int) -> list[Alert]:
        found = []
        for record in records:
            entry = services.recent.entry_of(record)
            if entry is not None:
                found += alerts_of(line, record, entry, origin, services.signers)
            elif record.kind in _TITLES:
                found += _sky_alerts(line, record, origin, services.signers)
        return found

    return services.look(find), records[-1].sequence


def _sky_alerts(line: Line, record: Record, origin: str, hosted: Collection[str]) -> list[Alert]:
    def words_for(party: str) -> tuple[str | None, str] | None:
        if record.kind == observed.KIND:
            return observed.alert_words(record, party)
        return announced.alert_words(line.state, record, party)

    return [
        Alert(
            _id_of(origin, party, record),
            origin,
            party,
            record.sequence,
            record.time,
            record.kind,
            *said,
        )
        for party in sorted(hosted)
        if (said := words_for(party)) is not None
    ]


def body_of(alert: Alert) -> bytes:
    """The alert as JSON, always the same bytes."""
    values: dict[str, object] = {
        "id": alert.id,
        "origin": alert.origin,
        "party": alert.party,
        "entry": alert.entry,
        "time": format_instant(alert.time),
        "name": alert.name,
        "thread": alert.thread,
        "words": alert.words,
    }
    return encode(values).encode()


def title_of(alert: Alert) -> str:
    """What it is, in two or three words and the party: for the subject of a mail."""
    words = catalogue()
    if alert.name in _TITLES:
        return f"Openline, {alert.party}: {_TITLES[alert.name]}"
    name = words.events.get(alert.name) or words.codes["Kind"][alert.name]
    return f"Openline, {alert.party}: {name}"


def text_of(alert: Alert) -> str:
    """The alert for a person to read, with the sentence that stands everywhere."""
    thread = f", thread {alert.thread}" if alert.thread is not None else ""
    place = f"Entry {alert.entry} of {alert.origin}{thread}, {instant_words(alert.time)}."
    return f"{alert.words}\n\n{place}\n\n{catalogue().standing}\n"


def signature_of(body: bytes, signer: Signer) -> str:
    """What the header `Openline-Signature` holds: the party's signature over the body."""
    return _SCHEME + base64.b64encode(signer.sign(body)).decode()


def check_signature(body: bytes, header: str, public_key: bytes) -> None:
    """What a receiver does, with the key that the agreement has for the party.

    Raises: InvalidInput for a header of another form, Unauthenticated for another's signature.
    """
    try:
        if not header.startswith(_SCHEME):
            raise ValueError(header)
        signature = base64.b64decode(header.removeprefix(_SCHEME), validate=True)
    except ValueError:
        raise InvalidInput(f"{_SCHEME}BASE64 is expected", field=SIGNATURE_HEADER) from None
    if not verify(public_key, body, signature):
        raise Unauthenticated("the alert is not signed by the party", cure="throw it away")


def _id_of(origin: str, party: str, record: Record) -> str:
    """Of the entry itself and not only its number: records of the same name stay apart."""
    digest = hashlib.sha256()
    for part in (
        origin.encode(),
        party.encode(),
        str(record.sequence).encode(),
        format_instant(record.time).encode(),
        record.body,
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:_ID_CHARACTERS]


def _words_for(line: Line, entry: LineEntry, party: str) -> str | None:
    """What the entry says to that party; None if it is not to be called for it."""
    match entry.content:
        case Message() as message:
            return _message_words(line, message, party)
        case Overdue() | Alarm() as event if event.owes != party:
            return None
        case LinkChanged() as event if event.state is not LinkState.UNKNOWN:
            return None
        case (
            Overdue()
            | Alarm()
            | LinkChanged()
            | ConflictOpened()
            | ClosuresDiffer()
            | AuthorityMissing()
        ) as event:
            return headline(event) if party in event.parties else None
        case _:
            return None


def _message_words(line: Line, message: Message, party: str) -> str | None:
    if party not in message.recipients or not _calls(message):
        return None
    known = line.state.messages.get(message.id)
    if known is None or visible_message(line.state, known, party) is not Coarseness.FULL:
        return f"{label(message.kind)}: {label(NoticeKind.UNLOCATED)}"
    text = getattr(message.body, "text", None)
    said = headline(message)
    if message.sender not in said:
        said = f"{message.sender}: {said}"
    return f"{said}: {text}" if text else said


def _calls(message: Message) -> bool:
    notify = notify_of(message.body)
    return message.kind is Kind.URGENT or (
        notify is not None and notify.notice is NoticeKind.UNLOCATED
    )
