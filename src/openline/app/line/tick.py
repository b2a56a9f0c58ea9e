"""What the clock leads to: put on the record whatever is due, once, whoever looks first.

For the parties whose machine this server is, that is also the machine's line check.
"""

from concurrent.futures import Future
from datetime import datetime

from openline.app.line.change import LineChange
from openline.app.line.services import LineServices
from openline.line.event import Event
from openline.line.line import Line
from openline.store.ports import Transaction


def tick(services: LineServices, now: datetime) -> "Future[tuple[Event, ...]] | None":
    """The events that were due, once they are durable; None if nothing is due."""

    def is_due(line: Line, _position: int) -> bool:
        return bool(line.due(now)) or bool(checks_due(services, line, now))

    if not services.look(is_due):
        return None

    def change(tx: Transaction) -> tuple[Event, ...]:
        begun = LineChange.begin(services, tx, now)
        for party in checks_due(services, begun.line, now):
            begun.check_line(party)
        return begun.tick()

    return services.submit(change)


def checks_due(services: LineServices, line: Line, now: datetime) -> list[str]:
    """The parties whose machine this server is, and whose line check is due."""
    agreement = line.state.agreement
    if agreement is None or not agreement.covers(now):
        return []
    every = agreement.line_check.machine_every
    found = []
    for party in sorted(services.signers):
        last = line.state.party(party).last_machine_check
        if agreement.party(party) is not None and (last is None or last + every <= now):
            found.append(party)
    return found
