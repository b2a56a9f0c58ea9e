"""Two parties, north and south, and a private check between them, step by step.

The library blinds in this process, which is faster than one process for each job and the same
code. What is random comes from a seed. `changed` signs a head anew with other values: what a peer
says that holds its key and cheats.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from pyproj import Geod

from openline.airspace.entity import OperationalIntent
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.app.ed25519 import signer_of_seed
from openline.app.private import worker
from openline.app.private.blinding import Made, Make, Match, Matched, Refused, Respond, Responded
from openline.app.private.check import Session, Side, begin, conclude, join
from openline.app.private.plans import Plans, named_volumes, plans_within, scope_from
from openline.formats.agreement_toml import agreement_digest
from openline.formats.private_check import (
    decode_answer,
    decode_check,
    encode_head,
)
from openline.geo.circle import Circle
from openline.line.agreement import Agreement
from openline.line.private.grid import Grid, Scope
from openline.line.private.session import AnswerPart, CheckPart, Envelope, Signed
from openline.line.private.terms import PrivateTerms
from openline.line.private.verdict import Doubt, Reason
from openline.line.signing import Signer
from tests.line_world import agreement as line_agreement

INSTALLED = find_spec("private_set_intersection") is not None
psi: Any = import_module("private_set_intersection.python") if INSTALLED else None
needs_psi = pytest.mark.skipif(not INSTALLED, reason="the extra `private` is not installed")

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
MINIMA = Separation(9260.0, 304.8, timedelta(seconds=60))
TERMS = PrivateTerms(Grid(), (256, 512, 1024))
KEYS = {name: signer_of_seed(name.encode().ljust(32, b".")) for name in ("north", "south", "east")}


class HereEngine:
    """Blinds in this process."""

    def make(self, job: Make) -> Made:
        return self._answer(job)

    def respond(self, job: Respond) -> Responded:
        return self._answer(job)

    def match(self, job: Match) -> Matched:
        return self._answer(job)

    def _answer(self, job: Any) -> Any:
        result = worker._answered(job)
        if isinstance(result, Refused):
            raise Doubt(Reason(result.reason))
        return result


class Chance:
    """Bytes from a seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def __call__(self, count: int) -> bytes:
        self._count += 1
        return sha256(f"{self._seed} {self._count}".encode()).digest()[:count]


def agreement(terms: PrivateTerms | None = TERMS, minima: Separation = MINIMA) -> Agreement:
    """An agreement of north, south and east with their keys."""
    known = line_agreement()
    parties = tuple(replace(party, public_key=KEYS[party.id].public_key) for party in known.parties)
    return replace(known, parties=parties, separation=minima, private=terms)


def flight(
    lat: float = 54.0,
    lng: float = 7.0,
    start_min: float = 60,
    minutes: float = 20,
    low_m: float = 1000.0,
    name: str = "flight",
) -> OperationalIntent:
    """A plan of one volume: a circle of 5 km, 200 m high."""
    start = NOW + timedelta(minutes=start_min)
    volume = Volume4D.over_ellipsoid(
        Circle.of(lat, lng, 5000.0), low_m, low_m + 200, start, start + timedelta(minutes=minutes)
    )
    return OperationalIntent(name, "own", (volume,))


def side(
    party: str, peer: str, known: Agreement, key: Signer | None = None, seed: str = ""
) -> Side:
    return Side(
        known, agreement_digest(known), peer, key or KEYS[party], HereEngine(), Chance(party + seed)
    )


def plans(own: Side, scope: Scope, *flights: OperationalIntent) -> Plans:
    if not flights:
        return Plans((), (), (), ())
    minima = own.agreement.widest_separation()
    return plans_within(named_volumes(flights), minima, scope, own.agreed)


@dataclass
class World:
    """A session between north, who asks, and south. here: south's flights; what north has."""

    has: tuple[OperationalIntent, ...] = (flight(),)
    here: tuple[OperationalIntent, ...] = (flight(lng=7.1),)
    known: Agreement = field(default_factory=agreement)
    now: datetime = NOW
    carried: bool = True
    seed: str = ""

    def __post_init__(self) -> None:
        self.north = side("north", "south", self.known, seed=self.seed)
        self.south = side("south", "north", self.known, seed=self.seed)
        self.scope = scope_from(self.now, self.north.agreed)

    def first(self) -> Session:
        """North asks."""
        own = plans(self.north, self.scope, *self.has)
        return begin(self.north, own, self.scope, carried=self.carried, now=self.now)

    def second(self, first: Session) -> Session:
        """South answers."""
        return self.joined(first.own_part)

    def joined(self, part: CheckPart) -> Session:
        return join(self.south, part, lambda scope: plans(self.south, scope, *self.here), self.now)

    def third(self, first: Session, envelope: Envelope) -> Session:
        """North's verdict, and its answer."""
        return conclude(self.north, first, envelope, self.now)

    def fourth(self, second: Session, third: Session) -> Session:
        """South's verdict."""
        return conclude(self.south, second, Envelope(answer=third.own_answer), self.now)

    def whole(self) -> tuple[Session, Session]:
        """Both sessions with their verdicts."""
        first = self.first()
        second = self.second(first)
        third = self.third(first, said(second))
        return third, self.fourth(second, third)


def said(session: Session) -> Envelope:
    """What the party that was asked sends back."""
    return Envelope(session.own_part, session.own_answer)


def resigned(head: Any, signer: Signer) -> Signed:
    data = encode_head(head)
    return Signed(data, signer.sign(Signed(data, b"").signed_bytes()))


def check_changed(part: CheckPart, by: str = "south", **changes: Any) -> CheckPart:
    """A CHECK with other values, blobs too, signed anew; hashes fit unless they are given."""
    setup, request = (
        changes.pop("setup_blob", part.setup),
        changes.pop("request_blob", part.request),
    )
    terms = changes.pop("terms", {})
    head = decode_check(part.signed.head)
    values = {"setup": sha256(setup).digest(), "request": sha256(request).digest()} | changes
    head = replace(head, terms=replace(head.terms, **terms), **values)
    return CheckPart(resigned(head, KEYS[by]), setup, request)


def answer_changed(part: AnswerPart, by: str = "south", **changes: Any) -> AnswerPart:
    """An ANSWER with other values, its blob too, signed anew."""
    blob = changes.pop("blob", part.response)
    head = decode_answer(part.signed.head)
    head = replace(head, **({"response": sha256(blob).digest()} | changes))
    return AnswerPart(resigned(head, KEYS[by]), blob)


PLACE = re.compile(r"within ([\d.]+) NM of (\d+)° ([\d.]+)′ N, (\d+)° ([\d.]+)′ E")


def farthest_nm(words: str, shapes: list[dict[str, Any]]) -> float:
    """By how much the farthest corner of the cells lies beyond the circle that the words name."""
    found = PLACE.search(words)
    assert found is not None, words
    reach, lat, lat_minutes, lng, lng_minutes = map(float, found.groups())
    corners = [corner for shape in shapes for corner in shape["geometry"]["coordinates"][0]]
    here = [lng + lng_minutes / 60] * len(corners), [lat + lat_minutes / 60] * len(corners)
    _, _, metres = Geod(ellps="WGS84").inv(*here, *zip(*corners, strict=True))
    return float(max(metres)) / 1852 - reach
