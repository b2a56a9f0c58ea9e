"""What a party is shown of what another one said: all, coarse cells, or that it is there."""

from dataclasses import replace

import pytest

from openline.airspace.volume import Volume4D
from openline.geo.position import Position
from openline.geo.s2 import cap
from openline.geo.s2 import cells_of as s2_cells
from openline.line.agreement import Coarseness
from openline.line.board import Board, ThreadView
from openline.line.masking import CoarseNotice, cells_of, visible_message
from openline.line.message.bodies import (
    Notify,
    Readback,
)
from openline.line.message.kind import (
    Asks,
    Kind,
    NoticeKind,
)
from openline.line.view import board
from openline.line.view_threads import said_in
from tests.line_world import (
    HOUR,
    START,
    World,
    agreement,
    circle,
    notice,
    volume,
)


def _board(world: World, party: str) -> Board:
    return board(world.state, party, world.now)


def _thread(world: World, party: str, thread_id: str) -> ThreadView:
    (found,) = [one for one in _board(world, party).threads if one.id == thread_id]
    return found


_PLACE = volume(circle(54.321, 7.654, 123.0), lower_m=222.0, upper_m=333.0)
_PLAN = Notify(
    NoticeKind.PLAN, _PLACE.time_start, _PLACE.time_end, (_PLACE,), Asks.NOTHING, "Alpha"
)


@pytest.mark.parametrize(
    ("say", "shown"),
    [
        (_PLAN, Coarseness.CONFLICTS),  # the default of the agreement
        (replace(_PLAN, show=Coarseness.FULL), Coarseness.FULL),
        (replace(_PLAN, show=Coarseness.CELLS), Coarseness.CELLS),
        (replace(_PLAN, notice=NoticeKind.VOLUME), Coarseness.FULL),
        (replace(_PLAN, notice=NoticeKind.VOLUME, show=Coarseness.CELLS), Coarseness.CELLS),
    ],
)
def test_the_sender_chooses_what_is_shown(say: Notify, shown: Coarseness) -> None:
    world = World()
    said = world.say("north", say)
    view = _thread(world, "south", said.message.id)
    assert view.shown is shown
    assert visible_message(world.state, said, "south") is shown
    assert visible_message(world.state, said, "north") is Coarseness.FULL
    if shown is Coarseness.FULL:
        assert view.says == say
        return
    assert isinstance(view.says, CoarseNotice)
    assert ("Alpha" in repr(view), "222" in repr(view), "654" in repr(view)) == (False,) * 3
    times = (view.says.time_start, view.says.time_end)
    if shown is Coarseness.CELLS:
        assert view.says.cells == cells_of(_PLACE.footprint)
        assert times == (say.time_start, say.time_end)
    else:
        assert (view.says.cells, times, view.lead_time) == ((), (None, None), None)
    assert _thread(world, "north", said.message.id).says == say


def test_cells_are_five_to_ten_kilometres_wide_and_hold_the_place() -> None:
    cells = cells_of(_PLACE.footprint)
    levels = {30 - ((cell & -cell).bit_length() - 1) // 2 for cell in cells}
    assert levels == {10}
    (own,) = s2_cells(cap(Position(54.321, 7.654), 1e-9), 6, 10)
    assert own in cells


def test_a_conflict_with_a_hidden_plan_tells_of_the_conflict_alone() -> None:
    world = World()
    wide = Volume4D.over_ellipsoid(
        circle(54.321, 7.654, 123.0), 222.0, 5_333.0, START + HOUR, START + 9 * HOUR
    )
    plan = replace(_PLAN, volumes=(wide,), time_start=wide.time_start, time_end=wide.time_end)
    world.say("north", plan)
    mine = volume(circle(54.321, 7.654, 50.0), lower_m=400.0, upper_m=500.0)
    world.say("south", notice(mine))
    view = _board(world, "south")
    (conflict,) = view.conflicts
    assert (conflict.facts.altitude_lower_m, conflict.facts.altitude_upper_m) == (400.0, 500.0)
    assert (conflict.facts.time_start, conflict.facts.time_end) == (
        mine.time_start,
        mine.time_end,
    )
    assert conflict.other_name is None
    assert "Alpha" not in repr(view)
    assert "5333" not in repr(view)


def test_a_read_back_by_another_does_not_show_what_is_hidden() -> None:
    parties = tuple(
        replace(one, shows_to=(("east", Coarseness.FULL),)) if one.id == "north" else one
        for one in agreement().parties
    )
    world = World(agreement(parties=parties))
    plan = world.say("north", _PLAN)
    body = Readback(
        plan.message.id,
        Position(54.321, 7.654),
        222.0,
        333.0,
        _PLACE.time_start,
        _PLACE.time_end,
    )
    read = world.say("east", body, thread=plan.message.id)
    assert visible_message(world.state, read, "north") is Coarseness.FULL
    assert visible_message(world.state, read, "south") is Coarseness.CONFLICTS
    heard = said_in(world.state, world.thread(plan), "south")
    assert [(one.kind, one.body is None) for one in heard] == [
        (Kind.NOTIFY, False),
        (Kind.READBACK, True),
    ]
    assert "222" not in repr(heard)


def test_a_message_that_did_not_go_to_a_party_is_not_there_for_it() -> None:
    world = World()
    first = world.say("north", notice())
    receipt = world.receipt("south", first, recipients=("north",))
    assert visible_message(world.state, receipt, "east") is None
    heard = said_in(world.state, world.thread(first), "east")
    assert [one.id for one in heard] == [first.message.id]
