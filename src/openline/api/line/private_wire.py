"""What `/line/v1/private/checks` takes and answers; volumes as in messages."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from openline.api.line.plan_wire import ThreadName
from openline.formats.line_volume import Volume
from openline.line.message.airspace import VOLUMES_MAX

PLANS_MAX = 100
Verdict = Literal["no_overlap_found", "overlap", "unknown"]


class PrivatePlan(Struct, forbid_unknown_fields=True):
    """A plan that nobody else is shown, and what you call it."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    volumes: Annotated[list[Volume], Meta(min_length=1, max_length=VOLUMES_MAX)]


class PrivateAsked(Struct, forbid_unknown_fields=True):
    """A question to one peer: plans, own notices by their threads, or both.

    by: `net` asks the peer's server; `file` makes a file to carry. bucket: at least that many
    elements, one of the agreed sizes; 0: as many as are needed. sector: the level of the S2 cells
    that the peer is told, to need fewer; absent: it is told no place.
    """

    peer: Annotated[str, Meta(min_length=1, max_length=64)]
    plans: Annotated[list[PrivatePlan], Meta(max_length=PLANS_MAX)] = []
    threads: Annotated[list[ThreadName], Meta(max_length=PLANS_MAX)] = []
    by: Literal["net", "file"] = "net"
    bucket: Annotated[int, Meta(ge=0, le=2**31)] = 0
    sector: Annotated[int, Meta(ge=0, le=30)] | None = None


class PrivateShared(Struct):
    """What is shared of one volume: S2 cells by their tokens, heights over WGS-84, times."""

    altitude_lower_m: float
    altitude_upper_m: float
    time_start: datetime
    time_end: datetime
    cells: list[str]
    items: int


class PrivateMet(Struct):
    """A volume of one's own that shares something with the peer; `volume` counts from 1."""

    plan: str
    volume: int
    altitude: str
    time_start: datetime
    time_end: datetime
    shared: PrivateShared


class PrivateMinima(Struct, omit_defaults=True):
    """The minima that were asked with."""

    lateral_m: float | None = None
    vertical_m: float | None = None
    time_s: float | None = None


class PrivateSession(Struct, omit_defaults=True):
    """A private check as one side sees it.

    first: this party asked. stage: working, asking, comparing, or carry: a file is to be carried to
    the peer; absent once nothing more happens by itself. verdict: without an answer it is
    `unknown`, which counts as an overlap; reason: why, with its words. as_of, expires: of an
    answer, which says nothing afterwards. volumes: those of an overlap.
    """

    session: str
    party: str
    peer: str
    made: datetime
    first: bool
    by: Literal["net", "file"]
    plans: list[str]
    verdict: Verdict
    counts_as_overlap: bool
    guarantees: list[str]
    stage: Literal["working", "asking", "comparing", "carry"] | None = None
    reason: str | None = None
    words: str | None = None
    detail: str | None = None
    minima: PrivateMinima | None = None
    time_start: datetime | None = None
    time_end: datetime | None = None
    sector: list[str] | None = None
    bucket: int | None = None
    as_of: datetime | None = None
    expires: datetime | None = None
    to_be_opened: bool | None = None
    volumes: list[PrivateMet] | None = None


class PrivateBudget(Struct, omit_defaults=True):
    """How often one asked the other in the last hour, of how many that were agreed.

    again: when the next question may be asked, if not now.
    """

    asked: int
    agreed: int
    again: datetime | None = None


class PrivatePeer(Struct):
    """A party that can be asked. net: its server is known; else by files alone. yours: your
    questions to it; theirs: its own to you."""

    party: str
    net: bool
    yours: PrivateBudget
    theirs: PrivateBudget


class PrivateChecks(Struct):
    """Who can be asked, and the last sessions, the newest first. buckets: the agreed sizes."""

    peers: list[PrivatePeer]
    sessions: list[PrivateSession]
    buckets: list[int]
    guarantees: list[str]
