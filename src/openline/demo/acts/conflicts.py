"""Plans that come too close, and what becomes of it."""

from dataclasses import replace

from openline.api.line import board_wire
from openline.demo.acts.shapes import box, corridor, plan, volume
from openline.demo.region import Place
from openline.demo.scene import Scene, name_of
from openline.line.message.bodies import Accept, Amend, Notify, Propose
from openline.line.message.kind import AnswerCode, Asks

NR12: tuple[Place, ...] = (Place(-45.0, 44.0), Place(10.0, 30.0), Place(45.0, 40.0))
SL40: tuple[Place, ...] = (Place(-12.0, -44.0), Place(-14.0, 40.0))
LIFT_M = 900.0


def automatic(scene: Scene) -> None:
    """North files a plan, then south; both see the conflict."""
    north = _nr12(scene)
    scene.kept["nr12"] = scene.say("ada", north, to=("south", "aid"))
    scene.note(f"{name_of('ada')} files the plan NR12")
    scene.wait(60)
    scene.kept["sl40"] = scene.say("cora", _sl40(scene), to=("north", "aid"))
    scene.note(f"{name_of('cora')} files the plan SL40")
    found = scene.conflict("ada", scene.kept["sl40"].thread, "crossing")
    scene.show(conflict=found.id)
    scene.note(_reason(found))
    scene.wait(60)
    for user, name in (("ada", "sl40"), ("ines", "sl40"), ("ines", "nr12"), ("cora", "nr12")):
        scene.read(user, scene.kept[name])
    scene.note("both sides have read the plan of the other")


def proposal(scene: Scene) -> None:
    """South offers to fly higher; north accepts; south amends."""
    conflict = scene.conflicts["crossing"]
    thread = scene.taken("sl40").thread
    lifted = _sl40(scene, LIFT_M)
    offer = Propose(conflict, thread, lifted.volumes, f"SL40 {LIFT_M:.0f} m higher")
    said = scene.say("cora", offer, thread=conflict)
    scene.show(conflict=conflict)
    scene.note(f"{name_of('cora')} proposes SL40 {LIFT_M:.0f} m higher; nothing else is met there")
    scene.wait(120)
    scene.say("bram", Accept(said.id), thread=conflict)
    scene.note(f"{name_of('bram')} accepts")
    scene.wait(60)
    scene.kept["sl40"] = scene.say("cora", Amend(lifted), thread=thread)
    scene.seen("ada", _is_over(conflict), "the end of the conflict")
    scene.note(f"{name_of('cora')} amends SL40: the conflict is over")
    scene.wait(30)
    scene.read("ada", scene.kept["sl40"])
    scene.answer("ada", scene.kept["sl40"], AnswerCode.WILL_COMPLY)
    scene.answer("cora", scene.kept["nr12"], AnswerCode.WILL_COMPLY)
    for name in ("sl40", "nr12"):
        scene.read("ines", scene.kept[name])
        scene.answer("ines", scene.kept[name], AnswerCode.WILL_COMPLY)


def near_miss(scene: Scene) -> None:
    """Two surveys side by side: no overlap, and too close."""
    scene.kept["nd5"] = scene.say("ada", _survey(scene, "ND5", 30.0, 36.0), to=("south",))
    scene.wait(45)
    scene.kept["sd3"] = scene.say("dov", _survey(scene, "SD3", 18.0, 26.2), to=("north",))
    scene.note(f"{name_of('ada')} files ND5, {name_of('dov')} files SD3 beside it")
    found = scene.conflict("dov", scene.kept["sd3"].thread, "beside")
    scene.show(conflict=found.id)
    scene.note(_reason(found))
    scene.wait(90)
    scene.read("dov", scene.kept["nd5"])
    scene.answer("dov", scene.kept["nd5"], AnswerCode.WILL_COMPLY)
    scene.read("ada", scene.kept["sd3"])
    scene.answer("ada", scene.kept["sd3"], AnswerCode.WILL_ADJUST, "ND5 moves north")
    scene.note(f"{name_of('ada')} will adjust")
    scene.wait(90)
    moved = _survey(scene, "ND5", 32.5, 36.0)
    scene.kept["nd5"] = scene.say("ada", Amend(moved), thread=scene.kept["nd5"].thread)
    scene.seen("dov", _is_over(found.id), "the end of the conflict")
    scene.note("ND5 is moved two and a half miles: the conflict is over")
    scene.wait(60)
    scene.read("dov", scene.kept["nd5"])
    scene.answer("dov", scene.kept["nd5"], AnswerCode.WILL_COMPLY)


def your_turn(scene: Scene) -> None:
    """A conflict is left to whoever looks on."""
    start, end = scene.at(170), scene.at(230)
    east = corridor(1.5, Place(-50.0, -20.0), Place(48.0, -14.0))
    west = corridor(1.5, Place(30.0, -44.0), Place(20.0, 30.0))
    north = plan("NR20", volume(west, 900.0, 1_500.0, start, end))
    south = plan("SL44", volume(east, 800.0, 1_400.0, start, end))
    scene.kept["nr20"] = scene.say("bram", north, to=("south",))
    scene.wait(30)
    scene.kept["sl44"] = scene.say("dov", south, to=("north",))
    found = scene.conflict("dov", scene.kept["sl44"].thread, "open")
    scene.show(conflict=found.id)
    scene.note(_reason(found))


def _nr12(scene: Scene) -> Notify:
    way = corridor(1.5, *NR12)
    return plan("NR12", volume(way, 300.0, 900.0, scene.at(50), scene.at(110)))


def _sl40(scene: Scene, higher_m: float = 0.0) -> Notify:
    low, high = 500.0 + higher_m, 1_000.0 + higher_m
    way = corridor(1.0, *SL40)
    return plan("SL40", volume(way, low, high, scene.at(50), scene.at(110)))


def _survey(scene: Scene, name: str, south_nm: float, north_nm: float) -> Notify:
    field = volume(box(-53.0, south_nm, -37.0, north_nm), 0.0, 250.0, scene.at(62), scene.at(122))
    return replace(plan(name, field), asks=Asks.KEEP_MINIMA)


def _reason(found: board_wire.Conflict) -> str:
    return found.facts.reason


def _is_over(conflict: str) -> "_Over":
    return _Over(conflict)


class _Over:
    """Whether a board shows a conflict no more, or as over."""

    def __init__(self, conflict: str) -> None:
        self._conflict = conflict

    def __call__(self, board: board_wire.Board) -> bool:
        return all(one.over for one in board.conflicts if one.id == self._conflict)
