"""The published vectors of the peering: read by us, and by `cryptography` with the words alone."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from openline.app.ed25519 import verify
from openline.errors import InvalidInput, Unauthenticated
from openline.formats.peer_exchange import (
    Exchange,
    check_answer,
    check_request,
    decode,
    encode,
    parse_stamp,
)
from openline.formats.peer_heads import HEADS_PATH, Heads
from tools.make_peer_vectors import vectors

VECTORS = json.loads(Path(__file__).with_name("peer_vectors.json").read_text(encoding="utf-8"))
EXCHANGES = VECTORS["exchanges"]
KEYS = {
    party: Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed"]))
    .public_key()
    .public_bytes_raw()
    for party, key in VECTORS["keys"].items()
}


def test_the_file_is_what_the_tool_makes() -> None:
    assert json.loads(json.dumps(vectors())) == VECTORS, (
        "Cure: python -m tools.make_peer_vectors; say so in CHANGELOG."
    )


@pytest.mark.parametrize("vector", EXCHANGES, ids=lambda one: one["path"])
def test_the_signatures_are_over_the_lines_of_the_page(vector: dict[str, Any]) -> None:
    """Written from docs/protocol.md alone."""
    for name, first, second, party, other in (
        ("request", "openline.peer/1 request", f"POST {vector['path']}", "north", "south"),
        ("answer", "openline.peer/1 answer", str(vector["status"]), "south", "north"),
    ):
        said_by, to, time, nonce, signature = vector[f"{name}_header"].split(" ")
        assert (said_by, to) == (party, other)
        digest = sha256(vector[name].encode()).hexdigest()
        lines = [first, second, f"from {said_by} to {to}", time, nonce, digest]
        signed = "".join(f"{line}\n" for line in lines).encode()
        key = Ed25519PublicKey.from_public_bytes(KEYS[party])
        key.verify(base64.b64decode(signature), signed)


@pytest.mark.parametrize("vector", VECTORS["conflicts"], ids=lambda one: one["id"])
def test_the_id_of_a_conflict_is_that_of_the_page(vector: dict[str, Any]) -> None:
    """Written from docs/protocol.md alone."""
    for sides in (vector["sides"], vector["sides"][::-1]):
        words = sorted("\x1f".join(side).encode() for side in sides)
        assert sha256(b"\x1e".join(words)).hexdigest()[:12] == vector["id"]


@pytest.mark.parametrize("vector", EXCHANGES, ids=lambda one: one["path"])
def test_a_vector_is_taken_as_it_is_and_in_no_other_form(vector: dict[str, Any]) -> None:
    asked, said = (parse_stamp(vector[f"{name}_header"]) for name in ("request", "answer"))
    request, answer = vector["request"].encode(), vector["answer"].encode()
    kind = Heads if vector["path"] == HEADS_PATH else Exchange
    for body in (request, answer):
        assert encode(decode(body, kind)) == body
    check_request(asked, vector["path"], request, KEYS["north"], verify)
    check_answer(said, asked, 200, answer, KEYS["south"], verify)
    with pytest.raises(Unauthenticated):
        check_request(asked, vector["path"], request + b" ", KEYS["north"], verify)
    with pytest.raises(Unauthenticated):
        check_request(asked, "/peer/v1/other", request, KEYS["north"], verify)
    with pytest.raises(Unauthenticated):
        check_answer(said, asked, 500, answer, KEYS["south"], verify)
    with pytest.raises(Unauthenticated):
        check_answer(said, asked, 200, answer + b" ", KEYS["south"], verify)
    with pytest.raises(Unauthenticated):
        check_answer(asked, asked, 200, request, KEYS["north"], verify)


@pytest.mark.parametrize("at", range(5))
def test_a_header_in_another_form_is_none(at: int) -> None:
    words = EXCHANGES[0]["request_header"].split(" ")
    for other in ("", "x y", "Ü", words[at] + "A", words[at].upper() + "!"):
        changed = [*words]
        changed[at] = other
        with pytest.raises(Unauthenticated):
            parse_stamp(" ".join(changed))
    with pytest.raises(Unauthenticated):
        parse_stamp(None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"v":2,"agreement":"a","clock":"x"}',
        b'{"v":1,"agreement":"a","clock":"x","other":1}',
        b'{"v":1,"agreement":"a","clock":"x","settled":-1}',
        b'{"v":1,"agreement":"a","clock":"x","give":201}',
        b'{"v":1,"agreement":"a","clock":"x","wait_s":1e9}',
        b'{"v":1,"agreement":"a","clock":"x","outcomes":[{"sha256":"0","result":"new"}]}',
        b'{"v":1,"agreement":"\xff","clock":"x"}',
        b"[" * 100_000,
        b'{"v":1,"agreement":"a","clock":"x","messages":[' + b'"",' * 200 + b'""]}',
    ],
)
def test_a_body_that_is_not_as_the_page_says_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode(body, Exchange)
