"""A peer that errs or cheats: whatever it sends, nothing is known, which counts as an overlap."""

from datetime import timedelta
from typing import Any

import pytest

from openline.app.private.carried import open_envelope
from openline.app.private.check import Session, conclude
from openline.formats.private_check import (
    ENVELOPE_BYTES_MAX,
    decode_answer,
    decode_check,
    encode_envelope,
)
from openline.line.private.grid import Grid, Scope
from openline.line.private.session import Envelope
from openline.line.private.verdict import Doubt, Reason, VerdictKind, unknown
from tests.private_defects import DEFECTS, Case, H, new_case
from tests.private_world import NOW, World, answer_changed, check_changed, needs_psi, said

pytestmark = needs_psi


@pytest.fixture(scope="module")
def case() -> Case:
    return new_case()


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_leads_to_unknown(case: Case, name: str) -> None:
    reason, defect = DEFECTS[name]
    with pytest.raises(Doubt) as found:
        case.world.third(case.first, defect(case))
    verdict = unknown(found.value)
    assert verdict.kind is VerdictKind.UNKNOWN
    assert verdict.counts_as_overlap(NOW)
    assert verdict.reason is reason, f"{verdict.reason}: {verdict.detail}"


def test_without_a_defect_there_is_a_verdict(case: Case) -> None:
    done = case.world.third(case.first, said(case.second))
    assert done.verdict is not None
    assert done.verdict.kind is VerdictKind.OVERLAP


def test_there_are_forty_defects_and_more() -> None:
    assert len(DEFECTS) >= 40


def test_a_hit_that_is_moved_to_what_nobody_can_know_is_seen(case: Case) -> None:
    asked = case.first.sets().asks
    done = case.world.third(case.first, said(case.second))
    assert done.verdict is not None
    real = next(n for n, item in asked.items.items() if item in done.verdict.items)
    count = len(asked.elements)
    dummy = next(n for n in range(count) if n not in asked.items and n not in asked.sentinels)

    def swap(elements: list[bytes]) -> list[bytes]:
        elements[real], elements[dummy] = elements[dummy], elements[real]
        return elements

    with pytest.raises(Doubt) as found:
        case.world.third(case.first, case.response_of(swap))
    assert found.value.reason is Reason.MOVED


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"null", Reason.MALFORMED),
        (b"{}", Reason.MALFORMED),
        (b'{"openline":"private/2","check":{}}', Reason.MALFORMED),
        (b'{"openline":"private/1"}', Reason.MALFORMED),
        (b'{"openline":"private/1","check":{}}', Reason.MALFORMED),
        (b'{"openline":"private/1","check":null}', Reason.MALFORMED),
        (b'{"openline":"private/1","answer":{"head":"?","signature":"","response":""}}', None),
        (b"[" * 100_000, Reason.MALFORMED),
        (b"\xff\xfe", Reason.MALFORMED),
        (b" " * (ENVELOPE_BYTES_MAX + 1), Reason.OVERSIZED),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_envelope_leads_to_unknown(data: bytes, reason: Reason | None) -> None:
    with pytest.raises(Doubt) as found:
        open_envelope(data)
    assert found.value.reason is (reason or Reason.MALFORMED)


def test_every_cut_and_every_flipped_byte_leads_to_unknown(case: Case) -> None:
    data = encode_envelope(said(case.second))
    for at in range(0, len(data) - 1, len(data) // 60):
        for spoilt in (data[:at], data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]):
            with pytest.raises(Doubt):
                case.world.third(case.first, open_envelope(spoilt))


def test_the_party_that_was_asked_finds_the_same_defects() -> None:
    case = new_case()
    third = case.world.third(case.first, said(case.second))
    assert third.own_answer is not None
    for changed, reason in (
        (Envelope(answer=answer_changed(third.own_answer, by="east")), Reason.SIGNATURE),
        (
            Envelope(answer=answer_changed(third.own_answer, by="north", peer=bytes(32))),
            Reason.NOT_BOUND,
        ),
        (Envelope(third.own_part, third.own_answer), Reason.REPLAYED),
        (Envelope(third.own_part), Reason.REPLAYED),
    ):
        with pytest.raises(Doubt) as found:
            replied(case, changed)
        assert found.value.reason is reason


def replied(case: Case, envelope: Envelope) -> Session:
    return conclude(case.world.south, case.second, envelope, NOW)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"terms": {"grid": Grid(9)}}, Reason.OTHER_GRID),
        ({"bucket": 255}, Reason.BUCKET),
        ({"made": NOW - 5 * H}, Reason.STALE),
        ({"recipient": "east"}, Reason.OTHER_PARTY),
        ({"terms": {"digest": bytes(32)}}, Reason.OTHER_AGREEMENT),
        ({"setup": bytes(32)}, Reason.BLOB),
        ({"bucket": 1024}, Reason.COUNT),
        ({"request_blob": b""}, Reason.ELEMENTS),
        ({"terms": {"scope": Scope(1, 2)}}, Reason.OTHER_EPOCH),
        ({"terms": {"scope": Scope(1, 2**30)}}, Reason.OTHER_EPOCH),
    ],
    ids=str,
)
def test_a_first_check_that_is_wrong_is_not_answered(
    changes: dict[str, Any], reason: Reason
) -> None:
    world = World()
    part = check_changed(world.first().own_part, by="north", **changes)
    with pytest.raises(Doubt) as found:
        world.joined(part)
    assert found.value.reason is reason


def test_a_verdict_that_comes_too_late_says_nothing() -> None:
    world = World(carried=False)
    first = world.first()
    second = world.second(first)
    world.now = NOW + timedelta(minutes=5, seconds=1)
    with pytest.raises(Doubt) as found:
        world.third(first, said(second))
    assert found.value.reason is Reason.STALE


def test_heads_read_back_as_they_were(case: Case) -> None:
    assert decode_check(case.check.signed.head) == case.second.own
    assert decode_answer(case.answer.signed.head).peer == case.first.own.commitment
