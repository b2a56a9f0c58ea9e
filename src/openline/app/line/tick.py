"""What the clock leads to: put on the record whatever is due, once, whoever looks first.

What parties filed with the discovery service is compared with the line here as well. For the
parties whose machine this server is, the machine's line check is due here.
"""

from concurrent.futures import Future
from datetime import datetime

from openline.app.line.change import LineChange
from openline.app.line.projection import Projection
from openline.app.line.services import LineServices
from openline.limits import TIME_MAX, TIME_MIN
from openline.line.event import Event
from openline.line.line import Line
from openline.store.ports import Transaction


def tick(services: LineServices, now: datetime) -> "Future[tuple[Event, ...]] | None":
    """The events that were due, once they are durable; None if nothing is due."""

    compared = services.compared

    def is_due(found: Projection) -> bool:
        if compared.ends_at is not None and compared.ends_at <= now:
            return True
        if found.filed_entry > compared.entry or found.line.due(now, 1):
            return True
        return bool(checks_due(services, found.line, now))

    if not services.look_closer(is_due):
        return None

    def change(tx: Transaction) -> tuple[Event, ...]:
        begun = LineChange.begin(services, tx, now)
        for party in checks_due(services, begun.line, now):
            begun.check_line(party)
        events = begun.tick()
        compared.entry = services.writing.filed_entry
        compared.ends_at = begun.line.filed_ends_at()
        return events

    return services.submit(change)


def quiet_until(services: LineServices) -> tuple[int, datetime]:
    """How long the record is, and until when nothing is due as long as it is not longer.

    Raises: StoreUnavailable.
    """

    def ask(found: Projection) -> tuple[int, datetime]:
        compared, state = services.compared, found.line.state
        if found.filed_entry > compared.entry:
            return found.position, TIME_MIN
        times = [compared.ends_at, state.next_due()]
        agreement = state.agreement
        for party in services.signers if agreement is not None else ():
            last = state.party(party).last_machine_check
            if agreement is None or last is None:
                return found.position, TIME_MIN
            times.append(last + agreement.line_check.machine_every)
        return found.position, min([one for one in times if one is not None], default=TIME_MAX)

    return services.look_closer(ask)


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
