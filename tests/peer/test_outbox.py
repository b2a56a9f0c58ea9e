"""What waits for a peer: nothing that was not settled is passed over, and memory is bounded."""

from typing import Any

import pytest

from openline.app.peer import outbox as under_test
from openline.app.peer import queue
from openline.app.peer.outbox import Outbox
from openline.app.peer.peers import Peer, put_peer
from openline.formats.peer_exchange import Outcome, digest_of
from openline.line.message.bodies import Urgent
from openline.line.message.kind import UrgentAction
from openline.store.memory import MemoryStore
from tests.line_world import HOUR, START, unlocated
from tests.peer.world import Site, World

MANY = 1_000
BYTES = 10_000_000


def speaking(count: int) -> Site:
    """A site whose party said that many things."""
    world = World("north", "south")
    for number in range(count):
        world.say("north", unlocated(START + (2 + number) * HOUR))
    return world["north"]


def box(site: Site) -> Outbox:
    """The queue to south as a server that just started has it."""
    return Outbox(site.line, ["north"], Peer("south"))


def outcomes(result: str, *tokens: bytes, again: bool = False) -> list[Outcome]:
    """What the peer says became of messages."""
    reason = "because" if result == "refused" else None
    return [Outcome(digest_of(token), result, reason, again) for token in tokens]


def test_what_is_offered_is_in_flight_and_offered_again_when_it_failed_or_its_time_is_over() -> (
    None
):
    found = box(speaking(3))
    tokens = found.offer(MANY, BYTES, 0.0)
    assert len(tokens) == 3
    assert found.offer(MANY, BYTES, 1.0) == []
    found.failed(tokens[1:2])
    assert found.offer(MANY, BYTES, 1.0) == tokens[1:2]
    assert found.offer(MANY, BYTES, under_test.IN_FLIGHT_S) == [tokens[0], tokens[2]]


def test_a_kill_passes_over_nothing_that_was_not_settled() -> None:
    site = speaking(4)
    found = box(site)
    tokens = found.offer(MANY, BYTES, 0.0)
    found.settle(outcomes("new", tokens[0], tokens[2], tokens[3]), START, 100.0)
    again = box(site)
    assert tokens[1] in again.offer(MANY, BYTES, 0.0)
    assert tokens[0] not in again.offer(MANY, BYTES, 100.0)


def test_what_is_settled_is_kept_as_settled() -> None:
    site = speaking(4)
    found = box(site)
    found.settle(outcomes("known", *found.offer(MANY, BYTES, 0.0)), START, 100.0)
    assert box(site).offer(MANY, BYTES, 0.0) == []
    assert found.settled("north") == 4


def test_numbers_are_settled_up_to_the_first_that_is_not() -> None:
    found = box(speaking(4))
    tokens = found.offer(MANY, BYTES, 0.0)
    assert found.settled("north") == 0
    found.settle(outcomes("new", tokens[0], tokens[2]), START, 0.0)
    assert found.settled("north") == 1
    found.settle(outcomes("refused", tokens[1], again=True), START, 0.0)
    assert found.settled("north") == 1, "it may come yet"
    found.settle(outcomes("new", tokens[3]), START, 0.0)
    (again,) = found.offer(MANY, BYTES, 100.0)
    found.settle(outcomes("refused", again), START, 100.0)
    assert found.settled("north") == 4, "refused for good"


def test_memory_is_bounded_and_the_rest_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "WINDOW", 3)
    found = box(speaking(8))
    seen: list[bytes] = []
    for size, behind in ((3, 8), (3, 5), (2, 2), (0, 0)):
        assert found.behind() == behind
        tokens = found.offer(MANY, BYTES, 0.0)
        assert len(tokens) == size
        assert found.behind() == behind
        found.settle(outcomes("new", *tokens), START, 0.0)
        seen += tokens
    assert len(set(seen)) == 8


def test_a_batch_has_as_many_messages_and_bytes_as_were_asked_for() -> None:
    found = box(speaking(5))
    first = found.offer(2, BYTES, 0.0)
    assert len(first) == 2
    (second,) = found.offer(MANY, len(first[0]) + 100, 0.0)
    assert second not in first


def test_urgent_comes_first_and_alone_if_asked_so() -> None:
    world = World("north", "south")
    world.say("north", unlocated(START + 2 * HOUR))
    world.say("north", Urgent(UrgentAction.STOP))
    found = box(world["north"])
    (urgent,) = found.offer(MANY, BYTES, 0.0, urgent=True)
    assert found.offer(MANY, BYTES, 0.0, urgent=True) == []
    (other,) = found.offer(MANY, BYTES, 0.0)
    found.failed([urgent, other])
    assert found.offer(MANY, BYTES, 0.0) == [urgent, other]


def test_what_was_refused_for_now_is_tried_again_less_and_less_often_also_after_a_kill() -> None:
    site = speaking(1)
    found = box(site)
    tokens, now_s, waits = found.offer(MANY, BYTES, 0.0), 0.0, []
    for _ in range(14):
        found.settle(outcomes("refused", *tokens, again=True), START, now_s)
        at_s = found.next_again_s()
        assert at_s is not None
        assert found.offer(MANY, BYTES, at_s - 0.01) == []
        assert found.offer(MANY, BYTES, at_s) == tokens
        waits.append(at_s - now_s)
        now_s = at_s
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == under_test.AGAIN_LAST_S
    found.note()
    again = box(site)
    assert [one.tries for one in again.waiting()] == [14]
    assert again.offer(MANY, BYTES, now_s) == tokens


def test_what_was_refused_for_good_is_shown_and_not_sent() -> None:
    site = speaking(2)
    found = box(site)
    tokens = found.offer(MANY, BYTES, 0.0)
    (told,) = found.settle(outcomes("refused", tokens[0]), START, 0.0)
    assert (told.reason, told.final) == ("because", True)
    found.settle(outcomes("new", tokens[1]), START, 10.0)
    for one in (found, box(site)):
        assert one.offer(MANY, BYTES, 1_000.0) == []
        assert [refused.reason for refused in one.kept.refused] == ["because"]
        assert one.kept.refused_count == 1


def test_more_that_wait_than_are_kept_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "WAITING_MAX", 3)
    found = box(speaking(5))
    tokens = found.offer(MANY, BYTES, 0.0)
    found.settle(outcomes("refused", *tokens, again=True), START, 0.0)
    assert len(found.waiting()) == 3
    assert found.kept.refused_count == 2


def test_an_outcome_of_what_nobody_sent_changes_nothing() -> None:
    found = box(speaking(1))
    found.offer(MANY, BYTES, 0.0)
    assert found.settle(outcomes("refused", b"something else"), START, 0.0) == []
    assert found.behind() == 1


def test_what_waits_is_found_without_reading_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    site = speaking(4)
    found = box(site)
    for number in range(40):  # much that is for nobody
        put_peer(site.store, "north", Peer("south", paused=bool(number % 2)), START).result()
    world = site.world
    world.say("north", unlocated(START + 9 * HOUR))
    asked: list[int] = []
    read = MemoryStore.read

    def counted(store: MemoryStore, question: Any) -> Any:
        answer = read(store, question)
        asked.append(len(answer) if isinstance(answer, dict) else 0)
        return answer

    monkeypatch.setattr(MemoryStore, "read", counted)
    assert found.behind() == 5
    assert len(found.offer(MANY, BYTES, 0.0)) == 5
    assert sum(asked) == 5, "of the record, only what goes out was read"
    assert found.behind() == 5
