"""`openline line notify`, `receipt`, `answer`, `urgent` …: saying things on the line."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from openline.cli.line_connection import connected
from openline.cli.line_look import full_id, put_json
from openline.cli.options import INSTANT, PATH

if TYPE_CHECKING:
    from openline.api.line.wire import Taken
    from openline.client import Client


_ANSWERS = ("will_comply", "will_adjust", "continuing_as_planned", "need_more_time", "refer_up")
_text = click.option("--text", metavar="WORDS", help="At most 280 characters beside the code.")
_to = click.option(
    "--to", multiple=True, metavar="PARTY", help="Only to this party; repeat it. Else to all."
)


def told(taken: "Taken", as_json: bool) -> None:
    """What became of a message."""
    from openline.cli.line_words import duration, short

    if as_json:
        put_json(taken)
        return
    again = " (it was there before)" if taken.repeated else ""
    click.echo(f"on the record as entry {taken.entry}, thread {short(taken.thread)}{again}")
    if taken.lead_time_s is not None:
        late = ": LATE" if taken.late else ""
        ahead = taken.lead_time_s
        words = duration(ahead) if ahead >= 0 else f"minus {duration(-ahead)}"
        click.echo(f"lead time {words}{late}")
    if taken.distance_m is not None:
        click.echo(f"{taken.distance_m:,.0f} m from the named place")
    if taken.wrong:
        click.echo(f"READ BACK OTHERWISE: {', '.join(taken.wrong)}")
    for one in taken.conflicts:
        click.echo(f"CONFLICT {short(one.conflict)} with {', '.join(one.parties)}")


@click.command("notify")
@click.argument("file", required=False, type=PATH)
@click.option("--unlocated", is_flag=True, help="No place: it stands for the whole agreed area.")
@click.option("--start", type=INSTANT, metavar="INSTANT", help="2026-11-22T10:00:00Z.")
@click.option("--end", type=INSTANT, metavar="INSTANT", help="2026-11-22T11:00:00Z.")
@click.option(
    "--kind",
    "notice",
    type=click.Choice(("volume", "site", "movement", "plan")),
    default="volume",
    show_default=True,
    help="What the file's volumes are.",
)
@click.option(
    "--asks",
    type=click.Choice(("nothing", "keep_minima", "stay_outside", "contact_first")),
    default="keep_minima",
    show_default=True,
    help="What is asked of the reader.",
)
@click.option("--name", metavar="WORDS", help="What it is called, at most 80 characters.")
@click.option("--class", "flight_class", metavar="ID", help="Class of flight of the agreement.")
@click.option(
    "--show", type=click.Choice(("full", "cells", "conflicts")), help="How much others see of it."
)
@click.option("--contact", metavar="ROLE=PHONE", help="Field contact of a movement.")
@click.option("--confirmed-by", metavar="NAME", help="Second person who looked at a site.")
@click.option("--amend", metavar="THREAD", help="In place of the notice of this thread.")
@_text
@_to
@connected
def notify(file: str | None, client: "Client", as_json: bool, **given: Any) -> None:
    """Tell of airspace: the volumes of FILE (any format that `openline formats` lists), or a
    notice without a place."""
    from openline.line.message.bodies import Amend, Notify

    thread = full_id(client, given["amend"]) if given["amend"] else None
    body: Notify = _notice(file, given)
    to = tuple(given["to"])
    if thread is not None:
        told(client.say(Amend(body), to=to, thread=thread), as_json)
    else:
        told(client.say(body, to=to), as_json)


def _notice(file: str | None, given: dict[str, Any]) -> Any:
    from openline.app.library import read
    from openline.errors import InvalidInput
    from openline.line.agreement import Coarseness
    from openline.line.message.bodies import FieldContact, Notify
    from openline.line.message.kind import Asks, NoticeKind

    if given["unlocated"] == (file is not None):
        raise InvalidInput("give either FILE or --unlocated", cure="openline line notify --help")
    volumes: tuple[Any, ...] = ()
    if file is not None:
        volumes = tuple(v for entity in read(file).entities() for v in entity.volumes)
    start, end = _window(volumes, given["start"], given["end"])
    role, _, phone = (given["contact"] or "").partition("=")
    return Notify(
        NoticeKind.UNLOCATED if given["unlocated"] else NoticeKind(given["notice"]),
        start,
        end,
        volumes,
        Asks(given["asks"]),
        given["name"],
        given["flight_class"],
        given["text"],
        Coarseness(given["show"]) if given["show"] else None,
        FieldContact(role, phone or None) if role else None,
        given["confirmed_by"],
    )


def _window(
    volumes: tuple[Any, ...], start: datetime | None, end: datetime | None
) -> tuple[datetime, datetime]:
    from openline.errors import InvalidInput

    if volumes:
        start = start or min(volume.time_start for volume in volumes)
        end = end or max(volume.time_end for volume in volumes)
    if start is None or end is None:
        raise InvalidInput("a notice needs --start and --end", cure="write 2026-11-22T10:00:00Z")
    return start, end


@click.command("cancel")
@click.argument("thread")
@_text
@connected
def cancel(thread: str, text: str | None, client: "Client", as_json: bool) -> None:
    """End the notice, closure or authority of THREAD before its time."""
    from openline.line.message.bodies import Cancel

    told(client.say(Cancel(text), thread=full_id(client, thread)), as_json)


@click.command("receipt")
@click.argument("thread")
@click.option(
    "--disseminated", "names", multiple=True, metavar="CREW", help="Passed to this crew; repeat it."
)
@click.option("--not-yet", multiple=True, metavar="CREW", help="Told, but no receipt from it yet.")
@click.option(
    "--unable",
    type=click.Choice(("no_contact", "too_late", "not_understood", "not_ours", "other")),
    help="It cannot be passed on, and why.",
)
@_text
@connected
def receipt(
    thread: str,
    names: tuple[str, ...],
    not_yet: tuple[str, ...],
    unable: str | None,
    text: str | None,
    client: "Client",
    as_json: bool,
) -> None:
    """Say that you have read what THREAD says now, passed it on, or cannot. It is not consent."""
    from datetime import UTC

    from openline.line.message.bodies import PassedTo, Receipt
    from openline.line.message.kind import ReceiptKind, UnableReason

    now = datetime.now(UTC)
    passed = (*(PassedTo(one, now) for one in names), *(PassedTo(one) for one in not_yet))
    kind = ReceiptKind.DISSEMINATED if passed else ReceiptKind.READ
    if unable is not None:
        kind = ReceiptKind.UNABLE
    current, thread_id, opener = _current(client, thread)
    reason = UnableReason(unable) if unable else None
    body = Receipt(kind, current, passed if kind is ReceiptKind.DISSEMINATED else (), reason, text)
    told(client.say(body, to=(opener,), thread=thread_id), as_json)


@click.command("answer")
@click.argument("thread")
@click.argument("code", type=click.Choice((*_ANSWERS, "answered")))
@click.option("--until", type=INSTANT, metavar="INSTANT", help="With need_more_time.")
@_text
@connected
def answer(
    thread: str,
    code: str,
    until: datetime | None,
    text: str | None,
    client: "Client",
    as_json: bool,
) -> None:
    """Say what you will do about THREAD; `answered` with --text answers a query."""
    from openline.line.message.bodies import Answer
    from openline.line.message.kind import AnswerCode

    current, thread_id, _ = _current(client, thread)
    told(client.say(Answer(AnswerCode(code), current, until, text), thread=thread_id), as_json)


@click.command("readback")
@click.argument("thread")
@click.option("--place", required=True, metavar="LAT,LNG", help="Degrees, WGS-84.")
@click.option("--altitude", required=True, metavar="LOW/HIGH", help="Metres, WGS-84.")
@click.option("--start", type=INSTANT, required=True, metavar="INSTANT")
@click.option("--end", type=INSTANT, required=True, metavar="INSTANT")
@connected
def readback(
    thread: str,
    place: str,
    altitude: str,
    start: datetime,
    end: datetime,
    client: "Client",
    as_json: bool,
) -> None:
    """Say place, altitudes and time of THREAD as you understood them; the server compares."""
    from openline.geo.position import Position
    from openline.line.message.bodies import Readback

    lat, lng = _two(place, ",", "place")
    low, high = _two(altitude, "/", "altitude")
    current, thread_id, opener = _current(client, thread)
    body = Readback(current, Position.checked(lat, lng), low, high, start, end)
    told(client.say(body, to=(opener,), thread=thread_id), as_json)


@click.command("urgent")
@click.argument("action", type=click.Choice(("stop", "hold", "climb", "descend", "distress")))
@click.option("--about", metavar="THREAD", help="The notice or conflict it is about.")
@click.option("--place", metavar="LAT,LNG", help="Degrees, WGS-84.")
@_text
@_to
@connected
def urgent(
    action: str,
    about: str | None,
    place: str | None,
    text: str | None,
    to: tuple[str, ...],
    client: "Client",
    as_json: bool,
) -> None:
    """Ask for something at once. Alarms at the receiver go on until a person acknowledges."""
    from openline.geo.position import Position
    from openline.line.message.bodies import Urgent
    from openline.line.message.kind import UrgentAction

    position = Position.checked(*_two(place, ",", "place")) if place else None
    thread = full_id(client, about) if about else None
    told(client.say(Urgent(UrgentAction(action), (), position, thread, text), to=to), as_json)


@click.command("check")
@click.option("--of", metavar="THREAD", help="Answer the check of this thread: you hear it.")
@_to
@connected
def check(of: str | None, to: tuple[str, ...], client: "Client", as_json: bool) -> None:
    """Try the line, as a person: the other side is asked to say that it hears you."""
    from openline.errors import InvalidInput
    from openline.line.message.bodies import LineCheck
    from openline.line.message.kind import CheckMode

    asked = None if of is None else client.thread(full_id(client, of)).thread
    if of is not None and (asked is None or asked.kind != "LINE_CHECK"):
        raise InvalidInput(f"{of!r} is no line check", cure="openline line inbox lists them")
    if asked is not None:
        to = to or (asked.opener,)
    body = LineCheck(CheckMode.HUMAN, of=None if asked is None else asked.id)
    told(client.say(body, to=to), as_json)


@click.command("confirm")
@click.argument("who")
@click.argument("kind", type=click.Choice(("SUSPEND", "RESUME", "NOTIFY", "AMEND")))
@click.option("--place", metavar="LAT,LNG", help="Where you found the site on the map.")
@connected
def confirm(who: str, kind: str, place: str | None, client: "Client", as_json: bool) -> None:
    """Give the second person's word: WHO may say KIND within 15 minutes, naming you."""
    from openline.line.message.kind import Kind

    found = client.confirm(who, Kind(kind), _two(place, ",", "place") if place else None)
    if as_json:
        put_json(found)
    else:
        click.echo(f"{who} may say {kind} until {found.until:%H:%M:%S}Z")


@click.command("say")
@click.argument("kind")
@click.argument("body")
@click.option("--thread", metavar="THREAD", help="The thread it belongs to.")
@click.option("--lifetime-h", type=float, default=720.0, show_default=True, metavar="HOURS")
@_to
@connected
def say(
    kind: str,
    body: str,
    thread: str | None,
    lifetime_h: float,
    to: tuple[str, ...],
    client: "Client",
    as_json: bool,
) -> None:
    """Say anything else: KIND such as CLOSURE, and its BODY as JSON, or @FILE with it."""
    from openline.app.read_files import read_bytes
    from openline.errors import InvalidInput
    from openline.formats.line_message import decode_body
    from openline.line.message.kind import Kind

    if kind.upper() not in list(Kind):
        raise InvalidInput(f"{kind!r} is no kind", cure=f"one of {', '.join(Kind)}")
    data = read_bytes(body[1:]) if body.startswith("@") else body.encode()
    said = decode_body(Kind(kind.upper()), data)
    thread_id = full_id(client, thread) if thread else None
    lifetime = timedelta(hours=lifetime_h)
    told(client.say(said, to=to, thread=thread_id, lifetime=lifetime), as_json)


def _current(client: "Client", name: str) -> tuple[str, str, str]:
    """The message that counts now in a thread, the thread, and who began it."""
    from openline.errors import InvalidInput

    found = client.thread(full_id(client, name)).thread
    if found is None:
        raise InvalidInput("a conflict is answered with a proposal", cure="openline line say")
    return found.current, found.id, found.opener


def _two(text: str, between: str, field: str) -> tuple[float, float]:
    from openline.errors import InvalidInput

    first, _, second = text.partition(between)
    try:
        return float(first), float(second)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not two numbers with {between!r} between", field=field
        ) from None
