"""A board in words: one line for each thing, the most pressing first, for any terminal."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from openline.api.line import board_wire as wire
from openline.cli.line_connection import LANGUAGE
from openline.cli.output import printable
from openline.formats.line_catalogue import ENGLISH, Catalogue, catalogue

if TYPE_CHECKING:
    from openline.client import StreamEvent

SHORT = 8


def spoken() -> Catalogue:
    """The words of the language that was asked for."""
    context = click.get_current_context(silent=True)
    return catalogue(context.meta.get(LANGUAGE, ENGLISH) if context is not None else ENGLISH)


def _word(kind: str, value: str) -> str:
    """A code in another language; in English as it is on the line, but what is owed and how far
    something is: `delivered by south` would read as done where it is missing."""
    words = spoken()
    if words.language == ENGLISH and kind not in ("DutyKind", "Step"):
        return value.replace("_", " ") if kind != "Kind" else value
    return words.codes[kind].get(value, value)


def short(name: str) -> str:
    """The beginning of an id, enough to type."""
    return printable(name[:SHORT])


def board_lines(board: wire.Board) -> Iterator[str]:
    """The whole board."""
    state = "in force" if board.in_force else "NOT IN FORCE"
    yield (
        f"{printable(board.party)}, {clock_time(board.now)}; {printable(board.agreement)} "
        f"version {board.version}, {state}; entry {board.entry}"
    )
    yield from (link_line(link) for link in board.links if not link.own)
    yield from evidence_lines(board.links)
    if board.unlocated:
        names = ", ".join(short(one) for one in board.unlocated)
        yield f"WITHOUT A PLACE: {names} stands for the whole agreed area, at every altitude"
    yield from section("owed", [clock_line(clock) for clock in board.clocks])
    yield from section("conflicts", [line for c in board.conflicts for line in conflict_lines(c)])
    yield from section("threads", [thread_line(one) for one in board.threads])
    yield from section("breaches", [breach_line(one) for one in board.breaches])
    yield spoken().standing


def section(title: str, lines: list[str]) -> Iterator[str]:
    """Lines under their title; nothing at all if there are none."""
    if lines:
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def link_line(link: wire.Link) -> str:
    """How a party is heard."""
    age = "never heard" if link.age_s is None else f"heard {duration(link.age_s)} ago"
    words = [f"{printable(link.party)} is {_word('LinkState', link.state)}, {age}"]
    if link.suspended_since is not None:
        words.append(f"SUSPENDED since {clock_time(link.suspended_since)}")
    if link.alert is not None:
        words.append(f"alert state {link.alert}")
    if link.officer is not None:
        words.append(f"on duty: {printable(link.officer)}")
    if link.skewed and link.skew_s is not None:
        words.append(f"clock off by {link.skew_s:+.1f} s")
    if link.missing:
        words.append(f"{len(link.missing)} of its messages have not come, or were for others")
    words += [] if link.peer is None else peer_notes(link.peer)
    return "; ".join(words)


def peer_notes(peer: wire.Peer) -> list[str]:
    """What a duty officer has to know of the other side's server, most serious first."""
    notes = []
    if peer.refuses is not None:
        notes.append(f"it refuses to cosign our record: {printable(peer.refuses)}")
    if peer.server != "reached":
        notes.append(f"its server: {peer.server}")
    if peer.behind:
        notes.append(f"{counted(peer.behind)} not reached it, as far as is known here")
    if peer.refused:
        notes.append(f"it refused {peer.refused} message{'s' if peer.refused > 1 else ''}")
    return notes


def evidence_lines(links: list[wire.Link]) -> Iterator[str]:
    """Records of others that contradict themselves: what was seen last of each."""
    for link in links:
        for what in link.peer.evidence[-1:] if link.peer is not None else ():
            yield f"THE RECORD OF {printable(link.party)} CONTRADICTS ITSELF: {printable(what)}"


def counted(messages: int) -> str:
    """So many messages have …"""
    return f"{messages:,} messages have" if messages != 1 else "1 message has"


def clock_line(clock: wire.Clock) -> str:
    """What is owed."""
    word = "OVERDUE" if clock.overdue else "due"
    alarms = f", alarm {clock.alarms}" if clock.alarms else ""
    role = f" for the {printable(clock.role)}" if clock.role else ""
    where = f" in {short(clock.thread)}" if clock.thread else ""
    what = _word("DutyKind", clock.what)
    return (
        f"{word} {clock_time(clock.due)}: {printable(clock.owes)} owes {what}{where}{alarms}{role}"
    )


def conflict_lines(conflict: wire.Conflict) -> Iterator[str]:
    """A conflict and what is proposed."""
    notes = []
    if conflict.only_unlocated:
        notes.append("only because a place is missing")
    if conflict.over:
        notes.append("its time is past")
    notes += [f"{printable(one)} continues as planned" for one in conflict.disagrees]
    tail = f" [{'; '.join(notes)}]" if notes else ""
    yield f"{short(conflict.id)}: {printable(conflict.facts.reason)}{tail}"
    for seen in conflict.proposals:
        one = seen.proposal
        yield f"  proposal {short(one.message)} by {printable(one.by)}: {one.step}"


def thread_line(thread: wire.Thread) -> str:
    """A thread: what, by whom, how far it is."""
    marks = [
        word
        for word, is_so in (
            ("LATE", thread.late),
            ("OVERDUE", thread.overdue),
            ("WITHOUT A PLACE", thread.unlocated),
            ("STALE", thread.stale),
            ("NO AUTHORITY", thread.unauthorised),
            (f"shown as {thread.shown}", thread.shown != "full"),
        )
        if is_so
    ]
    ended = f", {thread.ended}" if thread.ended else ""
    sides = ", ".join(side_words(side) for side in thread.sides)
    tail = f" [{'; '.join(marks)}]" if marks else ""
    what = " ".join(filter(None, (_word("Kind", thread.kind), subject(thread))))
    return f"{short(thread.id)}: {what} by {printable(thread.opener)}; {sides}{ended}{tail}"


def talk_line(thread: wire.Thread) -> str:
    """A scheduled talk."""
    says = thread.says or {}
    when = clock_time(str(says["time"])) if "time" in says else "UNKNOWN"
    span = f" for {duration(float(says['duration_s']))}" if "duration_s" in says else ""
    text = f": {printable(str(says['text']))}" if says.get("text") else ""
    sides = ", ".join(side_words(side) for side in thread.sides)
    by = printable(str(says.get("channel", "")))
    who = printable(thread.opener)
    return f"{short(thread.id)}: {when}{span}, by {by}, asked for by {who}; {sides}{text}"


def subject(thread: wire.Thread) -> str:
    """What it is about, in a few words."""
    says = thread.says or {}
    words = [str(says.get(name, "")) for name in ("notice", "action", "level", "name", "rule")]
    times = [clock_time(says[name]) for name in ("time_start", "time_end") if name in says]
    if len(times) == 2:
        words.append(" to ".join(times))
    return printable(" ".join(word for word in words if word))


def side_words(side: wire.Side) -> str:
    """How far it is with one recipient."""
    words = f"{printable(side.party)}: {_word('Step', side.step)}"
    if side.answer is not None:
        words += f" ({_word('AnswerCode', side.answer)})"
    if side.unable is not None:
        words += f" (UNABLE: {_word('UnableReason', side.unable)})"
    if side.wrong:
        words += f" (READ BACK WRONG: {', '.join(side.wrong)})"
    return words


def breach_line(breach: wire.Breach) -> str:
    """A claim, and what became of it."""
    state = _word("DispositionState", breach.state)
    return (
        f"{short(breach.thread)}: {printable(breach.by)} says {printable(breach.rule)}: "
        f"{printable(breach.text)}; {state}, {breach.replies} replies"
    )


def said_line(said: wire.Said) -> str:
    """One message of a thread."""
    body = {k: v for k, v in (said.body or {}).items() if k not in ("kind", "volumes", "of")}
    values = ", ".join(f"{name} {_value(value)}" for name, value in body.items() if value != [])
    who = f"{said.sender}/{said.officer}" if said.officer else said.sender
    late = " [LATE]" if said.late else ""
    wrong = f" [WRONG: {', '.join(said.wrong)}]" if said.wrong else ""
    line = f"{said.entry} {clock_time(said.received)} {_word('Kind', said.kind)} by {who}: {values}"
    return printable(line) + late + wrong


def _value(value: object) -> str:
    """A value of a message on one line: the parts of a list or of an object, without brackets."""
    if isinstance(value, list):
        return "; ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return " ".join(f"{name} {_value(one)}" for name, one in value.items())
    return str(value)


def event_line(event: "StreamEvent") -> str:
    """An entry as the stream tells of it."""
    data = event.data
    if event.name == "resync":
        return "Too much was missed: look at `openline line status`."
    thread = f" in {short(str(data['thread']))}" if data.get("thread") else ""
    kind, party = printable(str(data.get("kind"))), printable(str(data.get("party")))
    return f"{event.entry} {clock_time(str(data['time']))} {kind} by {party}{thread}"


def clock_time(instant: str) -> str:
    """An instant to the second, with its day."""
    return f"{datetime.fromisoformat(instant):%d %b %H:%M:%S}Z"


def duration(seconds: float) -> str:
    """A time span in its largest fitting unit, rounded down."""
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {word}"
    return f"{int(seconds)} s"
