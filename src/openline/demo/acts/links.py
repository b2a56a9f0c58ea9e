"""What only two servers can show: a link that is cut, and what waits for it."""

from collections.abc import Callable

from openline.api.line import board_wire
from openline.api.line.wire import Taken
from openline.demo.region import SOUTHMOLE
from openline.demo.scene import ActCut, Scene, name_of
from openline.line.message.bodies import Urgent
from openline.line.message.kind import AnswerCode, UrgentAction

_SIDES = (("ada", "south"), ("cora", "north"))


def cut(scene: Scene) -> None:
    """An urgent message waits for the link; both sides know that they know nothing; it comes."""
    if not scene.sites.are_several:
        raise ActCut("there is one server, and no link")
    scene.cut()
    scene.note("cut")
    try:
        scene.wait(20)
        call = _call(scene)
        scene.wait(200)
        for user, other in _SIDES:
            scene.seen(user, _link_is(other, "UNKNOWN"), f"that {other} is UNKNOWN")
        scene.note("unknown")
    finally:
        scene.mend()
    scene.note("mended")
    scene.read("bram", call)
    scene.answer("bram", call, AnswerCode.WILL_COMPLY, "nobody leaves")
    scene.note("holds", who=name_of("bram"))
    scene.seen("cora", _cosigned("north", call.entry), "the cosignature of the north")
    scene.note("cosigned", entry=call.entry)
    scene.wait(75)
    for user, other in _SIDES:
        scene.seen(user, _link_is(other, "live"), f"that {other} is live")
    scene.note("live")


def _call(scene: Scene) -> Taken:
    text = "smoke over the field at Southmole: nobody is to leave the north towards it"
    call = scene.kept["hold"] = scene.say(
        "dov", Urgent(UrgentAction.HOLD, position=SOUTHMOLE.position, text=text), to=("north",)
    )
    scene.show(thread=call.thread)
    scene.note("calls_hold", who=name_of("dov"))
    return call


def _link_of(board: board_wire.Board, party: str) -> board_wire.Link | None:
    return next((one for one in board.links if one.party == party), None)


def _link_is(party: str, state: str) -> Callable[[board_wire.Board], bool]:
    def found(board: board_wire.Board) -> bool:
        link = _link_of(board, party)
        return link is not None and link.state == state

    return found


def _cosigned(party: str, entry: int) -> Callable[[board_wire.Board], bool]:
    """Whether a party has cosigned so much of the record of whoever looks."""

    def found(board: board_wire.Board) -> bool:
        link = _link_of(board, party)
        peer = None if link is None else link.peer
        return peer is not None and peer.cosigned is not None and peer.cosigned >= entry

    return found
