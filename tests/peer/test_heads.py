"""Two records that hold each other: honest ones are cosigned, and every way to cheat shows."""

from collections.abc import Callable
from datetime import timedelta
from operator import methodcaller

import pytest

from openline.app.ed25519 import verify
from openline.app.peer.heads import EVIDENCE, cosigner_key
from openline.app.peer.link import Answered
from openline.errors import InvalidInput, Unreachable
from openline.formats.peer_heads import Heads
from openline.line.message.bodies import Urgent
from openline.line.message.kind import UrgentAction
from openline.line.note import parse_note, signed_by
from openline.line.record.verifying import check_checkpoint
from openline.store.memory import MemoryStore
from openline.store.ports import Record, Transaction
from tests.line_server import agreement_entry, signer
from tests.line_world import HOUR, START, unlocated
from tests.peer.world import Site, World, is_beat

Change = Callable[[list[Record]], list[Record]]


def heads(world: World, party: str, peer: str) -> None:
    """One round that a site begins."""

    def send(path: str, header: str, body: bytes) -> Answered:
        return world.deliver(peer, path, header, body)

    world[party].sealer.seal()
    world[peer].sealer.seal()
    world[party].link(peer).show_heads(send)


def talk(world: World, count: int = 5) -> None:
    """Some messages each way."""
    for number in range(count):
        world.say("north", unlocated(START + (2 + number) * HOUR), "south")
        world.say("south", unlocated(START + (2 + number) * HOUR), "north")
    world.rest()


def rewrite(site: Site, change: Change) -> None:
    """Put another record in place of a site's, sealed anew with its own key."""
    records = change(site.records())
    documents = [
        (kind, name, body)
        for kind in ("peer", "peer.outbox", "peer.head", "peer.cosigned")
        for name, body in site.store.read(methodcaller("documents", kind, "", 100))
    ]
    site.store = MemoryStore()

    def put(tx: Transaction) -> None:
        for one in records:
            tx.append_record(one.time, one.party, one.kind, one.body)
        for document in documents:
            tx.put_document(*document)

    site.store.submit((), put).result()


def evidence(world: World, at: str, against: str) -> list[str]:
    return [one.what for one in world[at].link(against).witness.evidence]


def seen_size(world: World, at: str, of: str) -> int:
    seen = world[at].link(of).witness.seen
    return 0 if seen is None else seen.size


def test_honest_records_are_cosigned_as_they_grow() -> None:
    world = World("north", "south")
    sizes = []
    for _ in range(4):
        talk(world)
        heads(world, "north", "south")
        sizes.append(seen_size(world, "south", "north"))
        assert seen_size(world, "north", "south") == world["south"].sealer.size
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == world["north"].sealer.size
    for party, other in (("north", "south"), ("south", "north")):
        assert evidence(world, party, other) == []
        cosigned = world[party].link(other).witness.cosigned
        assert cosigned is not None
        assert cosigned.size == world[party].sealer.size
        stored = world[party].sealer.last_checkpoint()
        agreement = agreement_entry().read()
        key = cosigner_key(agreement, other, signer(other).public_key)
        (by,) = signed_by(parse_note(stored.note.encode()), [key], verify)
        assert by.key.name == f"{agreement.id}/{other}"


def test_a_record_that_did_not_grow_is_cosigned_anew() -> None:
    world = World("north", "south")
    talk(world)
    for _ in range(3):
        heads(world, "north", "south")
    assert not evidence(world, "south", "north")


def test_what_was_seen_outlives_a_kill() -> None:
    world = World("north", "south")
    talk(world)
    heads(world, "north", "south")
    size = seen_size(world, "south", "north")
    world["south"].begin()
    assert seen_size(world, "south", "north") == size
    talk(world)
    heads(world, "north", "south")
    assert seen_size(world, "south", "north") > size
    assert not evidence(world, "south", "north")


def test_an_answer_that_is_lost_costs_a_round_and_nothing_else() -> None:
    world = World("north", "south")
    talk(world)
    world["north"].sealer.seal()
    world["south"].sealer.seal()

    def lost(path: str, header: str, body: bytes) -> Answered:
        world.deliver("south", path, header, body)
        raise Unreachable("the answer is lost")

    with pytest.raises(Unreachable):
        world["north"].link("south").show_heads(lost)
    heads(world, "north", "south")
    cosigned = world["north"].link("south").witness.cosigned
    assert cosigned is not None
    assert cosigned.size == world["north"].sealer.size
    assert not evidence(world, "south", "north")


def drop(records: list[Record]) -> list[Record]:
    return records[:6] + records[7:] + records[-1:]


def reorder(records: list[Record]) -> list[Record]:
    swapped = [*records]
    swapped[6], swapped[7] = swapped[7], swapped[6]
    return swapped


def back_date(records: list[Record]) -> list[Record]:
    changed = [*records]
    changed[7] = changed[7]._replace(time=changed[7].time - timedelta(hours=1))
    return changed


def rewrite_payload(records: list[Record]) -> list[Record]:
    changed = [*records]
    at = next(at for at, one in enumerate(records) if one.kind == "line.message" and at > 5)
    changed[at] = changed[at]._replace(body=changed[at].body[:-4] + b"AAAA")
    return changed


def add_in_the_middle(records: list[Record]) -> list[Record]:
    return [*records[:5], records[5]._replace(kind="account.put"), *records[5:]]


CHEATS = {
    "drop": drop,
    "reorder": reorder,
    "back-date": back_date,
    "rewrite": rewrite_payload,
    "add": add_in_the_middle,
}


@pytest.mark.parametrize("how", list(CHEATS))
def test_a_past_that_was_changed_is_refused_and_kept_as_evidence(how: str) -> None:
    world = World("north", "south")
    talk(world)
    heads(world, "north", "south")
    size = seen_size(world, "south", "north")
    cheat = world["north"]
    rewrite(cheat, CHEATS[how])
    cheat.begin_sealing()
    heads(world, "north", "south")
    (what,) = evidence(world, "south", "north")
    assert "does not continue" in what
    assert seen_size(world, "south", "north") == size, "what was seen stays"
    (entry,) = [one for one in world["south"].records() if one.kind == EVIDENCE]
    assert b"does not continue" in entry.body
    assert "does not continue" in (cheat.link("south").witness.refused or "")
    found = world["south"].link("north").witness.evidence[0]
    for note in (found.seen, found.shown):  # both are signed by the cheat's own record
        check_checkpoint(parse_note(note.encode()), cheat.sealer.key, (), verify)
    heads(world, "north", "south")
    assert len(evidence(world, "south", "north")) == 1, "once for each head that is shown"


def test_an_old_head_again_is_refused() -> None:
    """A record that was cut, or put back to an older copy: its newest head is an old one."""
    world = World("north", "south")
    talk(world)
    heads(world, "north", "south")
    before = len(world["north"].records())
    copy = world["north"].records()
    talk(world)
    heads(world, "north", "south")
    size = seen_size(world, "south", "north")
    assert size > before
    rewrite(world["north"], lambda _records: copy)
    world["north"].begin_sealing()
    heads(world, "north", "south")
    heads(world, "north", "south")
    (what,) = evidence(world, "south", "north")
    assert what == f"its record has {before:,} entries, and had {size:,}"


def test_a_head_of_another_key_is_refused() -> None:
    world = World("north", "south")
    talk(world)
    heads(world, "north", "south")
    world["north"].record_key = signer("east")
    rewrite(world["north"], lambda records: records)
    world["north"].begin_sealing()
    heads(world, "north", "south")
    assert evidence(world, "south", "north") == ["its record is sealed with another key"]


@pytest.mark.parametrize("longer", [False, True])
def test_two_views_of_one_record_show_once_the_two_compare(*, longer: bool) -> None:
    """North shows south one record and east another."""
    world = World("north", "south", "east")
    world.say("north", unlocated(START + 2 * HOUR))
    world.rest()
    north, shown = world["north"], world["north"].store
    records = north.records()
    heads(world, "north", "south")
    more = [records[-1]._replace(kind="account.put")] if longer else []
    rewrite(north, lambda _: back_date(records) + more)
    north.begin_sealing()
    heads(world, "north", "east")
    assert not evidence(world, "east", "north"), "each alone sees nothing wrong"
    assert not evidence(world, "south", "north")
    heads(world, "south", "east")
    if longer:  # of two sizes: north has to prove that one continues the other
        heads(world, "east", "north")
        north.store = shown
        north.begin_sealing()
        heads(world, "south", "north")
    whats = evidence(world, "south", "north") + evidence(world, "east", "north")
    assert any("another record" in what for what in whats), whats


@pytest.mark.parametrize("how", ["back-date", "rewrite"])
def test_a_neutral_witness_holds_both_to_what_it_saw_and_gets_none_of_their_words(how: str) -> None:
    """East says nothing and is told nothing; it sees heads alone."""
    world = World("north", "south", "east")
    talk(world)
    for party in ("north", "south"):
        heads(world, party, "east")
        cosigned = world[party].link("east").witness.cosigned
        assert cosigned is not None
        assert cosigned.size == world[party].sealer.size
    assert all(is_beat(message) for _, message in world["east"].said())
    cheat = world["north"]
    rewrite(cheat, CHEATS[how])
    cheat.begin_sealing()
    heads(world, "north", "east")
    assert any("does not continue" in what for what in evidence(world, "east", "north"))
    assert not evidence(world, "east", "south")
    heads(world, "south", "east")
    assert not evidence(world, "east", "south"), "what the other did is not held against it"


def test_honest_heads_of_two_sizes_are_proved_and_leave_no_doubt() -> None:
    world = World("north", "south", "east")
    talk(world, 2)
    heads(world, "north", "south")
    talk(world, 2)
    heads(world, "north", "east")
    for _ in range(2):
        for one, other in (("south", "east"), ("south", "north"), ("north", "east")):
            heads(world, one, other)
    for site in world.sites.values():
        for link in site.peering.links:
            assert not link.witness.evidence


def test_a_cosignature_of_another_head_is_not_kept() -> None:
    world = World("north", "south")
    talk(world)
    heads(world, "north", "south")
    witness = world["north"].link("south").witness
    last = world["south"].sealer.last_checkpoint().note  # signed, but of another record
    with pytest.raises(InvalidInput):
        witness.take(Heads(1, "northern-sky-2026", cosigned=last), START)


def test_urgent_asks_for_cosigning_at_once() -> None:
    world = World("north", "south")
    link = world["north"].link("south")
    assert link.urgent_count == 0
    world.say("north", Urgent(UrgentAction.STOP))
    world.exchange("north", "south", urgent=True)
    assert link.urgent_count == 1
    assert world["south"].link("north").urgent_count == 1
