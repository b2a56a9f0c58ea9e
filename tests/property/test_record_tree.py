"""The tree against the recursive definition, whatever the leaves and however it grew."""

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.line.record.proof import consistency_holds, inclusion_holds
from openline.line.record.tree import Frontier, Tree, leaf_hash
from tests.unit.test_record_tree import naive_root

entries = st.lists(st.binary(max_size=20), min_size=1, max_size=300)


@settings(deadline=None, max_examples=150)
@given(entries, st.data())
def test_growing_in_any_steps_gives_the_same_tree(values: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(value) for value in values]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(hashes)), max_size=6)))
    tree, frontier = Tree(), Frontier()
    for start, end in zip([0, *cuts], [*cuts, len(hashes)], strict=True):
        tree.extend(hashes[start:end])
        frontier.extend(hashes[start:end])
        assert tree.head() == frontier.head()
    assert tree.root() == naive_root(hashes)


@settings(deadline=None, max_examples=150)
@given(entries, st.data())
def test_proofs_hold_against_the_recursive_roots(values: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(value) for value in values]
    tree = Tree(hashes)
    size = data.draw(st.integers(1, len(hashes)))
    old_size = data.draw(st.integers(0, size))
    index = data.draw(st.integers(0, size - 1))
    new, old = tree.head(size), tree.head(old_size)
    assert (new.root, old.root) == (naive_root(hashes[:size]), naive_root(hashes[:old_size]))
    assert inclusion_holds(new, index, hashes[index], tree.inclusion_proof(index, size))
    assert consistency_holds(old, new, tree.consistency_proof(old_size, size))


@settings(deadline=None, max_examples=200)
@given(entries, st.data())
def test_a_path_proves_one_leaf_only(values: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(value) for value in values]
    tree = Tree(hashes)
    index = data.draw(st.integers(0, len(hashes) - 1))
    claimed = data.draw(st.integers(-2, len(hashes) + 2))
    other = leaf_hash(data.draw(st.binary(max_size=20)))
    holds = inclusion_holds(tree.head(), claimed, other, tree.inclusion_proof(index))
    same_place = claimed == index or (
        0 <= claimed < len(hashes) and tree.inclusion_proof(claimed) == tree.inclusion_proof(index)
    )
    assert holds == (same_place and 0 <= claimed < len(hashes) and other == hashes[claimed])
