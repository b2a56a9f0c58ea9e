"""Who is there, who has read it, who has understood it, and whose crews know."""

from datetime import timedelta

from openline.api.line import board_wire
from openline.demo.acts.shapes import circle, corridor, volume
from openline.demo.region import GREAT_KARR, SHIP, Place
from openline.demo.scene import Scene, name_of, party_of
from openline.line.message.bodies import (
    Authority,
    FieldContact,
    LineCheck,
    Notify,
    Readback,
)
from openline.line.message.kind import (
    AnswerCode,
    Asks,
    CheckMode,
    Kind,
    NoticeKind,
)

_WATCH = ("ada", "cora", "ines")
_AUTHORITIES = {
    "ada": "Arven Civil Aviation Office",
    "cora": "Sorra Transport Directorate",
    "ines": "Open Hands Relief, flight office",
}
_SWAPPED = Place(2.0, 11.1)  # read as if two digits of the latitude changed places


def line_check(scene: Scene) -> None:
    """Everybody tries the line by hand and is answered; then says who authorised its flights."""
    for asks in _WATCH:
        check = scene.say(asks, LineCheck(CheckMode.HUMAN))
        if asks == _WATCH[0]:
            scene.kept["check"] = check
            scene.show(thread=check.thread)
        scene.note("tries", who=name_of(asks))
        for answers in (user for user in _WATCH if user != asks):
            scene.wait(5)
            to = (party_of(asks),)
            scene.say(answers, LineCheck(CheckMode.HUMAN, of=check.id), to=to)
            scene.note("answers", who=name_of(answers))
    for user, authority in _AUTHORITIES.items():
        end = scene.at(60 * 24)
        scene.say(user, Authority(authority, None, scene.at(0), end))
    scene.note("authorities")


def readback(scene: Scene) -> None:
    """A site of two persons, read back wrong and then right."""
    ring = circle(GREAT_KARR, 1.0)
    field = volume(ring, 0.0, 600.0, scene.at(75), scene.at(75 + 60 * 24 * 30))
    place = ring.centre
    scene.client("omar").confirm("ines", Kind.NOTIFY, (place.lat_deg, place.lng_deg))
    scene.note("finds", who=name_of("omar"))
    scene.wait(20)
    body = Notify(
        NoticeKind.SITE,
        field.time_start,
        field.time_end,
        (field,),
        Asks.STAY_OUTSIDE,
        "Field hospital, Great Karr",
        confirmed_by="omar",
    )
    site = scene.kept["site"] = scene.say("ines", body)
    scene.show(thread=site.thread)
    scene.note("sends_place", who=name_of("ines"))
    scene.wait(60)
    for user, found in (("cora", _SWAPPED.position), ("dov", place)):
        said = Readback(site.id, found, 0.0, 600.0, field.time_start, field.time_end)
        taken = scene.say(user, said, thread=site.thread)
        off_m = taken.distance_m or 0.0
        how = "read_wrong" if taken.wrong else "read_right"
        scene.note(how, who=name_of(user), distance=f"{off_m:,.0f} m")
        scene.wait(75)
    scene.take_note("bram", site, "crew 11", "crew 12")
    scene.answer("dov", site, AnswerCode.WILL_COMPLY)
    scene.pass_on("dov", site, "crew 40")


def dissemination(scene: Scene) -> None:
    """An aid flight whose notice reaches the crews of one side, and of the other too late."""
    way = corridor(1.0, SHIP, GREAT_KARR)
    flight = volume(way, 150.0, 450.0, scene.at(85), scene.at(135))
    body = Notify(
        NoticeKind.MOVEMENT,
        flight.time_start,
        flight.time_end,
        (flight,),
        Asks.STAY_OUTSIDE,
        "AID1, ship to Great Karr",
        contact=FieldContact(
            "flight lead", frequency_mhz=123.45, tested_at=scene.now - timedelta(minutes=10)
        ),
    )
    notice = scene.kept["aid1"] = scene.say("ines", body)
    scene.show(thread=notice.thread)
    scene.note("notifies", who=name_of("ines"), name="AID1")
    scene.wait(90)
    for user in ("bram", "dov"):
        scene.read(user, notice)
        scene.answer(user, notice, AnswerCode.WILL_COMPLY)
    scene.note("read_both")
    scene.wait(60)
    scene.pass_on("bram", notice, "crew 11", "crew 12")
    scene.note("crews_north", who=name_of("bram"))

    def south_is_overdue(board: board_wire.Board) -> bool:
        return any(
            one.thread == notice.thread
            and one.owes == "south"
            and one.what == "disseminated"
            and one.overdue
            for one in board.clocks
        )

    scene.until(54.0)
    scene.seen("ines", south_is_overdue, "that the crews of the south do not know")
    scene.note("not_passed")
    scene.wait(60)
    scene.pass_on("dov", notice, "crew 40", waiting=("post Southmole",))
    scene.note("crew_waits", who=name_of("dov"))
    scene.wait(45)
    scene.pass_on("dov", notice, "crew 40", "post Southmole")
    scene.note("crews_both", who=name_of("dov"))
