"""What is not shown is not in the board: two histories that differ in it alone give the same one.

The numbers of entries are left out, but for their order: the record counts what was said between
others too, and everybody who verifies it knows that.
"""

import re
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openline.airspace.volume import Volume4D
from openline.geo.circle import Circle
from openline.geo.position import Position
from openline.line.agreement import Coarseness, Party
from openline.line.line import Line
from openline.line.masking import cells_of
from openline.line.message.bodies import Amend, Answer, Cancel, Notify, Readback, Receipt
from openline.line.message.kind import AnswerCode, Asks, NoticeKind, ReceiptKind
from openline.line.view import board
from openline.line.view_threads import said_in
from tests.line_world import HOUR, MINUTE, START, World, agreement, notice, volume

# North's plans are shown to east; to south as little as there is, or as cells.
_VIEWER = "south"
_WINDOW = (START + 2 * HOUR, START + 6 * HOUR)


def _agreed(shows: Coarseness):
    def party(one: Party) -> Party:
        if one.id != "north":
            return one
        return replace(one, shows=shows, shows_to=(("east", Coarseness.FULL),))

    plain = agreement()
    return replace(plain, parties=tuple(party(one) for one in plain.parties))


@st.composite
def hidden(draw: st.DrawFn) -> Volume4D:
    """A place, heights and times within the window; nothing of it may show."""
    place = Position(draw(st.floats(53.5, 54.5)), draw(st.floats(6.0, 8.0)))
    lower = draw(st.floats(0.0, 3_000.0))
    start = _WINDOW[0] + timedelta(seconds=draw(st.integers(0, 7_000)))
    return Volume4D.over_ellipsoid(
        Circle(place, draw(st.floats(10.0, 3_000.0))),
        lower,
        lower + draw(st.floats(1.0, 2_000.0)),
        start,
        start + timedelta(seconds=draw(st.integers(1, 7_000))),
    )


def _plan(place: Volume4D, name: str) -> Notify:
    return Notify(
        NoticeKind.PLAN, *_WINDOW, (place,), Asks.KEEP_MINIMA, name, text=f"text of {name}"
    )


class _History:
    """What north does with a plan, south and east see it in their ways; east's own is close by."""

    def __init__(self, shows: Coarseness, first: Volume4D, later: Volume4D, name: str) -> None:
        self.world = World(_agreed(shows))
        self.first, self.later, self.name = first, later, name
        self.plan = self.world.say("north", _plan(first, name))
        self.beside = self.world.say("east", self._beside(first), recipients=("north",))
        self.world.say("south", notice(volume(start=START + 40 * HOUR)))
        self.amended = False

    def do(self, step: str) -> None:
        world, thread = self.world, self.plan.message.thread
        current = world.state.messages[world.state.threads[thread].current].message.id
        standing = world.state.threads[thread].standing
        if step == "sleep":
            world.sleep(7 * MINUTE)
        elif step == "read":
            for party in ("south", "east"):
                world.say(party, Receipt(ReceiptKind.READ, current), thread=thread)
        elif step == "readback":
            self._read_back(current)
        elif step == "answer" and standing:
            world.say("east", Answer(AnswerCode.WILL_COMPLY, current), thread=thread)
        elif step == "amend" and standing:
            self.amended = True
            beside = Amend(self._beside(self.later))
            world.say("north", Amend(_plan(self.later, self.name)), thread=thread)
            world.say("east", beside, thread=self.beside.message.id)
        elif step == "cancel" and standing:
            world.say("north", Cancel(), thread=thread)

    def seen(self) -> str:
        state = self.world.state
        view = replace(board(state, _VIEWER, self.world.now), entry=0)
        said = said_in(state, self.world.thread(self.plan), _VIEWER)
        text = repr((view, said))
        numbers = sorted({int(one) for one in re.findall(r"\bentry=(\d+)", text)})
        return re.sub(
            r"\bentry=(\d+)", lambda one: f"entry #{numbers.index(int(one.group(1)))}", text
        )

    def _beside(self, place: Volume4D) -> Notify:
        return notice(replace(place, time_start=_WINDOW[0], time_end=_WINDOW[1]))

    def _read_back(self, current: str) -> None:
        place = self.later if self.amended else self.first
        assert isinstance(place.footprint, Circle)
        body = Readback(
            current,
            place.footprint.centre,
            place.altitude_lower_m,
            place.altitude_upper_m,
            place.time_start,
            place.time_end,
        )
        self.world.say("east", body, thread=self.plan.message.thread)


steps = st.lists(
    st.sampled_from(["sleep", "read", "readback", "answer", "amend", "cancel"]), max_size=6
)
_FIXED = volume(Circle(Position(54.0, 7.0), 500.0), START + 3 * HOUR)
_MOVED = volume(Circle(Position(54.2, 7.1), 900.0), START + 4 * HOUR, lower_m=500.0)


@settings(deadline=None, max_examples=40)
@given(hidden(), hidden(), steps)
def test_of_a_hidden_plan_nothing_is_in_the_board(
    first: Volume4D, later: Volume4D, done: list[str]
) -> None:
    assume(first != later)  # that something was amended is told; what is not
    one = _History(Coarseness.CONFLICTS, first, later, "Alpha")
    other = _History(Coarseness.CONFLICTS, _FIXED, _MOVED, "Bravo")
    for step in done:
        one.do(step)
        other.do(step)
    assert one.seen() == other.seen()
    shown = board(one.world.state, "east", one.world.now)
    assert shown != board(other.world.state, "east", other.world.now), "east sees them"


@settings(deadline=None, max_examples=40)
@given(hidden(), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02), steps)
def test_of_a_plan_shown_as_cells_only_the_cells_are_in_the_board(
    first: Volume4D, north: float, east: float, done: list[str]
) -> None:
    assert isinstance(first.footprint, Circle)
    lat, lng = first.footprint.centre
    near = Circle(Position(lat + north, lng + east), first.footprint.radius_m)
    assume(cells_of(near) == cells_of(first.footprint))
    moved = Volume4D.over_ellipsoid(near, 77.0, 99.0, first.time_start, first.time_end)
    one = _History(Coarseness.CELLS, first, _MOVED, "Alpha")
    other = _History(Coarseness.CELLS, moved, _MOVED, "Bravo")
    for step in done:
        one.do(step)
        other.do(step)
    assert one.seen() == other.seen()


@settings(deadline=None, max_examples=25)
@given(hidden(), steps)
def test_the_record_read_again_gives_the_same_board(first: Volume4D, done: list[str]) -> None:
    history = _History(Coarseness.CELLS, first, _MOVED, "Alpha")
    for step in done:
        history.do(step)
    again: Line = history.world.replayed()
    for party in ("north", "south", "east"):
        now = history.world.now
        assert board(again.state, party, now) == board(history.world.state, party, now)


@settings(deadline=None, max_examples=25)
@given(hidden(), hidden(), steps)
def test_who_is_in_no_thread_sees_nothing_of_it(
    first: Volume4D, later: Volume4D, done: list[str]
) -> None:
    world = World()
    said = world.say("north", _plan(first, "Alpha"), recipients=("east",))
    for step in done:
        if step == "sleep":
            world.sleep(7 * MINUTE)
        elif step == "amend" and world.thread(said).standing:
            world.say("north", Amend(_plan(later, "Alpha")), thread=said.message.id)
    view = board(world.state, "south", world.now)
    assert said.message.id not in repr(view)
    assert said_in(world.state, world.thread(said), "south") == ()
