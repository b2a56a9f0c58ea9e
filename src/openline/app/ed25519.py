"""Ed25519 by the library `cryptography`: the signer behind a key that is held here, and the check.

Source: RFC 8032. Nothing about the algorithm is ours.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from openline.line.signing import SIGNATURE_BYTES


class KeySigner:
    """Signs with a private key in memory; it is never shown and never printed."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature over the message."""
        return self._key.sign(message)


def new_signer() -> KeySigner:
    """A signer with a new key from the system's randomness."""
    return KeySigner(Ed25519PrivateKey.generate())


def signer_of_seed(seed: bytes) -> KeySigner:
    """The signer of a known seed of 32 bytes: for test vectors, never for a key in use."""
    return KeySigner(Ed25519PrivateKey.from_private_bytes(seed))


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is by that key. False for anything malformed."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        _loaded(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=256)  # a line has few keys and many messages
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)
