"""Tokens: what is taken and, one by one, what is refused."""

import asyncio
import json
from typing import Any

import pytest

from openline.api.auth.key_ring import KeyRing, KeySet
from openline.api.auth.keys import TrustedKey, keys_of_jwks, keys_of_pem
from openline.api.auth.tokens import TokenPolicy, TokenVerifier, claims_caller
from openline.app.caller import Caller
from openline.errors import InvalidInput, Unauthenticated
from tests.api.tokens_samples import (
    AUDIENCE,
    NOW_S,
    b64,
    claims,
    ec_key,
    ed_key,
    jwk,
    jwks,
    private_pem,
    public_pem,
    rsa_key,
    signed,
)

KEYS = {"rsa": rsa_key, "ec": ec_key, "ed": ed_key}
POLICY = TokenPolicy(audiences=frozenset({AUDIENCE, "other.example"}))


def verifier(*keys: TrustedKey, policy: TokenPolicy = POLICY, most: int = 100) -> TokenVerifier:
    return TokenVerifier(KeyRing(keys), policy, most)


def trusting(*keys: Any, policy: TokenPolicy = POLICY) -> TokenVerifier:
    pem = b"".join(public_pem(key) for key in keys)
    return verifier(*keys_of_pem(pem, "keys.pem"), policy=policy)


@pytest.mark.parametrize("kind", KEYS)
def test_a_good_token_names_its_party_and_scopes(kind: str) -> None:
    key = KEYS[kind]()
    caller, expires_s = trusting(key).verify(signed(claims(), key), NOW_S)
    assert caller.sub == "uss1"
    assert caller.scopes == {"utm.strategic_coordination", "utm.constraint_processing"}
    assert expires_s == NOW_S + 3_600


@pytest.mark.parametrize("kind", KEYS)
def test_every_key_of_several_files_is_tried(kind: str) -> None:
    all_keys = [rsa_key("other"), *(make() for make in KEYS.values())]
    token = signed(claims(), KEYS[kind]())
    assert trusting(*all_keys).verify(token, NOW_S)[0].sub == "uss1"


@pytest.mark.parametrize("kind", KEYS)
def test_another_key_of_the_same_kind_is_refused(kind: str) -> None:
    token = signed(claims(), KEYS[kind]("stranger"))
    with pytest.raises(Unauthenticated, match="no trusted key"):
        trusting(KEYS[kind]()).verify(token, NOW_S)


def test_a_changed_byte_is_refused() -> None:
    head, body, mark = signed(claims(), ed_key()).split(b".")
    forged = b64(json.dumps(claims(sub="uss2")).encode()).encode()
    with pytest.raises(Unauthenticated):
        trusting(ed_key()).verify(b".".join((head, forged, mark)), NOW_S)
    assert trusting(ed_key()).verify(b".".join((head, body, mark)), NOW_S)


def test_no_signature_is_no_token() -> None:
    for algorithm in ("none", "None", "NONE"):
        head = b64(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
        token = f"{head}.{b64(json.dumps(claims()).encode())}.".encode()
        with pytest.raises(Unauthenticated, match="is signed with"):
            trusting(rsa_key()).verify(token, NOW_S)


def test_a_public_key_is_no_shared_secret() -> None:
    """The old confusion: HS256 with the public PEM as the secret."""
    token = signed(claims(), public_pem(rsa_key()), {"alg": "HS256"})
    with pytest.raises(Unauthenticated, match="HS256"):
        trusting(rsa_key()).verify(token, NOW_S)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS512", "PS256"])
def test_a_token_cannot_choose_another_algorithm_for_a_key(algorithm: str) -> None:
    token = signed(claims(), rsa_key(), {"alg": algorithm})
    with pytest.raises(Unauthenticated):
        trusting(rsa_key(), ec_key(), ed_key()).verify(token, NOW_S)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"exp": NOW_S}, "expired"),
        ({"exp": NOW_S - 1}, "expired"),
        ({"exp": None}, "no expiry"),
        ({"exp": NOW_S + 3_606}, "more than 3600 s ahead"),
        ({"exp": "soon"}, "no number"),
        ({"exp": True}, "no number"),
        ({"nbf": NOW_S + 6}, "not valid yet"),
        ({"iat": NOW_S + 6}, "not valid yet"),
        ({"sub": None}, "no sub"),
        ({"sub": ""}, "no sub"),
        ({"sub": " "}, "no sub"),
        ({"sub": 7}, "no sub"),
        ({"sub": "x" * 257}, "more than 256"),
        ({"sub": "a\nb"}, "no sub"),
        ({"iss": None}, "no iss"),
        ({"aud": None}, "another audience"),
        ({"aud": "elsewhere"}, "another audience"),
        ({"aud": ["elsewhere", 5, None]}, "another audience"),
        ({"aud": {"dss.example": 1}}, "another audience"),
        ({"scope": ["a", "b"]}, "scope"),
    ],
)
def test_a_wrong_claim_is_refused_by_name(changed: dict[str, Any], words: str) -> None:
    token = signed(claims(**changed), ed_key())
    with pytest.raises(Unauthenticated, match=words):
        trusting(ed_key()).verify(token, NOW_S)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": ["elsewhere", AUDIENCE]},
        {"aud": "other.example"},
        {"exp": NOW_S + 0.5},
        {"exp": NOW_S + 3_604},
        {"nbf": NOW_S + 4},
        {"iat": None},
    ],
)
def test_a_claim_within_its_bounds_is_taken(changed: dict[str, Any]) -> None:
    assert trusting(ed_key()).verify(signed(claims(**changed), ed_key()), NOW_S)


def test_no_scope_is_an_empty_one() -> None:
    """Whoever has no scope is known, and gets 403 where one is needed."""
    caller, _ = trusting(ed_key()).verify(signed(claims(scope=None), ed_key()), NOW_S)
    assert caller.scopes == frozenset()


def test_a_persons_token_names_party_person_and_role() -> None:
    """As a provider of identities (OpenID Connect) would write it."""
    person = {
        "sub": "248289761001",
        "preferred_username": "ada",
        "openline_party": "north",
        "openline_role": "duty",
        "scope": "openid",
    }
    caller = verified(claims(**person))
    assert (caller.sub, caller.officer) == ("north", "ada")
    duty = {"openline.watch", "openline.file", "openline.duty"}
    assert caller.scopes == duty | {"openid"}
    plain = verified(claims(sub="bo", openline_party="south", scope="openline.watch"))
    assert (plain.sub, plain.officer, plain.scopes) == ("south", "bo", {"openline.watch"})
    machine = verified(claims(preferred_username="ada", openline_role="admin"))
    assert (machine.sub, machine.officer) == ("uss1", None)
    assert "openline.admin" not in machine.scopes


@pytest.mark.parametrize(
    "changed",
    [{"openline_role": "king"}, {"openline_role": 7}, {"openline_party": ""}, {"sub": None}],
)
def test_a_person_without_a_party_or_a_known_role_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verified(claims(**({"openline_party": "north"} | changed)))


def verified(told: dict[str, Any]) -> Caller:
    return claims_caller(told, TokenPolicy(frozenset({AUDIENCE})), NOW_S)[0]


def test_only_listed_issuers_are_taken() -> None:
    policy = TokenPolicy(frozenset({AUDIENCE}), issuers=frozenset({"issuer.example"}))
    with_list = trusting(ed_key(), policy=policy)
    assert with_list.verify(signed(claims(), ed_key()), NOW_S)
    with pytest.raises(Unauthenticated, match="issuer"):
        with_list.verify(signed(claims(iss="elsewhere"), ed_key()), NOW_S)


HOSTILE = [
    b"",
    b".",
    b"..",
    b"a.b.c",
    b"\xff\xfe.\x00.\x00",
    b"x" * 9_000,
    b"." * 8_000,
    signed(b"[1]", ed_key()),
    signed(b"not json", ed_key()),
    signed(b'{"sub":"a","sub":"b"}', ed_key()),
    signed(b'{"exp":1e999}', ed_key()),
    signed(b'{"exp":NaN}', ed_key()),
    signed(b"[" * 3_000, ed_key()),
    signed(b"\xff", ed_key()),
    signed(claims(), ed_key(), {"kid": 5}),
    signed(claims(), ed_key(), {"crit": ["exp"]}),
    signed(claims(), ed_key(), {"alg": ["EdDSA"]}),
    signed(claims(), ed_key(), {"alg": None}),
    b64(b"[" * 5_000).encode() + b".e30.e30",
]


@pytest.mark.parametrize("token", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_token_is_unauthenticated_and_never_a_fault(token: bytes) -> None:
    with pytest.raises(Unauthenticated):
        trusting(ed_key(), rsa_key(), ec_key()).verify(token, NOW_S)


def test_a_verified_token_is_remembered_until_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = trusting(ed_key())
    token = signed(claims(), ed_key())
    first = asyncio.run(subject.caller(token, NOW_S))
    monkeypatch.setattr(subject, "verify", lambda *_: pytest.fail("verified again"))
    assert asyncio.run(subject.caller(token, NOW_S + 3_599.9)) is first
    monkeypatch.undo()
    with pytest.raises(Unauthenticated, match="expired"):
        asyncio.run(subject.caller(token, NOW_S + 3_600))
    assert subject.remembered == 0


def test_a_refused_token_is_not_remembered_and_the_memory_is_bounded() -> None:
    subject = verifier(*keys_of_pem(public_pem(ed_key()), "k"), most=3)
    with pytest.raises(Unauthenticated):
        asyncio.run(subject.caller(signed(claims(aud="x"), ed_key()), NOW_S))
    assert subject.remembered == 0
    for number in range(10):
        asyncio.run(subject.caller(signed(claims(sub=f"uss{number}"), ed_key()), NOW_S))
    assert subject.remembered == 3


def test_a_key_that_is_taken_back_ends_the_memory_of_its_tokens() -> None:
    sets = [jwks(jwk(ed_key(), "a"), jwk(rsa_key(), "b")), jwks(jwk(rsa_key(), "b"))]
    ring = KeyRing((), [KeySet("issuer", lambda: sets[0])])
    subject = TokenVerifier(ring, POLICY)
    token = signed(claims(), ed_key(), {"kid": "a"})

    async def story() -> None:
        await ring.refresh()
        assert (await subject.caller(token, NOW_S)).sub == "uss1"
        sets.pop(0)
        await ring.refresh()
        with pytest.raises(Unauthenticated):
            await subject.caller(token, NOW_S)

    asyncio.run(story())


def test_a_weak_or_strange_key_is_refused_with_its_file() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    weak = public_pem(rsa.generate_private_key(65_537, 1_024))
    with pytest.raises(InvalidInput, match=r"weak.pem: an RSA key of 1024 bits"):
        keys_of_pem(weak, "weak.pem")
    with pytest.raises(InvalidInput, match="not used here"):
        keys_of_pem(public_pem(ec.generate_private_key(ec.SECP384R1())), "p384.pem")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no public key"),
        (b"hello", "no public key"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "cannot be read"),
        (private_pem(ed_key()), "private key"),
    ],
)
def test_what_is_no_public_key_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        keys_of_pem(data, "key.pem")


def test_a_key_set_keeps_what_can_be_used() -> None:
    found = keys_of_jwks(
        jwks(
            jwk(rsa_key(), "r", alg="RS256", use="sig"),
            jwk(ec_key(), "e"),
            jwk(ed_key(), "o"),
            jwk(rsa_key("other"), "enc", use="enc"),
            jwk(rsa_key("other"), "pss", alg="PS256"),
            {"kty": "oct", "k": "AAAA", "kid": "secret"},
            {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
            {"kty": "EC", "crv": "P-521", "kid": "curve"},
        ),
        "set",
    )
    assert {(key.kid, key.algorithm) for key in found} == {
        ("r", "RS256"),
        ("e", "ES256"),
        ("o", "EdDSA"),
    }


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b'{"keys": [1, null]}', b"\xff"]
)
def test_what_is_no_key_set_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        keys_of_jwks(data, "set")
