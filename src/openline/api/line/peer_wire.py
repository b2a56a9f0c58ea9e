"""The peers of a server as they travel to its own people."""

from msgspec import Struct

Instant = str


class PutPeer(Struct, forbid_unknown_fields=True):
    """Where a peer is, and whether the exchange is paused. url: null where it connects to us."""

    url: str | None = None
    paused: bool = False


class Refused(Struct, omit_defaults=True):
    """A message that a peer refused. final: it is not tried again."""

    id: str
    kind: str
    reason: str
    time: Instant
    final: bool
    tries: int


class Evidence(Struct):
    """What a peer's record says that cannot be true beside what it said before; both heads are
    notes that it signed."""

    time: Instant
    what: str
    seen: str
    shown: str


class Peer(Struct, omit_defaults=True):
    """A peer's server and how the exchange stands: reached, silent, paused or never heard."""

    party: str
    state: str
    behind: int
    refused_count: int
    waiting: list[Refused]
    refused: list[Refused]
    evidence: list[Evidence]
    url: str | None = None
    heard: Instant | None = None
    fault: str | None = None
    skew_s: float | None = None
    cosigned: int | None = None
    cosigned_at: Instant | None = None
    seen: int | None = None
    refuses: str | None = None


class Peers(Struct):
    """Every peer, by party."""

    peers: list[Peer]
