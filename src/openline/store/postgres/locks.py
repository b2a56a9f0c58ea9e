"""What a change locks, so that nothing else writes what it reads.

Two changes must wait for each other if one writes what the other reads. Each way to read has its
lock:

* by place: the sky is a tree of *nodes*, a cell of the sphere in a span of time; each step down
  has smaller cells and shorter spans. Each extent a change names is held as a few nodes,
  exclusively, and all nodes above them, shared. So two changes wait for each other exactly if a
  node of one is, or lies within, a node of the other. A change too large for nodes holds the sky;
* by id: one key for each entity, exclusive for whoever writes it;
* by name: one key for each name given as `exclusive`, before all others;
* by subscription: which intents depend on it. Whoever attaches or detaches an intent holds it
  shared (such writes do not mind each other), whoever asks for the dependents exclusively.

A key is a number for PostgreSQL's advisory locks. Keys have one order, nodes from the top
down first. A transaction waits for a key only if it holds none behind it, else it asks without
waiting and, if refused, starts over and takes what it has learned beforehand, in order. So no
transactions ever wait for each other in a ring. Two names with one number wait in vain: harmless.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from hashlib import blake2b
from itertools import pairwise
from typing import Final

from openline.airspace.extent import Extent
from openline.airspace.volume_table import microseconds

Keys = dict[int, bool]  # number of the key -> exclusive
_Node = tuple[int, int, int]  # step, cell, which span of time

_HOUR_US: Final = 3_600_000_000
# Level of the cells and hours of the span: 600 km, 75 km, 18 km and 5 km wide.
_STEPS: Final = ((4, 512), (7, 64), (9, 8), (11, 1))
_LEAF_LEVEL: Final = 30
_NODES_OF_EXTENT_MAX: Final = 12
_NODES_MAX: Final = 64
assert all(wide[0] < fine[0] for wide, fine in pairwise(_STEPS))
assert all(wide[1] % fine[1] == 0 for wide, fine in pairwise(_STEPS))


class Family(IntEnum):
    """Kinds of keys in the order in which they are taken. Nodes use the numbers 1 to 4."""

    EXCLUSIVE = -1
    SKY = 0
    INTENT = 5
    CONSTRAINT = 6
    AVAILABILITY = 7
    SUBSCRIPTION = 8
    DEPENDENTS = 9
    NOTIFICATION_INDEX = 10
    RECORD = 11


assert len(_STEPS) < Family.INTENT
_HASH_BITS: Final = 59
_HASH_MASK: Final = 2**_HASH_BITS - 1


def key(family: int, name: str = "") -> int:
    """The number of a key, of 64 bits with a sign; keys of an earlier family are smaller."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (family << _HASH_BITS) | (int.from_bytes(digest) & _HASH_MASK)


SKY_KEY: Final = key(Family.SKY)
RECORD_KEY: Final = key(Family.RECORD)


class Places:
    """The nodes that hold some extents: `extents`."""

    def __init__(self, extents: Sequence[Extent]) -> None:
        self.extents = frozenset(extents)
        self._nodes: set[_Node] = set()
        for finest in range(len(_STEPS), -1, -1):
            self._nodes = {node for one in self.extents for node in _few_nodes(one, finest)}
            if len(self._nodes) <= _NODES_MAX:
                break

    def keys(self) -> Keys:
        """The nodes exclusively, those above them shared; the sky is always among them."""
        above = {_key_of(node): False for one in self._nodes for node in _above(one)}
        return {SKY_KEY: False} | above | {_key_of(node): True for node in self._nodes}

    def hold(self, extents: Iterable[Extent]) -> bool:
        """Whether these extents lie within the nodes; False may be wrong, never True."""
        return _SKY in self._nodes or all(
            extent in self.extents or self._holds(extent) for extent in extents
        )

    def _holds(self, extent: Extent) -> bool:
        return all(
            node in self._nodes or any(upper in self._nodes for upper in _above(node))
            for node in _few_nodes(extent, len(_STEPS))
        )


_SKY: Final[_Node] = (0, 0, 0)


def _key_of(node: _Node) -> int:
    step, cell, span = node
    return key(step, f"{cell} {span}") if step else SKY_KEY


def _above(node: _Node) -> Iterator[_Node]:
    """All nodes that contain this one, without the sky."""
    step, cell, span = node
    hours = _STEPS[step - 1][1] if step else 0
    for upper in range(1, step):
        level, upper_hours = _STEPS[upper - 1]
        yield upper, _parent(cell, level), span * hours // upper_hours


def _few_nodes(extent: Extent, finest: int) -> set[_Node]:
    """The nodes of one step that hold an extent: the finest where they are few; else the sky."""
    for step in range(finest, 0, -1):
        nodes = _nodes(extent, step)
        if nodes is not None:
            return nodes
    return {_SKY}


def _nodes(extent: Extent, step: int) -> set[_Node] | None:
    """The nodes of one step that hold an extent; None if they are too many."""
    level, hours = _STEPS[step - 1]
    first = microseconds(extent.time_start) // (hours * _HOUR_US)
    spans = microseconds(extent.time_end) // (hours * _HOUR_US) - first + 1
    cells: set[int] = set()
    for cell in extent.cells:
        within = _at_level(cell, level)
        if len(within) * spans > _NODES_OF_EXTENT_MAX:
            return None
        cells.update(within)
        if len(cells) * spans > _NODES_OF_EXTENT_MAX:
            return None
    return {(step, cell, span) for cell in cells for span in range(first, first + spans)}


def _at_level(cell: int, level: int) -> range:
    """The cell of that level which contains a cell, or all those it contains."""
    low = 1 << 2 * (_LEAF_LEVEL - level)
    reach = cell & -cell
    if reach <= low:
        parent = _parent(cell, level)
        return range(parent, parent + 1)
    return range(cell - reach + low, cell + reach, 2 * low)


def _parent(cell: int, level: int) -> int:
    low = 1 << 2 * (_LEAF_LEVEL - level)
    return (cell & -low) | low


def missing(held: Mapping[int, bool], wanted: Mapping[int, bool]) -> Keys:
    """What is wanted and not held, or held only shared, in the order of keys."""
    return {
        number: exclusive
        for number, exclusive in sorted(wanted.items())
        if number not in held or (exclusive and not held[number])
    }


def union(one: Mapping[int, bool], other: Mapping[int, bool]) -> Keys:
    """Both; a key of both is exclusive if it is so in one."""
    result = dict(one)
    for number, exclusive in other.items():
        result[number] = exclusive or result.get(number, False)
    return result
