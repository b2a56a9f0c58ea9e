"""Entries of the line as they stand on the record: their kinds, and what their bodies are.

A message's body is the signed bytes as they came, an event's its canonical JSON, an agreement's
the three files it was read from.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from openline.app.line.jws import payload_of
from openline.app.read_area import area_of_bytes
from openline.errors import InvariantBroken, OpenlineError
from openline.formats.agreement_toml import read_agreement
from openline.formats.line_event import decode_event
from openline.formats.line_message import decode
from openline.line.agreement import Agreement
from openline.line.event import Event
from openline.line.message.envelope import Message
from openline.store.ports import Record

MESSAGE: Final = "line.message"
CARRIED: Final = "line.message/bundle"
EVENT: Final = "line.event"
AGREEMENT: Final = "line.agreement"
SHOWN: Final = "line.shown"  # what was said to some in place of a message
KINDS: Final = frozenset({MESSAGE, CARRIED, EVENT, AGREEMENT})


@dataclass(frozen=True, slots=True)
class AgreementEntry:
    """The files of a version that every party signed, byte for byte."""

    agreement: bytes
    area_name: str
    area: bytes
    signatures: bytes

    def encode(self) -> bytes:
        """The body of its entry."""
        return msgspec.json.encode(self, order="deterministic")

    def read(self) -> Agreement:
        """The agreement in it. Raises: InvalidInput."""
        return read_agreement(
            self.agreement,
            "agreement.toml",
            lambda _name: area_of_bytes(self.area, self.area_name),
        )


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One entry of the line. `carried`: a message that came in a bundle."""

    sequence: int
    time: datetime
    party: str
    content: Message | Event | Agreement
    carried: bool = False


def entry_of(record: Record) -> LineEntry | None:
    """The entry in a record; None if it is not of the line.

    Raises: InvariantBroken if it cannot be read: it was taken before, so the record was changed.
    """
    if record.kind not in KINDS:
        return None
    try:
        content = _content(record)
    except (OpenlineError, msgspec.MsgspecError, ValueError) as error:
        raise InvariantBroken(
            f"entry {record.sequence} of the record cannot be read: {error}",
            cure="openline db check",
        ) from error
    return LineEntry(record.sequence, record.time, record.party, content, record.kind == CARRIED)


def _content(record: Record) -> Message | Event | Agreement:
    if record.kind == EVENT:
        return decode_event(record.body)
    if record.kind == AGREEMENT:
        return msgspec.json.decode(record.body, type=AgreementEntry).read()
    return decode(payload_of(record.body))
