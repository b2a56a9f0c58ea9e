"""Signing as the domain sees it: somebody who signs, and a function that checks."""

from collections.abc import Callable
from typing import Final, Protocol

PUBLIC_KEY_BYTES: Final = 32  # Ed25519, RFC 8032
SIGNATURE_BYTES: Final = 64

# Whether a signature is right: public key, message, signature. Never raises.
Verify = Callable[[bytes, bytes, bytes], bool]


class Signer(Protocol):
    """Whoever can sign with an Ed25519 key: a file, a token, an agent."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature over the message."""
        ...
