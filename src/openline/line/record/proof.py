"""Whether a proof holds: is an entry in the record, is one record the beginning of another?

Source: RFC 9162, sections 2.1.3.2 and 2.1.4.2 (verification of inclusion and consistency).
Errs toward: refusing. Anything malformed is a proof that does not hold, never an exception.
A proof does not bind the size of the tree: a head comes from a signed checkpoint or from nowhere.
"""

from collections.abc import Sequence
from hmac import compare_digest

from openline.line.record.tree import EMPTY_ROOT, HASH_BYTES, TreeHead, node_hash


def inclusion_holds(head: TreeHead, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether the leaf hash is at `index` (from 0) of the tree with that head."""
    if not 0 <= index < head.size or not _are_hashes((leaf, head.root, *path)):
        return False
    here, last = index, head.size - 1
    root = leaf
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            root = node_hash(sibling, root)
            while here and not here & 1:
                here >>= 1
                last >>= 1
        else:
            root = node_hash(root, sibling)
        here >>= 1
        last >>= 1
    return last == 0 and compare_digest(root, head.root)


def consistency_holds(old: TreeHead, new: TreeHead, path: Sequence[bytes]) -> bool:
    """Whether the old tree is the beginning of the new one. Everything begins with nothing."""
    if not 0 <= old.size <= new.size or not _are_hashes((old.root, new.root, *path)):
        return False
    if old.size == 0:
        new_is_empty = new.size > 0 or new.root == EMPTY_ROOT
        return not path and old.root == EMPTY_ROOT and new_is_empty
    if old.size == new.size:
        return not path and compare_digest(old.root, new.root)
    hashes = list(path)
    if old.size & (old.size - 1) == 0:  # a complete tree: its root is the first hash
        hashes.insert(0, old.root)
    if not hashes:
        return False
    here, last = old.size - 1, new.size - 1
    while here & 1:
        here >>= 1
        last >>= 1
    old_root = new_root = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old_root = node_hash(sibling, old_root)
            new_root = node_hash(sibling, new_root)
            while here and not here & 1:
                here >>= 1
                last >>= 1
        else:
            new_root = node_hash(new_root, sibling)
        here >>= 1
        last >>= 1
    return last == 0 and compare_digest(old_root, old.root) and compare_digest(new_root, new.root)


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
