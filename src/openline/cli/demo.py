"""`openline demo`: a server on which a story is played."""

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

import click

_HOST: Final = "127.0.0.1"
_PORT: Final = 8080
_PORTS_TRIED: Final = 50  # the default one and those after it
_REMOVED_TRIES: Final = 20
_REMOVED_WAIT_S: Final = 0.1


@click.command("demo", short_help="Play the days of a line, with live traffic and the page.")
@click.option(
    "--speed",
    type=click.FloatRange(1.0, 60.0),
    default=20.0,
    metavar="N",
    help="How many times faster than time the story goes. [20]",
)
@click.option("--seed", type=int, default=1, metavar="N", help="Another seed, other traffic. [1]")
@click.option("--two-servers", is_flag=True, help="A server of its own for the south.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option(
    "--minutes",
    type=click.FloatRange(0.0, 1e6, min_open=True),
    metavar="N",
    help="End after so many minutes of real time. Without it: at ctrl-C.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="N",
    help="Port on 127.0.0.1; 0 takes a free one. A second server takes the next free one. "
    "[8080, or the next free one]",
)
@click.option(
    "--language",
    envvar="OPENLINE_LANGUAGE",
    default="en",
    show_default=True,
    metavar="TAG",
    help="Of what is told here: en, fr, es, ru, ar. Else OPENLINE_LANGUAGE.",
)
@click.option("--json", "as_json", is_flag=True, help="Tell it as one JSON object a line.")
@click.option("--db", metavar="FILE", help="Keep the record in this new file.")
@click.option(
    "--keep", metavar="DIR", help="Keep keys, agreement, record and review in this new folder."
)
def demo(
    speed: float,
    seed: int,
    two_servers: bool,
    no_browser: bool,
    minutes: float | None,
    port: int | None,
    language: str,
    as_json: bool,
    db: str | None,
    keep: str | None,
) -> None:
    """Play the first hours of a line between parties who do not trust each other.

    One server on this machine, three parties, live traffic, about fifteen acts. Each is told here
    with the address of the page that shows it; the passwords are printed. With a browser the story
    begins when you log in on its page, without one at once. Afterwards the server stays up for you
    to go on. Nothing leaves this machine. With --two-servers the parties who do not trust each
    other have a server each, and in one more act the link between them is cut.
    """
    from openline.cli.demo_run import Wishes, run_demo
    from openline.demo.setting import second_database
    from openline.errors import InvalidInput

    files = [] if db is None else [db, second_database(db)][: 2 if two_servers else 1]
    for file in files:
        if os.path.lexists(file):
            raise InvalidInput("it exists already", cure="name a new file", file=file)
    ports = [_free_port(_PORT, _PORTS_TRIED) if port is None else _free_port(port, 1)]
    if two_servers:
        ports.append(_free_port(ports[0] + 1, _PORTS_TRIED, told=False))
    signal.signal(signal.SIGTERM, _interrupted)  # until the server hears it: what is here goes too
    with _folder(keep) as folder:
        browser = not no_browser
        wishes = Wishes(folder, _HOST, ports, db, speed, seed, minutes, browser, language, as_json)
        run_demo(wishes, click.echo)


def _free_port(first: int, tries: int, *, told: bool = True) -> int:
    """A port that is free now: the first, or one of those after it. told: say if it is another.

    Raises: Unreachable.
    """
    from openline.api.run import listen
    from openline.errors import Unreachable

    for port in range(first, first + tries):
        try:
            with listen(_HOST, port) as listener:
                taken: int = listener.getsockname()[1]
        except Unreachable:
            if port == first + tries - 1:
                raise
            continue
        if taken != first and first and told:
            click.echo(f"Port {first} is taken: {taken} it is.", err=True)
        return taken
    raise AssertionError


@contextlib.contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """A folder for the files: a new one that stays, or one that goes. Raises: InvalidInput."""
    from openline.errors import InvalidInput, Unreachable

    if keep is None:
        made = Path(tempfile.mkdtemp(prefix="openline-demo-"))
        try:
            yield made
        finally:
            _remove(made)
        return
    folder = Path(keep)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise InvalidInput("it exists already", cure="name a new folder", file=keep) from None
    except OSError as error:
        raise Unreachable((error.strerror or str(error)).lower(), file=keep) from None
    yield folder


def _remove(folder: Path) -> None:
    """Remove it with what is in it, however often ctrl-C is pressed; say so if that fails."""
    import shutil

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(_REMOVED_TRIES):  # a thread that was not waited for may still write there
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return
            time.sleep(_REMOVED_WAIT_S)
        click.echo(f"Not removed: {folder}", err=True)
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupted(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
