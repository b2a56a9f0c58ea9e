"""Seal the record: soon after entries are committed, a signed checkpoint of them is kept.

Sealing follows the commits and holds none of them up. Each process of a server has one `Sealer`;
it keeps the tree of the whole record in memory, 64 bytes for each entry. Several seal one record
together: what one has signed, the others leave.

At the start the whole record is read and compared with the newest checkpoint. Entries that are not
those that were signed end the start, with their range named: nobody may sign on top of them.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openline.app.ed25519 import verify
from openline.errors import InvalidInput, InvariantBroken, NotFound
from openline.line.note import SignatureType, VerifierKey, parse_note
from openline.line.record.checkpoint import Checkpoint
from openline.line.record.entry import leaves_of
from openline.line.record.tree import Tree, TreeHead
from openline.line.record.verifying import check_checkpoint
from openline.line.signing import Signer
from openline.store.ports import Record, Store, StoredCheckpoint, Transaction

SEAL_EVERY_S: Final = 0.1
SEAL_ENTRIES: Final = 1_000  # under one checkpoint at most: how exactly a changed entry is placed
KEY_KIND: Final = "record"  # the document that keeps the record's public key
KEY_NAME: Final = "key"
EXCLUSIVE: Final = "record"  # changes of checkpoints exclude each other
_CHECKPOINTS: Final = 1_000  # read at a time
_VOUCHED: Final = b"openline vouches\0"  # no note begins so: it has a zero
_RESTORE: Final = "do not go on with it: compare with an export, or restore a backup"


@dataclass(frozen=True, slots=True)
class InclusionPath:
    """That a leaf hash is that of entry `sequence` under a checkpoint: see `inclusion_holds`."""

    sequence: int
    leaf: bytes
    path: tuple[bytes, ...]
    checkpoint: StoredCheckpoint


@dataclass(frozen=True, slots=True)
class ConsistencyPath:
    """That the first `old_size` entries begin a checkpoint: see `consistency_holds`."""

    old_size: int
    path: tuple[bytes, ...]
    checkpoint: StoredCheckpoint


class Sealer:
    """The record of a store as a tree, and the one who signs it. Thread-safe.

    Construction reads the whole record. Raises: InvalidInput if the record was sealed by another
    key or under another name, or if entries are not those that were signed; StoreUnavailable.
    Laws, held by tests/unit/test_seal_record.py:
    1 every checkpoint kept is of the entries committed, in order, and they only grow;
    2 whatever was committed before `seal` began is under a checkpoint when it returns.
    """

    def __init__(self, store: Store, signer: Signer, origin: str) -> None:
        self._store = store
        self._signer = signer
        self.key = VerifierKey(origin, SignatureType.ED25519, signer.public_key)
        self._lock = threading.Lock()
        self._tree = Tree()
        self._compared: StoredCheckpoint | None = None
        self._sealed = 0
        self._fault: InvariantBroken | None = None
        self._claim()
        self._check_signature(store.read(lambda r: r.last_checkpoint()))
        self._seal_pages()

    @property
    def size(self) -> int:
        """How many entries are in the tree."""
        return self._tree.size

    @property
    def is_broken(self) -> bool:
        """Whether entries were found that are not those that were signed."""
        return self._fault is not None

    def sealed(self) -> int:
        """How many entries are under a checkpoint, as far as this process knows."""
        return self._sealed

    def seal(self) -> int:
        """Keep checkpoints of everything that is committed now; how many entries that is.

        Raises: StoreUnavailable; InvariantBroken for entries that are not those that were signed:
        from then on always.
        """
        with self._lock:
            if self._fault is not None:
                raise self._fault
            try:
                self._seal_pages()
            except InvalidInput as error:  # not the caller's fault, once the server runs
                self._fault = InvariantBroken(error.problem, cure=error.cure, **error.facts)
                raise self._fault from error
            return self._tree.size

    def last_checkpoint(self) -> StoredCheckpoint:
        """The newest checkpoint. Raises: NotFound while nothing is sealed, StoreUnavailable."""
        last = self._store.read(lambda r: r.last_checkpoint())
        if last is None:
            raise NotFound("nothing is sealed yet", cure="try again after the first entry")
        return last

    def checkpoints(self, after_size: int, limit: int) -> list[StoredCheckpoint]:
        """At most `limit` checkpoints of more than `after_size` entries, by size."""
        return self._store.read(lambda r: r.checkpoints(after_size, limit))

    def inclusion(self, sequence: int, size: int | None = None) -> InclusionPath:
        """That entry `sequence` is under the checkpoint of `size` entries; else under the newest.

        Raises: NotFound if there is no such checkpoint or no such entry under it.
        """
        checkpoint = self._checkpoint(size)
        if not 1 <= sequence <= checkpoint.size:
            raise NotFound(
                f"there is no entry {sequence} under the checkpoint of {checkpoint.size}",
                cure=f"entries are 1 to {checkpoint.size}",
            )
        with self._lock:
            path = self._tree.inclusion_proof(sequence - 1, checkpoint.size)
            return InclusionPath(sequence, self._tree.leaf(sequence - 1), path, checkpoint)

    def consistency(self, old_size: int, size: int | None = None) -> ConsistencyPath:
        """That the record of `size` entries begins with the first `old_size`.

        Raises: NotFound if there is no checkpoint of `size`, or `old_size` is larger.
        """
        checkpoint = self._checkpoint(size)
        if not 0 <= old_size <= checkpoint.size:
            raise NotFound(
                f"{old_size} entries are not the beginning of {checkpoint.size}",
                cure=f"ask for 0 to {checkpoint.size}",
            )
        with self._lock:
            path = self._tree.consistency_proof(old_size, checkpoint.size)
            return ConsistencyPath(old_size, path, checkpoint)

    def root(self, size: int) -> bytes:
        """The root of the first `size` entries. Raises: NotFound if so many were not read."""
        with self._lock:
            if not 0 <= size <= self._tree.size:
                raise NotFound(f"{size} entries were not read: there are {self._tree.size}")
            return self._tree.root(size)

    def vouch(self, statement: bytes) -> bytes:
        """A signature, with the key of the record, over something else than a checkpoint."""
        return self._signer.sign(_VOUCHED + statement)

    def vouched(self, statement: bytes, signature: bytes) -> bool:
        """Whether a signature is one of `vouch` over the statement."""
        return verify(self._signer.public_key, _VOUCHED + statement, signature)

    def _checkpoint(self, size: int | None) -> StoredCheckpoint:
        """A checkpoint whose entries are in the tree. Raises: NotFound."""
        if size is None:
            checkpoint = self.last_checkpoint()
        else:
            (found,) = self.checkpoints(size - 1, 1) or (None,)
            if found is None or found.size != size:
                near = "ask without a size" if found is None else f"the next is of {found.size}"
                raise NotFound(f"there is no checkpoint of {size} entries", cure=near)
            checkpoint = found
        if checkpoint.size > self.size:  # another process has sealed it just now
            self.seal()
        return checkpoint

    def _claim(self) -> None:
        """Note the key with the first start, and compare it ever after."""
        text = str(self.key).encode()

        def claim(transaction: Transaction) -> bytes:
            held = transaction.document(KEY_KIND, KEY_NAME)
            if held is None:
                transaction.put_document(KEY_KIND, KEY_NAME, text)
            return held or text

        held = self._store.submit((), claim, exclusive=EXCLUSIVE).result()
        if held != text:
            raise InvalidInput(
                f"the record is sealed with the key {held.decode()}, not {text.decode()}",
                cure="give record_key and record_origin as they were",
            )

    def _check_signature(self, last: StoredCheckpoint | None) -> None:
        if last is None:
            return
        head = TreeHead(last.size, last.root)
        try:
            checkpoint, _ = check_checkpoint(parse_note(last.note.encode()), self.key, (), verify)
        except InvalidInput as error:
            raise error.at(element=f"checkpoint of {last.size:,} entries") from None
        if checkpoint.head != head:
            raise InvalidInput(
                "the newest checkpoint says something else than its signed note",
                cure=_RESTORE,
                element=f"checkpoint of {last.size:,} entries",
            )

    def _seal_pages(self) -> None:
        while self._seal_page() == SEAL_ENTRIES:
            pass

    def _seal_page(self) -> int:
        """Take at most SEAL_ENTRIES entries and seal all; how many there were."""
        at = self._tree.size
        last, page = self._store.read(
            lambda r: (r.last_checkpoint(), r.records(at, SEAL_ENTRIES)),
        )
        self._take(page)
        sealed = 0 if last is None else last.size
        if last is not None and last != self._compared and sealed <= self._tree.size:
            self._compare(last)
        if sealed < self._tree.size:
            self._sign()
        elif sealed > self._tree.size and len(page) < SEAL_ENTRIES:
            raise InvalidInput(
                f"entries {self._tree.size + 1:,} to {sealed:,} were signed and are not there",
                cure=_RESTORE,
            )
        return len(page)

    def _take(self, page: Sequence[Record]) -> None:
        for due, record in enumerate(page, self._tree.size + 1):
            if record.sequence != due:
                raise InvalidInput(
                    f"entries {due:,} to {record.sequence - 1:,} are missing", cure=_RESTORE
                )
        self._tree.extend(leaves_of(page))

    def _compare(self, last: StoredCheckpoint) -> None:
        """Raises: InvalidInput with the range if entries are not those that were signed."""
        if self._tree.root(last.size) == last.root:
            self._compared = last
            self._sealed = max(self._sealed, last.size)
            return
        before = 0
        while True:
            page = self.checkpoints(before, _CHECKPOINTS) or [last]
            for one in page:
                if one.size > self._tree.size or self._tree.root(one.size) == one.root:
                    before = one.size
                    continue
                first = before + 1
                raise InvalidInput(
                    "these are not the entries that were signed",
                    cure=_RESTORE,
                    element=f"entries {first:,} to {one.size:,}"
                    if first < one.size
                    else f"entry {first:,}",
                )

    def _sign(self) -> None:
        head = self._tree.head()
        note = Checkpoint(self.key.name, head).signed(self._signer)
        made = StoredCheckpoint(head.size, head.root, str(note))

        def keep(transaction: Transaction) -> StoredCheckpoint:
            newest = transaction.last_checkpoint()
            if newest is None or newest.size < made.size:
                transaction.put_checkpoint(made)
                return made
            return newest

        kept = self._store.submit((), keep, exclusive=EXCLUSIVE).result()
        if kept.size <= self._tree.size and kept != self._compared:
            self._compare(kept)
