"""An entry of the record and its canonical bytes: what the leaf hash is over.

    openline.entry/1 SEQUENCE TIME PARTY-BYTES KIND-BYTES BODY-BYTES\\n
    PARTY KIND BODY

The first line is ASCII with single spaces: the sequence (from 1), the time in UTC with six digits
of a second and `Z`, then three lengths in bytes. Party, kind and body follow without anything
between them, party and kind as UTF-8. Different entries have different bytes: the lengths say
where each part ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from openline.errors import InvalidInput
from openline.limits import TIME_MAX, TIME_MIN
from openline.line.record.tree import leaf_hash


@dataclass(frozen=True, slots=True)
class Entry:
    """Who changed what and when. `sequence` counts from 1; the body is kept byte for byte.

    Raises: InvalidInput for a sequence below 1, a time that is naive or out of range, or words
    that have no UTF-8.
    """

    sequence: int
    time: datetime
    party: str
    kind: str
    body: bytes

    def __post_init__(self) -> None:
        if self.sequence < 1:
            raise InvalidInput(f"{self.sequence} is no sequence number", cure="count from 1")
        _check_time(self.sequence, self.time)
        try:
            f"{self.party}{self.kind}".encode()
        except UnicodeEncodeError:
            raise InvalidInput(
                "half of a surrogate pair is not a character", element=f"entry {self.sequence}"
            ) from None

    @property
    def time_text(self) -> str:
        """The time as it stands in the canonical bytes: `2026-11-22T10:00:00.000000Z`."""
        return _time_text(self.time)

    def canonical(self) -> bytes:
        """The bytes that the leaf hash is over."""
        return canonical_bytes(
            self.sequence, self.time_text, self.party.encode(), self.kind.encode(), self.body
        )

    def leaf_hash(self) -> bytes:
        """The hash of this entry in the tree."""
        return leaf_hash(self.canonical())


class Kept(Protocol):
    """An entry as a store gives it."""

    @property
    def sequence(self) -> int:
        """From 1, without gaps."""
        ...

    @property
    def time(self) -> datetime:
        """When it was committed."""
        ...

    @property
    def party(self) -> str:
        """Who changed something."""
        ...

    @property
    def kind(self) -> str:
        """What was changed."""
        ...

    @property
    def body(self) -> bytes:
        """The change, byte for byte."""
        ...


def leaves_of(entries: Iterable[Kept]) -> list[bytes]:
    """The leaf hashes of entries as a store gave them: those of `Entry`.

    Raises: InvalidInput for a time that no entry can have.
    """
    leaves, known, text = [], None, ""
    for one in entries:
        if one.time is not known:  # what one change wrote has one time
            _check_time(one.sequence, one.time)
            known, text = one.time, _time_text(one.time)
        party, kind = one.party.encode(), one.kind.encode()
        leaves.append(leaf_hash(canonical_bytes(one.sequence, text, party, kind, one.body)))
    return leaves


def canonical_bytes(sequence: int, time_text: str, party: bytes, kind: bytes, body: bytes) -> bytes:
    """The canonical bytes from parts that are known to be right."""
    line = f"openline.entry/1 {sequence} {time_text} {len(party)} {len(kind)} {len(body)}\n"
    return line.encode("ascii") + party + kind + body


def _check_time(sequence: int, time: datetime) -> None:
    if time.tzinfo is None or not TIME_MIN <= time <= TIME_MAX:
        raise InvalidInput("an entry needs a time with a zone", element=f"entry {sequence}")


def _time_text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
