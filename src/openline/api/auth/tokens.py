"""Tokens: signature and claims, in that order, and a bounded memory of those already verified.

Source: RFC 7519 (JWT), RFC 7515 (JWS), ASTM F3548-21 security schemes.
Law: 1 a token is taken only while `now < exp`, also from the memory; 2 its algorithm is that of the
key's kind; 3 `exp` is at most `lifetime_max_s` ahead; 4 `aud` names this server.
Errs toward: refusing. `leeway_s` forgives clocks that run ahead (`nbf`, `iat`, the far side of
`exp`), never an expiry.
"""

import math
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidSignatureError, PyJWTError

from openline.api.auth.key_ring import KeyRing
from openline.app.caller import Caller
from openline.app.line.roles import Role
from openline.errors import InvalidInput, Unauthenticated
from openline.formats.json_text import decode
from openline.limits import PARTY_NAME_MAX, TOKEN_BYTES_MAX

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
_JWS: Final = PyJWS(algorithms=ALGORITHMS)
PARTY_CLAIM: Final = "openline_party"
ROLE_CLAIM: Final = "openline_role"
NAME_CLAIM: Final = "preferred_username"  # OpenID Connect Core 1.0, section 5.1
_ASK_AGAIN: Final = "ask its issuer for a new one"


class UnknownKey(Unauthenticated):
    """A token that names a key which is not known, or not yet."""


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """What a token must say. An empty list of issuers takes any whose key is trusted.

    lifetime_max_s: how far ahead `exp` may be. leeway_s: how far an issuer's clock may run ahead.
    """

    audiences: frozenset[str]
    issuers: frozenset[str] = frozenset()
    lifetime_max_s: float = 3_600.0
    leeway_s: float = 5.0


class TokenVerifier:
    """Turns tokens into callers; what was verified is remembered by its hash until it expires."""

    def __init__(self, ring: KeyRing, policy: TokenPolicy, remembered_max: int = 10_000) -> None:
        self._ring = ring
        self._policy = policy
        self._remembered_max = remembered_max
        self._remembered: dict[bytes, tuple[Caller, float]] = {}
        self._generation = ring.generation

    @property
    def remembered(self) -> int:
        """How many verified tokens are in memory."""
        return len(self._remembered)

    async def caller(self, token: bytes, now_s: float) -> Caller:
        """The party behind a token at that instant (seconds since 1970).

        Raises: Unauthenticated saying why.
        """
        digest = sha256(token).digest()
        known = self._known(digest, now_s)
        if known is not None:
            return known
        try:
            caller, expires_s = self.verify(token, now_s)
        except UnknownKey:
            if not await self._ring.refresh_for_unknown():
                raise
            caller, expires_s = self.verify(token, now_s)
        self._remember(digest, caller, expires_s)
        return caller

    def verify(self, token: bytes, now_s: float) -> tuple[Caller, float]:
        """The caller and when the token expires, from signature and claims, with no memory."""
        return claims_caller(self._signed_claims(token), self._policy, now_s)

    def _signed_claims(self, token: bytes) -> dict[str, Any]:
        if len(token) > TOKEN_BYTES_MAX:
            raise Unauthenticated(f"a token of more than {TOKEN_BYTES_MAX} bytes")
        try:
            header = _JWS.get_unverified_header(token)
        except (PyJWTError, ValueError, RecursionError):
            raise Unauthenticated("the token is no JSON Web Token", cure=_ASK_AGAIN) from None
        kid, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in ALGORITHMS:
            raise Unauthenticated(
                f"the token is signed with {str(algorithm)[:20]!r}",
                cure=f"one of {', '.join(ALGORITHMS)} is taken",
            )
        refusal = Unauthenticated("the signature is of no trusted key")
        for key in self._ring.candidates(kid, algorithm):
            try:
                payload = _JWS.decode(token, key.key, algorithms=[key.algorithm])
                return _claims(payload)
            except InvalidSignatureError:
                continue
            except (PyJWTError, ValueError):
                break
        if kid is None or self._ring.knows(kid):
            raise refusal
        raise UnknownKey(f"the token's key {kid[:60]!r} is not known", cure=_ASK_AGAIN)

    def _known(self, digest: bytes, now_s: float) -> Caller | None:
        if self._generation != self._ring.generation:  # a key may have been taken back
            self._remembered.clear()
            self._generation = self._ring.generation
        found = self._remembered.get(digest)
        if found is None:
            return None
        caller, expires_s = found
        if now_s < expires_s:
            return caller
        del self._remembered[digest]
        return None

    def _remember(self, digest: bytes, caller: Caller, expires_s: float) -> None:
        while len(self._remembered) >= self._remembered_max:
            del self._remembered[next(iter(self._remembered))]  # the oldest
        self._remembered[digest] = (caller, expires_s)


def claims_caller(
    claims: dict[str, Any], policy: TokenPolicy, now_s: float
) -> tuple[Caller, float]:
    """The caller and the instant of expiry from verified claims. Raises: Unauthenticated."""
    expires_s = _number(claims, "exp")
    if expires_s is None:
        raise Unauthenticated("the token has no expiry (exp)")
    if expires_s <= now_s:
        raise Unauthenticated("the token has expired", cure=_ASK_AGAIN)
    if expires_s > now_s + policy.lifetime_max_s + policy.leeway_s:
        raise Unauthenticated(
            f"the token expires more than {policy.lifetime_max_s:g} s ahead",
            cure="ask its issuer for a shorter one",
        )
    for name in ("nbf", "iat"):
        start_s = _number(claims, name)
        if start_s is not None and start_s > now_s + policy.leeway_s:
            raise Unauthenticated(f"the token is not valid yet ({name})", cure="compare the clocks")
    issuer = _text(claims, "iss")
    if policy.issuers and issuer not in policy.issuers:
        raise Unauthenticated("the token's issuer (iss) is not among those that are taken")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(one, str) and one in policy.audiences for one in named):
        raise Unauthenticated(
            "the token is for another audience (aud)", cure="ask its issuer for one for this server"
        )
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise Unauthenticated("the token's scope is not a text of words with spaces between")
    return _caller(claims, frozenset(scope.split())), expires_s


def _caller(claims: dict[str, Any], scopes: frozenset[str]) -> Caller:
    """A machine's token has its party as `sub`. A person's has the person there, the party in
    `openline_party`, and may have a role in `openline_role` in place of scopes.

    A provider of identities whose `sub` is a number says the name in `preferred_username`.
    """
    subject = _text(claims, "sub")
    if claims.get(PARTY_CLAIM) is None:
        return Caller(subject, scopes)
    if claims.get(NAME_CLAIM) is not None:
        subject = _text(claims, NAME_CLAIM)
    if claims.get(ROLE_CLAIM) is not None:
        role = _text(claims, ROLE_CLAIM)
        if role not in list(Role):
            raise Unauthenticated(
                f"there is no role {role[:20]!r}", cure=f"one of {', '.join(Role)}"
            )
        scopes |= frozenset(Role(role).scopes)
    return Caller(_text(claims, PARTY_CLAIM), scopes, subject)


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = decode(payload)
    except InvalidInput:
        claims = None
    if not isinstance(claims, dict):
        raise Unauthenticated("the token's claims are no JSON object", cure=_ASK_AGAIN)
    return claims


def _number(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unauthenticated(f"the token's {name} is no number")
    return float(value)


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Unauthenticated(f"the token has no {name}")
    if len(value) > PARTY_NAME_MAX:
        raise Unauthenticated(f"the token's {name} has more than {PARTY_NAME_MAX} characters")
    return value
