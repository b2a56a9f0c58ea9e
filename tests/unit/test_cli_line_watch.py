"""`openline line watch`: what the board says in words, not by colour alone, and for how long."""

import io
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner
from rich.console import Console

from openline.api.line import board_wire as wire
from openline.app.line.compose import Saying, compose
from openline.app.line.services import LineServices
from openline.app.line.tick import tick
from openline.app.line.views import board_of
from openline.cli import line_connection, line_watcher
from openline.cli.line import line as command
from openline.cli.line_board import calls, countdown, render
from openline.cli.line_connection import LANGUAGE
from openline.cli.line_watcher import LineWatcher, Seen
from openline.cli.line_words import board_lines, clock_line, spoken
from openline.client import StreamEvent
from openline.errors import Unreachable
from openline.formats.line_board import values_of
from openline.line.message.bodies import Body, Notify, Receipt, Urgent
from openline.line.message.kind import NoticeKind, ReceiptKind, UrgentAction
from tests.line_server import START, HandClock, make_line

HOUR = timedelta(hours=1)
UNLOCATED = Notify(NoticeKind.UNLOCATED, START + 2 * HOUR, START + 3 * HOUR)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def line(clock: HandClock) -> LineServices:
    return make_line(clock=clock, hosted=("north", "south"))


def say(line: LineServices, party: str, body: Body, thread: str | None = None) -> str:
    saying = Saying(body, f"officer-{party}", () if thread else ("south",), thread)
    return compose(line, party, saying, line.clock.now()).result().message.thread


def board(line: LineServices, party: str = "south") -> wire.Board:
    values = values_of(board_of(line, party, line.clock.now()))
    return msgspec.json.decode(msgspec.json.encode(values), type=wire.Board)


def shown(seen: Seen, lines: int = 40, width: int = 140) -> str:
    """The board as it is read without any colour."""
    out = io.StringIO()
    Console(file=out, width=width, no_color=True).print(render(seen, lines))
    return out.getvalue()


def fresh(found: wire.Board, age_s: float = 0.0) -> Seen:
    return Seen(found, age_s, None, ())


def test_a_quiet_line_says_who_is_not_heard(line: LineServices) -> None:
    text = shown(fresh(board(line)))
    assert "2026-11-22 12:00:00Z  south" in text
    assert text.count("UNKNOWN") == 2, "nobody was heard yet"
    assert "unknown is never shown as clear" in text


def test_urgent_and_a_notice_without_a_place_are_words(line: LineServices) -> None:
    say(line, "north", UNLOCATED)
    thread = say(line, "north", Urgent(UrgentAction.STOP, text="crew below"))
    text = shown(fresh(board(line)))
    assert f"URGENT from north: STOP: crew below (thread {thread[:8]})" in text
    assert "WITHOUT A PLACE:" in text
    assert "not acknowledged" in text
    message = line.look(lambda one, _position: one.state.threads[thread].entries[0].message.id)
    say(line, "south", Receipt(ReceiptKind.READ, message), thread)
    assert "URGENT from north" not in shown(fresh(board(line)))


def test_the_clocks_go_on_between_two_readings(line: LineServices, clock: HandClock) -> None:
    say(line, "north", Urgent(UrgentAction.STOP))
    clock.sleep(seconds=11)
    tick(line, clock.now()).result()  # type: ignore[union-attr]
    found = board(line)
    assert "ALARM 1 to the duty officer" in shown(fresh(found))
    assert "in 0:49" in shown(fresh(found))
    assert "in 0:44" in shown(fresh(found, 5.0))
    late = shown(Seen(found, 60.0, "away", ()))
    assert "0:11 ago" in late
    assert "OVERDUE" in late


def test_what_is_old_is_unknown_and_not_shown_as_fresh(line: LineServices) -> None:
    say(line, "north", UNLOCATED)
    found = board(line)
    assert "live" in shown(fresh(found))
    for seen in (Seen(found, 1.0, "it does not answer", ()), Seen(found, 11.0, None, ())):
        text = shown(seen)
        assert "UNKNOWN since 12:00:00Z" in text
        assert "live" not in text


def test_marks_are_whole_on_a_narrow_screen(line: LineServices) -> None:
    soon = Notify(NoticeKind.UNLOCATED, START + HOUR / 2, START + 25 * HOUR)
    say(line, "north", soon)
    text = shown(fresh(board(line)), width=100)
    (row,) = [one for one in text.splitlines() if "Notice" in one and "north" in one]
    assert row.rstrip().endswith("LATE, WITHOUT A PLACE")
    assert "not acknowledged" in row
    assert "…" in row


@pytest.mark.parametrize("lines", [5, 12, 24, 60])
def test_a_long_list_is_cut_and_says_so(line: LineServices, lines: int) -> None:
    for _ in range(70):
        say(line, "north", Urgent(UrgentAction.HOLD))
    assert "more" in shown(fresh(board(line)), lines)


def test_each_call_is_heard_once(line: LineServices, clock: HandClock) -> None:
    assert calls(board(line)) == set()
    say(line, "north", Urgent(UrgentAction.STOP))
    first = calls(board(line))
    assert len(first) == 1
    assert calls(board(line, "north")) == set(), "who said it is not called"
    clock.sleep(seconds=11)
    tick(line, clock.now()).result()  # type: ignore[union-attr]
    assert len(calls(board(line)) - first) == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "in 0:00"), (65, "in 1:05"), (3_725, "in 1:02:05"), (-35, "0:35 ago"), (-0.5, "0:00 ago")],
)
def test_a_countdown(seconds: float, words: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert countdown(now + timedelta(seconds=seconds), now) == words


class FakeClient:
    """A server that can go away."""

    def __init__(self, line: LineServices) -> None:
        self.line = line
        self.away = False
        self.said: list[StreamEvent] = []
        self.more = threading.Event()

    def __enter__(self) -> "FakeClient":
        return self

    def __exit__(self, *_args: object) -> None:
        pass

    def board(self) -> wire.Board:
        if self.away:
            raise Unreachable("the server does not answer")
        return board(self.line)

    def follow(self, after: int | None) -> Iterator[StreamEvent]:
        while True:
            self.more.wait(20)
            self.more.clear()
            yield from self.said


def until(holds: Any) -> None:
    for _ in range(300):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come")


def test_a_server_that_goes_and_comes_back(
    line: LineServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_watcher, "READ_EVERY_S", 0.05)
    monkeypatch.setattr(line_watcher, "AGAIN_S", 0.05)
    client = FakeClient(line)
    watcher = LineWatcher(lambda: client)  # type: ignore[arg-type, return-value]
    watcher.start()
    try:
        assert watcher.seen().fresh
        client.away = True
        until(lambda: not watcher.seen().fresh)
        assert watcher.seen().problem == "the server does not answer"
        client.away = False
        until(lambda: watcher.seen().fresh)
    finally:
        watcher.stop()


def test_a_session_is_renewed_while_somebody_watches(
    line: LineServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_watcher, "READ_EVERY_S", 0.02)
    monkeypatch.setattr(line_watcher, "_RENEW_S", 0.0)
    renewed: list[object] = []
    monkeypatch.setattr(line_watcher, "renew_session", renewed.append)
    client = FakeClient(line)
    watcher = LineWatcher(lambda: client)  # type: ignore[arg-type, return-value]
    watcher.start()
    try:
        until(lambda: len(renewed) >= 2)
    finally:
        watcher.stop()


def test_the_first_reading_tells_what_is_wrong(line: LineServices) -> None:
    client = FakeClient(line)
    client.away = True
    with pytest.raises(Unreachable):
        LineWatcher(lambda: client).start()  # type: ignore[arg-type, return-value]


def test_lines_where_there_is_no_terminal(
    line: LineServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient(line)
    data = {"time": "2026-11-22T12:00:00Z", "kind": "URGENT", "party": "north", "thread": "t-1"}
    client.said = [StreamEvent(9, "message", data)]
    client.more.set()
    monkeypatch.setattr(line_connection, "open_client", lambda *_args: client)
    result = CliRunner().invoke(command, ["watch", "--for", "1s"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("south, 22 Nov 12:00:00Z")
    assert "9 22 Nov 12:00:00Z URGENT by north in t-1" in result.output
    assert "\a" not in result.output


def test_the_words_are_of_the_language_that_was_asked_for() -> None:
    assert spoken().language == "en"
    with click.Context(click.Command("line")) as context:
        context.meta[LANGUAGE] = "fr"
        assert spoken().codes["UrgentAction"]["hold"] == "ATTENDEZ"
        context.meta[LANGUAGE] = "tlh"
        assert spoken().language == "en"


def test_what_is_missing_is_never_said_as_if_it_were_done(
    line: LineServices, clock: HandClock
) -> None:
    thread = say(line, "north", Urgent(UrgentAction.STOP))
    clock.sleep(seconds=61)
    tick(line, clock.now()).result()  # type: ignore[union-attr]
    found = board(line, "north")
    text = "\n".join(board_lines(found))
    assert f"south owes a person's acknowledgement in {thread[:8]}" in text
    missing = wire.Clock("delivered", "south", "2026-11-22T12:00:00Z", True, 0, False, "abc")
    assert (
        clock_line(missing) == "OVERDUE 22 Nov 12:00:00Z: south owes the machine's receipt in abc"
    )
    (away, *others) = [link for link in found.links if not link.own]
    peer = wire.Peer("silent", 1, 0, 0, ["it has 5 entries, and had 9"])
    links = [*others, msgspec.structs.replace(away, peer=peer)]
    text = "\n".join(board_lines(msgspec.structs.replace(found, links=links)))
    assert "its server: silent; 1 message has not reached it, as far as is known here" in text
    assert f"THE RECORD OF {away.party} CONTRADICTS ITSELF: it has 5 entries, and had 9" in text
