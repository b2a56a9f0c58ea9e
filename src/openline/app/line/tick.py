"""What the clock leads to: put on the record whatever is due, once, whoever looks first."""

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
        at = line.state.next_due()
        return line.state.agreement is not None and at is not None and at <= now

    if not services.look(is_due):
        return None

    def change(tx: Transaction) -> tuple[Event, ...]:
        return LineChange.begin(services, tx, now).tick()

    return services.submit(change)
