"""The published vectors of the protocol: read by us, and by PyJWT with the key alone."""

import base64
import gzip
import json
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
import pytest
import s2geometry as s2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from openline.app.ed25519 import verify
from openline.app.line.jws import sign, verified_payload
from openline.errors import InvalidInput, Unauthenticated
from openline.formats.bundle import check_bundle, decode_bundle
from openline.formats.bundle_text import decode_texts
from openline.formats.line_message import decode, encode
from openline.line.message.kind import Kind
from openline.line.signatures import parse_public_key
from tests.unit.line_samples import NORTH, message
from tools.make_line_vectors import vectors

VECTORS = json.loads(Path(__file__).with_name("line_vectors.json").read_text(encoding="utf-8"))
KEYS = {party: parse_public_key(key["public_key"]) for party, key in VECTORS["keys"].items()}
MESSAGES = VECTORS["messages"]


def _unpacked(found: dict[str, Any]) -> dict[str, Any]:
    """Without what another zlib may pack in other bytes."""
    texts = [{**one, "text": ""} for one in found["texts"]]
    return {**found, "texts": texts, "bundles": [one["bundle"] for one in found["bundles"]]}


def test_the_file_is_what_the_tool_makes() -> None:
    made = _unpacked(vectors())
    assert made == _unpacked(VECTORS), (
        "Cure: python -m tools.make_line_vectors; say so in CHANGELOG."
    )


def test_there_is_one_of_every_kind() -> None:
    assert {vector["kind"] for vector in MESSAGES} == set(Kind)


def test_the_keys_are_those_of_their_seeds() -> None:
    for party, key in VECTORS["keys"].items():
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed"]))
        assert private.public_key().public_bytes_raw() == KEYS[party]


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector["kind"])
def test_a_vector_is_the_message_it_says(vector: dict[str, str]) -> None:
    payload = vector["payload"].encode()
    assert verified_payload(vector["jws"].encode(), KEYS.get) == ("north", payload)
    assert decode(payload) == message(Kind(vector["kind"]))
    assert encode(decode(payload)) == payload
    assert sign(payload, "north", NORTH).decode() == vector["jws"]


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector["kind"])
def test_another_implementation_verifies_it(vector: dict[str, str]) -> None:
    key = Ed25519PublicKey.from_public_bytes(KEYS["north"])
    payload: Any = jwt.PyJWS().decode(vector["jws"], key, algorithms=["EdDSA"])
    assert payload == vector["payload"].encode()


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_what_is_refused_names_its_field(vector: dict[str, str]) -> None:
    with pytest.raises((InvalidInput, Unauthenticated)) as caught:
        decode(verified_payload(vector["jws"].encode(), KEYS.get)[1])
    assert caught.value.facts["field"] == vector["field"]


def test_a_refused_payload_is_signed_rightly() -> None:
    """So that it is refused for what is in it, and not for its signature."""
    signed = [vector for vector in VECTORS["refused"] if vector["why"] == "an unknown field"]
    head, body, _ = signed[0]["jws"].split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "==="))["kid"] == "north"
    assert b"purpose" in base64.urlsafe_b64decode(body + "===")
    assert verified_payload(signed[0]["jws"].encode(), KEYS.get)[0] == "north"


@pytest.mark.parametrize("vector", VECTORS["bundles"], ids=("chosen", "chained"))
def test_a_bundle_is_read_by_hand(vector: dict[str, str]) -> None:
    """As docs/protocol.md has it, with no code of ours."""
    data = vector["bundle"].encode()
    assert gzip.decompress(base64.b64decode(vector["packed"])) == data
    text, line, content = data.split(b"\n\n", 2)
    head = dict(row.split(" ", 1) for row in text.decode().splitlines())
    assert head["openline.bundle/1"] == "northern-sky-2026"
    assert head["bytes"] == str(len(content))
    assert head["sha256"] == sha256(content).hexdigest()
    assert head["messages"] == str(content.count(b"\n"))
    dash, name, signature = line.decode().split(" ")
    assert (dash, name) == ("\u2014", "north")
    raw = base64.b64decode(signature)
    assert raw[:4] == sha256(b"north\n\x01" + KEYS["north"]).digest()[:4]
    Ed25519PublicKey.from_public_bytes(KEYS["north"]).verify(raw[4:], text + b"\n")
    check_bundle(decode_bundle(data), KEYS["north"], verify)


@pytest.mark.parametrize("vector", VECTORS["bundles_refused"], ids=lambda one: one["why"])
def test_a_bundle_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises((InvalidInput, Unauthenticated)):
        check_bundle(decode_bundle(vector["bundle"].encode()), KEYS["north"], verify)


@pytest.mark.parametrize("vector", VECTORS["texts"], ids=lambda one: one["kind"])
def test_a_text_is_read_by_hand(vector: dict[str, str]) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    begin, *lines, end = vector["text"].splitlines()
    assert (begin, end) == (
        f"BEGIN OPENLINE 1 NORTH TO SOUTH LINES {len(lines)}",
        "END OPENLINE",
    )
    letters = ""
    for row in lines:
        number, *groups, check = row.split(" ")
        value = int(number)
        for letter in "".join(groups):
            value = value * 32 + alphabet.index(letter)
        assert (
            sum(alphabet.index(c) << s for c, s in zip(check, (10, 5, 0), strict=True))
            == value % 32_749
        )
        letters += "".join(groups)
    data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    unpacker = zlib.decompressobj(zdict=VECTORS["text_dictionary"].encode())
    payload = unpacker.decompress(data[64:])
    _, body, signature = vector["jws"].split(".")
    assert base64.urlsafe_b64encode(payload).decode().rstrip("=") == body
    assert base64.urlsafe_b64encode(data[:64]).decode().rstrip("=") == signature
    (read,) = decode_texts(vector["text"].encode())
    assert (read.payload, read.signature) == (payload, data[:64])


def test_the_dictionary_is_as_the_page_says() -> None:
    raw = VECTORS["text_dictionary"].encode()
    assert (len(raw), f"{zlib.adler32(raw):08x}") == (831, "c9070987")


@pytest.mark.parametrize("vector", VECTORS["coarse"], ids=lambda vector: vector["shown"])
def test_a_coarse_form_stands_for_the_notice_and_says_no_more_of_it(vector: dict[str, str]) -> None:
    hidden, form = (
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for part in (vector[name].split(".")[1] for name in ("hidden", "jws"))
    )
    assert json.loads(vector["payload"]) == form
    body, told = hidden.pop("body"), form.pop("body")
    assert hidden == form
    coarse = told.pop("coarse")
    assert coarse.pop("sha256") == sha256(vector["hidden"].encode()).hexdigest()
    assert coarse.pop("version") == 1
    times = {name: told.pop(name) for name in ("time_start", "time_end")}
    kept = {name: body[name] for name in ("notice", "asks")}
    assert told == kept | {"show": vector["shown"]}
    if vector["shown"] == "conflicts":
        assert coarse == {}
        assert times == {"time_start": form["sent"], "time_end": form["expires"]}
    else:
        assert times == {name: body[name] for name in times}
        assert (coarse.pop("altitude_lower_m"), coarse.pop("altitude_upper_m")) == (0.0, 4_500.0)
        cells = [s2.S2CellId(int(cell, 16)) for cell in coarse.pop("cells")]
        assert all(cell.is_valid() and cell.level() <= 10 for cell in cells)
        for place in [(54.0, 7.0), (54.2, 7.4), (54.5, 7.25), (54.25, 7.5)]:
            leaf = s2.S2CellId(s2.S2LatLng.FromDegrees(*place))
            assert any(cell.contains(leaf) for cell in cells)
        assert coarse == {}
