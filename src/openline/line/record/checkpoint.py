"""Checkpoints: what a party signs about its record: its name, how many entries, the root hash.

Source: C2SP tlog-checkpoint. The note's text is three lines: origin, size, root in base64; lines
after them are kept and mean nothing here.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from openline.errors import InvalidInput
from openline.line.note import Note, check_name, sign
from openline.line.record.tree import HASH_BYTES, TreeHead
from openline.line.signing import Signer

_DIGITS_MAX: Final = 18
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of one record, named by its origin."""

    origin: str
    head: TreeHead
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.origin)
        if self.head.size < 0 or len(self.head.root) != HASH_BYTES:
            raise InvalidInput("a checkpoint needs a size and a hash of 32 bytes")

    @property
    def text(self) -> str:
        """The text that is signed."""
        root = base64.b64encode(self.head.root).decode("ascii")
        lines = (self.origin, str(self.head.size), root, *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def signed(self, signer: Signer) -> Note:
        """The checkpoint as a note with the signature of the record's own key."""
        return Note(self.text).signed(sign(self.text, self.origin, signer))


def parse_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from a note's text. Raises: InvalidInput for anything but its one form."""
    lines = text.split("\n")
    if len(lines) <= _LINES or lines[-1] or not all(lines[:-1]):
        raise InvalidInput("it is no checkpoint", cure="three lines: origin, size, root")
    origin, size, encoded = lines[:_LINES]
    if not (size.isascii() and size.isdigit() and len(size) <= _DIGITS_MAX):
        raise InvalidInput(f"{size[:40]!r} is no number of entries")
    try:
        root = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        root = b""
    if len(root) != HASH_BYTES:
        raise InvalidInput(f"{encoded[:60]!r} is no root hash")
    checkpoint = Checkpoint(origin, TreeHead(int(size), root), tuple(lines[_LINES:-1]))
    if checkpoint.text != text:
        raise InvalidInput("the checkpoint is not in its one form", cure="it was changed")
    return checkpoint
