"""A private check: whether plans that nobody shows would meet, and nothing else."""

from openline.airspace.volume import Volume4D
from openline.demo.acts.shapes import corridor, volume
from openline.demo.region import UNSHOWN, UNSHOWN_MINUTES, Place
from openline.demo.scene import ActCut, Scene, name_of

_PLAN = "relief drop"


def private_check(scene: Scene) -> None:
    """North asks about a plan that it does not show; then about the same one, later."""
    scene.note(f"{name_of('ada')} has a plan that is on no line; so has the south")
    first = scene.ask_privately("ada", "south", _PLAN, _drop(scene, UNSHOWN_MINUTES[0]))
    scene.show_check(first.session)
    if first.verdict != "overlap":
        raise ActCut(f"no answer, which counts as an overlap: {first.words or first.verdict}")
    met = ", ".join(f"{one.plan}, volume {one.volume}" for one in first.volumes or ())
    scene.note(f"OVERLAP, as both sides know now: {met}; of the plan of the south, nothing")
    scene.note("south has learned that it was asked, and of which part of the Sound")
    scene.wait(60)
    later = scene.ask_privately("ada", "south", _PLAN, _drop(scene, UNSHOWN_MINUTES[1] + 75))
    if later.verdict != "no_overlap_found":
        raise ActCut(f"the later plan is not free: {later.words or later.verdict}")
    scene.note("an hour and a half later: NO OVERLAP FOUND; that is true for five minutes")


def _drop(scene: Scene, begin: float) -> Volume4D:
    """Across the place of the other plan, for ten minutes from that one on."""
    east, north = UNSHOWN
    way = corridor(1.0, Place(east + 5.0, north + 3.0), Place(east - 1.0, north - 1.0))
    return volume(way, 300.0, 600.0, scene.at(begin), scene.at(begin + 10.0))
