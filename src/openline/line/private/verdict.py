"""What a private check found, and what that is worth. Unknown counts as an overlap everywhere."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from openline.line.private.grid import Item


class VerdictKind(StrEnum):
    """The three answers."""

    NO_OVERLAP_FOUND = "no_overlap_found"
    OVERLAP = "overlap"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why nothing is known."""

    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    SIGNATURE = "signature"
    OTHER_PARTY = "other_party"
    OTHER_AGREEMENT = "other_agreement"
    OTHER_GRID = "other_grid"
    OTHER_MINIMA = "other_minima"
    OTHER_EPOCH = "other_epoch"
    OTHER_SESSION = "other_session"
    REPLAYED = "replayed"
    STALE = "stale"
    BUCKET = "bucket"
    BLOB = "blob"
    COUNT = "count"
    ELEMENTS = "elements"
    REFLECTED = "reflected"
    NOT_BOUND = "not_bound"
    MISSING_SENTINEL = "missing_sentinel"
    MOVED = "moved"
    REFUSED = "refused"
    SILENT = "silent"
    FAILED = "failed"


WORDS: Final = {
    Reason.MALFORMED: "what came is not a message of a private check",
    Reason.OVERSIZED: "what came is larger than a private check can be",
    Reason.SIGNATURE: "it is not signed by the peer's key in the agreement",
    Reason.OTHER_PARTY: "it is from or for another party",
    Reason.OTHER_AGREEMENT: "the peer uses another agreement or another version of it",
    Reason.OTHER_GRID: "the peer uses another grid than was agreed",
    Reason.OTHER_MINIMA: "the peer uses other minima than were agreed",
    Reason.OTHER_EPOCH: "the peer looked at another time or sector than was asked, or too far",
    Reason.OTHER_SESSION: "it belongs to another session",
    Reason.REPLAYED: "this session was there before",
    Reason.STALE: "it is too old, or from the future: compare the clocks",
    Reason.BUCKET: "the size of the set is not one that was agreed",
    Reason.BLOB: "the data is not what the peer signed",
    Reason.COUNT: "the peer's data has not as many elements as it says",
    Reason.ELEMENTS: "the peer's data has elements that are none, or some twice",
    Reason.REFLECTED: "the peer sent back what it was sent",
    Reason.NOT_BOUND: "the answer is to something else than was asked",
    Reason.MISSING_SENTINEL: "elements that both sides know are missing: something was left out",
    Reason.MOVED: "an element that nobody else can know was found: the order was changed",
    Reason.REFUSED: "the peer refused to answer",
    Reason.SILENT: "the peer did not answer",
    Reason.FAILED: "the computation failed or took too long",
}
_AGAIN: Final = "ask for it once more, or begin again"
_COMPARE: Final = "compare agreements with them: openline agreement show, then diff"
_CHEATED: Final = "it was signed so: their software is at fault, or they cheat; talk by voice"
NEXT: Final = {
    Reason.MALFORMED: "see that it is the file they gave you, whole and unchanged",
    Reason.OVERSIZED: "see that it is the file they gave you",
    Reason.SIGNATURE: "ask them by voice which key they signed with",
    Reason.OTHER_PARTY: "see who it is for: it goes to that party, or the right one comes to you",
    Reason.OTHER_AGREEMENT: _COMPARE,
    Reason.OTHER_GRID: _COMPARE,
    Reason.OTHER_MINIMA: _COMPARE,
    Reason.OTHER_EPOCH: "begin again, soon after one another; compare the clocks too",
    Reason.OTHER_SESSION: "see which file belongs to which session: openline private list",
    Reason.REPLAYED: "a file counts once; for a new answer begin again",
    Reason.STALE: "begin again; if it is new, compare the clocks",
    Reason.BUCKET: _COMPARE,
    Reason.BLOB: _AGAIN,
    Reason.COUNT: _CHEATED,
    Reason.ELEMENTS: _CHEATED,
    Reason.REFLECTED: _CHEATED,
    Reason.NOT_BOUND: "see that it is the answer to this question; else begin again",
    Reason.MISSING_SENTINEL: _CHEATED,
    Reason.MOVED: _CHEATED,
    Reason.REFUSED: "ask them by voice why",
    Reason.SILENT: "carry the file that is due, or begin again",
    Reason.FAILED: "begin again; with fewer plans or a smaller size it is quicker",
}
assert set(WORDS) == set(Reason) == set(NEXT), "every reason has its words, and what to do"

GUARANTEES: Final = (
    "No shared item between my committed set and the set the peer *used*, at these minima, at this "
    "time. Not: the sky is empty. Not: the peer told the truth.",
    "A peer that follows the protocol learns: that I asked, when, sector, bucket size, shared "
    "items.",
    "A cheating peer may test any items up to the cap; every test is signed and bound to a "
    "commitment it may have to open.",
    "A cheating peer can hide its own flights or stop after seeing its result. A stop is UNKNOWN.",
    "Proven for peers that follow the protocol; not post-quantum.",
    "It never replaces separation rules, see-and-avoid, transponders or the voice line.",
)


class Doubt(Exception):
    """Why a verdict is UNKNOWN: raised where it is seen, caught where the verdict is made."""

    def __init__(self, reason: Reason, detail: str | None = None) -> None:
        super().__init__(detail or WORDS[reason])
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. items: my own, of what I asked, that the peer has too.

    as_of: the older of both sets; expires: from then on it says nothing. Both None for UNKNOWN.
    """

    kind: VerdictKind
    reason: Reason | None = None
    detail: str | None = None
    items: tuple[Item, ...] = ()
    as_of: datetime | None = None
    expires: datetime | None = None

    def expired(self, now: datetime) -> bool:
        """Whether it says nothing any more."""
        return self.expires is not None and now >= self.expires

    def counts_as_overlap(self, now: datetime) -> bool:
        """Whether the plans have to be treated as if they met: what has expired, too."""
        return self.kind is not VerdictKind.NO_OVERLAP_FOUND or self.expired(now)


def unknown(doubt: Doubt) -> Verdict:
    """The verdict of a session in which something was wrong."""
    return Verdict(VerdictKind.UNKNOWN, doubt.reason, doubt.detail)
