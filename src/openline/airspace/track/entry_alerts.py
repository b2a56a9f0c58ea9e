"""Alerts of aircraft and the volumes they fly into: one for each two, raised once, ended once.

Levels by the time to the entry, smoothing and hysteresis as between aircraft (`pair_alerts`).
Of an aircraft of nobody that is taken for the one that flies a plan, its guest, and that was inside
of it when it was first seen, that plan is no alert. Errs toward: an alert, for a guest that came in
from outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from openline.airspace.encounter.alerting import (
    AlertEventKind,
    AlertLevel,
    AlertPolicy,
    PairAlert,
    advance,
)
from openline.airspace.entity import EntityKind
from openline.airspace.track.losses import Zero
from openline.airspace.track.obstacles import Found, Obstacle, Obstacles
from openline.airspace.track.pair_alerts import (
    CORRECTIVE_SHARE,
    LIVE_POLICY,
    PAIRS_MAX,
    WARNING_SHARE,
)
from openline.airspace.track.states import States

Key = tuple[str, str]  # the track and the thing
Hosts = Mapping[str, str]  # the plan whose guest a track is
NO_GUESTS: Hosts = {}


@dataclass(frozen=True, slots=True)
class VolumeEntry:
    """A predicted entry: who, into what, in how many seconds from `time`; 0: it is in it."""

    track: str
    shown: str
    thing: Obstacle
    time: datetime
    enter_s: float
    zero: Zero
    level: AlertLevel
    turning: bool = False  # it comes first if the aircraft flies as declared

    @property
    def kind(self) -> EntityKind:
        """What the thing is."""
        return self.thing.kind


class EntryEvent(NamedTuple):
    """An announcement; `entry` is the last that was predicted for the two."""

    kind: AlertEventKind
    level: AlertLevel
    time: datetime
    entry: VolumeEntry


class EntryAlerts:
    """The alerts of all aircraft and things; memory holds those that are or were in question."""

    def __init__(self, lookahead_s: float, policy: AlertPolicy = LIVE_POLICY) -> None:
        self._lookahead_s = lookahead_s
        self._policy = policy
        self._alerts: dict[Key, PairAlert] = {}
        self._last: dict[Key, VolumeEntry] = {}
        self._origin: datetime | None = None
        self._inside: dict[Key, bool] = {}  # whether it was in it when first predicted
        self.predicted: list[VolumeEntry] = []  # at the last sample, the nearest first

    def __len__(self) -> int:
        return len(self._alerts)

    def level(self, track: str, thing: str) -> AlertLevel:
        """The level announced for an aircraft and a thing."""
        known = self._alerts.get((track, thing))
        return AlertLevel.NONE if known is None else known.level

    def forget(self, now: datetime) -> list[EntryEvent]:
        """All alerts are lost: nothing can be said any more."""
        events = [e for key in list(self._alerts) if (e := self._lost(key, now)) is not None]
        self._origin = None
        self._inside = {}
        self.predicted = []
        return events

    def advance(
        self, states: States, obstacles: Obstacles, found: Found, hosts: Hosts = NO_GUESTS
    ) -> list[EntryEvent]:
        """The next sample, at the instant of the states; what is to be announced, worst first.

        Not more often than once a second: each call is a sample.
        """
        now = states.time
        if self._origin is None:
            self._origin = now
        time_s = (now - self._origin).total_seconds()
        entries = self._strange(self._entries(states, obstacles, found), hosts)
        self.predicted = list(entries.values())
        events = []
        quiet = [key for key in self._alerts if key not in entries]
        if quiet:
            seen = set(states.ids)
            for key in quiet:
                if key[0] in seen:
                    events += self._sampled(key, AlertLevel.NONE, time_s, now)
                elif (event := self._lost(key, now)) is not None:
                    events.append(event)
        for key, entry in entries.items():
            self._last[key] = entry
            events += self._sampled(key, entry.level, time_s, now)
        return sorted(events, key=lambda e: (-e.level, e.entry.enter_s, e.entry.track))

    def _sampled(
        self, key: Key, level: AlertLevel, time_s: float, now: datetime
    ) -> list[EntryEvent]:
        state, announced = advance(self._alerts.get(key, PairAlert()), level, time_s, self._policy)
        entry = self._last[key]
        if not state.level and not any(state.recent):
            self._drop(key)
        else:
            self._alerts[key] = state
        return [EntryEvent(event.kind, event.level, now, entry) for event in announced]

    def _lost(self, key: Key, now: datetime) -> EntryEvent | None:
        state, entry = self._alerts[key], self._last[key]
        self._drop(key)
        if not state.level:
            return None
        return EntryEvent(AlertEventKind.LOST, state.level, now, entry)

    def _drop(self, key: Key) -> None:
        self._alerts.pop(key, None)
        self._last.pop(key, None)

    def _strange(self, entries: dict[Key, VolumeEntry], hosts: Hosts) -> dict[Key, VolumeEntry]:
        """Without those of guests that were inside from the first."""
        before = self._inside
        self._inside = {key: before.get(key, one.enter_s <= 0.0) for key, one in entries.items()}
        return {
            key: one
            for key, one in entries.items()
            if hosts.get(key[0]) != key[1] or not self._inside[key]
        }

    def _entries(
        self, states: States, obstacles: Obstacles, found: Found
    ) -> dict[Key, VolumeEntry]:
        """The predicted ones, the nearest first."""
        shares = (self._lookahead_s * WARNING_SHARE, self._lookahead_s * CORRECTIVE_SHARE)
        level = 3 - np.searchsorted(shares, found.enter_s[:PAIRS_MAX], side="left")
        entries: dict[Key, VolumeEntry] = {}
        columns = (*(column[:PAIRS_MAX].tolist() for column in found), level.tolist())
        for row, number, enter_s, zero, turning, urgency in zip(*columns, strict=True):
            track, thing = states.tracks[row], obstacles.things[number]
            entries[track.id, thing.id] = VolumeEntry(
                track.id,
                track.identity.shown(),
                thing,
                states.time,
                enter_s,
                Zero(zero),
                AlertLevel(urgency),
                turning,
            )
        return entries
