"""Make the test vectors of the peering: `python -m tools.make_peer_vectors`.

Requests and answers with the keys of line_vectors.json, and what has to be refused of them.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from openline.airspace.conflict_builder import conflict_id_of
from openline.app.ed25519 import KeySigner, signer_of_seed
from openline.formats.peer_exchange import (
    EXCHANGE_PATH,
    URGENT_PATH,
    Exchange,
    Outcome,
    answer_stamp,
    digest_of,
    encode,
    request_stamp,
)
from openline.formats.peer_heads import HEADS_PATH, Head, Heads
from openline.line.note import SignatureType, VerifierKey
from openline.line.record.checkpoint import Checkpoint
from openline.line.record.tree import Tree, leaf_hash

GOLDEN: Final = Path(__file__).parents[1] / "tests" / "golden"
FILE: Final = GOLDEN / "peer_vectors.json"
_LINE: Final = GOLDEN / "line_vectors.json"
_AT: Final = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
_AGREEMENT: Final = "northern-sky-2026"


def vectors() -> dict[str, Any]:
    """Everything that is in the file."""
    line = json.loads(_LINE.read_text(encoding="utf-8"))
    keys = {name: signer_of_seed(bytes.fromhex(line["keys"][name]["seed"])) for name in _PARTIES}
    token = line["messages"][0]["jws"].encode()
    clock = "2026-11-22T12:00:00.25Z"
    asked = Exchange(1, _AGREEMENT, clock, [token.decode()], settled=3, give=200)
    outcome = Outcome(digest_of(token), "new")
    again = Outcome("0" * 64, "refused", "there is no such thread for this party", again=True)
    answer = Exchange(1, _AGREEMENT, clock, outcomes=[outcome, again], reaches=True)
    return {
        "about": "Made by tools/make_peer_vectors.py; described in docs/protocol.md.",
        "keys": {name: line["keys"][name] for name in _PARTIES},
        "exchanges": [
            _exchange(keys, EXCHANGE_PATH, encode(asked), encode(answer), 1),
            _exchange(keys, URGENT_PATH, encode(asked), encode(answer), 2),
            _exchange(keys, HEADS_PATH, encode(_heads(keys["north"])), encode(_seen()), 3),
        ],
        "conflicts": [{"sides": sides, "id": conflict_id_of(*sides)} for sides in _CONFLICTS],
    }


_PARTIES: Final = ("north", "south")
_THREADS: Final = tuple(f"5c1f0a52-7b7e-4c1b-9d55-00000000000{number}" for number in (1, 2))
_CONFLICTS: Final = [
    [(kind, "north", _THREADS[0]), (other, "south", _THREADS[1])]
    for kind, other in (("notice", "notice"), ("notice", "intent"), ("intent", "constraint"))
]


def _exchange(
    keys: dict[str, KeySigner], path: str, body: bytes, answer: bytes, number: int
) -> dict[str, Any]:
    parties, nonce = ("north", "south"), f"{number:032x}"
    asked = request_stamp(keys["north"], parties, path, _AT, nonce, body)
    said = answer_stamp(keys["south"], asked, _AT, 200, answer)
    return {
        "path": path,
        "request": body.decode(),
        "request_header": str(asked),
        "status": 200,
        "answer": answer.decode(),
        "answer_header": str(said),
    }


def _heads(signer: KeySigner) -> Heads:
    tree = Tree(leaf_hash(b"entry %d" % number) for number in range(1, 8))
    origin = "north.example/line"
    key = VerifierKey(origin, SignatureType.ED25519, signer.public_key)
    path = [step.hex() for step in tree.consistency_proof(5, 7)]
    note = str(Checkpoint(origin, tree.head(7)).signed(signer))
    return Heads(1, _AGREEMENT, str(key), Head(note, 5, path), 4)


def _seen() -> Heads:
    return Heads(1, _AGREEMENT, seen=5)


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
