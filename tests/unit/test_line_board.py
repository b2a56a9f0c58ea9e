"""Boards as values: what travels has the fields that the interface describes, and no others."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from openline.api.line import board_wire as wire
from openline.formats.line_board import values_of
from openline.geo.position import Position
from openline.line.agreement import Coarseness
from openline.line.message.bodies import Answer, Breach, Disposition, Propose, Readback, Reply
from openline.line.message.kind import AnswerCode, DispositionState, NoticeKind, ReceiptKind
from openline.line.thread import MessageEntry
from openline.line.view import board
from openline.line.view_threads import said_in
from tests.line_world import HOUR, MINUTE, START, World, notice, unlocated, volume


def _conflicting(world: World) -> tuple[MessageEntry, MessageEntry]:
    one = world.say("north", notice(volume(), name="Alpha"))
    return one, world.say("south", notice(volume()))


@pytest.fixture
def world() -> World:
    """A line on which everything that a board can show has happened."""
    world = World(machines=True)
    world.say("north", unlocated())
    hidden = replace(notice(volume()), notice=NoticeKind.PLAN, show=Coarseness.CELLS)
    world.say("east", hidden)
    mine, theirs = _conflicting(world)
    world.receipt("south", mine, ReceiptKind.DISSEMINATED)
    world.say(
        "south",
        Readback(mine.message.id, Position(54.2, 7.0), 0.0, 900.0, START + HOUR, START + 2 * HOUR),
        thread=mine.message.thread,
    )
    world.answer("south", mine, AnswerCode.NEED_MORE_TIME, until=START + 10 * MINUTE)
    (conflict,) = (
        one.id
        for one in world.state.conflicts.values()
        if mine.message.thread in one.threads and theirs.message.thread in one.threads
    )
    moved = volume(start=START + 5 * HOUR)
    world.say("north", Propose(conflict, mine.message.thread, (moved,)), thread=conflict)
    claim = world.say("north", Breach("lead time", START, "no word before the flight"))
    world.say("south", Reply("it was sent by radio"), thread=claim.message.thread)
    settled = Disposition(DispositionState.NO_ACTION_DECIDED)
    world.say("south", settled, thread=claim.message.thread)
    world.sleep(timedelta(minutes=20))
    return world


PARTIES = ("north", "south", "east")


@pytest.mark.parametrize("party", PARTIES)
def test_a_board_is_as_the_interface_describes_it(world: World, party: str) -> None:
    values = values_of(board(world.state, party, world.now))
    text = msgspec.json.encode(values)
    read = msgspec.json.decode(text, type=wire.Board)
    again = msgspec.json.decode(msgspec.json.encode(read))
    assert again == msgspec.json.decode(text)
    assert read.threads
    assert read.conflicts
    assert read.clocks


@pytest.mark.parametrize("party", PARTIES)
def test_what_was_said_is_as_the_interface_describes_it(world: World, party: str) -> None:
    count = 0
    for thread in world.state.threads.values():
        if party not in thread.parties:
            continue
        for one in said_in(world.state, thread, party):
            text = msgspec.json.encode(values_of(one))
            read = msgspec.json.decode(text, type=wire.Said)
            assert msgspec.to_builtins(read) == msgspec.json.decode(text)
            count += 1
    assert count > 10


def test_a_hidden_plan_travels_as_cells(world: World) -> None:
    values = values_of(board(world.state, "north", world.now))
    (hidden,) = (one for one in values["threads"] if one["shown"] == "cells")
    assert set(hidden["says"]) == {
        "kind",
        "notice",
        "asks",
        "shown",
        "time_start",
        "time_end",
        "cells",
    }
    assert all(len(cell) == 16 and int(cell, 16) for cell in hidden["says"]["cells"])


def test_an_answer_has_its_kind_beside_it(world: World) -> None:
    mine = next(e for e in world.state.messages.values() if isinstance(e.message.body, Answer))
    thread = world.state.threads[mine.message.thread]
    bodies = [values_of(one).get("body", {}) for one in said_in(world.state, thread, "north")]
    assert {"kind": "ANSWER", "code": "need_more_time"}.items() <= next(
        one.items() for one in bodies if one.get("kind") == "ANSWER"
    )
