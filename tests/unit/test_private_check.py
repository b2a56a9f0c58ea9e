"""A private check from one side to the other: what each learns, what travels, what is kept."""

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openline.airspace.detect import conflict
from openline.app.private.audit import audit, undeclared
from openline.app.private.carried import ask, check_budget, first_step, next_step
from openline.app.private.check import Session
from openline.app.private.kept import Folder, Kept
from openline.app.private.plans import (
    Plans,
    asked_plans,
    named_volumes,
    plans_within,
    scope_from,
    sector_of,
)
from openline.app.private.told import met_volumes, overlap_map, verdict_values
from openline.errors import InvalidInput, LimitExceeded, NotFound
from openline.formats.private_check import (
    decode_envelope,
    encode_envelope,
)
from openline.formats.private_opening import decode_opening, encode_opening
from openline.line.private.commitment import DRAWN_OF, is_drawn
from openline.line.private.session import Envelope
from openline.line.private.verdict import GUARANTEES, Doubt, Reason, VerdictKind
from tests.house.tree import ROOT
from tests.private_world import (
    KEYS,
    MINIMA,
    NOW,
    TERMS,
    HereEngine,
    World,
    agreement,
    flight,
    needs_psi,
    plans,
    side,
)

pytestmark = needs_psi
FILES = ("agreement.toml", "own.key")


@pytest.fixture(scope="module")
def met() -> tuple[Session, Session]:
    return World().whole()


@pytest.fixture(scope="module")
def apart() -> tuple[Session, Session]:
    return World(here=(flight(lng=9.0),)).whole()


def test_plans_that_meet_are_found_by_both_sides(met: tuple[Session, Session]) -> None:
    world = World()
    assert conflict(world.has[0], world.here[0], MINIMA) is not None
    for one, other in (met, met[::-1]):
        assert one.verdict is not None
        assert one.verdict.kind is VerdictKind.OVERLAP
        shared = set(one.opening.asks) & set(other.opening.has)
        assert set(one.verdict.items) == shared, "exactly what both sets hold"


def test_plans_that_are_apart_are_not_found(apart: tuple[Session, Session]) -> None:
    for one in apart:
        assert one.verdict is not None
        assert one.verdict.kind is VerdictKind.NO_OVERLAP_FOUND
        assert not one.verdict.counts_as_overlap(NOW)
        assert one.verdict.as_of == NOW
        assert one.verdict.expires == NOW + TERMS.carried_expiry


def test_another_implementation_finds_the_same_items(met: tuple[Session, Session]) -> None:
    """RFC 9497 by another library: two of its outputs are equal exactly for equal elements."""
    voprf = pytest.importorskip("voprf.ristretto")
    north, south = met
    evaluator = voprf.Evaluator(b"a key of 32 bytes for the oracle")

    def output(element: bytes) -> bytes:
        client, blinded = voprf.Client.blind(element)
        result: bytes = client.finalize(evaluator.evaluate(blinded), evaluator.public_key)
        return result

    asked, has = north.sets().asks, south.sets().has
    theirs = {output(element) for element in has.elements}
    hits = {place for place, one in enumerate(asked.elements) if output(one) in theirs}
    assert hits >= asked.sentinels
    assert north.verdict is not None
    assert {asked.items[place] for place in hits - asked.sentinels} == set(north.verdict.items)


def test_each_side_learns_which_of_its_own_volumes(met: tuple[Session, Session]) -> None:
    (one,) = met_volumes(met[0])
    assert (one.plan, one.number) == ("flight", 1)
    values = verdict_values(met[0], met[0].verdict, NOW)  # type: ignore[arg-type]
    assert values["verdict"] == "overlap"
    assert values["counts_as_overlap"] is True
    assert values["volumes"][0]["shared"]["items"] == len(one.items)
    drawn = overlap_map(met[0])["features"]
    assert len(drawn) == len({item.cell for item in one.items})
    assert all(len(feature["geometry"]["coordinates"][0]) == 5 for feature in drawn)


def test_only_the_volumes_that_meet_are_named() -> None:
    world = World(has=(flight(name="meets"), flight(lng=9.5, name="far")))
    north, _ = world.whole()
    assert [one.plan for one in met_volumes(north)] == ["meets"]


def test_an_audit_recomputes_every_byte(met: tuple[Session, Session]) -> None:
    north, south = met
    data = encode_opening(south.own.session, "south", south.opening)
    name, party, opening = decode_opening(data)
    assert (name, party, opening) == (south.own.session, "south", south.opening)
    found = audit(north, opening, HereEngine())
    assert found.holds
    assert [one.what for one in found.findings] == [
        "the commitment",
        "the set it had",
        "the request",
        "the answer",
    ]


@pytest.mark.parametrize("name", ["salt", "server_key", "client_key", "has", "asks"])
def test_an_audit_finds_what_was_changed(met: tuple[Session, Session], name: str) -> None:
    north, south = met
    opening = south.opening
    value = getattr(opening, name)
    changed: Any = value[1:] if name in ("has", "asks") else value[:-1] + bytes([value[-1] ^ 1])
    found = audit(north, replace(opening, **{name: changed}), HereEngine())
    assert not found.holds
    assert not found.findings[0].holds, "the commitment tells"


def test_an_audit_names_what_flew_undeclared(met: tuple[Session, Session]) -> None:
    north, south = met
    same = named_volumes([flight(lng=7.1)])
    assert undeclared(north, south.opening, same) == ()
    assert undeclared(north, south.opening, named_volumes([flight(lng=7.6)]))


def test_one_session_in_twenty_is_drawn() -> None:
    drawn = sum(is_drawn(number.to_bytes(64, "big")) for number in range(4_000))
    assert abs(drawn - 4_000 / DRAWN_OF) < 70  # five standard deviations


def test_an_agreement_that_says_nothing_allows_nothing() -> None:
    with pytest.raises(InvalidInput, match="says nothing of private checks"):
        side("north", "south", agreement(None))


def test_a_stranger_has_no_side() -> None:
    known = agreement()
    with pytest.raises(InvalidInput, match="the key is of no party"):
        side("west", "south", known, KEYS["north"].__class__(_new_key()))
    with pytest.raises(InvalidInput, match="no other party"):
        side("north", "north", known)


def _new_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate()


def test_plans_beyond_the_horizon_are_not_asked_about() -> None:
    north = World().north
    scope = scope_from(NOW, TERMS)
    late = named_volumes([flight(start_min=12 * 60 - 10)])
    with pytest.raises(InvalidInput, match="goes on until"):
        asked_plans(late, MINIMA, scope, north.agreed)
    over = named_volumes([flight(start_min=-90)])
    with pytest.raises(InvalidInput, match="over"):
        asked_plans(over, MINIMA, scope, north.agreed)
    assert plans_within(late, MINIMA, scope, north.agreed).asks, "who is asked has what is within"


def test_a_sector_holds_the_plans_and_tells_no_more() -> None:
    volumes = named_volumes([flight()])
    sector = sector_of(volumes, MINIMA, TERMS, 6)
    whole = plans_within(volumes, MINIMA, scope_from(NOW, TERMS), TERMS)
    within = plans_within(volumes, MINIMA, scope_from(NOW, TERMS, sector), TERMS)
    assert within == whole
    elsewhere = named_volumes([flight(lat=-30.0)])
    assert not plans_within(elsewhere, MINIMA, scope_from(NOW, TERMS, sector), TERMS).has
    with pytest.raises(InvalidInput, match="finer than the grid"):
        sector_of(volumes, MINIMA, TERMS, 11)


def test_sessions_are_kept_for_their_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "private")
    world = World()
    session = world.first()
    path = folder.keep(Kept(session, True, *FILES), new=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    kept = folder.find(session.own.session, "north")
    assert kept is not None
    assert kept.session == session
    assert folder.named(session.own.session.hex()[:6]) == kept
    with pytest.raises(NotFound):
        folder.named("zz")
    with pytest.raises(InvalidInput):
        folder.keep(kept, new=True)


def test_files_lead_both_sides_to_a_verdict(tmp_path: Path) -> None:
    world = World()
    north, south = Folder(tmp_path / "n"), Folder(tmp_path / "s")
    own = plans(world.north, world.scope, *world.has)
    one = ask(world.north, own, world.scope, north, FILES, carried=True, now=NOW)

    def there(step: Any) -> Envelope:
        return decode_envelope(encode_envelope(step.carry))

    two = first_step(
        world.south,
        there(one),
        lambda party, scope: plans(party, scope, *world.here),
        south,
        FILES,
        NOW,
    )
    with pytest.raises(Doubt) as found:  # the same file again
        first_step(world.south, there(one), lambda *_: own, south, FILES, NOW)
    assert found.value.reason is Reason.REPLAYED
    three = next_step(world.north, one.kept, there(two), north, NOW)
    four = next_step(world.south, two.kept, there(three), south, NOW)
    assert three.kept.session.verdict is not None
    assert four.kept.session.verdict is not None
    assert four.carry is None
    assert three.kept.session.verdict.kind is four.kept.session.verdict.kind is VerdictKind.OVERLAP
    with pytest.raises(Doubt) as found:  # and the last one again
        next_step(world.south, four.kept, there(three), south, NOW)
    assert found.value.reason is Reason.REPLAYED


def test_questions_are_counted(tmp_path: Path) -> None:
    terms = replace(TERMS, questions_per_hour=2)
    folder = Folder(tmp_path)
    for number in range(2):
        world = World(known=agreement(terms), seed=str(number), now=NOW + timedelta(minutes=number))
        own = plans(world.north, world.scope, *world.has)
        ask(world.north, own, world.scope, folder, FILES, carried=True, now=world.now)
    world = World(known=agreement(terms))
    with pytest.raises(LimitExceeded) as found:
        check_budget(world.north, folder, "north", NOW + timedelta(minutes=50))
    assert found.value.facts["retry_after_s"] == 600
    check_budget(world.north, folder, "north", NOW + timedelta(minutes=61))
    check_budget(world.north, folder, "south", NOW + timedelta(minutes=50))


def test_a_peer_that_asks_in_equal_steps_is_not_refused_for_a_second(tmp_path: Path) -> None:
    """Six an hour, every ten minutes; what arrives is a little early or late."""
    terms = replace(TERMS, questions_per_hour=6)
    folder = Folder(tmp_path)
    for number in range(13):
        late = timedelta(seconds=(12 if number in (0, 3) else 0))
        now = NOW + timedelta(minutes=10 * number) + late
        world = World(known=agreement(terms), seed=str(number), now=now)
        asked = world.first()
        first_step(
            world.south,
            Envelope(asked.own_part),
            lambda *_: Plans((), (), (), ()),
            folder,
            FILES,
            now,
        )
    with pytest.raises(LimitExceeded):
        check_budget(world.south, folder, "north", now + timedelta(minutes=9))


def test_the_guarantees_stand_in_the_manual_word_for_word() -> None:
    manual = (ROOT / "docs" / "private.md").read_text(encoding="utf-8")
    for number, sentence in enumerate(GUARANTEES, start=1):
        assert f"{number}. {sentence}" in manual
