"""A notice without a place, and how it gets one."""

from openline.api.line import board_wire
from openline.demo.acts.shapes import circle, volume
from openline.demo.region import Place
from openline.demo.scene import Scene, name_of
from openline.demo.worded import Reason
from openline.line.message.bodies import Amend, Clarify, Notify
from openline.line.message.kind import AnswerCode, Asks, Missing, NoticeKind

_FIELD = Place(-42.0, -32.0)


def without_place(scene: Scene) -> None:
    """North asks all to stay outside, and names no place."""
    start, end = scene.at(60), scene.at(120)
    body = Notify(NoticeKind.UNLOCATED, start, end, asks=Asks.STAY_OUTSIDE, name="N-7")
    notice = scene.kept["unlocated"] = scene.say("ada", body)
    scene.show(thread=notice.thread)
    scene.note("unlocated", who=name_of("ada"), name="N-7")
    found = scene.conflict("cora", notice.thread, "unlocated")
    scene.note("reason", reason=Reason(found))
    scene.wait(120)
    scene.read("cora", notice)
    scene.read("omar", notice)
    scene.note("read_both")


def continuing(scene: Scene) -> None:
    """South goes on as before, and says so."""
    notice = scene.taken("unlocated")
    text = "SL40 goes on; name the place"
    scene.answer("cora", notice, AnswerCode.CONTINUING_AS_PLANNED, text)
    scene.show(conflict=scene.known("unlocated"))
    scene.note("continues", who=name_of("cora"))
    scene.wait(45)
    scene.answer("omar", notice, AnswerCode.WILL_COMPLY)


def clarification(scene: Scene) -> None:
    """South asks for the place; north is overdue, then names it."""
    notice = scene.taken("unlocated")
    scene.say("cora", Clarify((Missing.PLACE,), "where?"), to=("north",), thread=notice.thread)
    scene.show(thread=notice.thread)
    scene.note("asks_place", who=name_of("cora"))

    def is_overdue(board: board_wire.Board) -> bool:
        return any(one.thread == notice.thread and one.overdue for one in board.clocks)

    scene.seen("cora", is_overdue, "that the place is overdue")
    scene.note("place_overdue")
    scene.wait(120)
    field = volume(circle(_FIELD, 2.0), 0.0, 1_500.0, scene.at(60), scene.at(120))
    located = Notify(
        NoticeKind.VOLUME, scene.at(60), scene.at(120), (field,), Asks.STAY_OUTSIDE, "N-7"
    )
    amended = scene.kept["located"] = scene.say("ada", Amend(located), thread=notice.thread)
    gone = scene.known("unlocated")
    scene.seen(
        "cora",
        lambda board: all(one.closed for one in board.conflicts if one.id == gone),
        "the end of the conflict",
    )
    scene.note("place_named", who=name_of("ada"))
    scene.wait(60)
    scene.take_note("cora", amended, "crew 40", "crew 41")
    scene.take_note("omar", amended, "crew 1")
