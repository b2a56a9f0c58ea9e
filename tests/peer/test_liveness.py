"""Whether a party is there, as both servers see it: UNKNOWN on time, and slow is not dead."""

from datetime import timedelta

import pytest

from openline.app.line.entries import entry_of
from openline.app.peer.link import Answered
from openline.errors import Unreachable
from openline.line.event import LinkChanged, LinkState
from tests.line_world import START
from tests.peer.world import Site, World

STEP_S = 0.5
EVERY_S = 60.0  # the agreement's line check by machines; two may be missed


def changes(site: Site, of: str) -> list[tuple[float, LinkState]]:
    """How the link to a party changed at a site: seconds since the start, and to what."""
    found = []
    for record in site.records():
        entry = entry_of(record)
        content = None if entry is None else entry.content
        if isinstance(content, LinkChanged) and content.party == of:
            found.append(((record.time - START).total_seconds(), content.state))
    return found


class Line:
    """Two servers whose machines try the line, over a network that takes `delay_s` each way."""

    def __init__(self, delay_s: float = 0.0) -> None:
        self.world = World("north", "south")
        self.delay_s = delay_s
        self.cut = False

    def go(self, seconds: float) -> None:
        """Let time pass; whatever is to be sent is sent at once."""
        ends = self.world.now_s + seconds
        while self.world.now_s < ends:
            self.world.sleep(STEP_S)
            for one, other in (("north", "south"), ("south", "north")):
                self.world[one].tick()
                link = self.world[one].link(other)
                if link.outbox.has_more(self.world.now_s) or link.owes:
                    self.exchange(one, other)

    def exchange(self, one: str, other: str) -> None:
        def send(path: str, header: str, body: bytes) -> Answered:
            if self.cut:
                raise Unreachable("the line is cut")
            self.world.sleep(self.delay_s)
            answered = self.world.deliver(other, path, header, body)
            self.world.sleep(self.delay_s)
            return answered

        try:
            self.world[one].link(other).exchange(send, self.world.now_s)
        except Unreachable:
            return


def state(line: Line, at: str, of: str) -> LinkState:
    return next(one.state for one in line.world[at].board().links if one.party == of)


def heard_s(site: Site, of: str) -> float:
    """When a party was last heard at a site, in seconds since the start."""
    heard = site.line.look(lambda line, _at: line.state.party(of).last_heard)
    assert heard is not None
    return (heard - START).total_seconds()


def test_unknown_within_five_seconds_of_the_second_missed_beat_on_both_sides() -> None:
    line = Line()
    line.go(190)
    for at, of in (("north", "south"), ("south", "north")):
        assert state(line, at, of) is LinkState.LIVE
    cut_at = line.world.now_s
    line.cut = True
    line.go(EVERY_S * 2 + 10)
    for at, of in (("north", "south"), ("south", "north")):
        second_missed = heard_s(line.world[at], of) + 2 * EVERY_S
        (unknown,) = [
            at_s
            for at_s, to in changes(line.world[at], of)
            if to is LinkState.UNKNOWN and at_s > cut_at
        ]
        assert second_missed <= unknown <= second_missed + 5
        assert state(line, at, of) is LinkState.UNKNOWN
    line.cut = False
    line.go(EVERY_S + 5)
    for at, of in (("north", "south"), ("south", "north")):
        assert state(line, at, of) is LinkState.LIVE, "it is heard again"


@pytest.mark.parametrize("delay_s", [1.0, 4.0, 9.0])
def test_a_link_that_is_slow_is_not_called_dead(delay_s: float) -> None:
    line = Line(delay_s)
    line.go(600)
    for at, of in (("north", "south"), ("south", "north")):
        told = changes(line.world[at], of)
        assert [to for _, to in told if to is LinkState.UNKNOWN] == []
        assert state(line, at, of) is not LinkState.UNKNOWN


def test_one_way_is_enough_for_one_side_to_know_and_the_other_not() -> None:
    """South's server is killed: north says UNKNOWN of south; nobody says it of himself."""
    line = Line()
    line.go(70)
    for _ in range(300):
        line.world.sleep(STEP_S)
        line.world["north"].tick()
    assert state(line, "north", "south") is LinkState.UNKNOWN
    age = next(one.age for one in line.world["north"].board().links if one.party == "south")
    assert age is not None
    assert age >= timedelta(seconds=140)
