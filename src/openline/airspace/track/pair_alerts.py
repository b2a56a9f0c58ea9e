"""Alerts of all pairs: each raised once, rising with urgency, ended with one notice.

Levels by the time to the loss: preventive within the look-ahead, corrective within two fifths of
it, warning within one fifth (300 s: 300, 120, 60 s). Smoothing and hysteresis: `alerting`.
"""

from dataclasses import dataclass
from datetime import datetime
from math import isnan
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.alerting import (
    AlertEventKind,
    AlertLevel,
    AlertPolicy,
    PairAlert,
    advance,
)
from openline.airspace.track.losses import Losses, Zero
from openline.airspace.track.states import States
from openline.airspace.track.track import Track

CORRECTIVE_SHARE: Final = 0.4
WARNING_SHARE: Final = 0.2
# Positions come once a second or less often; a stall of the computer is no end of an encounter.
LIVE_POLICY: Final = AlertPolicy(gap_max_s=15.0)
# A sky that runs faster than the clock on the wall: a stall of a second is a minute of it. Who is
# no longer seen is lost by the silence of its track.
PLAYED_POLICY: Final = AlertPolicy(gap_max_s=900.0)
SAMPLE_S: Final = 0.9  # without a newer position, a sample counts about once a second
PAIRS_MAX: Final = 100_000  # followed at once: those with the nearest losses

Pair = tuple[str, str]  # ids of tracks, in order


@dataclass(frozen=True, slots=True)
class PairLoss:
    """A predicted loss between two tracks, first < second by id; as `Losses`, for people."""

    first: str
    second: str
    first_shown: str
    second_shown: str
    time: datetime
    enter_s: float
    exit_s: float
    closest_s: float
    lateral_m: float
    vertical_m: float | None
    zero: Zero
    level: AlertLevel
    turning: bool = False  # it comes first if both fly as declared


class PairEvent(NamedTuple):
    """An announcement; `loss` is the last that was predicted for the pair."""

    kind: AlertEventKind
    level: AlertLevel
    time: datetime
    loss: PairLoss


class PairAlerts:
    """The alerts of all pairs; memory holds those that are or were just in question."""

    def __init__(self, lookahead_s: float, policy: AlertPolicy = LIVE_POLICY) -> None:
        self._lookahead_s = lookahead_s
        self._policy = policy
        self._alerts: dict[Pair, PairAlert] = {}
        self._last: dict[Pair, PairLoss] = {}
        self._samples: dict[Pair, tuple[datetime, datetime, float]] = {}
        self._origin: datetime | None = None
        self.predicted: list[PairLoss] = []  # at the last sample, the nearest first

    def __len__(self) -> int:
        return len(self._alerts)

    def level(self, first: str, second: str) -> AlertLevel:
        """The level announced for a pair."""
        known = self._alerts.get((first, second) if first < second else (second, first))
        return AlertLevel.NONE if known is None else known.level

    def forget(self, now: datetime) -> list[PairEvent]:
        """All alerts are lost: nothing can be said any more."""
        events = [e for pair in list(self._alerts) if (e := self._lost(pair, now)) is not None]
        self._origin = None
        self.predicted = []
        return events

    def advance(self, states: States, losses: Losses) -> list[PairEvent]:
        """The next sample, at the instant of the states; what is to be announced, worst first.

        It may be asked as often as one likes: the same positions count once a second.
        """
        now = states.time
        if self._origin is None:
            self._origin = now
        time_s = (now - self._origin).total_seconds()
        found, seen = self._pairs(states, losses)
        self.predicted = list(found.values())
        events = []
        quiet = [pair for pair in self._alerts if pair not in found]
        asked = {name for pair in quiet for name in pair} - seen.keys()
        seen |= {track.id: track for track in states.tracks if track.id in asked}
        for pair in quiet:
            if pair[0] not in seen or pair[1] not in seen:
                event = self._lost(pair, now)
                events += [event] if event is not None else []
            elif self._is_new(pair, (seen[pair[0]].time, seen[pair[1]].time), time_s):
                events += self._sampled(pair, AlertLevel.NONE, time_s, now)
        for pair, loss in found.items():
            self._last[pair] = loss
            if self._is_new(pair, (seen[pair[0]].time, seen[pair[1]].time), time_s):
                events += self._sampled(pair, loss.level, time_s, now)
        return sorted(events, key=lambda e: (-e.level, e.loss.enter_s, e.loss.first))

    def _sampled(
        self, pair: Pair, level: AlertLevel, time_s: float, now: datetime
    ) -> list[PairEvent]:
        before = self._alerts.get(pair, PairAlert())
        state, announced = advance(before, level, time_s, self._policy)
        loss = self._last[pair]
        if not state.level and not any(state.recent):
            self._alerts.pop(pair, None)
            self._last.pop(pair, None)
            self._samples.pop(pair, None)
        else:
            self._alerts[pair] = state
        return [PairEvent(event.kind, event.level, now, loss) for event in announced]

    def _is_new(self, pair: Pair, times: tuple[datetime, datetime], time_s: float) -> bool:
        """Whether a sample says anything new: a newer position of either, or a second passed."""
        known = self._samples.get(pair)
        if known is not None and known[:2] == times and 0 <= time_s - known[2] < SAMPLE_S:
            return False
        self._samples[pair] = (*times, time_s)
        return True

    def _lost(self, pair: Pair, now: datetime) -> PairEvent | None:
        state, loss = self._alerts.pop(pair), self._last.pop(pair)
        self._samples.pop(pair, None)
        if not state.level:
            return None
        return PairEvent(AlertEventKind.LOST, state.level, now, loss)

    def _pairs(
        self, states: States, losses: Losses
    ) -> tuple[dict[Pair, PairLoss], dict[str, Track]]:
        """The predicted pairs, the nearest first, and the tracks of them."""
        shares = (self._lookahead_s * WARNING_SHARE, self._lookahead_s * CORRECTIVE_SHARE)
        level = 3 - np.searchsorted(shares, losses.enter_s[:PAIRS_MAX], side="left")
        columns = (*(column[:PAIRS_MAX].tolist() for column in losses), level.tolist())
        found: dict[Pair, PairLoss] = {}
        seen: dict[str, Track] = {}
        for first, second, enter, leave, closest, lateral, vertical, zero, turning, urgency in zip(
            *columns, strict=True
        ):
            one, other = states.tracks[first], states.tracks[second]
            if other.id < one.id:
                one, other = other, one
            seen[one.id], seen[other.id] = one, other
            found[one.id, other.id] = PairLoss(
                one.id,
                other.id,
                one.identity.shown(),
                other.identity.shown(),
                states.time,
                enter,
                leave,
                closest,
                lateral,
                None if isnan(vertical) else vertical,
                Zero(zero),
                AlertLevel(urgency),
                turning,
            )
        return found, seen
