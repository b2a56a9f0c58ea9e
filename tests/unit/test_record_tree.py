"""The tree against published vectors, against the recursive definition, and against forgers."""

from collections.abc import Iterator
from hashlib import sha256

import pytest

from openline.errors import InvalidInput
from openline.line.record.proof import consistency_holds, inclusion_holds
from openline.line.record.tree import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    TreeHead,
    leaf_hash,
    node_hash,
)

# The reference inputs and roots of Certificate Transparency, as published with its
# reference implementations (merkle tree test constants).
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    bytes(range(96, 112)).hex(),
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
A1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
A4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
B1 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
B2 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
B3 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
C1 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = [
    (0, 1, []),
    (0, 2, [A1]),
    (1, 2, [A0]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [A0, B1, A4]),
    (0, 8, [A1, B1, C1]),
    (5, 8, [A4, B3, ROOTS[4]]),
]
CONSISTENCY = [(1, 1, []), (1, 8, [A1, B1, C1]), (2, 5, [B1, A4]), (6, 8, [B2, B3, ROOTS[4]])]
LARGEST = 130


def published_leaves() -> list[bytes]:
    return [leaf_hash(bytes.fromhex(text)) for text in INPUTS]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % index) for index in range(count)]


def naive_root(hashes: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 writes it, over leaf hashes."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    pair = naive_root(hashes[:split]) + naive_root(hashes[split:])
    return sha256(b"\x01" + pair).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    tree = Tree(published_leaves())
    frontier = Frontier()
    frontier.extend(published_leaves()[:size])
    assert tree.root(size).hex() == ROOTS[size]
    assert frontier.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, path: list[str]) -> None:
    tree = Tree(published_leaves())
    assert [step.hex() for step in tree.inclusion_proof(index, size)] == path
    head = TreeHead(size, bytes.fromhex(ROOTS[size]))
    leaf = published_leaves()[index]
    assert inclusion_holds(head, index, leaf, [bytes.fromhex(step) for step in path])


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int, path: list[str]) -> None:
    tree = Tree(published_leaves())
    assert [step.hex() for step in tree.consistency_proof(old, new)] == path
    before, after = (TreeHead(size, bytes.fromhex(ROOTS[size])) for size in (old, new))
    assert consistency_holds(before, after, [bytes.fromhex(step) for step in path])


def test_every_root_is_the_recursive_definition() -> None:
    hashes = leaves(LARGEST)
    tree, frontier = Tree(), Frontier()
    for size in range(LARGEST + 1):
        assert tree.root() == frontier.root() == naive_root(hashes[:size])
        again = Frontier(frontier.size, frontier.hashes)
        assert again.head() == tree.head()
        if size < LARGEST:
            tree.append(hashes[size])
            frontier.append(hashes[size])
    assert [tree.root(size) for size in (0, 1, 77)] == [
        naive_root(hashes[:size]) for size in (0, 1, 77)
    ]


def _flipped(value: bytes, at: int) -> bytes:
    return bytes(
        byte ^ (1 << at % 8 if place == at % 32 else 0) for place, byte in enumerate(value)
    )


def _bent(path: tuple[bytes, ...], seed: int) -> Iterator[tuple[bytes, ...]]:
    """Paths that are wrong: a bit flipped in each step, steps lost, added, swapped, cut."""
    stranger = leaf_hash(b"a stranger")
    for at, step in enumerate(path):
        yield (*path[:at], _flipped(step, seed + at), *path[at + 1 :])
        yield (*path[:at], *path[at + 1 :])
        yield (*path[:at], step[:31], *path[at + 1 :])
        yield (*path[:at], step, *path[at:])
    if len(path) > 1 and path[0] != path[-1]:
        yield (path[-1], *path[1:-1], path[0])
    yield (*path, stranger)
    yield (stranger, *path)


def test_no_inclusion_proof_can_be_bent() -> None:
    hashes = leaves(LARGEST)
    tree = Tree(hashes)
    forged = tried = 0
    for size in range(1, LARGEST + 1):
        head = tree.head(size)
        for index in range(size):
            path, leaf = tree.inclusion_proof(index, size), hashes[index]
            assert inclusion_holds(head, index, leaf, path)
            wrong = [
                (head, index, leaf_hash(b"forged"), path),
                (head, index, _flipped(leaf, index + size), path),
                (head._replace(root=_flipped(head.root, index)), index, leaf, path),
                (head, index, leaf[:31], path),
                (head, -1, leaf, path),
                (head, size, leaf, path),
                *((head, other, leaf, path) for other in {0, index ^ 1, size - 1} - {index}),
                *((head, index, leaf, bent) for bent in _bent(path, index)),
            ]
            tried += len(wrong)
            forged += sum(inclusion_holds(*claim) for claim in wrong)
    assert tried > 250_000
    assert forged == 0


def test_no_consistency_proof_can_be_bent() -> None:
    tree = Tree(leaves(LARGEST))
    forged = tried = 0
    for size in range(LARGEST + 1):
        new = tree.head(size)
        for old_size in range(size + 1):
            old, path = tree.head(old_size), tree.consistency_proof(old_size, size)
            assert consistency_holds(old, new, path)
            wrong = [
                (old._replace(root=_flipped(old.root, size)), new, path),
                (old, TreeHead(old_size - 1, new.root), path),
                *((old, new, bent) for bent in _bent(path, size)),
            ]
            if old_size:  # the empty tree is the beginning of anything
                wrong.append((old, new._replace(root=_flipped(new.root, old_size)), path))
            if 0 < old_size < size:
                wrong += [(new, old, path), (TreeHead(old_size + 1, old.root), new, path)]
            tried += len(wrong)
            forged += sum(consistency_holds(*claim) for claim in wrong)
    assert tried > 200_000
    assert forged == 0


def test_a_rewritten_past_is_not_consistent() -> None:
    honest = leaves(64)
    for changed in range(40):
        other = Tree([*honest[:changed], leaf_hash(b"rewritten"), *honest[changed + 1 :]])
        old, new = Tree(honest).head(40), other.head(64)
        assert not consistency_holds(old, new, other.consistency_proof(40, 64))
        assert not consistency_holds(old, new, Tree(honest).consistency_proof(40, 64))


def test_a_leaf_cannot_stand_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"\x01" + left + right) != node_hash(left, right)


def test_the_empty_tree() -> None:
    assert Tree().root() == EMPTY_ROOT
    assert consistency_holds(TreeHead(0, EMPTY_ROOT), TreeHead(0, EMPTY_ROOT), ())
    assert not consistency_holds(TreeHead(0, EMPTY_ROOT), TreeHead(0, bytes(32)), ())
    assert not inclusion_holds(TreeHead(0, EMPTY_ROOT), 0, EMPTY_ROOT, ())


def test_what_is_outside_is_refused() -> None:
    tree = Tree(leaves(5))
    for wrong in (
        lambda: tree.root(6),
        lambda: tree.root(-1),
        lambda: tree.inclusion_proof(5),
        lambda: tree.inclusion_proof(-1),
        lambda: tree.inclusion_proof(3, 3),
        lambda: tree.consistency_proof(4, 3),
        lambda: tree.consistency_proof(-1, 3),
        lambda: Frontier(3, (bytes(32),)),
        lambda: Frontier(1, (bytes(31),)),
        lambda: Frontier(-1),
    ):
        with pytest.raises(InvalidInput):
            wrong()
