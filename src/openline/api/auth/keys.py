"""Public keys of token issuers, from PEM and from JSON Web Key sets.

Source: RFC 7517 (JWK), RFC 7518 (algorithms), RFC 8037 (Ed25519), RFC 7468 (PEM).
Read: RSA of 2,048 to 8,192 bits, EC P-256, Ed25519; PEM public keys and certificates.
The kind of a key decides its one algorithm (RS256, ES256, EdDSA): a token cannot choose another.
Left out: symmetric keys, PSS, other curves, the dates and chain of a certificate.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from openline.errors import InvalidInput
from openline.formats.json_text import decode
from openline.limits import KEYS_MAX, RSA_BITS_MAX, RSA_BITS_MIN

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

_BLOCK: Final = re.compile(
    rb"-----BEGIN (?P<kind>[A-Z0-9 ]+)-----.+?-----END (?P=kind)-----", re.DOTALL
)
_KEY_TYPES: Final[dict[str, tuple[str, type[Algorithm]]]] = {
    "RSA": ("RS256", RSAAlgorithm),
    "EC": ("ES256", ECAlgorithm),
    "OKP": ("EdDSA", OKPAlgorithm),
}


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key whose signatures are believed, and the one algorithm it is used with.

    `kid` is the key id of its set; None for a key that came without one.
    """

    algorithm: str
    key: PublicKey
    kid: str | None = None


def keys_of_pem(data: bytes, source: str) -> tuple[TrustedKey, ...]:
    """The public keys and certificates of a PEM file.

    Raises: InvalidInput naming the file, for a private key, an unusable one, or none at all.
    """
    keys = []
    for block in _BLOCK.finditer(data):
        kind = block["kind"].decode("ascii")
        if "PRIVATE KEY" in kind:
            raise InvalidInput(
                "this is a private key",
                cure="give the public half: openssl pkey -in FILE -pubout",
                file=source,
            )
        keys.append(trusted(_public_key(block[0], kind, source), None, source))
    if not keys:
        raise InvalidInput(
            "there is no public key in it", cure="give a PEM file (BEGIN PUBLIC KEY)", file=source
        )
    return tuple(keys[:KEYS_MAX])


def keys_of_jwks(data: bytes, source: str) -> tuple[TrustedKey, ...]:
    """The signing keys of a JSON Web Key set; keys for other uses and of other kinds are left out.

    Raises: InvalidInput if it is no key set or holds nothing that can be used.
    """
    value = decode(data, source)
    listed = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        raise InvalidInput('it is no key set: "keys" is missing', file=source)
    keys = []
    for jwk in listed[:KEYS_MAX]:
        key = _key_of_jwk(jwk, source) if isinstance(jwk, dict) else None
        if key is not None:
            keys.append(key)
    if not keys:
        raise InvalidInput(
            "there is no RSA, P-256 or Ed25519 signing key in it",
            cure="publish the issuer's public keys there",
            file=source,
        )
    return tuple(keys)


def trusted(key: object, kid: str | None, source: str) -> TrustedKey:
    """A key with the algorithm of its kind. Raises: InvalidInput for any other kind or size."""
    match key:
        case RSAPublicKey():
            if not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
                raise InvalidInput(
                    f"an RSA key of {key.key_size} bits",
                    cure=f"use {RSA_BITS_MIN} to {RSA_BITS_MAX} bits",
                    file=source,
                )
            return TrustedKey("RS256", key, kid)
        case EllipticCurvePublicKey() if isinstance(key.curve, SECP256R1):
            return TrustedKey("ES256", key, kid)
        case Ed25519PublicKey():
            return TrustedKey("EdDSA", key, kid)
    raise InvalidInput(
        "a kind of key that is not used here", cure="use RSA, EC P-256 or Ed25519", file=source
    )


def _public_key(pem: bytes, kind: str, source: str) -> object:
    try:
        if kind == "CERTIFICATE":
            return load_pem_x509_certificate(pem).public_key()
        return load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidInput(
            f"the {kind.lower()} cannot be read", cure="export it again as PEM", file=source
        ) from None


def _key_of_jwk(jwk: dict[str, Any], source: str) -> TrustedKey | None:
    """The key, or None for one that is not for signatures we know."""
    known = _KEY_TYPES.get(str(jwk.get("kty")))
    if known is None or jwk.get("use", "sig") != "sig" or "d" in jwk:
        return None  # a private key in a public set is the issuer's fault: not to be trusted
    algorithm, kind = known
    kid = jwk.get("kid")
    if jwk.get("alg", algorithm) not in (algorithm, "Ed25519") or not _is_text(kid):
        return None
    try:
        return trusted(kind.from_jwk(jwk), cast("str | None", kid), source)
    except (InvalidKeyError, InvalidInput, ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        return None


def _is_text(kid: object) -> bool:
    return kid is None or isinstance(kid, str)
