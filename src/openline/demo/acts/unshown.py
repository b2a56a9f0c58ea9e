"""A private check: whether plans that nobody shows would meet, and nothing else."""

from contextlib import suppress
from functools import partial
from typing import Final

from openline.airspace.volume import Volume4D
from openline.api.line.private_wire import PrivateSession
from openline.demo.acts.shapes import corridor, volume
from openline.demo.region import UNSHOWN, UNSHOWN_MINUTES, Place
from openline.demo.scene import JSON, ActCut, Scene, name_of
from openline.errors import NotFound
from openline.formats.json_text import encode
from openline.formats.line_volume import volume_value

_PLAN: Final = "relief drop"
_CHECKS: Final = "/line/v1/private/checks"
_SECTOR: Final = 8  # cells of some 35 km are told to the peer, so that little is to be compared
_PATIENCE_S: Final = 120.0  # what a check may take by itself


def private_check(scene: Scene) -> None:
    """North asks about a plan that it does not show; then about the same one, later."""
    scene.note("unshown", who=name_of("ada"))
    first = _asked(scene, "ada", "south", _drop(scene, UNSHOWN_MINUTES[0]))
    scene.show_check(first.session)
    if first.verdict != "overlap":
        raise ActCut(f"no answer, which counts as an overlap: {first.words or first.verdict}")
    met = first.volumes or []
    numbers = ", ".join(str(one.volume) for one in met)
    scene.note("meets", plan=" + ".join(sorted({one.plan for one in met})), numbers=numbers)
    scene.note("learned")
    scene.wait(60)
    later = _asked(scene, "ada", "south", _drop(scene, UNSHOWN_MINUTES[1] + 75))
    if later.verdict != "no_overlap_found":
        raise ActCut(f"the later plan is not free: {later.words or later.verdict}")
    scene.note("free")


def _asked(scene: Scene, user: str, peer: str, asked: Volume4D) -> PrivateSession:
    """What somebody learns from the peer's server of a plan that it is not shown; the clock stands
    until both have answered. Raises: OpenlineError; ActCut if that takes too long."""
    plan = {"name": _PLAN, "volumes": [volume_value(asked)]}
    body = encode({"peer": peer, "plans": [plan], "sector": _SECTOR}).encode()
    asking = scene.transport(user)
    begun = asking.ask("POST", _CHECKS, PrivateSession, body=body, headers=JSON, again=False)

    def seen_by(who: str) -> PrivateSession | None:
        with suppress(NotFound):
            path = f"{_CHECKS}/{begun.session}"
            found = scene.transport(who).ask("GET", path, PrivateSession)
            return found if found.stage is None else None
        return None

    def has_theirs() -> bool | None:
        theirs = seen_by(scene.sites.of(peer).on_duty(peer))
        return True if theirs is not None and theirs.verdict == found.verdict else None

    found = scene.held(partial(seen_by, user), f"{peer} does not answer", _PATIENCE_S)
    if found.verdict != "unknown":
        scene.held(has_theirs, f"{peer} has another answer", _PATIENCE_S)
    return found


def _drop(scene: Scene, begin: float) -> Volume4D:
    """Across the place of the other plan, for ten minutes from that one on."""
    east, north = UNSHOWN
    way = corridor(1.0, Place(east + 5.0, north + 3.0), Place(east - 1.0, north - 1.0))
    return volume(way, 300.0, 600.0, scene.at(begin), scene.at(begin + 10.0))
