"""What the process that blinds sets is told and says: values and their bytes."""

from typing import Final

import msgspec

ELEMENT_BYTES: Final = 33  # a point of P-256, compressed
WORKER: Final = "openline.app.private.worker"


class Make(msgspec.Struct, tag=True, forbid_unknown_fields=True):
    """Blind both sets: what a party has, what it asks. Empty keys: draw new ones."""

    has: list[bytes]
    asks: list[bytes]
    server_key: bytes = b""
    client_key: bytes = b""


class Respond(msgspec.Struct, tag=True, forbid_unknown_fields=True):
    """Blind a peer's request once more. count: how many elements it must have."""

    server_key: bytes
    request: bytes
    count: int


class Match(msgspec.Struct, tag=True, forbid_unknown_fields=True):
    """Find which elements of a request the peer has. Counts: of its set, of its response."""

    client_key: bytes
    setup: bytes
    setup_count: int
    response: bytes
    count: int


class Made(msgspec.Struct, tag=True):
    """Both keys, and both sets blinded."""

    server_key: bytes
    client_key: bytes
    setup: bytes
    request: bytes


class Responded(msgspec.Struct, tag=True):
    """The response."""

    response: bytes


class Matched(msgspec.Struct, tag=True):
    """Places in the request, ascending."""

    hits: list[int]


class Refused(msgspec.Struct, tag=True):
    """The peer's data is wrong. reason: a word of `Reason`."""

    reason: str


class Missing(msgspec.Struct, tag=True):
    """The library is not installed, or does not run here."""

    problem: str


Job = Make | Respond | Match
Result = Made | Responded | Matched | Refused | Missing
