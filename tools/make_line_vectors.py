"""Makes tests/golden/line_vectors.json: signed messages of every kind, and tokens that are refused.

    python -m tools.make_line_vectors [--output FILE]

For whoever writes another implementation of docs/protocol.md. The keys are those of known seeds, so
every byte can be made again: Ed25519 has no chance in it. The messages are those of
tests/unit/line_samples.py. tests/golden/test_line_vectors.py reads the file with this program and
with PyJWT.
"""

import argparse
import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from openline.app.line.jws import ALGORITHM, TYPE, parts_of, sign
from openline.formats.bundle import encode_bundle, head_of, sign_head
from openline.formats.bundle_text import DICTIONARY, encode_text
from openline.formats.line_message import encode
from openline.line.agreement import Coarseness
from openline.line.coarse import coarse_form
from openline.line.message.bodies import Notify
from openline.line.message.kind import Kind
from openline.line.signatures import public_key_text
from openline.line.signing import Signer
from tests.unit.line_samples import NOON, NORTH, SOUTH, message

OUTPUT: Final = Path(__file__).parents[1] / "tests/golden/line_vectors.json"
SEEDS: Final = {"north": bytes(range(32)), "south": bytes(range(32, 64))}
SIGNERS: Final = {"north": NORTH, "south": SOUTH}
BUNDLE_KINDS: Final = (Kind.NOTIFY, Kind.CANCEL, Kind.URGENT)
TEXT_KINDS: Final = (Kind.CANCEL, Kind.ANSWER, Kind.URGENT)
HEADER: Final = {"alg": ALGORITHM, "kid": "north", "typ": TYPE}


def vectors() -> dict[str, Any]:
    """The content of the file."""
    return {
        "about": "docs/protocol.md; made by tools/make_line_vectors.py",
        "keys": {
            party: {"seed": seed.hex(), "public_key": public_key_text(SIGNERS[party].public_key)}
            for party, seed in SEEDS.items()
        },
        "messages": [_taken(kind) for kind in Kind],
        "refused": [
            {"why": why, "field": field, "jws": token.decode()} for why, field, token in _refused()
        ],
        "coarse": [_coarse(shown) for shown in (Coarseness.CELLS, Coarseness.CONFLICTS)],
        "text_dictionary": DICTIONARY.decode(),
        "texts": [_text(kind) for kind in TEXT_KINDS],
        "bundles": [_bundle(None), _bundle(1)],
        "bundles_refused": [
            {"why": why, "bundle": data.decode()} for why, data in _bundles_refused()
        ],
    }


def _coarse(shown: Coarseness) -> dict[str, Any]:
    """A notice that is hidden, and what is said in its place."""
    hidden = message(Kind.NOTIFY)
    assert isinstance(hidden.body, Notify)
    token = sign(encode(hidden), "north", NORTH)
    window = (hidden.time_sent, hidden.time_expires)
    form = coarse_form(hidden.body, shown, sha256(token).digest(), 1, window)
    payload = encode(replace(hidden, body=form))
    return {
        "shown": shown.value,
        "hidden": token.decode(),
        "payload": payload.decode(),
        "jws": sign(payload, "north", NORTH).decode(),
    }


def _text(kind: Kind) -> dict[str, str]:
    token = sign(encode(message(kind)), "north", NORTH)
    _, payload, signature = parts_of(token)
    text = encode_text(payload, signature, "north", "south")
    return {"kind": kind.value, "jws": token.decode(), "text": text}


def _bundle(after: int | None, signer: Signer = NORTH) -> dict[str, Any]:
    """A bundle of three messages, and the same one compressed, as base64."""
    tokens = [sign(encode(message(kind)), "north", NORTH) for kind in BUNDLE_KINDS]
    numbered = [
        (message(kind).sequence, token) for kind, token in zip(BUNDLE_KINDS, tokens, strict=True)
    ]
    head = head_of(("northern-sky-2026", 3), ("north", "south"), NOON, numbered, after, left_out=1)
    signature = sign_head(head, signer)
    packed = encode_bundle(head, signature, tokens, packed=True)
    return {
        "bundle": encode_bundle(head, signature, tokens).decode(),
        "packed": base64.b64encode(packed).decode(),
    }


def _bundles_refused() -> Iterator[tuple[str, bytes]]:
    good = _bundle(None)["bundle"].encode()
    yield "another key", _bundle(None, SOUTH)["bundle"].encode()
    yield "another head under the signature", good.replace(b"left_out 1", b"left_out 0")
    yield "cut off", good[:-1]
    yield "one message twice", good + good.rpartition(b"\n\n")[2].splitlines(keepends=True)[0]
    yield "a leading zero", good.replace(b"version 3", b"version 03")


def _taken(kind: Kind) -> dict[str, str]:
    payload = encode(message(kind))
    return {
        "kind": kind.value,
        "payload": payload.decode(),
        "jws": sign(payload, "north", NORTH).decode(),
    }


def _refused() -> Iterator[tuple[str, str, bytes]]:
    """What is wrong, the field that is named, and the token."""
    payload = encode(message(Kind.CANCEL))
    good = sign(payload, "north", NORTH)
    head, body, tail = good.split(b".")
    tampered = _encoded(payload.replace(b'"over"', b'"done"'))
    yield "the key of another party", "signature", sign(payload, "north", SOUTH)
    yield "a party without a key", "kid", sign(payload, "west", NORTH)
    yield "another payload under the signature", "signature", b".".join((head, tampered, tail))
    yield "no signature", "signature", b".".join((head, body, b""))
    for name, member in (("alg", "none"), ("alg", "HS256"), ("alg", "Ed25519"), ("typ", "JWT")):
        yield f"{name} {member}", name, _token(HEADER | {name: member}, payload)
    for name, extra in (("jwk", {"kty": "OKP"}), ("jku", "https://k.invalid"), ("crit", ["b64"])):
        yield f"{name} in the header", "header", _token(HEADER | {name: extra}, payload)
    yield "no party in the header", "kid", _token({"alg": ALGORITHM, "typ": TYPE}, payload)
    yield "padding", "signature", good + b"=="
    # the last of 86 characters holds 4 bits that belong to no byte: here they are not zero
    yield "bits left over", "signature", good[:-1] + bytes([good[-1] + 1])
    yield "a line feed at the end", "signature", good + b"\n"
    yield "four parts", "message", good + b"." + tail
    for why, field, old, new in (
        ("an unknown field", "body.purpose", '{"text"', '{"purpose":"x","text"'),
        ("null", "body.text", '"over"', "null"),
        ("another version of the format", "v", '"v":1', '"v":2'),
        ("an unknown kind", "kind", '"CANCEL"', '"REVOKE"'),
        ("a name twice", "message", '"v":1', '"v":1,"v":1'),
        ("an instant that is not UTC", "sent", "T10:00:00Z", "T10:00:00+01:00"),
        ("a number that is none", "sequence", '"sequence":4', '"sequence":"4"'),
        ("no recipient", "to", '["south"]', "[]"),
        ("itself as recipient", "to", '["south"]', '["north"]'),
        ("hidden characters", "body.text", "over", "ov\u202eer"),
    ):
        changed = payload.decode().replace(old, new)
        assert changed != payload.decode(), why
        yield why, field, sign(changed.encode(), "north", NORTH)


def _token(header: dict[str, Any], payload: bytes, signer: Signer = NORTH) -> bytes:
    signed = _encoded(json.dumps(header, separators=(",", ":")).encode()) + b"." + _encoded(payload)
    return signed + b"." + _encoded(signer.sign(signed))


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    output: Path = parser.parse_args().output
    text = json.dumps(vectors(), indent=1, ensure_ascii=False)
    output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
