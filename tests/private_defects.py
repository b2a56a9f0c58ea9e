"""What a peer that errs or cheats may send: each with the reason for which nothing is known."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from openline.app.private.check import Session
from openline.formats.private_check import decode_check
from openline.line.private.grid import Grid
from openline.line.private.session import AnswerPart, CheckPart, Envelope, Signed
from openline.line.private.verdict import Reason
from tests.private_world import (
    KEYS,
    MINIMA,
    NOW,
    World,
    answer_changed,
    check_changed,
    psi,
    said,
)

H = timedelta(hours=1)


@dataclass
class Case:
    """A session as far as the ANSWER of south, which north is about to take."""

    world: World
    first: Session
    second: Session

    @property
    def check(self) -> CheckPart:
        return self.second.own_part

    @property
    def answer(self) -> AnswerPart:
        assert self.second.own_answer is not None
        return self.second.own_answer

    def with_check(self, **changes: Any) -> Envelope:
        """South's CHECK changed and signed, and an ANSWER that fits it."""
        check = check_changed(self.check, **changes)
        own = decode_check(check.signed.head).commitment
        return Envelope(check, answer_changed(self.answer, own=own))

    def with_answer(self, **changes: Any) -> Envelope:
        return Envelope(self.check, answer_changed(self.answer, **changes))

    def setup_of(self, edit: Callable[[list[bytes]], list[bytes]]) -> Envelope:
        message = psi.ServerSetup()
        message.ParseFromString(self.check.setup)
        elements = edit(list(message.raw.encrypted_elements))
        del message.raw.encrypted_elements[:]
        message.raw.encrypted_elements.extend(elements)
        return self.with_check(setup_blob=message.SerializeToString(deterministic=True))

    def response_of(self, edit: Callable[[list[bytes]], list[bytes]]) -> Envelope:
        message = psi.Response()
        message.ParseFromString(self.answer.response)
        elements = edit(list(message.encrypted_elements))
        del message.encrypted_elements[:]
        message.encrypted_elements.extend(elements)
        return self.with_answer(blob=message.SerializeToString(deterministic=True))

    def request_of(self, edit: Callable[[list[bytes]], list[bytes]], **more: Any) -> Envelope:
        message = psi.Request()
        message.ParseFromString(self.check.request)
        elements = edit(list(message.encrypted_elements))
        del message.encrypted_elements[:]
        message.encrypted_elements.extend(elements)
        for name, value in more.items():
            setattr(message, name, value)
        return self.with_check(request_blob=message.SerializeToString(deterministic=True))

    def other(self, **changes: Any) -> "Case":
        """Another session of the same parties."""
        world = World(seed="other", **changes)
        first = world.first()
        return Case(world, first, world.second(first))


def new_case() -> Case:
    world = World()
    first = world.first()
    return Case(world, first, world.second(first))


def _scope(case: Case, **changes: Any) -> dict[str, Any]:
    return {"scope": replace(case.world.scope, **changes)}


def _swapped(elements: list[bytes]) -> list[bytes]:
    return [*elements[1:], elements[0]]


def _gcs(case: Case) -> Envelope:
    """A set as a compressed filter, in which false hits and misses are possible."""
    server = psi.server.CreateWithNewKey(True)
    setup = server.CreateSetupMessage(0.5, 256, ["a"] * 256, psi.DataStructure.GCS)
    return case.with_check(setup_blob=setup.SerializeToString())


def _bloom(case: Case) -> Envelope:
    server = psi.server.CreateWithNewKey(True)
    setup = server.CreateSetupMessage(0.5, 256, ["a"], psi.DataStructure.BLOOM_FILTER)
    return case.with_check(setup_blob=setup.SerializeToString())


def _replayed(case: Case) -> Envelope:
    """A whole answer of another session, valid there."""
    return said(case.other().second)


def _reflected(case: Case) -> Envelope:
    return case.with_check(setup_blob=case.first.own_part.setup)


def _reflected_request(case: Case) -> Envelope:
    return case.with_check(request_blob=case.first.own_part.request)


def _unsigned(case: Case) -> Envelope:
    return Envelope(
        replace(case.check, signed=replace(case.check.signed, signature=b"")), case.answer
    )


def _flipped_head(case: Case) -> Envelope:
    head = bytearray(case.check.signed.head)
    head[-3] ^= 1
    signed = Signed(bytes(head), case.check.signed.signature)
    return Envelope(replace(case.check, signed=signed), case.answer)


def _answer_by(case: Case, who: str) -> Envelope:
    return Envelope(case.check, answer_changed(case.answer, by=who))


def _point(elements: list[bytes], at: int, value: bytes) -> list[bytes]:
    return [*elements[:at], value, *elements[at + 1 :]]


def _head_bytes(case: Case, data: bytes) -> Envelope:
    signature = KEYS["south"].sign(Signed(data, b"").signed_bytes())
    return Envelope(replace(case.check, signed=Signed(data, signature)), case.answer)


def _answer_bytes(case: Case, data: bytes) -> Envelope:
    signature = KEYS["south"].sign(Signed(data, b"").signed_bytes())
    return Envelope(case.check, replace(case.answer, signed=Signed(data, signature)))


def _other_server_key(case: Case) -> Envelope:
    """Re-blinded with another key than the set: nothing would match."""
    request = psi.Request()
    request.ParseFromString(case.first.own_part.request)
    response = psi.server.CreateWithNewKey(True).ProcessRequest(request)
    return case.with_answer(blob=response.SerializeToString(deterministic=True))


DEFECTS: dict[str, tuple[Reason, Callable[[Case], Envelope]]] = {
    # who says it
    "no signature": (Reason.SIGNATURE, _unsigned),
    "a head that was changed": (Reason.SIGNATURE, _flipped_head),
    "a CHECK signed by another party": (
        Reason.SIGNATURE,
        lambda c: Envelope(check_changed(c.check, by="east"), c.answer),
    ),
    "an ANSWER signed by another party": (Reason.SIGNATURE, lambda c: _answer_by(c, "east")),
    "my own key": (Reason.SIGNATURE, lambda c: _answer_by(c, "north")),
    "my own CHECK back": (Reason.SIGNATURE, lambda c: Envelope(c.first.own_part, c.answer)),
    "a CHECK from a third party": (Reason.OTHER_PARTY, lambda c: c.with_check(sender="east")),
    "a CHECK for a third party": (Reason.OTHER_PARTY, lambda c: c.with_check(recipient="east")),
    "an ANSWER for a third party": (Reason.OTHER_PARTY, lambda c: c.with_answer(recipient="east")),
    # under which terms
    "another agreement": (
        Reason.OTHER_AGREEMENT,
        lambda c: c.with_check(terms={"agreement": "other"}),
    ),
    "another version": (Reason.OTHER_AGREEMENT, lambda c: c.with_check(terms={"version": 2})),
    "an agreement that says something else": (
        Reason.OTHER_AGREEMENT,
        lambda c: c.with_check(terms={"digest": bytes(32)}),
    ),
    "a coarser grid": (Reason.OTHER_GRID, lambda c: c.with_check(terms={"grid": Grid(9)})),
    "thicker slabs": (Reason.OTHER_GRID, lambda c: c.with_check(terms={"grid": Grid(10, 500.0)})),
    "longer slots": (
        Reason.OTHER_GRID,
        lambda c: c.with_check(terms={"grid": Grid(slot=timedelta(minutes=10))}),
    ),
    "a better clock than agreed": (
        Reason.OTHER_GRID,
        lambda c: c.with_check(terms={"grid": Grid(clock=timedelta(seconds=6))}),
    ),
    "smaller minima": (
        Reason.OTHER_MINIMA,
        lambda c: c.with_check(terms={"minima": replace(MINIMA, lateral_m=100.0)}),
    ),
    "other minima in time": (
        Reason.OTHER_MINIMA,
        lambda c: c.with_check(terms={"minima": replace(MINIMA, time=timedelta(0))}),
    ),
    "another epoch": (
        Reason.OTHER_EPOCH,
        lambda c: c.with_check(terms=_scope(c, first=c.world.scope.first - 1)),
    ),
    "a shorter epoch": (
        Reason.OTHER_EPOCH,
        lambda c: c.with_check(terms=_scope(c, end=c.world.scope.end - 1)),
    ),
    "another sector": (
        Reason.OTHER_EPOCH,
        lambda c: c.with_check(terms=_scope(c, sector=("47",))),
    ),
    # when
    "a CHECK that is too old": (Reason.STALE, lambda c: c.with_check(made=NOW - 5 * H)),
    "a CHECK from the future": (Reason.STALE, lambda c: c.with_check(made=NOW + H)),
    "an ANSWER that is too old": (Reason.STALE, lambda c: c.with_answer(made=NOW - 5 * H)),
    "an ANSWER from the future": (Reason.STALE, lambda c: c.with_answer(made=NOW + H)),
    # which session
    "an answer of another session": (Reason.OTHER_SESSION, _replayed),
    "a CHECK of another session": (
        Reason.OTHER_SESSION,
        lambda c: c.with_check(session=bytes(16)),
    ),
    "an ANSWER of another session": (
        Reason.OTHER_SESSION,
        lambda c: c.with_answer(session=bytes(16)),
    ),
    "another way than it came": (Reason.OTHER_SESSION, lambda c: c.with_check(carried=False)),
    "an ANSWER to another commitment": (
        Reason.NOT_BOUND,
        lambda c: c.with_answer(peer=bytes(32)),
    ),
    "an ANSWER to another CHECK": (Reason.NOT_BOUND, lambda c: c.with_answer(check=bytes(32))),
    "an ANSWER of another set": (Reason.NOT_BOUND, lambda c: c.with_answer(own=bytes(32))),
    "a CHECK with another commitment than the ANSWER": (
        Reason.NOT_BOUND,
        lambda c: Envelope(check_changed(c.check, commitment=bytes(32)), c.answer),
    ),
    "my own commitment": (
        Reason.REFLECTED,
        lambda c: c.with_check(commitment=c.first.own.commitment),
    ),
    "my own set": (Reason.REFLECTED, _reflected),
    "my own request": (Reason.REFLECTED, _reflected_request),
    # what is there
    "no CHECK": (Reason.MALFORMED, lambda c: Envelope(answer=c.answer)),
    "no ANSWER": (Reason.MALFORMED, lambda c: Envelope(c.check)),
    "an ANSWER where a CHECK should be": (
        Reason.MALFORMED,
        lambda c: _head_bytes(c, c.answer.signed.head),
    ),
    "a CHECK where an ANSWER should be": (
        Reason.MALFORMED,
        lambda c: _answer_bytes(c, c.check.signed.head),
    ),
    "a head that is no JSON": (Reason.MALFORMED, lambda c: _head_bytes(c, b"\xff\x00")),
    "a head in another form": (
        Reason.MALFORMED,
        lambda c: _head_bytes(c, c.check.signed.head.replace(b":", b": ", 1)),
    ),
    "a head with a field too many": (
        Reason.MALFORMED,
        lambda c: _head_bytes(c, c.check.signed.head[:-1] + b',"purpose":"x"}'),
    ),
    "a head with a field twice": (
        Reason.MALFORMED,
        lambda c: _head_bytes(c, c.check.signed.head[:-1] + b',"bucket":256}'),
    ),
    "a head that is too long": (
        Reason.MALFORMED,
        lambda c: _head_bytes(c, c.check.signed.head + b" " * 5000),
    ),
    "a grid of NaN": (
        Reason.MALFORMED,
        lambda c: _head_bytes(c, c.check.signed.head.replace(b"304.8", b"NaN", 1)),
    ),
    # how many
    "a bucket that was not agreed": (Reason.BUCKET, lambda c: c.with_check(bucket=255)),
    "a larger bucket than its set": (Reason.COUNT, lambda c: c.with_check(bucket=1024)),
    "a set with an element too few": (Reason.COUNT, lambda c: c.setup_of(lambda e: e[1:])),
    "a set with an element too many": (
        Reason.COUNT,
        lambda c: c.setup_of(lambda e: [*e, b"\2" * 33]),
    ),
    "an empty set": (Reason.ELEMENTS, lambda c: c.with_check(setup_blob=b"")),
    "an element twice": (Reason.ELEMENTS, lambda c: c.setup_of(lambda e: [*e[1:], e[1]])),
    "a compressed set": (Reason.ELEMENTS, _gcs),
    "a set as a filter": (Reason.ELEMENTS, _bloom),
    "a shortened answer": (Reason.COUNT, lambda c: c.response_of(lambda e: e[:-1])),
    "an empty answer": (Reason.COUNT, lambda c: c.response_of(lambda _e: [])),
    "an answer that is too long": (Reason.COUNT, lambda c: c.response_of(lambda e: [*e, e[0]])),
    "an answer with an element twice": (
        Reason.ELEMENTS,
        lambda c: c.response_of(lambda e: _point(e, 3, e[4])),
    ),
    "an answer with no point": (
        Reason.ELEMENTS,
        lambda c: c.response_of(lambda e: _point(e, 3, b"\2" + b"\xff" * 32)),
    ),
    "an answer with half a point": (
        Reason.ELEMENTS,
        lambda c: c.response_of(lambda e: _point(e, 3, b"\2")),
    ),
    "an answer in another order": (
        Reason.MISSING_SENTINEL,
        lambda c: c.response_of(lambda e: e[::-1]),
    ),
    "an answer one place on": (Reason.MISSING_SENTINEL, lambda c: c.response_of(_swapped)),
    "an answer with another key": (Reason.MISSING_SENTINEL, _other_server_key),
    "a request with an element too few": (Reason.COUNT, lambda c: c.request_of(lambda e: e[1:])),
    "an empty request": (Reason.COUNT, lambda c: c.request_of(lambda _e: [])),
    "a request for the size alone": (
        Reason.ELEMENTS,
        lambda c: c.request_of(list, reveal_intersection=False),
    ),
    "a request with no point": (
        Reason.ELEMENTS,
        lambda c: c.request_of(lambda e: _point(e, 0, b"\2" + b"\xff" * 32)),
    ),
    # the bytes
    "data that is not what was signed": (
        Reason.BLOB,
        lambda c: Envelope(replace(c.check, setup=c.check.setup + b"\0"), c.answer),
    ),
    "a request that is not what was signed": (
        Reason.BLOB,
        lambda c: Envelope(replace(c.check, request=c.check.request[:-1]), c.answer),
    ),
    "an answer that is not what was signed": (
        Reason.BLOB,
        lambda c: Envelope(c.check, replace(c.answer, response=c.answer.response[:-1])),
    ),
    "a set that is no message": (
        Reason.MALFORMED,
        lambda c: c.with_check(setup_blob=b"\xff" * 40),
    ),
    "an answer with something beside it": (
        Reason.MALFORMED,
        lambda c: c.with_answer(blob=c.answer.response + b"\x18\x01"),
    ),
}
