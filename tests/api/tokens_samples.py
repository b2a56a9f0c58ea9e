"""Keys and tokens for tests, made with cryptography and by hand, not by the code under test."""

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

NOW_S = 1_800_000_000.0
AUDIENCE = "dss.example"


@cache
def rsa_key(name: str = "one") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


@cache
def ec_key(name: str = "one") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key(name: str = "one") -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def public_pem(key: Any) -> bytes:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem


def private_pem(key: Any) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def claims(**changed: Any) -> dict[str, Any]:
    """Good claims at NOW_S; a change to None leaves the claim out."""
    good = {
        "sub": "uss1",
        "scope": "utm.strategic_coordination utm.constraint_processing",
        "aud": AUDIENCE,
        "iss": "issuer.example",
        "iat": NOW_S,
        "exp": NOW_S + 3_600,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(body: Any, key: Any, header: dict[str, Any] | None = None) -> bytes:
    """A token of these claims (or raw bytes), signed as the kind of the key demands."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = {"typ": "JWT", "alg": algorithm_of(key)} | (header or {})
    text = f"{b64(json.dumps(head).encode())}.{b64(payload)}"
    return f"{text}.{b64(signature(key, text.encode()))}".encode()


def algorithm_of(key: Any) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    return "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "EdDSA"


def signature(key: Any, message: bytes) -> bytes:
    if isinstance(key, bytes):
        return hmac.digest(key, message, hashlib.sha256)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    found: bytes = key.sign(message)
    return found


def jwk(key: Any, kid: str | None, **more: Any) -> dict[str, Any]:
    """The public half as a JSON Web Key."""
    public = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = public.public_numbers()
        found = {"kty": "RSA", "n": _uint(numbers.n), "e": _uint(numbers.e)}
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        numbers = public.public_numbers()
        x, y = (b64(v.to_bytes(32, "big")) for v in (numbers.x, numbers.y))
        found = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    else:
        found = {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
    return found | ({"kid": kid} if kid else {}) | more


def jwks(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def _uint(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))
