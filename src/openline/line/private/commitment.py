"""The commitment to what a party asks and has: made before anything is known, opened afterwards.

SHA-256 over a head, the salt, both keys, and both sets in their order, each with its length. Who
opens it shows the salt, the keys and the items; whoever has them makes the sets, the commitment and
the blobs again, byte for byte.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from openline.errors import InvalidInput
from openline.line.private.grid import Item
from openline.line.private.padding import Elements, Padded, context_of, padded
from openline.line.private.session import Terms

_HEAD: Final = b"openline.private/1 commitment\n"
SALT_BYTES: Final = 32
KEY_BYTES: Final = 32
DRAWN_OF: Final = 20  # one session in so many is drawn for opening


@dataclass(frozen=True, slots=True)
class Opening:
    """What a party keeps secret of a session until it is opened.

    server_key blinds what it has, client_key what it asks. has, asks: the items. Raises:
    InvalidInput.
    """

    salt: bytes
    server_key: bytes
    client_key: bytes
    has: tuple[Item, ...]
    asks: tuple[Item, ...]

    def __post_init__(self) -> None:
        for name, value, length in (
            ("salt", self.salt, SALT_BYTES),
            ("server_key", self.server_key, KEY_BYTES),
            ("client_key", self.client_key, KEY_BYTES),
        ):
            if len(value) != length:
                raise InvalidInput(f"{len(value)} bytes are not the length of it", field=name)


@dataclass(frozen=True, slots=True)
class Sets:
    """Both sets of a party: what it has, bare, and what it asks, widened."""

    has: Padded
    asks: Padded


def sets_of(
    has: tuple[Item, ...],
    asks: tuple[Item, ...],
    bucket: int,
    salt: bytes,
    terms: Terms,
    session: bytes,
) -> Sets:
    """Both sets, padded. Raises: AreaTooLarge if the bucket does not hold them."""
    context = context_of(terms, session)
    return Sets(
        padded(has, bucket, context, salt, "has"), padded(asks, bucket, context, salt, "asks")
    )


def commitment(salt: bytes, server_key: bytes, client_key: bytes, sets: Sets) -> bytes:
    """The commitment."""
    digest = sha256(_HEAD + salt + server_key + client_key)
    for elements in (sets.has.elements, sets.asks.elements):
        digest.update(_joined(elements))
    return digest.digest()


def is_drawn(answer_signature: bytes) -> bool:
    """Whether the session of the party that was answered is one of those to be opened.

    Drawn by the signature under the answer to it, which it could not foresee when it committed.
    """
    drawn = sha256(_HEAD + b"drawn" + answer_signature).digest()
    return int.from_bytes(drawn[:8], "big") % DRAWN_OF == 0


def _joined(elements: Elements) -> bytes:
    return len(elements).to_bytes(4, "big") + b"".join(elements)
