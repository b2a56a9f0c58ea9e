"""Items as elements of a set of one of the agreed sizes, in an order that tells nothing.

An element is SHA-256 over what kind it is, the session's terms and what it stands for: an item, a
sentinel that both sides know, or a dummy that nobody else can know. Both sides make the same
element of the same item in the same session, and of no item in another session.
A set has the elements of its items, SENTINELS sentinels and as many dummies as fill the bucket,
ordered by a hash that only its owner knows. From the salt all of it can be made again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from openline.line.private.grid import Item
from openline.line.private.items import too_many
from openline.line.private.session import Terms
from openline.line.private.terms import SENTINELS

_HEAD: Final = b"openline.private/1 "
Elements = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Padded:
    """A set as it is blinded. items: each item's place among the elements; sentinels: theirs."""

    elements: Elements
    items: dict[int, Item]
    sentinels: frozenset[int]


def context_of(terms: Terms, session: bytes) -> bytes:
    """What every element of a session is bound to: its terms, and the session itself."""
    grid, scope = terms.grid, terms.scope
    words = (
        terms.digest.hex(),
        session.hex(),
        str(grid.level),
        repr(grid.slab_m),
        str(grid.slot.total_seconds()),
        str(grid.clock.total_seconds()),
        f"{scope.first} {scope.end} {' '.join(scope.sector)}",
    )
    return _hash(b"context", "\n".join(words).encode())


def bucket_for(counts: Iterable[int], buckets: tuple[int, ...]) -> int:
    """The smallest bucket that holds each of some sets beside the sentinels.

    Raises: AreaTooLarge if none does.
    """
    most = max(counts, default=0)
    for bucket in buckets:
        if most + SENTINELS <= bucket:
            return bucket
    raise too_many(most, buckets[-1] - SENTINELS)


def padded(items: Iterable[Item], bucket: int, context: bytes, salt: bytes, purpose: str) -> Padded:
    """The set of some items, filled up to the bucket.

    salt: secret, new for every session. purpose: tells the two sets of a party apart.
    """
    known = {item_element(item, context): item for item in items}
    sentinels = {sentinel(number, context) for number in range(SENTINELS)}
    own = purpose.encode() + b"\n" + salt
    missing = bucket - len(known) - len(sentinels)
    if missing < 0:
        raise too_many(len(known), bucket - SENTINELS)
    dummies = (_hash(b"dummy", own, _number(number)) for number in range(missing))
    every = {*known, *sentinels, *dummies}
    ordered = tuple(sorted(every, key=lambda element: _hash(b"order", own, element)))
    return Padded(
        ordered,
        {place: known[one] for place, one in enumerate(ordered) if one in known},
        frozenset(place for place, one in enumerate(ordered) if one in sentinels),
    )


def item_element(item: Item, context: bytes) -> bytes:
    """The element of an item."""
    return _hash(b"item", context, f"{item.cell:x} {item.slab} {item.slot}".encode())


def sentinel(number: int, context: bytes) -> bytes:
    """A sentinel: in every set of both sides, so that a set that was cut shows."""
    return _hash(b"sentinel", context, _number(number))


def _number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _hash(kind: bytes, *parts: bytes) -> bytes:
    digest = sha256(_HEAD + kind + b"\n")
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.digest()
