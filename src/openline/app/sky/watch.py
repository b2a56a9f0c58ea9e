"""Watch the sky: positions in, events out; what the terminal and the server share.

    watch = SkyWatch(minima, lookahead_s=300.0)
    events = watch.take(reports, now)     # whenever positions come in
    events = watch.tick(now)              # once a second

Not for several threads. Times are handed in: a replay has its own.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from openline.airspace.encounter.alerting import AlertLevel, AlertPolicy
from openline.airspace.separation import RADAR, Separation
from openline.airspace.track.entry_alerts import (
    NO_GUESTS,
    EntryAlerts,
    EntryEvent,
    Hosts,
    VolumeEntry,
)
from openline.airspace.track.live_minima import NOTHING_FLOWN, Flights, LiveMinima
from openline.airspace.track.losses import predicted_losses
from openline.airspace.track.obstacles import Obstacles, predicted_entries
from openline.airspace.track.pair_alerts import LIVE_POLICY, PairAlerts, PairEvent, PairLoss
from openline.airspace.track.report import PositionReport
from openline.airspace.track.rules import DEFAULT_RULES, Reason, TrackRules
from openline.airspace.track.states import States
from openline.airspace.track.tracker import SetAside, Tracker, TrackEvent
from openline.app.sky.compiling import COMPILED, Compiled

SkyEvent: TypeAlias = TrackEvent | PairEvent | EntryEvent | SetAside
LOOKAHEAD_S: Final = 300.0
# How often entries into volumes are looked for, at most: each look is a sample of its alerts.
_ENTRIES_EVERY: Final = timedelta(seconds=0.9)
_FEEDS_MAX: Final = 1_000
# A doubt of the same kind about the same aircraft is announced again after this long.
_AGAIN: Final = timedelta(seconds=60)
_DOUBTS_MAX: Final = 10_000


def names_of(event: PairEvent | EntryEvent) -> tuple[str, ...]:
    """The tracks that an alert is about."""
    if isinstance(event, PairEvent):
        return event.loss.first, event.loss.second
    return (event.entry.track,)


@dataclass(slots=True)
class Taken:
    """What became of one feed's positions. `reason`: of the last doubt."""

    accepted: int = 0
    counts: Counter[Reason] = field(default_factory=Counter)
    reason: str = ""

    @property
    def doubts(self) -> int:
        """Positions that were set aside because something is wrong with them."""
        return sum(count for reason, count in self.counts.items() if reason.is_doubt)


class SkyWatch:
    """All that flies, who is on the way to whom, and what was announced of it."""

    def __init__(
        self,
        minima: Separation | LiveMinima = RADAR,
        lookahead_s: float = LOOKAHEAD_S,
        rules: TrackRules = DEFAULT_RULES,
        compiled: Compiled = COMPILED,
        policy: AlertPolicy = LIVE_POLICY,
    ) -> None:
        self.obstacles = Obstacles()
        self.lookahead_s = lookahead_s
        self.tracker = Tracker(rules)
        self.feeds: dict[str, Taken] = {}
        self.states: States | None = None
        self._compiled = compiled
        self.agree(minima)
        self._alerts = PairAlerts(lookahead_s, policy)
        self._entries = EntryAlerts(lookahead_s, policy)
        self.flights: Flights = NOTHING_FLOWN
        self.hosts: Hosts = NO_GUESTS
        self._ticked: datetime | None = None
        self._entered: datetime | None = None
        self._doubted: dict[tuple[str, Reason], datetime] = {}

    def agree(self, minima: Separation | LiveMinima) -> None:
        """From now on these minima. Raises: InvalidInput without a lateral or vertical one."""
        self._agreed = LiveMinima.alike(minima) if isinstance(minima, Separation) else minima

    def declare(self, flights: Flights, obstacles: Obstacles, hosts: Hosts = NO_GUESTS) -> None:
        """From now on this is what aircraft fly, what stands, and whose guests some are."""
        self.flights = flights
        self.hosts = hosts
        self.obstacles = obstacles

    @property
    def minima(self) -> Separation:
        """The widest that are agreed between any two."""
        return self._agreed.widest

    @property
    def entries(self) -> list[VolumeEntry]:
        """The entries into volumes predicted at the last look for them, the nearest first."""
        return self._entries.predicted

    def entry_level(self, entry: VolumeEntry) -> AlertLevel:
        """The level announced for an aircraft and what it flies into."""
        return self._entries.level(entry.track, entry.thing.id)

    @property
    def encounters(self) -> list[PairLoss]:
        """The losses predicted at the last tick, the nearest first."""
        return self._alerts.predicted

    def level(self, loss: PairLoss) -> AlertLevel:
        """The level announced for a pair."""
        return self._alerts.level(loss.first, loss.second)

    def take(self, reports: list[PositionReport], now: datetime) -> list[SkyEvent]:
        """Positions of any feeds; what is announced: tracks that came and went, doubts."""
        update = self.tracker.update(reports, now)
        self._count(reports, update.verdicts)
        return [*update.events, *(one for one in update.refused if self._is_news(one, now))]

    def tick(self, now: datetime) -> list[SkyEvent]:
        """Look for encounters at an instant; what is announced, the most urgent first."""
        events: list[SkyEvent] = []
        if self._ticked is not None and now < self._ticked:
            events += self._alerts.forget(now)
            events += self._entries.forget(now)
            self._entered = None
        self._ticked = now
        events += self.tracker.update((), now).events
        self.states = self.tracker.states(now)
        search = self._compiled.search(len(self.states))
        losses = predicted_losses(self.states, self._agreed, self.lookahead_s, search, self.flights)
        pairs = self._alerts.advance(self.states, losses)
        return [*pairs, *self._look_for_entries(self.states), *events]

    def _look_for_entries(self, states: States) -> list[EntryEvent]:
        now, obstacles = states.time, self.obstacles
        if self._entered is not None and now - self._entered < _ENTRIES_EVERY:
            return []
        if not len(obstacles) and not self._entries.predicted and not len(self._entries):
            return []
        self._entered = now
        found = predicted_entries(states, obstacles, self.lookahead_s, self.flights)
        return self._entries.advance(states, obstacles, found, self.hosts)

    def _is_news(self, one: SetAside, now: datetime) -> bool:
        key = (one.report.identity.names()[0], one.reason)
        known = self._doubted.get(key)
        if known is not None and timedelta(0) <= now - known < _AGAIN:
            return False
        if len(self._doubted) >= _DOUBTS_MAX:
            self._doubted.clear()
        self._doubted[key] = now
        return True

    def _count(
        self, reports: list[PositionReport], verdicts: list[tuple[Reason | None, str]]
    ) -> None:
        for report, (reason, detail) in zip(reports, verdicts, strict=True):
            taken = self.feeds.get(report.feed)
            if taken is None:
                if len(self.feeds) >= _FEEDS_MAX:
                    continue
                taken = self.feeds[report.feed] = Taken()
            if reason is None:
                taken.accepted += 1
            else:
                taken.counts[reason] += 1
                if reason.is_doubt:
                    taken.reason = f"{report.identity.shown()}: {reason}, {detail}"
