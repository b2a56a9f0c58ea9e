"""What a party sees: the board, its inbox, one thread. Each of one instant of the record."""

from dataclasses import dataclass
from datetime import datetime

from openline.app.line.services import LineServices
from openline.line.board import Board, ClockView, ConflictView, Said, ThreadView
from openline.line.line import Line
from openline.line.thread import Step
from openline.line.view import board, one_thread
from openline.line.view_threads import said_in


@dataclass(frozen=True, slots=True)
class ThreadSaid:
    """A thread, or the conflict that is one, and what was said in it."""

    thread: ThreadView | None
    conflict: ConflictView | None
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for a party: what it owes, and the threads and conflicts that wait for it."""

    party: str
    now: datetime
    entry: int
    clocks: tuple[ClockView, ...]
    threads: tuple[ThreadView, ...]
    conflicts: tuple[ConflictView, ...]


def board_of(services: LineServices, party: str, now: datetime) -> Board:
    """The board of a party. Raises: NotFound for no party."""
    return services.look(lambda line, _position: board(line.state, party, now))


def inbox_of(services: LineServices, party: str, now: datetime) -> Inbox:
    """What waits for a party. Raises: NotFound for no party."""
    found = board_of(services, party, now)
    waiting = tuple(
        thread
        for thread in found.threads
        if thread.ended is None and (_waits_for(thread, party) or _is_owed_by(thread, party))
    )
    return Inbox(
        party,
        now,
        found.entry,
        tuple(clock for clock in found.clocks if clock.owes == party),
        tuple(sorted(waiting, key=_pressing)),
        tuple(conflict for conflict in found.conflicts if not conflict.over),
    )


def thread_of(services: LineServices, party: str, thread_id: str, now: datetime) -> ThreadSaid:
    """A thread or conflict with everything said in it. Raises: NotFound if it is not shown."""

    def ask(line: Line, _position: int) -> ThreadSaid:
        state = line.state
        thread, conflict = one_thread(state, party, thread_id, now)
        return ThreadSaid(thread, conflict, said_in(state, state.threads[thread_id], party))

    return services.look(ask)


def _waits_for(thread: ThreadView, party: str) -> bool:
    return any(
        side.party == party and side.step in (Step.SENT, Step.RECEIVED) for side in thread.sides
    )


def _is_owed_by(thread: ThreadView, party: str) -> bool:
    return thread.clock is not None and thread.clock.owes == party


def _pressing(thread: ThreadView) -> tuple[bool, bool, str]:
    due = thread.clock.due.isoformat() if thread.clock is not None else "~"
    return thread.kind != "URGENT", not thread.overdue, due
