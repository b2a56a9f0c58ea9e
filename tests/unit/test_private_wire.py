"""What travels in a private check tells nothing of the plans; who blinds is held to its limits."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from openline.app.private.blinding import Make, Match, Respond
from openline.app.private.check import begin
from openline.app.private.engine import WorkerEngine
from openline.app.private.plans import (
    Plans,
    scope_from,
)
from openline.errors import AreaTooLarge, InvalidInput
from openline.formats.private_check import (
    encode_envelope,
)
from openline.line.private.grid import Item
from openline.line.private.padding import context_of, padded
from openline.line.private.rules import may_ask
from openline.line.private.session import Envelope
from openline.line.private.terms import PrivateTerms
from openline.line.private.verdict import Doubt, Reason
from tests.private_world import (
    NOW,
    TERMS,
    HereEngine,
    World,
    agreement,
    flight,
    needs_psi,
    plans,
    psi,
    said,
    side,
)

pytestmark = needs_psi
FILES = ("agreement.toml", "own.key")


def test_a_party_without_plans_answers_as_one_with_plans() -> None:
    world = World(here=())
    first = world.first()
    second = world.second(first)
    with_plans = World(here=(flight(lng=12.0),))
    other = with_plans.second(with_plans.first())
    assert second.own.bucket == other.own.bucket
    assert _lengths(said(second)) == _lengths(said(other))


def _lengths(envelope: Envelope) -> tuple[int, ...]:
    assert envelope.check is not None
    assert envelope.answer is not None
    return (
        len(encode_envelope(envelope)),
        len(envelope.check.setup),
        len(envelope.check.request),
        len(envelope.answer.response),
    )


@pytest.mark.parametrize("seed", range(3))
def test_what_travels_has_one_form_whatever_the_plans(seed: int) -> None:
    """The same chance, other plans that are not shared: the same lengths, fields and counts; all
    that differs is what is blinded, hashed or signed."""
    worlds = [
        World(has=(flight(lng=7.0 + far),), here=(flight(lng=12.0 - far),), seed=str(seed))
        for far in (0.0, 0.4, 1.1)
    ]
    envelopes = []
    for world in worlds:
        first = world.first()
        envelopes.append((Envelope(first.own_part), said(world.second(first))))
    assert len({len(encode_envelope(one)) for one, _ in envelopes}) == 1
    assert len({_lengths(two) for _, two in envelopes}) == 1
    heads = [_plain(one.check.signed.head) for one, _ in envelopes if one.check is not None]
    assert heads[0] == heads[1] == heads[2]


def _plain(head: bytes) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(head)
    return {k: v for k, v in value.items() if k not in ("commitment", "setup", "request")}


def test_nothing_on_the_wire_is_an_element() -> None:
    """Neither an element nor anything of it; and the same plans blind to other bytes each time."""
    world = World()
    session = world.first()
    other = World(seed="next").first()
    again = replace(other, own=replace(other.own, session=session.own.session))
    carried = encode_envelope(Envelope(session.own_part))
    for elements in (session.sets().has.elements, session.sets().asks.elements):
        for element in elements:
            assert element not in carried
            assert element.hex().encode() not in carried
    assert set(_points(session.own_part.setup)).isdisjoint(_points(other.own_part.setup))
    assert set(_points(session.own_part.request)).isdisjoint(_points(session.own_part.setup))
    assert set(session.sets().has.elements).isdisjoint(other.sets().has.elements)
    assert again.sets().has.items.values() is not None


def _points(blob: bytes) -> list[bytes]:
    message = psi.Request()
    message.ParseFromString(blob)
    if message.encrypted_elements:
        return list(message.encrypted_elements)
    setup = psi.ServerSetup()
    setup.ParseFromString(blob)
    return list(setup.raw.encrypted_elements)


def test_where_the_items_are_in_a_request_depends_on_chance_alone() -> None:
    """Over many sessions the first place is an item as often as any other place is."""
    world = World()
    own = plans(world.north, world.scope, *world.has)
    share = len(own.asks) / 512
    context = context_of(world.north.terms(world.scope), bytes(16))
    at_first = sum(
        0 in padded(own.asks, 512, context, sha256(bytes([n % 256, n // 256])).digest(), "").items
        for n in range(400)
    )
    spread = (400 * share * (1 - share)) ** 0.5
    assert abs(at_first - 400 * share) < 5 * spread


def test_the_worker_does_as_the_library_here() -> None:
    engine, here = WorkerEngine(), HereEngine()
    elements = [bytes([n]) * 32 for n in range(4)]
    made = engine.make(Make(elements, [*elements[:2], b"x" * 32, b"y" * 32]))
    again = here.make(
        Make(elements, [*elements[:2], b"x" * 32, b"y" * 32], made.server_key, made.client_key)
    )
    assert again == made, "keys and sets make the same bytes"
    response = engine.respond(Respond(made.server_key, made.request, 4)).response
    found = engine.match(Match(made.client_key, made.setup, 4, response, 4))
    assert found.hits == [0, 1]


def test_a_worker_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Doubt) as found:
        WorkerEngine(seconds=0.001).make(Make([b"x" * 32], [b"x" * 32]))
    assert found.value.reason is Reason.FAILED


def test_a_worker_has_an_end_of_memory() -> None:
    words = "from openline.app.private.worker import _limit; _limit(); bytearray(3 << 30)"
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, check=False)
    assert b"MemoryError" in ended.stderr


def test_a_worker_without_the_library_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spoilt = tmp_path / "private_set_intersection"
    spoilt.mkdir()
    (spoilt / "__init__.py").write_text("raise SystemExit('no such glibc')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InvalidInput, match=r"openline\[private\]"):
        WorkerEngine().make(Make([b"x" * 32], [b"x" * 32]))


def test_a_worker_that_dies_leads_to_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spoilt = tmp_path / "private_set_intersection"
    spoilt.mkdir()
    (spoilt / "__init__.py").write_text("import os; os._exit(9)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Doubt) as found:
        WorkerEngine().make(Make([b"x" * 32], [b"x" * 32]))
    assert found.value.reason is Reason.FAILED


def test_too_many_items_are_refused() -> None:
    terms = replace(TERMS, buckets=(128,))
    known = agreement(terms)
    own = side("north", "south", known)
    with pytest.raises(AreaTooLarge, match="a check takes 96"):
        plans(own, scope_from(NOW, terms), *(flight(lng=7 + n) for n in range(9)))


def test_a_budget_is_of_any_hour() -> None:
    terms = PrivateTerms(questions_per_hour=3)
    asked = [NOW + timedelta(minutes=20 * number) for number in range(3)]
    assert may_ask(asked, terms, NOW + timedelta(minutes=59)) == timedelta(minutes=1)
    assert may_ask(asked, terms, NOW + timedelta(minutes=60)) is None
    assert may_ask((), terms, NOW) is None


def test_a_peer_that_probes_learns_what_the_budget_allows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It asks for as many items as fit, as often as it may, and learns one bit of each."""
    terms = replace(TERMS, buckets=(512,), questions_per_hour=4)
    world = World(known=agreement(terms))
    truth = set(plans(world.south, world.scope, *world.here).has)
    cells = sorted({item.cell for item in truth})
    guesses = [
        Item(cell, slab, slot)
        for slot in range(world.scope.first, world.scope.end)
        for slab in range(10)
        for cell in cells
    ]
    asked: list[Any] = []
    learned: set[Item] = set()
    tested = 0
    while may_ask(asked, terms, NOW) is None:
        own = guesses[tested : tested + terms.items_max]
        attack = World(known=world.known, seed=str(tested))
        first_plans = Plans((), tuple(own), ((),) * len(own), ())
        first = begin(attack.north, first_plans, attack.scope, carried=True, now=NOW)
        done = attack.third(first, said(attack.second(first)))
        assert done.verdict is not None
        learned |= set(done.verdict.items)
        tested += len(own)
        asked.append(NOW)
    assert tested == 4 * terms.items_max
    assert learned == truth & set(guesses[:tested]), "nothing beyond what it asked"
    full = PrivateTerms()
    with capsys.disabled():
        print(
            f"\nprivate check: a probing peer learns {tested} bits an hour with a cap of "
            f"{terms.items_max} items and 4 questions; by default "
            f"{full.items_max * full.questions_per_hour:,}",
            end="",
        )


def test_elements_are_those_of_the_manual() -> None:
    """Made here by the page docs/private.md, section byte by byte, with nothing of the product."""

    def h(kind: bytes, *parts: bytes) -> bytes:
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return sha256(b"openline.private/1 " + kind + b"\n" + framed).digest()

    world = World()
    session = world.first()
    own, made = session.own, session.opening
    scope = own.terms.scope
    words = (
        f"{own.terms.digest.hex()}\n{own.session.hex()}\n10\n304.8\n300.0\n5.0\n"
        f"{scope.first} {scope.end} "
    )
    context = h(b"context", words.encode())
    sets = session.sets()
    for purpose, items in ((sets.has, made.has), (sets.asks, made.asks)):
        elements = {h(b"item", context, f"{c:x} {slab} {slot}".encode()) for c, slab, slot in items}
        known = {h(b"sentinel", context, n.to_bytes(4, "big")) for n in range(32)}
        assert {purpose.elements[place] for place in purpose.items} == elements
        assert {purpose.elements[place] for place in purpose.sentinels} == known
    joined = b"".join(
        len(one.elements).to_bytes(4, "big") + b"".join(one.elements)
        for one in (sets.has, sets.asks)
    )
    keys = made.salt + made.server_key + made.client_key
    committed = sha256(b"openline.private/1 commitment\n" + keys + joined).digest()
    assert committed == own.commitment
