"""Alerts: raised early and once, never lowered, over once; noise and gaps do not nag."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.encounter.alerting import (
    RULES,
    AlertEvent,
    AlertEventKind,
    AlertLevel,
    AlertPolicy,
    PairAlert,
    advance,
    levels,
    rules_named,
)
from openline.airspace.encounter.arrays import relative
from openline.errors import InvalidInput
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

STILL = (0.0, 0.0, 0.0)
NONE, PREVENTIVE, CORRECTIVE, WARNING = AlertLevel
RAISED, OVER, LOST = AlertEventKind


def run(samples: str, policy: AlertPolicy | None = None, step_s: float = 1.0) -> list[AlertEvent]:
    """The events of one sample a step: digits are levels, a dot is a step without a sample."""
    state, events = PairAlert(), []
    for k, letter in enumerate(samples):
        if letter != ".":
            level = AlertLevel(int(letter))
            state, new = advance(state, level, k * step_s, policy or AlertPolicy())
            events += new
    return events


def test_an_encounter_is_announced_once_at_each_level_and_ends_once() -> None:
    events = run("000" + "1111" + "2222" + "3333" + "2211" + "0" * 20)
    assert [(e.kind, e.level) for e in events] == [
        (RAISED, PREVENTIVE),
        (RAISED, CORRECTIVE),
        (RAISED, WARNING),
        (OVER, WARNING),
    ]
    assert [e.time_s for e in events] == [4, 8, 12, 26]


def test_one_wrong_sample_raises_nothing() -> None:
    assert run("0003000000300000") == []


def test_flicker_does_not_nag() -> None:
    """A level that comes and goes is announced once."""
    events = run("0011001100110011" + "0" * 12)
    assert [e.kind for e in events] == [RAISED, OVER]


def test_a_level_that_falls_back_is_not_lowered() -> None:
    assert [e.level for e in run("3333111133331111")] == [WARNING]


def test_a_gap_loses_the_alert_and_starts_anew() -> None:
    events = run("2222" + "." * 10 + "2222")
    assert [e.kind for e in events] == [RAISED, LOST, RAISED]
    assert events[1].time_s == 14


def test_time_running_backwards_starts_anew() -> None:
    state = PairAlert()
    for time_s in (10.0, 11.0):
        state, _ = advance(state, WARNING, time_s)
    assert state.level is WARNING
    state, events = advance(state, WARNING, 3.0)
    assert [e.kind for e in events] == [LOST]
    assert state.level is NONE


def test_a_repeated_instant_is_no_new_sample() -> None:
    state, _ = advance(PairAlert(), WARNING, 1.0)
    for _ in range(5):
        state, events = advance(state, WARNING, 1.0)
        assert events == ()
    assert state.level is NONE


def test_persistence_holds_a_late_alert() -> None:
    policy = AlertPolicy(needed=1, window=1, hysteresis_s=0.0, persistence_s=4.0)
    events = run("030000000", policy)
    assert [(e.kind, e.time_s) for e in events] == [(RAISED, 1), (OVER, 5)]


@settings(deadline=None, max_examples=300)
@given(st.text("0123.", max_size=80), st.integers(1, 3), st.sampled_from([0.0, 3.0]))
def test_levels_rise_and_every_alert_ends_at_most_once(
    samples: str, needed: int, hysteresis_s: float
) -> None:
    level = NONE
    for event in run(samples, AlertPolicy(needed, 4, hysteresis_s)):
        if event.kind is RAISED:
            assert event.level > level
            level = event.level
        else:
            assert level is not NONE
            assert event.level is level
            level = NONE


@settings(deadline=None, max_examples=200)
@given(st.text("0123", max_size=30), st.sampled_from("123"))
def test_what_lasts_is_announced_within_two_samples(before: str, level: str) -> None:
    events = run(before + level * 2)
    announced = NONE
    for event in events:
        announced = event.level if event.kind is RAISED else NONE
    assert announced >= AlertLevel(int(level))


def test_the_levels_of_a_head_on_by_hand() -> None:
    """Closing at 100 m/s, level: 0.66 NM and 35 s of modified tau are entered at a known range."""
    dthr = 0.66 * METRES_PER_NAUTICAL_MILE
    entry_m = 1750 + math.hypot(1750, dthr)  # r^2 - 35 * 100 r - DTHR^2 = 0
    ranges = [entry_m + 100 * t for t in (60, 50, 20)]
    rules = rules_named("do365-phase1")
    pairs = relative([(-r, 0, 0) for r in ranges], (100, 0, 0), STILL, STILL)
    assert levels(pairs, rules).tolist() == [NONE, CORRECTIVE, WARNING]
    higher = relative([(-r, 0, 600 * METRES_PER_FOOT) for r in ranges], (100, 0, 0), STILL, STILL)
    assert levels(higher, rules).tolist() == [NONE, PREVENTIVE, PREVENTIVE]


def test_parallel_tracks_and_a_thousand_feet_raise_nothing() -> None:
    """Crossing 1,000 ft above, flying side by side at 1 NM, or diverging: no level at all."""
    pairs = relative(
        [(-5000, 0, 304.8), (0, 1852, 0), (2000, 0, 0)],
        [(200, 0, 0), (0, 0, 0), (80, 0, 0)],
        STILL,
        STILL,
    )
    for name in ("do365-phase1", "do365-phase2", "do365-noncooperative"):
        assert levels(pairs, RULES[name]).tolist() == [NONE] * 3


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidInput):
        advance(PairAlert(), NONE, math.nan)
    with pytest.raises(InvalidInput):
        AlertPolicy(needed=5, window=4)
    with pytest.raises(InvalidInput):
        AlertPolicy(hysteresis_s=math.nan)
    with pytest.raises(InvalidInput, match="buffered"):
        rules_named("phase 1")
