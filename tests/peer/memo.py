"""What many worlds work out alike is worked out once: all of it depends on its arguments alone.

What was signed here is known to be signed, and is not verified once more; bytes of a message, of an
event and of an agreement that were read are not read once more, nor is a place measured again. All
else is as in a server: a signature that nobody made here is verified as ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from openline.app import ed25519
from openline.app.line import entries, take_message
from openline.formats import line_message
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import FootprintTable
from openline.store.ports import Record
from tests.line_server import START

K = TypeVar("K")
V = TypeVar("V")
_KEPT = 4_000


class SignedHere:
    """Signatures that were made or verified in this process."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes, bytes], None] = {}
        self._made: dict[tuple[bytes, bytes], bytes] = {}

    def sign(self, signer: ed25519.KeySigner, message: bytes) -> bytes:
        """As a signer does; an Ed25519 signature is always the same."""
        public_key = _public_key(signer)
        signature = self._made.get((public_key, message))
        if signature is None:
            signature = signer._key.sign(message)
            _keep(self._made, (public_key, message), signature)
            _keep(self._known, (public_key, message, signature), None)
        return signature

    def verify(self, public_key: bytes, signature: bytes, message: bytes) -> None:
        """Raises: InvalidSignature."""
        known = (public_key, message, signature)
        if known not in self._known:
            _loaded(public_key).verify(signature, message)
            _keep(self._known, known, None)


class KnownKey:
    """A public key that knows what was signed."""

    def __init__(self, signed: SignedHere, public_key: bytes) -> None:
        self._signed, self._public_key = signed, public_key

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raises: InvalidSignature."""
        self._signed.verify(self._public_key, signature, message)


@contextmanager
def memoised() -> Iterator[None]:
    """While this lasts."""
    signed = SignedHere()
    content_of, table_of = entries._content, FootprintTable.of

    def sign(signer: ed25519.KeySigner, message: bytes) -> bytes:
        return signed.sign(signer, message)

    @lru_cache(_KEPT)
    def of_body(kind: str, body: bytes) -> object:
        return content_of(Record(1, START, "", kind, body))

    @lru_cache(_KEPT)
    def of_footprints(footprints: tuple[Footprint, ...]) -> FootprintTable:
        return table_of(footprints)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ed25519, "_loaded", lru_cache(64)(lambda key: KnownKey(signed, key)))
        patch.setattr(ed25519.KeySigner, "public_key", property(_public_key))
        patch.setattr(ed25519.KeySigner, "sign", sign)
        patch.setattr(entries.AgreementEntry, "read", lru_cache(64)(entries.AgreementEntry.read))
        patch.setattr(entries, "_content", lambda record: of_body(record.kind, record.body))
        patch.setattr(FootprintTable, "of", lambda found: of_footprints(tuple(found)))
        patch.setattr(take_message, "decode", lru_cache(_KEPT)(line_message.decode))
        yield


@lru_cache(64)
def _public_key(signer: ed25519.KeySigner) -> bytes:
    return signer._key.public_key().public_bytes_raw()


@lru_cache(64)
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    kept[key] = value
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]
