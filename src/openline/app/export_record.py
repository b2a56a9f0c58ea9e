"""Write a record as an export that anybody can verify without us."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from openline.errors import InvalidInput
from openline.formats.record_lines import (
    Header,
    encode_checkpoint,
    encode_entry,
    encode_header,
)
from openline.line.note import Note
from openline.line.record.checkpoint import Checkpoint, parse_checkpoint
from openline.line.record.entry import Entry, Kept
from openline.line.record.tree import Frontier
from openline.line.signing import Signer

BATCH: Final = 1_000  # entries under one checkpoint: how exactly a later change can be placed


def sealed_export(
    header: Header, records: Iterable[Kept], signer: Signer, batch: int = BATCH
) -> Iterator[bytes]:
    """The lines of an export whose checkpoints are signed now, one for every `batch` entries.

    `header.size` says how many records are taken. Raises: InvalidInput if the signer's key is not
    the header's or if there are fewer records.
    """
    if signer.public_key != header.key.public_key:
        raise InvalidInput("the key that signs is not the key of the record")
    frontier = Frontier()
    yield encode_header(header)
    for record in records:
        if frontier.size == header.size:
            break
        entry = entry_of(record)
        leaf = entry.leaf_hash()
        frontier.append(leaf)
        yield encode_entry(entry, leaf)
        if frontier.size % batch == 0 and frontier.size < header.size:
            yield encode_checkpoint(_sealed(header, frontier, signer))
    _check_count(frontier, header)
    yield encode_checkpoint(_sealed(header, frontier, signer))


def kept_export(
    header: Header, records: Iterable[Kept], checkpoints: Sequence[Note]
) -> Iterator[bytes]:
    """The lines of an export with checkpoints that were signed and cosigned earlier.

    Raises: InvalidInput if the last checkpoint is not of `header.size` entries, or there are fewer
    records.
    """
    due = sorted(checkpoints, key=lambda note: parse_checkpoint(note.text).head.size)
    sizes = [parse_checkpoint(note.text).head.size for note in due]
    if not sizes or sizes[-1] != header.size:
        raise InvalidInput(f"there is no checkpoint of {header.size:,} entries")
    yield encode_header(header)
    at = count = 0
    for record in records:
        while sizes[at] == count and count < header.size:
            yield encode_checkpoint(due[at])
            at += 1
        if count == header.size:
            break
        entry = entry_of(record)
        yield encode_entry(entry, entry.leaf_hash())
        count += 1
    if count != header.size:
        raise InvalidInput(f"{count:,} records, not {header.size:,}")
    for note in due[at:]:
        yield encode_checkpoint(note)


def entry_of(record: Kept) -> Entry:
    """The entry of a record of the store."""
    return Entry(record.sequence, record.time, record.party, record.kind, record.body)


def _sealed(header: Header, frontier: Frontier, signer: Signer) -> Note:
    return Checkpoint(header.origin, frontier.head()).signed(signer)


def _check_count(frontier: Frontier, header: Header) -> None:
    if frontier.size != header.size:
        raise InvalidInput(f"{frontier.size:,} records, not {header.size:,}")
