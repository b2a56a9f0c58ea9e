"""`openline watch`: the live sky in the terminal."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from openline.cli.options import DURATION, MINIMA, PATH
from openline.errors import InvalidInput

if TYPE_CHECKING:
    from openline.app.sky.watch import SkyWatch
    from openline.feeds.session import Session
    from openline.feeds.sky_server import ServerFeed


@click.command("watch", short_help="Watch live feeds: who is on the way to whom.")
@click.option(
    "--feed",
    "specs",
    multiple=True,
    required=True,
    metavar="SPEC",
    help="readsb:URL, file:PATH, sky:SERVER, sbs:HOST:PORT, cot+udp://…, cot+tcp://…, cot+tls://…, "
    "replay:FILE@SPEED; repeat it for several.",
)
@click.option(
    "--minima", type=MINIMA, default="5nm/1000ft", show_default=True, help="What is too close."
)
@click.option(
    "--lookahead", type=DURATION, default="300s", show_default=True, help="How far ahead to look."
)
@click.option(
    "--lost",
    type=DURATION,
    default="30s",
    show_default=True,
    help="Silence after which a track is lost.",
)
@click.option(
    "--volumes",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="Say who flies into what is in these files: volumes in any format that is read.",
)
@click.option("--for", "duration", type=DURATION, help="Stop after this time.")
@click.option(
    "--altitude",
    metavar="COLUMN:UNIT",
    help="The altitude's column in recordings, and its unit: altitude:ft.",
)
@click.option(
    "--zero",
    type=click.Choice(("pressure", "W84")),
    help="What altitudes of recordings are counted from, where their name does not say it.",
)
@click.option(
    "--to",
    "places",
    multiple=True,
    metavar="ADDRESS",
    help="Send tracks (and alerts, to TAK) on: https://SERVER, cot+udp://…, cot+tls://…, sbs://…",
)
@click.option("--token-file", type=PATH, metavar="FILE", help="The token for a server.")
@click.option("--kml", type=PATH, metavar="OUT", help="Write a live KML link for a map viewer.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each event.")
@click.option("--plain", is_flag=True, help="Lines instead of the board, on a terminal too.")
def watch(specs: tuple[str, ...], **params: Any) -> None:
    """Watch live feeds: tracks with their age, predicted losses of separation, alerts once each.

    On a terminal a board that is drawn once a second (q quits); elsewhere a line for each alert,
    feed and doubt. Ends when every recording is played, or with --for, q or ctrl-C. Exit code 1 if
    an alert was raised.
    """
    import asyncio

    from openline.airspace.track.pair_alerts import LIVE_POLICY, PLAYED_POLICY
    from openline.app.sky.watch import SkyWatch
    from openline.cli.main import EXIT_CONFLICTS
    from openline.cli.output import is_terminal
    from openline.cli.watch_lines import JsonLines, PlainLines
    from openline.cli.watch_screen import Screen

    played = all(spec.lower().startswith("sky:") for spec in specs)  # by the clock of a server
    sky = SkyWatch(
        params["minima"],
        _lookahead(params["lookahead"]),
        _rules(params["lost"]),
        policy=PLAYED_POLICY if played else LIVE_POLICY,
    )
    _stand(sky, params["volumes"])
    if params["as_json"]:
        told: Any = JsonLines()
    elif params["plain"] or not is_terminal():
        told = PlainLines()
    else:
        told = Screen(sky)
    session, ticking = _session(sky, told, specs, params)
    _outputs(session, params)
    duration = params["duration"]
    limit_s = None if duration is None else duration.total_seconds()
    asyncio.run(told.run(session, ticking=ticking, duration_s=limit_s))
    if told.alerts:
        raise click.exceptions.Exit(EXIT_CONFLICTS)


def _stand(sky: "SkyWatch", files: tuple[str, ...]) -> None:
    """Read what stands in the sky. Raises: Unreachable, InvalidInput."""
    if not files:
        return
    from openline.airspace.entity import Entity
    from openline.airspace.track.obstacles import Obstacle, Obstacles
    from openline.app.read_files import read_files
    from openline.cli.output import warn

    read = read_files(files)
    warn(read.warnings)
    found: tuple[Entity, ...] = (*read.intents, *read.constraints, *read.notices)
    sky.declare({}, Obstacles([(Obstacle.of(one), one) for one in found]))


def _session(
    sky: "SkyWatch", told: Any, specs: tuple[str, ...], params: dict[str, Any]
) -> "tuple[Session, bool]":
    """The session, and whether it ticks by itself: a replay alone has its own clock."""
    from openline.airspace.track.played import AltitudeZero
    from openline.app.sky.recordings import read_recording
    from openline.cli.feed import read_token
    from openline.cli.scan import track_options
    from openline.feeds.replay import ReplayFeed, SkyClock
    from openline.feeds.session import Session
    from openline.feeds.sky_server import ServerFeed
    from openline.feeds.spec import ReplaySpec, parse_spec

    token = read_token(params["token_file"])
    found = [parse_spec(spec, token) for spec in specs]
    replays = [one for one in found if isinstance(one, ReplaySpec)]
    live = [one for one in found if not isinstance(one, ReplaySpec)]
    if len(found) == 1 and isinstance(found[0], ServerFeed):
        return _of_server(sky, told, found[0]), True
    speeds = {replay.speed for replay in replays if replay.speed is not None} or {1.0}
    if len(speeds) > 1:
        raise InvalidInput("recordings are played together, at one speed", cure="give one @SPEED")
    if not replays:
        session = Session(sky, told.tell)
    else:
        zero = None if params["zero"] is None else AltitudeZero(params["zero"])
        options = track_options(params["altitude"], None)
        recording = read_recording([replay.file for replay in replays], options, zero)
        speed = speeds.pop()
        if live:
            session = Session(sky, told.tell)
            session.add(ReplayFeed(recording, speed))
        else:
            clock = SkyClock(recording.span()[0])
            session = Session(sky, told.tell, clock.now)
            session.add(ReplayFeed(recording, speed, clock, session.tick))
    for feed in live:
        session.add(feed)
    return session, bool(live) or not replays


def _of_server(sky: "SkyWatch", told: Any, feed: "ServerFeed") -> "Session":
    """The sky of one server, by its clock: it may be that of a recording."""
    from openline.feeds.session import Session
    from openline.feeds.sky_server import ServerClock

    clock = ServerClock()
    session = Session(sky, told.tell, clock.now)
    feed.follow(clock, session.tick)
    session.add(feed)
    return session


def _outputs(session: "Session", params: dict[str, Any]) -> None:
    from openline.cli.feed import read_token
    from openline.cli.watch_kml import KmlFiles
    from openline.feeds.senders import Sent, sender_to

    token = read_token(params["token_file"])
    for place in params["places"]:
        session.send_to(place, sender_to(place, Sent(), token))
    if params["kml"] is not None:
        session.beside(KmlFiles(session, params["kml"]).run)


def _lookahead(duration: timedelta) -> float:
    seconds = duration.total_seconds()
    if not 1 <= seconds <= 3600:
        raise InvalidInput(f"{seconds:g} s ahead is outside 1..3600 s", field="--lookahead")
    return seconds


def _rules(lost: timedelta) -> Any:
    from openline.airspace.track.rules import TrackRules

    seconds = lost.total_seconds()
    return TrackRules(lost_s=seconds, forget_s=max(10 * seconds, 60.0))
