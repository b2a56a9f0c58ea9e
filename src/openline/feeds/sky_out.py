"""What a server sees goes out as Cursor-on-Target, once a second: tracks, volumes, alerts.

One task for each address. An address that cannot be reached is tried ever later, up to 30 s; what
waits for it is bounded: of tracks the newest, of alerts ALERTS_MAX, and what stands is sent anew.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from openline.app.configuration import Configuration
from openline.app.services import Services
from openline.app.sky.outgoing import Outgoing, Picked, Standing
from openline.errors import InvalidInput, OpenlineError
from openline.feeds.feed import FIRST_WAIT_S, LONGEST_WAIT_S
from openline.feeds.senders import DatagramSender, Sent, StreamSender, sender_to
from openline.formats.cot_write import alert_event, track_event, volume_events

_LOG: Final = logging.getLogger("openline.sky")
KINDS: Final = ("cot+udp://", "cot+tcp://", "cot+tls://")
PERIOD_S: Final = 1.0
REPEAT_S: Final = 60.0  # what stands is told again: who listens may have come later
ALERTS_MAX: Final = 1_000
_AT_ONCE: Final = 200  # events, then others have a turn of the loop


def sender_of(place: str) -> DatagramSender | StreamSender:
    """Who sends to an address. Raises: InvalidInput for what takes no Cursor-on-Target."""
    if not place.lower().startswith(KINDS):
        raise InvalidInput(
            f"{place[:80]!r} takes no Cursor-on-Target",
            cure=f"write one of {', '.join(f'{kind}HOST:PORT' for kind in KINDS)}",
            field="cot",
        )
    try:
        made = sender_to(place, Sent())
    except OpenlineError as error:
        raise error.at(field="cot") from None
    assert isinstance(made, DatagramSender | StreamSender)
    return made


def check_places(told: Configuration) -> tuple[str, ...]:
    """The addresses of the settings. Raises: InvalidInput, Unreachable for what cannot be used."""
    places = tuple(dict.fromkeys(told.words("cot")))
    if places and told.count("workers") > 1:
        raise InvalidInput(
            "a server of several processes follows no live traffic",
            cure="give --workers 1, or no --cot",
            field="cot",
        )
    for place in places:
        sender_of(place)
    return places


def open_out(told: Configuration, services: Services) -> tuple["SkyOut", ...]:
    """Who sends the sky of a server out, by its settings; of parties those that are its own."""
    sky, line = services.sky, services.line
    if sky is None:
        return ()
    parties = () if line is None else tuple(line.signers)
    return tuple(
        SkyOut(place, sender_of(place), Outgoing(sky, line, parties), services.clock.now)
        for place in check_places(told)
    )


class SkyOut:
    """Sends to one address."""

    def __init__(
        self,
        place: str,
        sender: DatagramSender | StreamSender,
        outgoing: Outgoing,
        now: Callable[[], datetime],
    ) -> None:
        self._place = place.partition("?")[0]  # files of keys are nobody's affair
        self._sender = sender
        self._outgoing = outgoing
        self._now = now
        self._alerts: deque[bytes] = deque(maxlen=ALERTS_MAX)
        self._told: Standing = {}
        self._repeat_s = 0.0
        self._failures = 0
        self._reason = ""

    async def run(self, wait: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """Send for ever; ends by being cancelled."""
        try:
            while True:
                try:
                    await self.send_once()
                    self._went_well()
                except OpenlineError as error:
                    self._failed(str(error))
                except Exception:  # a fault here must not end what goes out
                    _LOG.exception("fault while sending the sky to %s", self._place)
                await wait(self._wait_s())
        finally:
            await self._sender.close()

    async def send_once(self) -> None:
        """Send what is new. Raises: Unreachable, StoreUnavailable; then it is sent later."""
        now = self._now()
        picked = await asyncio.to_thread(self._outgoing.pick, now)
        self._alerts.extend(alert_event(event, place) for event, place in picked.alerts)
        try:
            await self._send(picked, now)
        except OpenlineError:  # who was away knows nothing any more
            self._repeat_s = 0.0
            self._outgoing.again()
            raise

    async def _send(self, picked: Picked, now: datetime) -> None:
        while self._alerts:  # the oldest first; one that did not go stays
            await self._sender.send_events((self._alerts[0],))
            self._alerts.popleft()
        await self._send_standing(picked, now)
        for begin in range(0, len(picked.positions), _AT_ONCE):
            some = picked.positions[begin : begin + _AT_ONCE]
            await self._sender.send_events([track_event(report) for report in some])
            await asyncio.sleep(0)

    async def _send_standing(self, picked: Picked, now: datetime) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() >= self._repeat_s:
            self._repeat_s = loop.time() + REPEAT_S
            fresh = picked.standing
        else:
            fresh = {key: one for key, one in picked.standing.items() if key not in self._told}
        # A new version may have fewer volumes: what was drawn of the old one ends first.
        ended = [one for key, one in self._told.items() if key not in picked.standing]
        events = [
            *(event for one in ended for event in volume_events(one, now, ended=True)),
            *(event for one in fresh.values() for event in volume_events(one, now)),
        ]
        for some in _pieces(events):
            await self._sender.send_events(some)
            await asyncio.sleep(0)
        self._told = picked.standing

    def _wait_s(self) -> float:
        if not self._failures:
            return PERIOD_S
        return max(PERIOD_S, min(FIRST_WAIT_S * 2.0 ** min(self._failures, 10), LONGEST_WAIT_S))

    def _went_well(self) -> None:
        if self._failures:
            _LOG.info("the sky goes out to %s again", self._place)
        self._failures, self._reason = 0, ""

    def _failed(self, reason: str) -> None:
        self._failures += 1
        if reason != self._reason:
            self._reason = reason
            _LOG.warning("the sky cannot go out to %s for now: %s", self._place, reason)


def _pieces(events: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for begin in range(0, len(events), _AT_ONCE):
        yield events[begin : begin + _AT_ONCE]
