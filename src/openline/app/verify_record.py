"""Verify an exported record: order, tree, checkpoints and cosignatures, from the file alone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from openline.app.ed25519 import verify as verify_ed25519
from openline.app.read_agreement import AgreementFile
from openline.app.read_files import unreachable
from openline.errors import InvalidInput
from openline.formats.record_lines import (
    LINE_BYTES_MAX,
    AgreementName,
    EntryLine,
    Header,
    decode_line,
)
from openline.line.agreement import Party
from openline.line.note import Note, VerifierKey
from openline.line.record.verifying import RecordVerifier, VerifiedRecord

_REMARKS_MAX: Final = 20
Seen = Callable[[EntryLine | Note], None]  # entries and checkpoints, in their order


@dataclass(frozen=True, slots=True)
class VerifiedExport:
    """What a file was shown to hold. `remarks` are oddities that are no fault of the file."""

    header: Header
    record: VerifiedRecord
    first_time: str | None
    last_time: str | None
    remarks: tuple[str, ...]


def verify_file(
    name: str, trusted: Iterable[VerifierKey] = (), seen: Seen | None = None
) -> VerifiedExport:
    """Verify the export in a file. `seen` gets every entry and checkpoint, before the end is known.

    trusted: keys known from elsewhere: the record's key must be one of them, if any is given.
    Raises: Unreachable; InvalidInput with file, line and element of what is wrong.
    """
    try:
        with open(name, "rb") as file:
            return verify_lines(lines_of(file), name, tuple(trusted), seen)
    except (OSError, ValueError) as error:
        raise unreachable(name, error) from None


def party_of_record(key: VerifierKey, agreed: AgreementFile) -> Party:
    """The party of an agreement whose key signed a record.

    Raises: InvalidInput if no party holds that key.
    """
    party = agreed.agreement.party_of_key(key.public_key)
    if party is None:
        raise InvalidInput(
            f"the record's key is that of no party of {agreed.agreement.id} version "
            f"{agreed.agreement.version}",
            cure="compare the fingerprint by voice; the key may be of another version",
            field="key",
        )
    return party


def agreement_name(agreed: AgreementFile) -> AgreementName:
    """How an export names an agreement."""
    known = agreed.agreement
    return AgreementName(known.id, known.version, agreed.digest.hex())


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, none longer than the limit (a longer one comes without its end)."""
    while line := file.readline(LINE_BYTES_MAX):
        yield line


def verify_lines(
    lines: Iterable[bytes],
    source: str,
    trusted: tuple[VerifierKey, ...] = (),
    seen: Seen | None = None,
) -> VerifiedExport:
    """Verify the lines of an export. Raises: InvalidInput with file, line and element."""
    number = 0
    header: Header | None = None
    verifier: RecordVerifier | None = None
    times = _Times()
    try:
        for line in lines:
            number += 1
            item = decode_line(line)
            if verifier is None:
                header = _checked_header(item, trusted)
                verifier = RecordVerifier(header.key, header.witnesses, header.size, verify_ed25519)
            elif isinstance(item, EntryLine):
                verifier.entry(item.sequence, item.leaf)
                times.add(item)
            elif isinstance(item, Note):
                verifier.checkpoint(item)
            else:
                raise InvalidInput("a second header", cure="verify each record by itself")
            if seen is not None and not isinstance(item, Header):
                seen(item)
        if header is None or verifier is None:
            raise InvalidInput("there is nothing in it", cure="export the record again")
        record = verifier.finish()
    except InvalidInput as error:
        error.at(file=source, line=number or None)
        raise
    return VerifiedExport(header, record, times.first, times.last, tuple(times.remarks))


def _checked_header(item: object, trusted: tuple[VerifierKey, ...]) -> Header:
    if not isinstance(item, Header):
        raise InvalidInput("it does not begin with a header", cure="give a whole export")
    if trusted and item.key not in trusted:
        names = " or ".join(str(key) for key in trusted)
        raise InvalidInput(
            f"the record's key is {item.key}, not {names}",
            cure="it is another party's record, or somebody signed it in that party's name",
            field="key",
        )
    return item


class _Times:
    """First and last time, and where the clock of the record went back."""

    def __init__(self) -> None:
        self.first: str | None = None
        self.last: str | None = None
        self.remarks: list[str] = []

    def add(self, item: EntryLine) -> None:
        """Look at the next entry. Times of one form compare as text."""
        if self.last is None:
            self.first = item.time
        elif item.time < self.last and len(self.remarks) < _REMARKS_MAX:
            self.remarks.append(
                f"the clock went back at entry {item.sequence}: {self.last} to {item.time}"
            )
        self.last = item.time
