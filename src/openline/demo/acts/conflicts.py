"""Plans that come too close, and what becomes of it."""

from collections.abc import Callable
from typing import Final

from openline.airspace.volume import Volume4D
from openline.api.line import board_wire
from openline.api.line.advice_wire import Advice, AdviceWay
from openline.client.ways import volumes_of_way
from openline.demo.acts.shapes import box, circle, corridor, from_ground, plan, volume
from openline.demo.region import CAPE_HALLEN, LUNN, NORTH_RIG, SOUTH_RIG, Place
from openline.demo.scene import JSON, ActCut, Scene, name_of
from openline.demo.worded import Change, Reason
from openline.formats.json_text import encode
from openline.line.message.bodies import Accept, Amend, Notify, Propose
from openline.line.message.kind import AnswerCode

NR12: Final = (LUNN, Place(10.0, 18.0), CAPE_HALLEN)
SL40: Final = (SOUTH_RIG, NORTH_RIG)
NR12_M: Final = (300.0, 700.0)
SL40_M: Final = (500.0, 1_000.0)
_ADVICE: Final = "/line/v1/advice"
_COLUMN_M: Final = 1_600.0  # so high SL40 may be at the ends of its way


def automatic(scene: Scene) -> None:
    """North files a plan, then south; both see the conflict."""
    north = _nr12(scene)
    scene.kept["nr12"] = scene.say("ada", north, to=("south", "aid"))
    scene.note("files", who=name_of("ada"), name="NR12")
    scene.wait(60)
    scene.kept["sl40"] = scene.say("cora", _sl40(scene), to=("north", "aid"))
    scene.note("files", who=name_of("cora"), name="SL40")
    found = scene.conflict("ada", scene.kept["sl40"].thread, "crossing")
    scene.show(conflict=found.id)
    scene.note("reason", reason=Reason(found))
    scene.wait(60)
    for user, name in (("ada", "sl40"), ("ines", "sl40"), ("ines", "nr12"), ("cora", "nr12")):
        scene.read(user, scene.kept[name])
    scene.note("read_each")


def proposal(scene: Scene) -> None:
    """South asks for the nearest way out and offers it; north accepts; south amends."""
    conflict = scene.known("crossing")
    thread = scene.taken("sl40").thread
    way = _way_out(scene, "cora", conflict)
    lifted = plan("SL40", *volumes_of_way(way))
    scene.climbs_m["sl40"] = max(one.climb_m for one in way.changes)
    scene.note("advised", who=name_of("cora"), change=Change(way))
    offer = Propose(conflict, thread, lifted.volumes, f"SL40: {way.words}")
    said = scene.say("cora", offer, thread=conflict)
    scene.show(conflict=conflict)
    scene.note("proposes", who=name_of("cora"), name="SL40")
    scene.wait(120)
    scene.say("bram", Accept(said.id), thread=conflict)
    scene.note("accepts", who=name_of("bram"))
    scene.wait(60)
    scene.kept["sl40"] = scene.say("cora", Amend(lifted), thread=thread)
    scene.seen("ada", _is_over(conflict), "the end of the conflict")
    scene.note("amended", who=name_of("cora"), name="SL40")
    scene.wait(30)
    scene.take_note("ada", scene.kept["sl40"], "crew 12")
    scene.take_note("cora", scene.kept["nr12"], "crew 40")
    for name in ("sl40", "nr12"):
        scene.take_note("ines", scene.kept[name], "crew 1")


def near_miss(scene: Scene) -> None:
    """Two surveys side by side: no overlap, and too close."""
    scene.kept["nd5"] = scene.say("ada", _survey(scene, "ND5", 30.0, 36.0), to=("south",))
    scene.note("files", who=name_of("ada"), name="ND5")
    scene.wait(45)
    scene.kept["sd3"] = scene.say("dov", _survey(scene, "SD3", 18.0, 26.2), to=("north",))
    scene.note("files_beside", who=name_of("dov"), name="SD3")
    found = scene.conflict("dov", scene.kept["sd3"].thread, "beside")
    scene.show(conflict=found.id)
    scene.note("reason", reason=Reason(found))
    scene.wait(90)
    scene.read("dov", scene.kept["nd5"])
    scene.read("ada", scene.kept["sd3"])
    scene.answer("ada", scene.kept["sd3"], AnswerCode.WILL_ADJUST, "ND5 moves north")
    scene.pass_on("ada", scene.kept["sd3"], "pilot 5")
    scene.note("adjusts", who=name_of("ada"))
    scene.wait(90)
    moved = _survey(scene, "ND5", 32.5, 36.0)
    scene.kept["nd5"] = scene.say("ada", Amend(moved), thread=scene.kept["nd5"].thread)
    scene.seen("dov", _is_over(found.id), "the end of the conflict")
    scene.note("moved", name="ND5")
    scene.wait(60)
    scene.take_note("dov", scene.kept["nd5"], "pilot 3")


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
    scene.note("reason", reason=Reason(found))


def _way_out(scene: Scene, user: str, conflict: str) -> AdviceWay:
    """The nearest one, as the page asks for it, with nothing but the conflict. Raises: ActCut."""
    body = encode({"conflict": conflict}).encode()
    asking = scene.transport(user)
    advice = asking.ask("POST", _ADVICE, Advice, body=body, headers=JSON, again=False)
    if not advice.alternatives or not advice.own:
        raise ActCut(f"no way out of the conflict: {advice.sentence}")
    return advice.alternatives[0]


def _nr12(scene: Scene) -> Notify:
    return plan("NR12", *_way(scene, 1.5, NR12, *NR12_M, NR12_M[1]))


def _sl40(scene: Scene) -> Notify:
    return plan("SL40", *_way(scene, 1.0, SL40, *SL40_M, _COLUMN_M))


def _way(
    scene: Scene,
    half_width_nm: float,
    places: tuple[Place, ...],
    lower_m: float,
    upper_m: float,
    ends_m: float,
) -> tuple[Volume4D, ...]:
    """A corridor over places, with the ways up and down at both ends, up to ends_m."""
    start, end = scene.at(50), scene.at(110)
    ends = (circle(places[0], 1.0), circle(places[-1], 1.0))
    return (
        volume(corridor(half_width_nm, *places), lower_m, upper_m, start, end),
        *(from_ground(one, ends_m, start, end) for one in ends),
    )


def _survey(scene: Scene, name: str, south_nm: float, north_nm: float) -> Notify:
    field = box(-55.0, south_nm, -42.0, north_nm)
    return plan(name, volume(field, 0.0, 250.0, scene.at(62), scene.at(122)))


def _is_over(conflict: str) -> Callable[[board_wire.Board], bool]:
    return lambda board: all(one.closed for one in board.conflicts if one.id == conflict)
