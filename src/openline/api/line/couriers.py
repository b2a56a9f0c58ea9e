"""Who carries alerts out: one courier for each receiver, each following the record by itself.

The record is the queue: a receiver that is away is tried until it is there, and meanwhile only the
number of an entry is kept for it. Nothing here holds up a request, the clock, or another receiver.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, TypeVar

from openline.api.handover import off_the_loop, outcome
from openline.api.line.feed import Feed
from openline.app.configuration import Configuration
from openline.app.line.alert_senders import AlertSender, sender_of
from openline.app.line.alert_turns import TURN, end_turn, note_position, take_turn
from openline.app.line.alerts import Alert, alerts_after, signature_of
from openline.app.line.services import LineServices
from openline.errors import InvalidInput, OpenlineError, StoreUnavailable, Unreachable

T = TypeVar("T")
_LOG: Final = logging.getLogger("openline.alerts")
FIRST_WAIT_S: Final = 1.0
LAST_WAIT_S: Final = 20.0
REFUSALS_MAX: Final = 5
_RENEW_S: Final = TURN.total_seconds() / 4
_AT_ONCE: Final = 500
_BREATH_S: Final = 0.05  # what comes meanwhile is read together: alerts cost little under load
_TOLD_EVERY: Final = 10  # tries that failed
assert TURN.total_seconds() > LAST_WAIT_S + _RENEW_S, "a turn must outlast the wait for a try"


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """Where alerts go. origin: the name of the record. alone: no other process has this store."""

    senders: Sequence[AlertSender]
    origin: str
    alone: bool


def alert_plan(told: Configuration, *, alone: bool) -> AlertPlan | None:
    """Where a server's settings send alerts. Raises: InvalidInput for what cannot be used."""
    addresses = tuple(dict.fromkeys(told.words("alerts")))
    if addresses and not (told.text("agreement") and told.words("party_keys")):
        raise InvalidInput(
            "alerts are of the parties whose machine this server is, and there is none",
            cure="give --agreement FILE and --party-key FILE",
            field="alerts",
        )
    senders = [sender_of(address) for address in addresses]
    return AlertPlan(senders, told.text("record_origin"), alone) if senders else None


class Couriers:
    """All receivers of a server, and what became of what was sent."""

    def __init__(self, line: LineServices, feed: Feed, plan: AlertPlan) -> None:
        self.couriers = [Courier(line, feed, plan, sender) for sender in plan.senders]
        self._feed = feed

    async def follow(self) -> None:
        """Carry for ever; ends by being cancelled."""
        await asyncio.gather(*(one.follow() for one in self.couriers))

    def gauges(self) -> dict[str, tuple[str, Callable[[], float]]]:
        """Numbers for the metrics, of this process."""

        def total(name: str) -> Callable[[], float]:
            return lambda: float(sum(getattr(one, name) for one in self.couriers))

        return {
            "openline_alerts_sent": ("Alerts that their receivers have.", total("sent")),
            "openline_alerts_failed": ("Tries to send an alert that failed.", total("failed")),
            "openline_alerts_given_up": ("Alerts that a receiver refused.", total("given_up")),
            "openline_alerts_behind": (
                "Entries of the record that the slowest receiver has not caught up with.",
                lambda: float(max((one.behind for one in self.couriers), default=0)),
            ),
        }


class Courier:
    """Follows the record for one receiver."""

    def __init__(
        self, line: LineServices, feed: Feed, plan: AlertPlan, sender: AlertSender
    ) -> None:
        self._line, self._feed, self._plan, self._sender = line, feed, plan, sender
        self._holder = str(line.new_id())
        self._position: int | None = None  # None: another process has the turn, or nobody
        self._renewed_s = 0.0
        self.sent = self.failed = self.given_up = 0

    @property
    def behind(self) -> int:
        """Entries that this receiver is behind; 0 while another process sends."""
        return 0 if self._position is None else max(0, self._feed.position - self._position)

    async def follow(self) -> None:
        """Carry for ever; ends by being cancelled, and lets another process go on."""
        try:
            while True:
                try:
                    await self._round()
                except OpenlineError as error:
                    level = (
                        logging.WARNING if isinstance(error, StoreUnavailable) else logging.ERROR
                    )
                    _LOG.log(level, "alerts to %s wait: %s", self._sender.shown, error)
                    await asyncio.sleep(FIRST_WAIT_S)
                except Exception:  # a fault here must not end the alerts for good
                    _LOG.exception("fault while sending alerts to %s", self._sender.shown)
                    await asyncio.sleep(LAST_WAIT_S)
        finally:
            with contextlib.suppress(OpenlineError):
                end_turn(self._line.store, self._sender.address, self._holder, self._now())

    async def _round(self) -> None:
        """Carry what there is, or wait for more."""
        if self._position is None and not await self._take_turn():
            await asyncio.sleep(_RENEW_S)
            return
        start = self._position or 0
        alerts, seen = await off_the_loop(
            lambda: alerts_after(self._line, self._plan.origin, start, _AT_ONCE)
        )
        for entry, of_entry in groupby(alerts, lambda alert: alert.entry):
            for alert in of_entry:
                if not await self._carry(alert):
                    return
            await self._note(entry)
            if self._position is None:
                return
        self._position = seen
        await self._renew()
        await self._feed.beyond(seen, _RENEW_S)
        await asyncio.sleep(_BREATH_S)
        if self._feed.stopping:
            await asyncio.sleep(_RENEW_S)  # until it is cancelled

    async def _take_turn(self) -> bool:
        future = take_turn(
            self._line.store,
            self._sender.address,
            self._holder,
            self._now(),
            alone=self._plan.alone,
        )
        self._position = await outcome(future)
        self._renewed_s = asyncio.get_running_loop().time()
        return self._position is not None

    async def _note(self, position: int) -> None:
        future = note_position(
            self._line.store, self._sender.address, self._holder, position, self._now()
        )
        self._position = position if await outcome(future) else None
        self._renewed_s = asyncio.get_running_loop().time()

    async def _renew(self) -> bool:
        """Keep the turn; false if another process has it by now."""
        if (
            self._position is not None
            and asyncio.get_running_loop().time() - self._renewed_s > _RENEW_S
        ):
            await self._note(self._position)
        return self._position is not None

    async def _carry(self, alert: Alert) -> bool:
        """Try until the receiver has it, or refused it several times; false if the turn is lost."""
        signer = self._line.signers[alert.party]

        def sign(body: bytes) -> str:
            return signature_of(body, signer)

        wait_s, refusals, tries = FIRST_WAIT_S, 0, 0
        while await self._renew():
            try:
                await _in_its_own_thread(lambda: self._sender.send(alert, sign, self._now()))
            except Unreachable as error:
                self.failed += 1
                if tries % _TOLD_EVERY == 0:
                    _LOG.warning("alert %s waits: %s", alert.id, error)
            except InvalidInput as error:
                self.failed += 1
                refusals += 1
                if refusals == REFUSALS_MAX:
                    self.given_up += 1
                    _LOG.error("alert %s (%s) is given up: %s", alert.id, alert.name, error)
                    return True
            else:
                self.sent += 1
                return True
            tries += 1
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LAST_WAIT_S)
        return False

    def _now(self) -> datetime:
        return self._line.clock.now()


async def _in_its_own_thread(call: Callable[[], T]) -> T:
    """As `off_the_loop`, without taking one of the threads that requests share."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # whoever waits must hear of it
            future.set_exception(error)

    threading.Thread(target=run, name="alert", daemon=True).start()
    return await outcome(future)
