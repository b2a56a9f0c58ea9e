"""What flies, beside what was declared; aircraft that come close; a stop that is called."""

from typing import Any

from openline.api.line import board_wire
from openline.demo.acts.conflicts import LIFT_M, NR12, SL40
from openline.demo.region import Place
from openline.demo.scene import ActCut, Scene, name_of
from openline.demo.sky import Where
from openline.line.message.bodies import Urgent
from openline.line.message.kind import AnswerCode, UrgentAction
from openline.units import METRES_PER_FOOT

_MINUTE = 60.0
_OUTSIDE = Place(-8.0, -18.0)


def live_sky(scene: Scene) -> None:
    """Aircraft of both sides take off within their plans."""
    begin_s = 57.2 * _MINUTE
    _fly_nr12(scene, begin_s)
    _fly_sl40(scene, begin_s)
    _fly_drones(scene, 62.1 * _MINUTE)
    _fly_towards_each_other(scene, 66.0 * _MINUTE)
    scene.wait(40)
    helicopter = _track(scene, "cora", "SLA40")
    scene.show(track=helicopter)
    seen = len(scene.tracks("ada"))
    scene.note(f"{seen} aircraft are followed; NRA12 and SLA40 fly what NR12 and SL40 declare")


def nonconforming(scene: Scene) -> None:
    """South's helicopter leaves its corridor, and comes back."""
    helicopter = scene.sky.actors["sl40"]
    now_s = scene.passed_s
    feet = _sl40_feet()
    here = helicopter.at(now_s)
    if here is None:
        raise ActCut("SLA40 does not fly")
    helicopter.go_on(
        now_s,
        here,
        (Where(_OUTSIDE.east_nm, here.north_nm + 6.0, feet), 55.0),
        (Where(_OUTSIDE.east_nm, here.north_nm + 10.0, feet), 55.0),
        (Where(-13.0, here.north_nm + 15.0, feet), 55.0),
        (Where(SL40[1].east_nm, SL40[1].north_nm - 4.0, feet), 55.0),
    )
    scene.show(track=_track(scene, "cora", "SLA40"))
    scene.note("SLA40 turns to the east")
    thread = scene.taken("sl40").thread
    began = _discrepancy(scene, "ada", thread, "Nonconforming")
    scene.note(f"{name_of('ada')} and south are told: {began['words']}")
    over = _discrepancy(scene, "ada", thread, "Activated", 900.0)
    scene.note(f"{over['words']}")


def head_on(scene: Scene) -> None:
    """The alert of a pair, and how it rises."""
    first = _encounter(scene, "ines", ("NR71", "AID2"))
    scene.show(track=_track(scene, "ines", "AID2"))
    _tell_encounter(scene, first)


def stop(scene: Scene) -> None:
    """STOP, its alarms, a person who has it, and the end of the alert."""
    found = _encounter(scene, "ines", ("NR71", "AID2"))
    _tell_encounter(scene, found)
    where = scene.sky.actors["nr71"].at(scene.passed_s)
    place = None if where is None else Place(where.east_nm, where.north_nm).position
    text = "stop the descent of NR71: AID2 is below it, head-on"
    call = scene.kept["stop"] = scene.say(
        "ines", Urgent(UrgentAction.STOP, position=place, text=text), to=("north",)
    )
    scene.show(thread=call.thread)
    scene.note(f"{name_of('ines')} calls STOP")

    def alarmed(board: board_wire.Board) -> bool:
        return any(one.thread == call.thread and one.alarms for one in board.clocks)

    scene.seen("ines", alarmed, "the alarm")
    scene.note("the alarm is raised at the north, and both see it")
    scene.wait(5)
    scene.read("bram", call)
    scene.answer("bram", call, AnswerCode.WILL_COMPLY, "NR71 levels off")
    scene.note(f"{name_of('bram')} has it and complies: the alarm ends")
    plane, now_s = scene.sky.actors["nr71"], scene.passed_s
    here = plane.at(now_s)
    if here is not None:
        plane.go_on(now_s, here, (Where(78.0, -60.0, here.feet), 120.0))
        scene.note(f"NR71 stays at {here.feet:,.0f} ft; AID2 is at 11,000 ft")
    for _ in range(90):
        if _found_encounter(scene, "ines", ("NR71", "AID2")) is None:
            scene.note("no loss of separation is predicted any more")
            return
        scene.wait(5)
    raise ActCut("the alert does not end")


def _fly_nr12(scene: Scene, begin_s: float) -> None:
    plane = scene.sky.add("nr12", "NRA12", "north", "rotorcraft")
    plane.operation = scene.taken("nr12").thread
    feet = 600.0 / METRES_PER_FOOT
    ways = tuple((Where(*place, feet), 60.0) for place in NR12[1:])
    plane.fly(begin_s, Where(*NR12[0], feet), *ways)


def _fly_sl40(scene: Scene, begin_s: float) -> None:
    helicopter = scene.sky.add("sl40", "SLA40", "south", "rotorcraft")
    helicopter.operation = scene.taken("sl40").thread
    feet = _sl40_feet()
    start, end = (Where(*place, feet) for place in SL40)
    helicopter.fly(begin_s, start, (end._replace(north_nm=end.north_nm - 4.0), 55.0))


def _sl40_feet() -> float:
    return (750.0 + LIFT_M) / METRES_PER_FOOT


def _fly_drones(scene: Scene, begin_s: float) -> None:
    for plan, party, north_nm in (("nd5", "north", 34.0), ("sd3", "south", 22.0)):
        for number, east_nm in enumerate((-51.0, -43.0), 1):
            name = f"{plan}-{number}"
            drone = scene.sky.add(name, f"{plan.upper()}{number}", party, "uncrewed")
            drone.operation = scene.taken(plan).thread
            west, east = (Where(east_nm + part, north_nm, 400.0) for part in (0.0, 3.0))
            drone.fly(begin_s, west, *(((east, 15.0), (west, 15.0)) * 8))


def _fly_towards_each_other(scene: Scene, begin_s: float) -> None:
    """They would meet after 717 s, with 600 ft between them."""
    north = scene.sky.add("nr71", "NR71", "north", "aeroplane")
    north.fly(begin_s, Where(78.0, 48.0, 17_000.0), (Where(78.0, -45.0, 6_200.0), 120.0))
    aid = scene.sky.add("aid2", "AID2", "aid", "aeroplane")
    aid.fly(begin_s, Where(78.6, -45.0, 11_000.0), (Where(78.6, 48.0, 11_000.0), 120.0))


def _track(scene: Scene, user: str, callsign: str) -> str:
    """The id of the aircraft with that callsign."""
    for _ in range(12):
        for track in scene.tracks(user):
            if track["callsign"] == callsign:
                return str(track["id"])
        scene.wait(5)
    raise ActCut(f"{callsign} is not seen")


def _discrepancy(
    scene: Scene, user: str, thread: str, state: str, seconds: float = 300.0
) -> dict[str, Any]:
    """The entry that says so."""
    end_s = scene.passed_s + seconds
    while scene.passed_s < end_s:
        told = scene.discrepancies(user)
        found = [o for o in told if o.get("intent_id") == thread and o.get("state") == state]
        if found:
            return found[-1]
        scene.wait(5)
    raise ActCut(f"{thread} does not become {state}")


def _encounter(scene: Scene, user: str, names: tuple[str, str]) -> dict[str, Any]:
    for _ in range(36):
        found = _found_encounter(scene, user, names)
        if found is not None:
            return found
        scene.wait(5)
    raise ActCut("no loss of separation is predicted")


def _found_encounter(scene: Scene, user: str, names: tuple[str, str]) -> dict[str, Any] | None:
    for one in scene.encounters(user):
        if {one["first"]["name"], one["second"]["name"]} == set(names):
            return one
    return None


def _tell_encounter(scene: Scene, found: dict[str, Any]) -> None:
    feet = (found["vertical_m"] or 0.0) / METRES_PER_FOOT
    scene.note(
        f"NR71 and AID2 will lose separation in {found['enter_s']:.0f} s: "
        f"closest {found['lateral_m'] / 1852:.1f} NM and {feet:,.0f} ft"
    )
