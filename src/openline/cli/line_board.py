"""The board of `openline line watch`: what is owed, who is heard, what conflicts, every thread.

Colour helps and never tells alone: each state is a word as well. Red is for danger: what is
overdue, an alarm, URGENT, a conflict. Green is for what was said: steady where it is not yet
received or was read, blinking where it waits to be acknowledged. What is not known is UNKNOWN.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from openline.api.line import board_wire as wire
from openline.cli.line_watcher import Seen
from openline.cli.line_words import (
    clock_time,
    conflict_lines,
    counted,
    duration,
    evidence_lines,
    peer_notes,
    short,
    spoken,
    subject,
)
from openline.cli.output import printable
from openline.cli.unruled_table import unruled_table
from openline.formats.line_catalogue import Catalogue

DANGER: Final = "bold red"
CAUTION: Final = "bold yellow"
ALARM: Final = "bold white on red"
BAND: Final = "bold black on yellow"
UNACKNOWLEDGED: Final = "green blink"
SAID: Final = "green"
_SAID_LINES: Final = 4
_LEAST_ROWS: Final = 3


def render(seen: Seen, lines: int) -> RenderableType:
    """The board for a screen of so many lines."""
    board, now = seen.board, seen.now
    if board is None or now is None:
        return Text(f"UNKNOWN: {printable(seen.problem or 'the board was never read')}", BAND)
    words = spoken()
    top: list[RenderableType] = [_head(board, now), *_bands(seen, board), _links(seen, board)]
    said = [Text(one, style="dim") for one in seen.said[-_SAID_LINES:]]
    open_conflicts = [one for one in board.conflicts if not one.over]
    used = len(top) + len(board.links) + len(said) + 6
    room = max(lines - used, 3 * _LEAST_ROWS)
    owed = board.clocks[: max(room // 3, _LEAST_ROWS)]
    conflicts = open_conflicts[: max((room - len(owed)) // 3, _LEAST_ROWS)]
    rest = max(room - len(owed) - len(conflicts), _LEAST_ROWS)
    parts: list[RenderableType] = [
        *top,
        _clocks(board, owed, now, words),
        _conflicts(open_conflicts, conflicts),
        _threads(board, rest, now, words),
        *said,
        Text(words.standing, style="italic"),
    ]
    return Group(*parts)


def calls(board: wire.Board) -> set[str]:
    """What has to be heard, each under a name of its own: URGENT to this party, alarms of it."""
    urgent = {
        f"urgent/{one.id}"
        for one in board.threads
        if one.kind == "URGENT" and not one.own and not one.ended
    }
    return urgent | {
        f"alarm/{one.thread}/{one.what}/{one.alarms}"
        for one in board.clocks
        if one.owes == board.party and one.alarms
    }


def countdown(due: datetime, now: datetime) -> str:
    """How long until an instant, or since: `in 4:05`, `0:35 ago`."""
    seconds = (due - now).total_seconds()
    whole = int(abs(seconds))
    hours, rest = divmod(whole, 3600)
    span = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return f"in {span}" if seconds >= 0 else f"{span} ago"


def _head(board: wire.Board, now: datetime) -> Text:
    text = Text(f"{now:%Y-%m-%d %H:%M:%S}Z  {printable(board.party)}", style="bold")
    text.append(
        f"  {printable(board.agreement)} version {board.version}, entry {board.entry}  q: quit",
        style="not bold",
    )
    return text


def _bands(seen: Seen, board: wire.Board) -> list[Text]:
    bands = [*_urgent(board)]
    if not seen.fresh and seen.read_at is not None:
        why = printable(seen.problem or "the server does not answer")
        bands.append(
            Text(f"UNKNOWN since {seen.read_at:%H:%M:%S}Z: {why}. Below is how it was then.", BAND)
        )
    if not board.in_force:
        bands.append(Text("THE AGREEMENT IS NOT IN FORCE: only URGENT is taken", BAND))
    for link in board.links:
        if link.suspended_since is not None:
            since = clock_time(link.suspended_since)
            who = printable(link.party)
            bands.append(Text(f"SUSPENDED by {who} since {since}: URGENT still works", BAND))
    bands += [Text(line, BAND) for line in evidence_lines(board.links)]
    if board.unlocated:
        names = ", ".join(short(one) for one in board.unlocated)
        bands.append(
            Text(
                f"WITHOUT A PLACE: {names} stands for the whole agreed area, at every height", BAND
            )
        )
    for first, second in board.differing:
        bands.append(Text(f"CLOSURES DIFFER: {short(first)} and {short(second)}", CAUTION))
    return bands


def _urgent(board: wire.Board) -> Iterator[Text]:
    """What no person here has acknowledged yet."""
    actions = spoken().codes["UrgentAction"]
    for thread in board.threads:
        mine = [side for side in thread.sides if side.party == board.party]
        if thread.kind != "URGENT" or thread.ended or thread.own:
            continue
        if any(side.step in ("sent", "received") for side in mine):
            says = thread.says or {}
            action = actions.get(str(says.get("action")), "")
            text = f": {printable(str(says['text']))}" if says.get("text") else ""
            who = printable(thread.opener)
            what = f"URGENT from {who}: {action}{text} (thread {short(thread.id)})"
            yield Text(what, style=ALARM)


def _links(seen: Seen, board: wire.Board) -> Table:
    table = unruled_table("party", "link", ">heard", "watch", "alert state", "")
    for link in board.links:
        if link.own:
            continue
        state = link.state if seen.fresh else "UNKNOWN"
        age = "never" if link.age_s is None else f"{duration(link.age_s + seen.age_s)} ago"
        notes = [f"clock {link.skew_s:+.1f} s"] if link.skewed and link.skew_s is not None else []
        notes += [f"{counted(len(link.missing))} not come"] if link.missing else []
        notes += [] if link.peer is None else peer_notes(link.peer)
        table.add_row(
            printable(link.name),
            Text(state, style="green" if state == "live" else CAUTION),
            age,
            printable(link.officer or "not said"),
            Text(link.alert.upper() if link.alert else "not said", style=_alert_style(link)),
            Text("; ".join(notes), style=CAUTION),
        )
    return table


def _alert_style(link: wire.Link) -> str:
    return CAUTION if link.alert == "raised" else "dim" if link.alert is None else ""


def _clocks(
    board: wire.Board, owed: list[wire.Clock], now: datetime, words: Catalogue
) -> RenderableType:
    if not owed:
        return Text("nothing is overdue", style="dim")
    table = unruled_table("owed", "by", ">due", "state", "thread")
    for clock in owed:
        due = datetime.fromisoformat(clock.due)
        late = clock.overdue or due < now
        state = "PAUSED" if clock.paused else "OVERDUE" if late else "due"
        if clock.alarms:
            role = f" to the {printable(clock.role)}" if clock.role else ""
            state += f", ALARM {clock.alarms}{role}"
        table.add_row(
            words.codes["DutyKind"][clock.what],
            "you" if clock.owes == board.party else printable(clock.owes),
            countdown(due, now),
            state,
            short(clock.thread),
            style=DANGER if (late or clock.alarms) and not clock.paused else "",
        )
    return _with_more(table, len(board.clocks) - len(owed))


def _conflicts(every: list[wire.Conflict], shown: list[wire.Conflict]) -> RenderableType:
    if not every:
        return Text("no conflict is known", style="dim")
    rows = []
    for conflict in shown:
        first, *more = conflict_lines(conflict)
        rows.append(Text(f"CONFLICT with {printable(conflict.other)}: {first}", style=DANGER))
        rows += [Text(one, no_wrap=True) for one in more]
    return _with_more(Group(*rows), len(every) - len(shown))


def _threads(board: wire.Board, rows: int, now: datetime, words: Catalogue) -> RenderableType:
    every = [one for one in board.threads if not one.ended]
    if not every:
        return Text("no thread is open", style="dim")
    table = unruled_table("thread", "~what", "by", "how far", ">clock", "marks")
    for thread in every[:rows]:
        due = None if thread.clock is None else datetime.fromisoformat(thread.clock.due)
        table.add_row(
            short(thread.id),
            Text(
                _what(thread, now, words),
                style=DANGER if thread.kind == "URGENT" else "",
                no_wrap=True,
                overflow="ellipsis",
            ),
            "you" if thread.own else printable(thread.opener),
            _steps(thread, board.party, words),
            "" if due is None else countdown(due, now),
            Text(", ".join(_marks(thread)), style=CAUTION),
        )
    return _with_more(table, len(every) - rows)


def _what(thread: wire.Thread, now: datetime, words: Catalogue) -> str:
    """What it is about; times of today without the day."""
    today = f"{now:%d %b} "
    return " ".join((words.codes["Kind"][thread.kind], subject(thread).replace(today, "")))


def _steps(thread: wire.Thread, party: str, words: Catalogue) -> Text:
    text = Text()
    for side in thread.sides:
        if not thread.own and side.party != party:
            continue
        step = "not acknowledged" if side.step == "received" else words.codes["Step"][side.step]
        if side.answer is not None:
            step = words.codes["AnswerCode"][side.answer]
        if side.unable is not None:
            step = f"UNABLE, {words.codes['UnableReason'][side.unable]}"
        waits = side.step == "received"
        style = DANGER if side.overdue or side.unable else UNACKNOWLEDGED if waits else SAID
        lead = ", " if text else ""
        who = f"{printable(side.party)} " if thread.own else ""
        text.append(f"{lead}{who}{step}", style=style)
    return text


def _marks(thread: wire.Thread) -> list[str]:
    marks = (
        ("OVERDUE", thread.overdue),
        ("CONFLICT", bool(thread.conflicts)),
        ("LATE", thread.late),
        ("WITHOUT A PLACE", thread.unlocated),
        ("STALE", thread.stale),
        ("NO AUTHORITY", thread.unauthorised),
        ("READ BACK OTHERWISE", any(side.wrong for side in thread.sides)),
    )
    return [word for word, is_so in marks if is_so] + [
        f"{printable(one)} CONTINUES AS PLANNED" for one in thread.disagrees
    ]


def _with_more(shown: RenderableType, more: int) -> RenderableType:
    return shown if more <= 0 else Group(shown, Text(f"and {more:,} more", style="dim"))
