"""Issuers of tokens: for development, where anybody gets any, and for people who logged in."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.api_jws import PyJWS

from openline.api.auth.keys import TrustedKey
from openline.api.auth.tokens import PARTY_CLAIM
from openline.errors import InvalidInput, Unreachable
from openline.formats.json_text import encode

ISSUER: Final = "openline-dev"
LIFETIME_S: Final = 3_600
_JWS: Final = PyJWS(algorithms=["EdDSA"])


SESSIONS: Final = "openline"


class TokenIssuer:
    """Signs tokens for any party with one Ed25519 key.

    name: the issuer in its tokens.
    """

    def __init__(
        self, private_pem: bytes, source: str = "the development key", name: str = ISSUER
    ) -> None:
        self._name = name
        try:
            key = load_pem_private_key(private_pem, password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise InvalidInput(
                "this is no Ed25519 private key", cure="remove it: a new one is made", file=source
            )
        self._key = key
        self.trusted_key = TrustedKey("EdDSA", key.public_key())

    def token(
        self,
        sub: str,
        scopes: Iterable[str],
        audience: str,
        now_s: float,
        lifetime_s: int,
        party: str | None = None,
    ) -> str:
        """A signed token, valid from that instant (seconds since 1970).

        sub: the party, or a person who acts for `party`.
        """
        start_s = int(now_s)
        claims: dict[str, object] = {
            "iss": self._name,
            "sub": sub,
            "aud": audience,
            "scope": " ".join(scopes),
            "iat": start_s,
            "exp": start_s + lifetime_s,
        }
        if party is not None:
            claims[PARTY_CLAIM] = party
        return _JWS.encode(encode(claims).encode(), self._key, algorithm="EdDSA")


def new_key() -> bytes:
    """A fresh private key as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def kept_key(path: Path) -> bytes:
    """The key of that file; it is made, readable by its owner alone, if there is none.

    Raises: Unreachable.
    """
    try:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            pem = new_key()
            file.write(pem)
        return pem
    except OSError as error:
        raise Unreachable((error.strerror or str(error)).lower(), file=str(path)) from None
