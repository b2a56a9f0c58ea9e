"""Which alerts of live traffic go on the record, and which are there and not over.

Told first, recorded within a second: an alert waits for no store. On the record are those that
concern the agreement: entries into what stands on the line, encounters of aircraft of a party or on
its plans, and those of which one was in the agreed area when it was announced. What is on the
record as raised is raised there again only at a higher level, also after a restart; what is not
heard of again within the grace after one is lost.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.encounter.alerting import AlertEventKind
from openline.app.sky.service import Heard
from openline.formats.announced_json import decode_announced
from openline.line.announced import Announced
from openline.store.ports import Record

PENDING_MAX: Final = 100_000  # while the store is away: beyond it the oldest are not recorded

Key = tuple[str, str]


class AlertBook:
    """Not for several threads."""

    def __init__(self, grace: timedelta) -> None:
        self.open: dict[Key, Announced] = {}
        self._pending: list[Announced] = []
        self._grace = grace
        self._begun: datetime | None = None
        self._unheard: set[Key] = set()  # since the server began

    def read(self, record: Record) -> None:
        """Take an entry of the record."""
        self._take(self.open, decode_announced(record.body))

    def hear(self, found: Iterable[Heard], concerns: Callable[[Heard], bool]) -> None:
        """What was announced; `concerns`: whether the agreement has to do with it."""
        for one in found:
            key = one.announced.key
            self._unheard.discard(key)
            raised = one.announced.event.kind is AlertEventKind.RAISED
            if not raised or key in self.open or concerns(one):
                self._pending.append(one.announced)
        del self._pending[:-PENDING_MAX]

    def news(self, now: datetime) -> list[Announced]:
        """What is to be recorded: it changes what the record says."""
        if self._begun is None:
            self._begun, self._unheard = now, set(self.open)
        elif self._unheard and now - self._begun >= self._grace:
            self._pending += [_lost(self.open[key], now) for key in sorted(self._unheard)]
            self._unheard = set()
        tried, found = dict(self.open), []
        for one in self._pending:
            if _is_news(one, tried.get(one.key)):
                self._take(tried, one)
                found.append(one)
        return found

    def done(self) -> None:
        """What was news is on the record."""
        self._pending = []

    @staticmethod
    def _take(known: dict[Key, Announced], one: Announced) -> None:
        if one.event.kind is AlertEventKind.RAISED:
            known[one.key] = one
        else:
            known.pop(one.key, None)


def _is_news(one: Announced, known: Announced | None) -> bool:
    if one.event.kind is AlertEventKind.RAISED:
        return known is None or one.event.level > known.event.level
    return known is not None


def _lost(one: Announced, now: datetime) -> Announced:
    return replace(one, event=one.event._replace(kind=AlertEventKind.LOST, time=now))
