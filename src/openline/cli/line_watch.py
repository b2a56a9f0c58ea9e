"""`openline line watch`: the live board of the line in the terminal."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

from openline.cli.line_connection import connecting
from openline.cli.options import DURATION

if TYPE_CHECKING:
    from openline.cli.line_watcher import LineWatcher, Seen
    from openline.client import Client

_EVERY_S: Final = 0.25  # to look whether something changed; the clocks go on each second
_QUIT: Final = ("q", "Q", "\x03", "\x04")


@click.command("watch")
@click.option("--quiet", is_flag=True, help="No bell for URGENT and alarms.")
@click.option("--plain", is_flag=True, help="Lines instead of the board, on a terminal too.")
@click.option("--for", "limit", type=DURATION, help="Stop after this time.")
@connecting
def watch(
    connect: "Callable[[], Client]", quiet: bool, plain: bool, limit: timedelta | None
) -> None:
    """Watch the line: clocks, links, conflicts, threads, drawn again as they change; q quits.

    The bell rings once for every URGENT to you and every alarm of yours. Where the server does not
    answer, UNKNOWN is shown, with the time since when; it goes on when the server is back.
    """
    import asyncio

    from openline.cli.line_watcher import LineWatcher
    from openline.cli.output import is_terminal

    watcher = LineWatcher(connect)
    watcher.start()
    until_s = time.monotonic() + limit.total_seconds() if limit is not None else None
    try:
        if plain or not is_terminal():
            _lines(watcher, until_s)
        else:
            asyncio.run(_screen(watcher, until_s, quiet=quiet))
    except KeyboardInterrupt:
        pass
    finally:
        watcher.stop()


async def _screen(watcher: "LineWatcher", until_s: float | None, *, quiet: bool) -> None:
    """Draw until q is pressed or the time is over."""
    import asyncio

    from rich.live import Live

    from openline.cli.keyboard import keys_to
    from openline.cli.line_board import calls, render

    stopped = asyncio.Event()

    def pressed(key: str) -> None:
        if key in _QUIT:
            stopped.set()

    heard: set[str] = set()
    drawn: tuple[object, ...] = ()
    with Live(screen=True, auto_refresh=False, transient=True) as live, keys_to(pressed):
        while not stopped.is_set() and (until_s is None or time.monotonic() < until_s):
            seen = watcher.seen()
            what = (
                id(seen.board),
                seen.said[-1:],
                seen.problem,
                int(seen.age_s),
                live.console.size,
            )
            if what != drawn:
                drawn = what
                live.update(render(seen, live.console.size.height), refresh=True)
            new = calls(seen.board) - heard if seen.board is not None else set()
            if new and not quiet:
                live.console.bell()
            heard |= new
            await asyncio.sleep(_EVERY_S)


def _lines(watcher: "LineWatcher", until_s: float | None) -> None:
    """The board once, then a line for what is said, for every new alarm, and for silence."""
    from openline.cli.line_words import board_lines

    seen = watcher.seen()
    if seen.board is not None:
        for line in board_lines(seen.board):
            click.echo(line)
    told, known, heard = 0, True, set(_alarms(seen))
    while until_s is None or time.monotonic() < until_s:
        seen = watcher.seen()
        said, told = watcher.said_after(told)
        for line in said:
            click.echo(line)
        alarms = _alarms(seen)
        for name in alarms.keys() - heard:
            click.echo(alarms[name])
        heard |= alarms.keys()
        if seen.fresh is not known:
            known = seen.fresh
            since = f"{seen.read_at:%H:%M:%S}Z" if seen.read_at is not None else "the start"
            click.echo("The line is seen again." if known else f"UNKNOWN since {since}.")
        time.sleep(_EVERY_S)


def _alarms(seen: "Seen") -> dict[str, str]:
    """Every alarm on the board in words, by a name of its own."""
    from openline.cli.line_words import clock_line

    clocks = seen.board.clocks if seen.board is not None else []
    return {
        f"{one.thread}/{one.what}/{one.owes}/{one.alarms}": f"ALARM {clock_line(one)}"
        for one in clocks
        if one.alarms
    }
