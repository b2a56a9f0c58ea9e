"""What each side of a scenario saw and when, as short lines that a test can name."""

from openline.line.agreement import Agreement
from openline.line.event import (
    Alarm,
    AuthorityMissing,
    ClarifyAsked,
    ClosuresDiffer,
    ConflictChanged,
    ConflictClosed,
    ConflictOpened,
    Ended,
    Event,
    LinkChanged,
    Overdue,
    ProposalChecked,
    Stale,
)
from openline.line.message.bodies import Answer, LineCheck, Receipt
from openline.line.message.kind import CheckMode, ReceiptKind
from openline.line.thread import MessageEntry
from tests.line_world import START, Recorded, World, parties_of


def told(world: World, party: str) -> list[tuple[float, str]]:
    """Seconds since START and a line, for everything the party sent, was sent or was told.

    Left out: what machines say by themselves, and links that are live.
    """
    return [
        ((one.at - START).total_seconds(), line)
        for one in world.entries
        if (line := _line(one)) is not None
        and not isinstance(one.what, Agreement)
        and party in parties_of(one.what)
    ]


def lines(world: World, party: str) -> list[str]:
    """The same without the times."""
    return [line for _, line in told(world, party)]


def _line(one: Recorded) -> str | None:
    what = one.what
    if isinstance(what, MessageEntry):
        return _said(what)
    return None if isinstance(what, Agreement) else _event(what)


def _said(entry: MessageEntry) -> str | None:
    body, sender = entry.message.body, entry.message.sender
    match body:
        case Receipt(receipt=ReceiptKind.DELIVERED) | LineCheck(mode=CheckMode.MACHINE):
            return None
        case Receipt():
            return f"{sender}: {body.receipt}"
        case Answer():
            return f"{sender}: {body.code}"
    late = " LATE" if entry.marks.late else ""
    wrong = f" WRONG {','.join(entry.marks.wrong)}" if entry.marks.wrong else ""
    return f"{sender}: {body.kind}{late}{wrong}"


def _event(event: Event) -> str | None:
    match event:
        case LinkChanged():
            return None if event.state == "live" else f"link of {event.party}: {event.state}"
        case Overdue():
            return f"overdue: {event.what} by {event.owes}"
        case Alarm():
            return f"alarm at {event.owes}: {event.ladder_role}"
        case ConflictOpened():
            return "conflict opened" + (" (no place)" if event.facts.unlocated else "")
        case ConflictChanged():
            return "conflict changed"
        case ConflictClosed():
            return f"conflict closed: {event.cause}"
        case ClarifyAsked():
            return "clarification asked"
        case Ended():
            return f"ended: {event.cause}"
        case Stale():
            return "stale"
        case AuthorityMissing():
            return "no authority"
        case ClosuresDiffer():
            return "closures differ"
        case ProposalChecked():
            return "proposal checked"
