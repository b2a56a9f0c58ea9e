"""Closures, claims and the review: what both sides can show afterwards."""

from openline.demo.acts.shapes import circle, volume
from openline.demo.region import Place
from openline.demo.review import common_digest
from openline.demo.scene import ActCut, Scene, name_of
from openline.errors import OpenlineError
from openline.line.message.bodies import Breach, Closure, Disposition, Evidence, Reply
from openline.line.message.kind import Binding, ClosureReason, DispositionState

_DANGER = Place(-38.0, -40.0)


def two_limits(scene: Scene) -> None:
    """A closure with two upper limits is refused; with one it is taken."""
    try:
        scene.say("dov", _closure(scene, 1_500.0, 2_100.0))
    except OpenlineError as error:
        scene.note("refused", who=name_of("dov"), error=error)
    else:
        raise ActCut("a closure with two limits was taken")
    scene.wait(90)
    taken = scene.kept["closure"] = scene.say("dov", _closure(scene, 2_100.0))
    scene.show(thread=taken.thread)
    scene.note("one_limit", who=name_of("dov"))
    scene.wait(30)
    scene.read("ada", taken)
    scene.read("ines", taken)


def breach(scene: Scene) -> None:
    """A claim, what the other side says, and the end of it."""
    notice = scene.taken("aid1")
    claim = scene.kept["breach"] = scene.say(
        "ines",
        Breach(
            "notice.disseminated_within_s",
            scene.at(54.0),
            "the crews of the south had the notice of AID1 later than agreed",
            (Evidence("the notice of AID1", entry=notice.entry),),
        ),
        to=("south",),
    )
    scene.show(thread=claim.thread)
    scene.note("claims", who=name_of("ines"), entry=notice.entry)
    scene.wait(90)
    scene.read("dov", claim)
    scene.say(
        "dov",
        Reply("the post at Southmole was out of reach; it is called twice now"),
        thread=claim.thread,
    )
    scene.note("replies", who=name_of("dov"))
    scene.wait(90)
    for user in ("dov", "ines"):
        scene.say(user, Disposition(DispositionState.SETTLED), thread=claim.thread)
        scene.wait(30)
    scene.note("settled")


def review(scene: Scene) -> None:
    """The record as a file, and the report of it."""
    for site in scene.sites.all:
        reviewed = site.review()
        site.board.review = reviewed.page
        scene.note("verified", count=reviewed.entries, file=reviewed.record)
        scene.note("reviewed", file=reviewed.review)
    if scene.sites.are_several:
        _in_common(scene)
    scene.link("/console/demo/review")


def _in_common(scene: Scene) -> None:
    """What both records have of north and south is the same to the letter. Raises: ActCut."""
    digests = {common_digest(site.db, ("north", "south")) for site in scene.sites.all}
    if len(digests) > 1:
        raise ActCut("the records of north and south are not of the same messages")
    (digest,) = digests
    scene.note("same", digest=f"{digest[:16]}…")


def _closure(scene: Scene, *uppers_m: float) -> Closure:
    """Over one place and time, a volume with each of these upper limits."""
    start, end = scene.at(125), scene.at(305)
    ring = circle(_DANGER, 3.0)
    return Closure(
        "S-3",
        tuple(volume(ring, 0.0, upper_m, start, end) for upper_m in uppers_m),
        ClosureReason.HAZARD,
        Binding.MANDATORY_FOR_SELF,
        scene.at(215),
    )
