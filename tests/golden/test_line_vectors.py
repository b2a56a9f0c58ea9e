"""The published vectors of the protocol: read by us, and by PyJWT with the key alone."""

import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from openline.app.line.jws import sign, verified_payload
from openline.errors import InvalidInput, Unauthenticated
from openline.formats.line_message import decode, encode
from openline.line.message.kind import Kind
from openline.line.signatures import parse_public_key
from tests.unit.line_samples import NORTH, message
from tools.make_line_vectors import vectors

VECTORS = json.loads(Path(__file__).with_name("line_vectors.json").read_text(encoding="utf-8"))
KEYS = {party: parse_public_key(key["public_key"]) for party, key in VECTORS["keys"].items()}
MESSAGES = VECTORS["messages"]


def test_the_file_is_what_the_tool_makes() -> None:
    assert vectors() == VECTORS, "Cure: python -m tools.make_line_vectors, and say so in CHANGELOG."


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
