"""What flies, beside what was declared; aircraft that come close; a stop that is called."""

from math import inf
from typing import Any, Final

from openline.api.line import board_wire
from openline.demo.acts.conflicts import NR12, NR12_M, SL40, SL40_M
from openline.demo.region import SHIP, Place
from openline.demo.scene import ActCut, Scene, name_of
from openline.demo.sky import Sky, Where
from openline.line.message.bodies import Urgent
from openline.line.message.kind import AnswerCode, UrgentAction
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

_MINUTE: Final = 60.0
_NEVER_S: Final = 1e9
_PAIR: Final = frozenset({"NR71", "AID2"})
_HELICOPTER_MPS: Final = 55.0
_CLIMB_NM: Final = 0.6  # so far it goes while it climbs or comes down, within the circle at the end


def live_sky(scene: Scene) -> None:
    """Aircraft of both sides take off within their plans."""
    plans = {name: scene.taken(name).thread for name in ("nr12", "sl40", "nd5", "sd3")}
    take_off(scene.sky, plans, scene.climbs_m.get("sl40", 0.0))
    scene.until(58.5)
    scene.show_track("SLA40")
    seen = len(scene.tracks("ada"))
    scene.note("followed", count=seen, one="NRA12", other="SLA40")


def nonconforming(scene: Scene) -> None:
    """South's helicopter leaves its corridor, and comes back."""
    thread = _strays(scene)
    _await_told(scene, 62.5, "ada", intent_id=thread, change="state", state="Nonconforming")
    scene.note("nonconforming", name="SLA40", distance=_how_far(scene, "ada", thread))
    _comes_back(scene, "ada", thread)


def strayed(scene: Scene) -> None:
    """The same, where each side has a server: what a party sends of its own, the other has not."""
    thread = _strays(scene)
    _await_told(scene, 62.5, "cora", intent_id=thread, change="state", state="Nonconforming")
    scene.note("strayed", name="SLA40", distance=_how_far(scene, "cora", thread))
    track = scene.track("ada", "SLA40") or ""
    _await_told(scene, 62.5, "ada", track=track, change="began", kind="undeclared")
    scene.note("undeclared", name="SLA40")
    _comes_back(scene, "cora", thread)


def _strays(scene: Scene) -> str:
    """The helicopter turns away; the thread of its plan. Raises: ActCut."""
    scene.actor("sl40")
    stray(scene.sky, scene.passed_s)
    scene.show_track("SLA40")
    scene.note("turns", name="SLA40")
    return scene.taken("sl40").thread


def _comes_back(scene: Scene, user: str, thread: str) -> None:
    _await_told(scene, 64.0, user, intent_id=thread, change="state", state="Contingent")
    scene.note("contingent")
    _await_told(scene, 66.5, user, intent_id=thread, change="over", kind="outside")
    scene.note("back", name="SLA40")


def head_on(scene: Scene) -> None:
    """The alert of a pair, minutes before."""
    scene.actor("nr71")
    scene.until(68.4)
    found = scene.held(lambda: _encounter(scene), "no loss of separation is predicted")
    scene.show_track("AID2")
    _tell_encounter(scene, found)
    scene.until(70.0)
    _tell_encounter(scene, scene.held(lambda: _encounter(scene), "the prediction is gone"))


def stop(scene: Scene) -> None:
    """STOP, its alarms, a person who has it, and the end of the alert."""
    where = scene.actor("nr71").at(scene.passed_s)
    _tell_encounter(scene, scene.held(lambda: _encounter(scene), "the prediction is gone"))
    place = None if where is None else Place(where.east_nm, where.north_nm).position
    text = "stop the descent of NR71: AID2 is below it, head-on"
    call = scene.kept["stop"] = scene.say(
        "ines", Urgent(UrgentAction.STOP, position=place, text=text), to=("north",)
    )
    scene.show(thread=call.thread)
    scene.note("calls_stop", who=name_of("ines"))

    def alarmed(board: board_wire.Board) -> bool:
        return any(one.thread == call.thread and one.alarms for one in board.clocks)

    scene.wait(20)
    scene.seen("ines", alarmed, "the alarm")
    scene.note("alarmed")
    scene.wait(10)
    scene.read("bram", call)
    scene.answer("bram", call, AnswerCode.WILL_COMPLY, "NR71 levels off")
    scene.note("complies", who=name_of("bram"))
    feet = level_off(scene.sky, scene.passed_s)
    scene.note("levels", one="NR71", height=f"{feet:,.0f} ft", other="AID2", level="11,000 ft")
    scene.wait(30)
    scene.held(
        lambda: None if _encounter(scene) else True, "a loss of separation is still predicted"
    )
    scene.note("apart")


def take_off(sky: Sky, plans: dict[str, str], climb_m: float) -> None:
    """Everything of the story that flies, each by the thread of its plan; SL40 was moved higher."""
    _fly_helicopter(sky, "nr12", "NRA12", "north", NR12, sum(NR12_M) / 2, 57.2 * _MINUTE)
    _fly_helicopter(sky, "sl40", "SLA40", "south", SL40, sum(SL40_M) / 2 + climb_m, 57.2 * _MINUTE)
    for plan, party, north_nm in (("nd5", "north", 34.5), ("sd3", "south", 22.0)):
        for number, east_nm in enumerate((-54.0, -46.0), 1):
            drone = sky.add(f"{plan}-{number}", f"{plan.upper()}{number}", party, "uncrewed")
            drone.lands = True
            west, east = (Where(east_nm + part, north_nm, 400.0) for part in (0.0, 2.0))
            pad = west._replace(feet=0.0)
            ways = ((west, 4.0), *(((east, 15.0), (west, 15.0)) * 5), (pad, 4.0))
            drone.fly(62.2 * _MINUTE, pad, *ways)
    for name, plan in plans.items():
        for actor in sky.actors:
            if actor.startswith(name):
                sky.actors[actor].operation = plan
    ship = sky.add("aid1", "AID1", "aid", "rotorcraft")  # waits on its ship, to be flown by nobody
    ship.lands, ship.waits_s = True, inf
    deck = Where(*SHIP, 0.0)
    ship.fly(_NEVER_S, deck, (deck._replace(feet=1_000.0), 10.0))
    # They would meet after 717 s, with 600 ft between them.
    north = sky.add("nr71", "NR71", "north", "aeroplane")
    north.fly(61.5 * _MINUTE, Where(78.0, 48.0, 17_000.0), (Where(78.0, -45.0, 6_200.0), 120.0))
    aid = sky.add("aid2", "AID2", "aid", "aeroplane")
    aid.fly(61.5 * _MINUTE, Where(78.6, -45.0, 11_000.0), (Where(78.6, 48.0, 11_000.0), 120.0))


def stray(sky: Sky, now_s: float) -> None:
    """The helicopter of the south leaves its corridor by more than a mile, for some minutes."""
    helicopter = sky.actors["sl40"]
    here, (_, end) = helicopter.at(now_s), SL40
    if here is None:
        return
    east_nm, north_nm, feet = here
    helicopter.go_on(
        now_s,
        here,
        (Where(east_nm + 2.4, north_nm + 3.0, feet), _HELICOPTER_MPS),
        (Where(east_nm + 2.4, north_nm + 5.0, feet), _HELICOPTER_MPS),
        (Where(east_nm, north_nm + 8.0, feet), _HELICOPTER_MPS),
        (Where(end.east_nm, end.north_nm - _CLIMB_NM, feet), _HELICOPTER_MPS),
        (Where(end.east_nm, end.north_nm, 0.0), 12.0),
    )


def level_off(sky: Sky, now_s: float) -> float:
    """The transport of the north stays at its height; in feet."""
    plane = sky.actors["nr71"]
    here = plane.at(now_s)
    if here is None:
        return 0.0
    plane.go_on(now_s, here, (Where(78.0, -60.0, here.feet), 120.0))
    return here.feet


def _fly_helicopter(
    sky: Sky,
    name: str,
    callsign: str,
    party: str,
    places: tuple[Place, ...],
    height_m: float,
    begin_s: float,
) -> None:
    """Up at the first place, along the others, and down at the last."""
    helicopter = sky.add(name, callsign, party, "rotorcraft")
    helicopter.lands = True
    feet = height_m / METRES_PER_FOOT
    first, last = places[0], places[-1]
    up = _towards(first, places[1])
    down = _towards(last, places[-2])
    ways = [(Where(*place, feet), _HELICOPTER_MPS) for place in (*places[1:-1], down)]
    pad = Where(*last, 0.0)
    helicopter.fly(begin_s, Where(*first, 0.0), (Where(*up, feet), 12.0), *ways, (pad, 12.0))


def _towards(place: Place, other: Place) -> Place:
    """A little on the way from one place to another."""
    east, north = other.east_nm - place.east_nm, other.north_nm - place.north_nm
    share = _CLIMB_NM / (east * east + north * north) ** 0.5
    return Place(place.east_nm + east * share, place.north_nm + north * share)


def _await_told(scene: Scene, minute: float, user: str, **values: str) -> None:
    """From that minute on that person was told this. Raises: ActCut."""

    def told() -> bool | None:
        return any(values.items() <= one.items() for one in scene.discrepancies(user)) or None

    scene.until(minute)
    what = values.get("state") or values["kind"]
    scene.held(told, f"{name_of(user)} is not told of SLA40: {what}")


def _how_far(scene: Scene, user: str, thread: str) -> str:
    """How far it is outside, as that person was told. Raises: ActCut."""
    for one in reversed(scene.discrepancies(user)):
        if one.get("intent_id") == thread and one.get("kind") == "outside" and "offset" in one:
            return f"{one['offset']['lateral_m'] / METRES_PER_NAUTICAL_MILE:.1f} NM"
    raise ActCut("nobody is told how far SLA40 is outside")


def _encounter(scene: Scene) -> dict[str, Any] | None:
    """The predicted loss of the two aircraft."""
    for one in scene.encounters("ines"):
        if {one["first"]["name"], one["second"]["name"]} == _PAIR:
            return one
    return None


def _tell_encounter(scene: Scene, found: dict[str, Any]) -> None:
    feet = (found["vertical_m"] or 0.0) / METRES_PER_FOOT
    closest_nm = found["lateral_m"] / METRES_PER_NAUTICAL_MILE
    scene.note(
        "predicted",
        one="NR71",
        other="AID2",
        seconds=f"{found['enter_s']:.0f}",
        lateral=f"{closest_nm:.1f} NM",
        vertical=f"{feet:,.0f} ft",
    )
