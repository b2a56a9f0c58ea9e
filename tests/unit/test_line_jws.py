"""The signed form of a message: others read it, and nothing but the one form is taken.

Test vector: RFC 8037, appendix A.4. The other implementation is PyJWT.
"""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openline.app.ed25519 import signer_of_seed, verify
from openline.app.line.jws import payload_of, sign, verified_payload
from openline.errors import AreaTooLarge, InvalidInput, OpenlineError, Unauthenticated
from openline.line.message.envelope import MESSAGE_BYTES_MAX
from tests.unit.line_samples import KEYS, NORTH, SOUTH

TYPE = "openline-message+jws"
PAYLOAD = b'{"v":1,"text":"\xc3\xa9"}'
TOKEN = sign(PAYLOAD, "north", NORTH)
RFC_SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_TOKEN = (
    b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)


def _b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _bytes(text: str | bytes) -> bytes:
    padded = text + "=" * (-len(text) % 4) if isinstance(text, str) else text + b"=="
    return base64.urlsafe_b64decode(padded)


def _token(header: Any, payload: bytes = PAYLOAD, signer: Any = NORTH) -> bytes:
    """A token that is signed rightly, whatever its header is."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = _b64(raw) + b"." + _b64(payload)
    return signed + b"." + _b64(signer.sign(signed))


def _refused(token: bytes) -> OpenlineError:
    with pytest.raises(OpenlineError) as caught:
        verified_payload(token, KEYS.get)
    return caught.value


def test_the_published_vector() -> None:
    signed, _, signature = RFC_TOKEN.rpartition(b".")
    signer = signer_of_seed(_bytes(RFC_SEED))
    assert signer.public_key == _bytes(RFC_KEY)
    assert _b64(signer.sign(signed)) == signature
    assert verify(_bytes(RFC_KEY), signed, _bytes(signature))
    assert payload_of(RFC_TOKEN) == b"Example of Ed25519 signing"
    # it names no party and no type: right as a signature, and no message of a line
    assert _refused(RFC_TOKEN).facts["field"] == "typ"


def test_what_was_signed_is_given_back() -> None:
    assert verified_payload(TOKEN, KEYS.get) == ("north", PAYLOAD)
    assert payload_of(TOKEN) == PAYLOAD
    assert TOKEN.isascii()
    assert b"=" not in TOKEN


def test_another_implementation_reads_it() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
    found = jwt.PyJWS().decode_complete(TOKEN, key, algorithms=["EdDSA"])
    assert found["payload"] == PAYLOAD
    assert found["header"] == {"alg": "EdDSA", "kid": "north", "typ": TYPE}


def test_what_another_implementation_signs_is_taken() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    token = jwt.PyJWS().encode(PAYLOAD, key, "EdDSA", {"kid": "north", "typ": TYPE})
    assert verified_payload(token.encode(), KEYS.get) == ("north", PAYLOAD)


def test_no_flipped_bit_is_taken() -> None:
    for at in range(len(TOKEN)):
        for bit in range(8):
            token = bytearray(TOKEN)
            token[at] ^= 1 << bit
            with pytest.raises((InvalidInput, Unauthenticated)):
                verified_payload(bytes(token), KEYS.get)


HEADER = {"alg": "EdDSA", "kid": "north", "typ": TYPE}
EXTRA: dict[str, Any] = {
    "jwk": {"kty": "OKP", "crv": "Ed25519", "x": RFC_KEY},
    "jku": "https://keys.invalid/",
    "x5u": "https://keys.invalid/",
    "x5c": [],
    "x5t": "x",
    "crit": ["b64"],
    "b64": False,
    "cty": "json",
    "zip": "DEF",
    "zz": 1,
}


def test_a_header_in_another_order_is_the_same_header() -> None:
    turned = dict(reversed(HEADER.items()))
    assert verified_payload(_token(turned), KEYS.get) == ("north", PAYLOAD)


@pytest.mark.parametrize("name", EXTRA)
def test_no_other_header_member_is_taken(name: str) -> None:
    error = _refused(_token(HEADER | {name: EXTRA[name]}))
    assert error.facts["field"] == "header"
    assert name in error.problem


@pytest.mark.parametrize(
    ("header", "field"),
    [
        (HEADER | {"alg": "none"}, "alg"),
        (HEADER | {"alg": "eddsa"}, "alg"),
        (HEADER | {"alg": "Ed25519"}, "alg"),
        (HEADER | {"alg": "HS256"}, "alg"),
        (HEADER | {"alg": ["EdDSA"]}, "alg"),
        (HEADER | {"typ": "JWT"}, "typ"),
        (HEADER | {"typ": TYPE.upper()}, "typ"),
        ({"alg": "EdDSA", "kid": "north"}, "typ"),
        ({"alg": "EdDSA", "typ": TYPE}, "kid"),
        ({"kid": "north", "typ": TYPE}, "alg"),
        (HEADER | {"kid": 1}, "kid"),
        (HEADER | {"kid": "NORTH"}, "kid"),
        (HEADER | {"kid": "north\n"}, "kid"),
        (HEADER | {"kid": "../north"}, "kid"),
        (HEADER | {"kid": "n" * 65}, "kid"),
        ([HEADER], "header"),
        (b"", "header"),
        (b"\xff\xfe", "header"),
        (b"{" * 400, "header"),
        (b'{"alg":"none","alg":"EdDSA","kid":"north","typ":"' + TYPE.encode() + b'"}', "header"),
        (HEADER | {"kid": " " * 600}, "header"),
    ],
)
def test_headers_that_are_refused(header: Any, field: str) -> None:
    error = _refused(_token(header))
    assert isinstance(error, InvalidInput)
    assert error.facts["field"] == field


def test_a_signature_by_another_key() -> None:
    error = _refused(sign(PAYLOAD, "north", SOUTH))
    assert isinstance(error, Unauthenticated)
    assert error.facts["field"] == "signature"


def test_the_name_of_another_party() -> None:
    head = _b64(json.dumps(HEADER | {"kid": "south"}).encode())
    _, rest = TOKEN.split(b".", 1)
    assert isinstance(_refused(head + b"." + rest), Unauthenticated)


def test_a_party_that_is_not_in_the_agreement() -> None:
    error = _refused(sign(PAYLOAD, "west", NORTH))
    assert isinstance(error, Unauthenticated)
    assert error.facts["field"] == "kid"


def test_a_payload_that_was_changed() -> None:
    head, _, tail = TOKEN.split(b".")
    changed = _b64(PAYLOAD.replace(b"1", b"2"))
    assert _refused(b".".join((head, changed, tail))).facts["field"] == "signature"


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"..",
        b"a.b",
        TOKEN + b".",
        TOKEN + b"." + TOKEN,
        b" " + TOKEN,
        TOKEN + b"\n",
        TOKEN.replace(b".", b". "),
        TOKEN.rpartition(b".")[0] + b".",
        TOKEN[:-1],
        TOKEN + b"=",
        TOKEN.replace(b".", b"\x00."),
        b'{"payload":"","signatures":[]}',
    ],
    ids=range(13),
)
def test_what_is_no_token(token: bytes) -> None:
    assert _refused(token).facts["field"] in {"message", "header", "payload", "signature"}


def test_the_bits_left_over_of_base64_are_zero() -> None:
    """86 characters hold 4 bits more than 64 bytes: 15 other spellings of one signature."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters.index(TOKEN[-1])
    assert last % 16 == 0
    for more in range(1, 16):
        other = TOKEN[:-1] + letters[last + more : last + more + 1]
        assert _bytes(other.rpartition(b".")[2]) == _bytes(TOKEN.rpartition(b".")[2])
        assert _refused(other).facts["field"] == "signature"


def test_the_other_alphabet_of_base64_is_refused() -> None:
    token = sign(b"\xfb\xff\xfe" * 8, "north", NORTH)
    assert b"-" in token or b"_" in token
    assert isinstance(_refused(token.replace(b"-", b"+").replace(b"_", b"/")), InvalidInput)


def test_what_is_too_large() -> None:
    with pytest.raises(AreaTooLarge):
        sign(bytes(MESSAGE_BYTES_MAX * 3 // 4), "north", NORTH)
    assert isinstance(_refused(bytes(MESSAGE_BYTES_MAX + 1)), AreaTooLarge)
    largest = sign(bytes(MESSAGE_BYTES_MAX * 3 // 4 - 300), "north", NORTH)
    assert verified_payload(largest, KEYS.get)[0] == "north"


def test_a_name_that_is_no_party_signs_nothing() -> None:
    with pytest.raises(InvalidInput):
        sign(PAYLOAD, "North!", NORTH)


def test_a_key_that_is_no_point_verifies_nothing() -> None:
    keys = {"north": b"\xff" * 32}
    with pytest.raises(Unauthenticated):
        verified_payload(TOKEN, keys.get)
