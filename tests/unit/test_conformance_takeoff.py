"""Take-off and landing: false alarms are what makes people switch it off."""

from typing import Any

import pytest

from openline.airspace.conformance.policy import ConformancePolicy
from tests.conformance_flights import (
    GROUND_M,
    box,
    line,
    operation,
    seconds_of,
    state,
    told,
    watched,
)

JITTER = (0.0, 14.0, -12.0, 9.0, -15.0, 3.0, 15.0, -7.0, 11.0, -14.0)


def test_on_the_ground_before_the_start() -> None:
    waiting = line(-120, 20, lambda _: {"height_m": 0.0, "on_ground": True})
    assert told(watched(waiting)) == []


def test_on_the_ground_before_the_start_of_a_source_that_does_not_say_so() -> None:
    waiting = line(-120, 20, lambda _: {"height_m": 0.0})
    assert told(watched(waiting)) == []


def test_on_the_ground_beside_the_volume() -> None:
    waiting = line(0, 60, lambda _: {"east_m": 560.0, "height_m": 0.0, "on_ground": True})
    assert told(watched(waiting)) == []


@pytest.mark.parametrize("accuracy_m", [None, 5.0])
def test_gps_altitude_jitter_at_the_pad(accuracy_m: float | None) -> None:
    # The floor is 30 m over the ground: jitter goes below and never near it.
    jittering = [
        state(
            second,
            east_m=JITTER[(second * 3) % 10] / 3,
            height_m=JITTER[second % 10],
            vertical_accuracy_m=accuracy_m,
        )
        for second in range(-100, 60)
    ]
    high = operation(box(low_m=GROUND_M + 30))
    assert told(watched(jittering, high, policy=ConformancePolicy())) == []


def test_take_off_a_few_seconds_early_within_tolerance() -> None:
    def up(since_s: float) -> dict[str, Any]:
        return {"height_m": min(3.0 * since_s, 80.0), "on_ground": since_s == 0}

    assert told(watched(line(-9, 60, up))) == []
    early = watched(line(-40, 60, up))
    assert told(early) == ["began early", "Nonconforming", "over early", "Activated"]
    assert early[0].discrepancy is not None
    assert early[0].discrepancy.offset is not None
    assert early[0].discrepancy.offset.time_s == -37.0  # the third sample in the air


def test_climb_through_the_floor_of_the_first_volume() -> None:
    def up(since_s: float) -> dict[str, Any]:
        return {"height_m": min(2.0 * since_s, 80.0), "on_ground": since_s < 3}

    floor = operation(box(low_m=GROUND_M + 60))
    assert told(watched(line(0, 100, up), floor)) == []
    # Who stays below the floor is told, a minute after take-off.
    low = watched(line(0, 100, lambda _: {"height_m": 30.0, "on_ground": False}), floor)
    assert told(low) == ["began outside", "Nonconforming"]
    assert 60 < seconds_of(low[0]) <= 64


def test_climb_through_the_floor_is_for_the_first_volume_alone() -> None:
    first = box(0, 200, GROUND_M - 50, GROUND_M + 120, -500, 500)
    middle = box(0, 400, GROUND_M + 60, GROUND_M + 120, 500, 1500)
    last = box(0, 600, GROUND_M - 50, GROUND_M + 120, 1500, 2500)
    below = line(0, 60, lambda s: {"east_m": 400.0 + 20 * s, "height_m": 40.0, "on_ground": False})
    events = watched(below, operation(first, middle, last))
    assert told(events) == [
        "began outside",
        "Nonconforming",
        "over outside",
        "Activated",
    ]
    assert seconds_of(events[0]) == pytest.approx(8, abs=1)  # 500 m after 5 s, and three samples


def test_landing_through_the_floor_of_the_last_volume_and_standing_there() -> None:
    def down(since_s: float) -> dict[str, Any]:
        return {"height_m": max(100.0 - 2 * since_s, 0.0), "on_ground": since_s >= 50}

    floor = operation(box(to_s=120, low_m=GROUND_M + 60))
    assert told(watched(line(60, 400, down), floor)) == []


def test_standing_after_the_end_of_a_source_that_does_not_say_so() -> None:
    def up_and_down(since_s: float) -> dict[str, Any]:
        return {"height_m": max(0.0, min(3 * (since_s - 10), 80.0, 3 * (130 - since_s)))}

    assert told(watched(line(0, 400, up_and_down), operation(box(to_s=200)))) == []
