"""What is watched goes on to others: tracks and alerts to TAK, tracks to a server or as SBS-1."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from openline.airspace.track.entry_alerts import EntryEvent
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.track import Track
from openline.app.sky.watch import SkyEvent, SkyWatch, names_of
from openline.errors import OpenlineError
from openline.feeds.senders import DatagramSender, Sender, StreamSender
from openline.formats.cot_write import alert_event

PERIOD_S: Final = 1.0
_WAITING_MAX: Final = 1_000  # alerts for an address that cannot be reached


class Forwarder:
    """Sends to one address, once a second, what is new; a failure is told and tried again."""

    def __init__(
        self,
        name: str,
        sender: Sender,
        watch: SkyWatch,
        failed: Callable[[str, str], None] = lambda _name, _reason: None,
    ) -> None:
        self.name = name
        self._sender = sender
        self._watch = watch
        self._failed = failed
        self._sent: dict[str, datetime] = {}
        self._alerts: list[bytes] = []

    def hear(self, events: list[SkyEvent]) -> None:
        """Alerts to be sent, if the address is of a kind that takes them."""
        if not isinstance(self._sender, DatagramSender | StreamSender):
            return
        for event in events:
            if isinstance(event, PairEvent | EntryEvent) and len(self._alerts) < _WAITING_MAX:
                self._alerts.append(alert_event(event, self._place(event)))

    async def run(self) -> None:
        """Send for ever; ends by being cancelled."""
        try:
            while True:
                await asyncio.sleep(PERIOD_S)
                await self.send_once()
        finally:
            await self._sender.close()

    async def send_once(self) -> None:
        """Send what is new since the last time; what could not be sent is told."""
        fresh = self._fresh()
        carry_s = self._watch.tracker.rules.carry_s
        alerts, self._alerts = self._alerts, []
        try:
            if alerts and isinstance(self._sender, DatagramSender | StreamSender):
                await self._sender.send_events(alerts)
                alerts = []
            await self._sender.send([track.told(carry_s) for track in fresh], None)
        except OpenlineError as error:
            self._alerts = (alerts + self._alerts)[:_WAITING_MAX]
            self._failed(self.name, str(error))

    def _fresh(self) -> list[Track]:
        tracks = [track for track in self._watch.tracker if not track.lost]
        fresh = [track for track in tracks if self._sent.get(track.id) != track.time]
        self._sent = {track.id: track.time for track in tracks}
        return fresh

    def _place(self, event: PairEvent | EntryEvent) -> tuple[float, float]:
        """Where the first of the pair is; where nobody knows it, the second."""
        for name in names_of(event):
            track = self._watch.tracker.get(name)
            if track is not None:
                return track.latest.lat_deg, track.latest.lng_deg
        return 0.0, 0.0
