"""`openline feed`: send a recording as if it were live."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from openline.cli.options import PATH
from openline.errors import InvalidInput, Unreachable

if TYPE_CHECKING:
    from openline.airspace.track.played import Recording
    from openline.feeds.senders import Sender, Sent

TOKEN_VARIABLE = "OPENLINE_TOKEN"


@click.command("feed", short_help="Send a recording to a server or a display, as if live.")
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILES...")
@click.option(
    "--to",
    "place",
    required=True,
    metavar="ADDRESS",
    help="https://SERVER, cot+udp://HOST:PORT, cot+tcp://…, cot+tls://…, sbs://HOST:PORT.",
)
@click.option(
    "--speed",
    type=float,
    default=1.0,
    show_default=True,
    metavar="N",
    help="So many times as fast.",
)
@click.option(
    "--altitude",
    metavar="COLUMN:UNIT",
    help="The altitude's column and its unit: altitude:ft. Else a name like alt_baro says it.",
)
@click.option(
    "--zero",
    type=click.Choice(("pressure", "W84")),
    help="What the altitudes are counted from, where their name does not say it.",
)
@click.option("--id", "id_name", metavar="COLUMN", help="Whose position it is. Else icao24, hex...")
@click.option("--token-file", type=PATH, metavar="FILE", help="The token for a server.")
@click.option("--quiet", "-q", is_flag=True, help="No remarks, no progress.")
@click.option("--no-progress", is_flag=True, help="Never show a progress bar.")
def feed(files: tuple[str, ...], place: str, speed: float, **params: Any) -> None:
    """Send the positions in FILES to ADDRESS in their order and at their times, moved to now.

    FILES are CSV, JSON lines or Parquet, as for `scan`. Faster than once, the positions keep their
    own times and the server, if it runs with --dev, takes the recording's clock.
    """
    import asyncio

    from openline.airspace.track.played import AltitudeZero
    from openline.app.sky.recordings import read_recording
    from openline.cli.output import tell
    from openline.cli.progress import ProgressBar
    from openline.cli.scan import track_options
    from openline.feeds.replay import check_speed
    from openline.feeds.senders import Sent, sender_to

    check_speed(speed)
    sent = Sent()
    sender = sender_to(place, sent, read_token(params["token_file"]))
    zero = None if params["zero"] is None else AltitudeZero(params["zero"])
    options = track_options(params["altitude"], params["id_name"])
    recording = read_recording(files, options, zero)
    quiet = params["quiet"]
    wanted = not (quiet or params["no_progress"])
    with ProgressBar(wanted=wanted, title="sending") as bar:
        asyncio.run(_send(recording, sender, speed, bar))
    if not quiet:
        tell(_summary(sent, recording))


async def _send(recording: "Recording", sender: "Sender", speed: float, bar: Any) -> None:
    from openline.feeds.replay import moved, played
    from openline.feeds.senders import HttpSender

    start, end = recording.span()
    total = int((end - start).total_seconds()) + 1
    keeps_time = speed != 1.0 and isinstance(sender, HttpSender)
    try:
        done = 0
        async for now, reports in played(recording, speed):
            # Displays have no clock of their own: for them each second is the one of now.
            shift = datetime.now(UTC) - now
            batch = reports if keeps_time else [moved(report, shift) for report in reports]
            await sender.send(batch, now if keeps_time else None)
            done += 1
            bar.update(done, total)
    finally:
        await sender.close()


def _summary(sent: "Sent", recording: "Recording") -> str:
    words = f"sent: {sent.positions:,} positions"
    if sent.accepted is not None:
        words += f"; accepted: {sent.accepted:,}, refused: {sent.refused:,}"
        words += f" ({sent.reason})" if sent.reason else ""
    if recording.unusable:
        words += f"; left out: {recording.unusable:,} without time, place or altitude"
    return words


def read_token(file: str | None) -> str | None:
    """The token in a file, else in the environment. Raises: Unreachable, InvalidInput."""
    if file is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        with open(file, encoding="ascii") as opened:
            token = opened.read(10_000).strip()
    except OSError as error:
        raise Unreachable((error.strerror or str(error)).lower(), file=file) from None
    except ValueError:
        raise InvalidInput("this is no token", file=file) from None
    if not token or any(c.isspace() for c in token):
        raise InvalidInput("this is no token", file=file)
    return token
