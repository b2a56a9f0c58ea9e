"""Alerts of a pair: preventive, corrective, warning; raised early, once, and never lowered.

One `PairAlert` for each pair. `advance` takes what the detector says at an instant and gives the
next state and what is to be announced, if anything. While the encounter lasts the level only rises.
It ends with one notice, after the pair has been quiet for long enough.

configuration     preventive             corrective   warning
Phase I           700 ft instead of 450  55 s         25 s
Phase II          -                      -            45 s
non-cooperative   -                      55 s         25 s
buffered          750 ft, 60 s           60 s         30 s

Source: RTCA DO-365B; DASC 2015 (see `well_clear`). Smoothing: M of N samples, 2 of 4.
"""

from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import IndexArray, Relative
from openline.airspace.encounter.detector import Detector
from openline.airspace.encounter.well_clear import WellClear
from openline.errors import InvalidInput
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE


class AlertLevel(IntEnum):
    """How urgent: higher is more urgent."""

    NONE = 0
    PREVENTIVE = 1
    CORRECTIVE = 2
    WARNING = 3


class AlertRule(NamedTuple):
    """The level holds if the volume will be entered within the time (or already is)."""

    level: AlertLevel
    detector: Detector
    within_s: float


class AlertEventKind(Enum):
    """What is announced."""

    RAISED = "raised"
    OVER = "over"  # quiet for long enough
    LOST = "lost"  # no data for too long, or time ran backwards: nothing can be said


class AlertEvent(NamedTuple):
    """One announcement: the new level if raised, the last level if over or lost."""

    kind: AlertEventKind
    level: AlertLevel
    time_s: float


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """When a level counts: in `needed` of the last `window` samples; and when it is over.

    Raises: InvalidInput for a need beyond the window, or times that are negative or not finite.
    """

    needed: int = 2
    window: int = 4
    hysteresis_s: float = 5.0  # quiet for so long before it is over
    persistence_s: float = 4.0  # not over sooner after it was raised
    gap_max_s: float = 5.0  # samples further apart are no sequence

    def __post_init__(self) -> None:
        if not 1 <= self.needed <= self.window <= 1000:
            raise InvalidInput(f"{self.needed} of {self.window} samples cannot be asked for")
        for name in ("hysteresis_s", "persistence_s", "gap_max_s"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise InvalidInput("a time of 0 or more seconds is needed", field=name)


@dataclass(frozen=True, slots=True)
class PairAlert:
    """State of one pair. `level` is what was announced; start with `PairAlert()`."""

    level: AlertLevel = AlertLevel.NONE
    recent: tuple[AlertLevel, ...] = ()
    time_s: float | None = None
    raised_s: float | None = None
    quiet_since_s: float | None = None


DEFAULT_POLICY: Final = AlertPolicy()


def advance(
    state: PairAlert, level: AlertLevel, time_s: float, policy: AlertPolicy = DEFAULT_POLICY
) -> tuple[PairAlert, tuple[AlertEvent, ...]]:
    """The state after a sample, and what is to be announced: mostly nothing.

    Args: `level`: what the rules say now, without memory. `time_s`: of the sample, any origin.
    A time before the last one, or a gap beyond the policy, forgets the samples; an announced alert
    is then lost, not over. A repeated instant is no new sample.
    Raises: InvalidInput for a time that is not finite.
    Laws: levels announced between two ends only rise; every RAISED is followed by at most one end;
    held by tests/property/test_encounter_alerting.
    """
    if not abs(time_s) < float("inf"):
        raise InvalidInput("the time of a sample must be finite", field="time_s")
    events: list[AlertEvent] = []
    if state.time_s is not None:
        if time_s == state.time_s:
            return state, ()
        if not 0 < time_s - state.time_s <= policy.gap_max_s:
            if state.level:
                events.append(AlertEvent(AlertEventKind.LOST, state.level, time_s))
            state = PairAlert()
    recent = (*state.recent, level)[-policy.window :]
    smooth = _smoothed(recent, policy.needed)
    known = state.quiet_since_s
    quiet_since = None if smooth else (time_s if known is None else known)
    state = replace(state, recent=recent, time_s=time_s, quiet_since_s=quiet_since)
    if smooth > state.level:
        events.append(AlertEvent(AlertEventKind.RAISED, smooth, time_s))
        state = replace(state, level=smooth, raised_s=time_s)
    elif state.level and _is_over(state, time_s, policy):
        events.append(AlertEvent(AlertEventKind.OVER, state.level, time_s))
        state = PairAlert(recent=recent, time_s=time_s, quiet_since_s=quiet_since)
    return state, tuple(events)


def levels(pairs: Relative, rules: tuple[AlertRule, ...]) -> IndexArray:
    """The level of each pair now, (n,), by the rules and without memory: the highest that holds."""
    found: IndexArray = np.zeros(len(pairs.east_m), np.int64)
    for rule in rules:
        enter, _ = rule.detector.spans(pairs, rule.within_s)
        found = np.where(np.isfinite(enter), np.maximum(found, int(rule.level)), found)
    return found


def rules_named(name: str) -> tuple[AlertRule, ...]:
    """The rules of a configuration. Raises: InvalidInput, naming those known."""
    try:
        return RULES[name]
    except (KeyError, TypeError):
        raise InvalidInput(
            f"there are no alert rules {name!r}", cure=f"use {', '.join(RULES)}"
        ) from None


def _smoothed(recent: tuple[AlertLevel, ...], needed: int) -> AlertLevel:
    """The highest level that `needed` of the samples reach."""
    ordered = sorted(recent, reverse=True)
    return ordered[needed - 1] if len(ordered) >= needed else AlertLevel.NONE


def _is_over(state: PairAlert, time_s: float, policy: AlertPolicy) -> bool:
    if state.quiet_since_s is None or state.raised_s is None:
        return False
    quiet = time_s - state.quiet_since_s >= policy.hysteresis_s
    return quiet and time_s - state.raised_s >= policy.persistence_s


_FOOT: Final = METRES_PER_FOOT
_PHASE_1: Final = WellClear.named("do365-phase1")
_OTHER: Final = WellClear.named("do365-noncooperative")
_BUFFERED: Final = WellClear.named("buffered")
RULES: Final = {
    "do365-phase1": (
        AlertRule(AlertLevel.PREVENTIVE, WellClear(_PHASE_1.dthr_m, 700 * _FOOT, 35.0), 55.0),
        AlertRule(AlertLevel.CORRECTIVE, _PHASE_1, 55.0),
        AlertRule(AlertLevel.WARNING, _PHASE_1, 25.0),
    ),
    "do365-phase2": (AlertRule(AlertLevel.WARNING, WellClear.named("do365-phase2"), 45.0),),
    "do365-noncooperative": (
        AlertRule(AlertLevel.CORRECTIVE, _OTHER, 55.0),
        AlertRule(AlertLevel.WARNING, _OTHER, 25.0),
    ),
    "buffered": (
        AlertRule(
            AlertLevel.PREVENTIVE,
            WellClear(METRES_PER_NAUTICAL_MILE, 750 * _FOOT, 35.0, 20.0),
            60.0,
        ),
        AlertRule(AlertLevel.CORRECTIVE, _BUFFERED, 60.0),
        AlertRule(AlertLevel.WARNING, _BUFFERED, 30.0),
    ),
}
