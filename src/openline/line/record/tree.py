"""The Merkle tree of the record: hashes, roots, and proofs made from a tree.

Source: RFC 6962, section 2.1 (leaf and node hashes, PATH, PROOF), with SHA-256.
Leaf hash: SHA-256(0x00 || entry). Node hash: SHA-256(0x01 || left || right). The split of n leaves
is at the largest power of two smaller than n. The root of no leaves is SHA-256 of nothing.
Left out: other hash functions, removal: a record only grows.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import InvalidInput

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_NODE: Final = b"\x01"


class TreeHead(NamedTuple):
    """How many entries, and the root hash over them. To be believed only from a signed checkpoint:
    a proof does not bind the size."""

    size: int
    root: bytes


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry's canonical bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(_NODE + left + right).digest()


class Frontier:
    """A growing tree that keeps only what its root needs: one hash for each bit of its size.

    `hashes` are the roots of the complete subtrees, largest (leftmost) first.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count() or any(len(h) != HASH_BYTES for h in hashes):
            raise InvalidInput(f"{len(hashes)} hashes are no frontier of {size} entries")
        self.size = size
        self._hashes = list(hashes)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees: keep them with `size` to go on later."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Grow by one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Grow by many leaf hashes."""
        hashes, size, hashing = self._hashes, self.size, sha256
        for leaf in leaves:
            merged, bits = leaf, size
            while bits & 1:
                merged = hashing(_NODE + hashes.pop() + merged).digest()
                bits >>= 1
            hashes.append(merged)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """The root hash over everything appended so far."""
        if not self._hashes:
            return EMPTY_ROOT
        root = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            root = node_hash(left, root)
        return root

    def head(self) -> TreeHead:
        """Size and root."""
        return TreeHead(self.size, self.root())


class Tree:
    """A growing tree that keeps every complete subtree, to make proofs: 64 bytes for each leaf.

    Laws, held by tests/unit/test_record_tree.py for every size up to 130:
    1 `root(n)` is the recursive definition of RFC 6962 over the first n leaves;
    2 every proof made verifies, and none verifies after any change.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self.extend(leaves)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0]) // HASH_BYTES

    def append(self, leaf: bytes) -> None:
        """Grow by one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Grow by many leaf hashes, then complete the levels above them."""
        bottom = self._levels[0]
        for leaf in leaves:
            bottom += leaf
        at, hashing = 0, sha256
        while len(self._levels[at]) >= 2 * HASH_BYTES:
            if at + 1 == len(self._levels):
                self._levels.append(bytearray())
            below, above = self._levels[at], self._levels[at + 1]
            pair = 2 * HASH_BYTES
            for start in range(2 * len(above), len(below) - pair + 1, pair):
                above += hashing(_NODE + below[start : start + pair]).digest()
            at += 1

    def root(self, size: int | None = None) -> bytes:
        """The root hash over the first `size` leaves; of all, without it."""
        size = self._checked_size(size)
        return self._subtree(0, size) if size else EMPTY_ROOT

    def head(self, size: int | None = None) -> TreeHead:
        """Size and root of the first `size` leaves; of all, without it."""
        size = self._checked_size(size)
        return TreeHead(size, self.root(size))

    def leaf(self, index: int) -> bytes:
        """The leaf hash at an index, from 0."""
        return self._node(0, index)

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """The hashes that lead from the leaf at `index` (from 0) to the root of `size` leaves.

        Raises: InvalidInput for an index outside.
        """
        size = self._checked_size(size)
        if not 0 <= index < size:
            raise InvalidInput(f"there is no leaf {index} among {size}")
        path = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._subtree(middle, end))
                end = middle
            else:
                path.append(self._subtree(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency_proof(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """The hashes that show that `size` leaves begin with the first `old_size` of them.

        Empty for an old size of 0 or of `size`. Raises: InvalidInput for an old size outside.
        """
        size = self._checked_size(size)
        if not 0 <= old_size <= size:
            raise InvalidInput(f"{old_size} leaves are no part of {size}")
        if old_size in (0, size):
            return ()
        path = []
        start, end = 0, size
        while end != old_size:
            middle = start + _split(end - start)
            if old_size <= middle:
                path.append(self._subtree(middle, end))
                end = middle
            else:
                path.append(self._subtree(start, middle))
                start = middle
        if start > 0:  # else the old root is known to whoever asks
            path.append(self._subtree(start, end))
        return tuple(reversed(path))

    def _checked_size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise InvalidInput(f"the tree has {self.size} leaves, not {size}")
        return size

    def _node(self, level: int, index: int) -> bytes:
        return bytes(self._levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES])

    def _subtree(self, start: int, end: int) -> bytes:
        """The root over leaves start..end of one subtree; end is open, start fits the subtree."""
        parts = []
        while start < end:
            level = (end - start).bit_length() - 1
            parts.append(self._node(level, start >> level))
            start += 1 << level
        root = parts.pop()
        while parts:
            root = node_hash(parts.pop(), root)
        return root


def _split(count: int) -> int:
    """The largest power of two smaller than a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)
