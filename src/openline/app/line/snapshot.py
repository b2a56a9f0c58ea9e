"""What the record amounts to, kept in the store: a start folds only what was added since.

It is a help and never the truth: one that is missing, of another program, not signed with the
record's own key, damaged, or of entries that are not those of the record is set aside, and the
whole record is folded. It is kept when a server ends in order, and after a start that folded many
entries: never while it serves, for the line would wait.

Form: documents of the kind `line.fold`: `head`, and the fold (`fold.dump`, zlib) in parts of at
most `limits.DOCUMENT_BYTES_MAX`. What is signed is the program, the number of entries, the root of
their tree, and the SHA-256 of the parts; the root is that of the tree that the sealer read and
compared with its newest checkpoint.
"""

import hashlib
import logging
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

import openline
from openline.app.line.services import LineServices
from openline.app.seal_record import Sealer
from openline.errors import InvalidInput, NotFound
from openline.limits import DOCUMENT_BYTES_MAX
from openline.store.ports import Reader, Store, Transaction

_LOG: Final = logging.getLogger("openline.line")
KIND: Final = "line.fold"
HEAD: Final = "head"
AFTER: Final = 5_000  # entries that a start folds anyway: half a second to two
_PARTS_MAX: Final = 1_000  # 1 GB: beyond it, folding is no slower
_LEVEL: Final = 1


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a snapshot. root, digest and signature in hexadecimal digits."""

    program: str
    size: int
    root: str
    parts: int
    digest: str
    signature: str = ""

    def statement(self) -> bytes:
        """What is signed."""
        words = ("openline line fold", self.program, self.size, self.root, self.parts, self.digest)
        return "\n".join(map(str, words)).encode()


def begin(line: LineServices, sealer: Sealer | None) -> int:
    """Read the record up to now, from the snapshot on if there is one to be believed; how many
    entries were folded. Raises: InvariantBroken, StoreUnavailable."""
    data = None if sealer is None else find(line.store, sealer)
    if data is not None:
        try:
            return line.begin(data)
        except InvalidInput as error:
            _set_aside(error.problem)
    return line.begin(None)


def find(store: Store, sealer: Sealer) -> bytes | None:
    """The fold that is kept, as `fold.dump` wrote it, if it is to be believed.

    Raises: StoreUnavailable.
    """
    found = store.read(_read)
    if found is None:
        return None
    head, packed = found
    reason = _fault(head, packed, sealer)
    if reason is None:
        return zlib.decompress(packed)
    _set_aside(reason)
    return None


def keep(line: LineServices, sealer: Sealer, after: int = AFTER) -> bool:
    """Keep a snapshot of what is committed, if the last one is more than `after` entries behind.

    Returns whether it was kept. Raises: InvariantBroken, StoreUnavailable.
    """
    kept = line.store.read(_head)
    known = 0 if kept is None or kept.program != program() else kept.size
    if line.look(lambda _line, position: position) - known <= after:
        return False
    folded = line.folded()
    if folded is None:
        return False
    size, data = folded
    sealer.seal()
    packed = zlib.compress(data, _LEVEL)
    parts = [
        packed[at : at + DOCUMENT_BYTES_MAX] for at in range(0, len(packed), DOCUMENT_BYTES_MAX)
    ]
    if len(parts) > _PARTS_MAX:
        _LOG.warning("the line is too large for a snapshot: a start will read the whole record")
        return False
    digest = hashlib.sha256(packed).hexdigest()
    head = Head(program(), size, sealer.root(size).hex(), len(parts), digest)
    signed = msgspec.structs.replace(head, signature=sealer.vouch(head.statement()).hex())

    def change(tx: Transaction) -> bool:
        before = _head(tx)
        for number in range(len(parts), 0 if before is None else min(before.parts, _PARTS_MAX)):
            tx.delete_document(KIND, _part(number))
        for number, part in enumerate(parts):
            tx.put_document(KIND, _part(number), part)
        tx.put_document(KIND, HEAD, msgspec.json.encode(signed))
        return True

    return line.store.submit((), change, KIND).result()


@cache
def program() -> str:
    """The program that runs: its version, its sources, and the Python that runs it."""
    folder = Path(openline.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return (
        f"{openline.__version__} {sys.version_info[0]}.{sys.version_info[1]} {digest.hexdigest()}"
    )


def _head(reader: Reader) -> Head | None:
    body = reader.document(KIND, HEAD)
    if body is None:
        return None
    try:
        return msgspec.json.decode(body, type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _read(reader: Reader) -> tuple[Head, bytes] | None:
    head = _head(reader)
    if head is None:
        return None
    names = (_part(number) for number in range(min(head.parts, _PARTS_MAX)))
    return head, b"".join(reader.document(KIND, name) or b"" for name in names)


def _fault(head: Head, packed: bytes, sealer: Sealer) -> str | None:
    """Why a snapshot is not to be believed; None if it is."""
    try:
        root, signature = sealer.root(head.size), bytes.fromhex(head.signature)
    except (NotFound, ValueError):
        return "it is of entries that the record does not have"
    if head.program != program():
        return "another program made it"
    if head.root != root.hex():
        return "it is of other entries than those of the record"
    if not sealer.vouched(head.statement(), signature):
        return "it is not signed with the key of the record"
    if hashlib.sha256(packed).hexdigest() != head.digest:
        return "it is damaged"
    return None


def _set_aside(reason: str) -> None:
    _LOG.info("the snapshot of the line is set aside, all of the record is read: %s", reason)


def _part(number: int) -> str:
    return f"part-{number:04}"
