"""Messages of a peer in: some in one change, and each counts for itself."""

from typing import Any

import pytest

from openline.app.peer import inbox
from openline.app.peer.inbox import Batch, take_batch
from openline.errors import InvalidInput
from openline.line.line import Line
from openline.line.message.bodies import Urgent
from openline.line.message.kind import UrgentAction
from openline.line.thread import MessageEntry
from tests.line_world import HOUR, START, unlocated
from tests.peer.world import World


def taken(world: World, tokens: list[bytes]) -> list[str]:
    site = world["south"]
    batch = Batch("north", tokens, site.clock.now(), frozenset({"south"}))
    return [one.result for one in take_batch(site.line, batch, site.clock.now())]


def said(world: World, count: int) -> list[bytes]:
    for _ in range(count):
        world.say("north", unlocated(START + 2 * HOUR))
    return list(world["north"].messages().values())


def test_many_come_in_a_few_changes_and_each_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("north", "south")
    tokens = said(world, 20)
    changes: list[int] = []
    submitted = inbox._submitted

    def counted(services: Any, few: Any, now: Any) -> Any:
        changes.append(len(few))
        return submitted(services, few, now)

    monkeypatch.setattr(inbox, "_submitted", counted)
    tokens[7] = tokens[7][:-4] + b"AAAA"
    results = taken(world, [*tokens, tokens[0]])
    assert results == ["new"] * 7 + ["refused"] + ["new"] * 12 + ["known"]
    assert changes == [16, 4]
    assert len([1 for token in tokens if token in world["south"].messages().values()]) == 19


def test_urgent_goes_before_what_came_with_it() -> None:
    world = World("north", "south")
    said(world, 3)
    call = world.say("north", Urgent(UrgentAction.STOP))
    tokens = list(world["north"].messages().values())
    assert taken(world, tokens) == ["new"] * 4
    order = [message.id for _, message in world["south"].said() if message.sender == "north"]
    assert order[0] == call.message.id


def test_one_that_is_refused_halfway_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that refuses what it had let pass: the others come in all the same, once."""
    world = World("north", "south")
    tokens = said(world, 5)
    bad = [message.id for _, message in world["north"].said()][2]
    follow = Line.follow

    def faulty(line: Line, entry: MessageEntry) -> Any:
        if entry.message.id == bad:
            raise InvalidInput("it cannot be taken")
        return follow(line, entry)

    monkeypatch.setattr(Line, "follow", faulty)
    assert taken(world, tokens) == ["new", "new", "refused", "new", "new"]
    there = world["south"].messages()
    assert [token in there.values() for token in tokens] == [True, True, False, True, True]
    assert taken(world, tokens) == ["known", "known", "refused", "known", "known"]
