"""Flights for the tests of conformance: a pad, a box over it, and samples once a second.

Metres east and north of the pad are laid out on the tangent plane; the boxes are small, so that a
plane and the ellipsoid agree to centimetres.
"""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from openline.airspace.conformance.discrepancy import ConformanceEvent
from openline.airspace.conformance.monitor import ConformanceMonitor
from openline.airspace.conformance.observed import DeclaredOperation, Observation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.entity import IntentState, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.geo.altitude import Altitude
from openline.geo.polygon import Polygon
from openline.geo.position import Position

START = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
PAD = Position(47.0, 8.0)
GROUND_M = 450.0  # over the ellipsoid
_NORTH_M = 111_170.0  # metres in a degree of latitude at 47 degrees
_EAST_M = 76_040.0  # and of longitude

# Exact positions: what a test says is what is meant. Tests of accuracy say it themselves.
EXACT = ConformancePolicy(lateral_accuracy_m=0.0, vertical_accuracy_m=0.0)


def at(seconds: float) -> datetime:
    """So many seconds after the first volume begins."""
    return START + timedelta(seconds=seconds)


def place(east_m: float, north_m: float) -> Position:
    """So many metres east and north of the pad."""
    return Position(PAD.lat_deg + north_m / _NORTH_M, PAD.lng_deg + east_m / _EAST_M)


def box(
    from_s: float = 0.0,
    to_s: float = 600.0,
    low_m: float = GROUND_M - 50,
    high_m: float = GROUND_M + 120,
    west_m: float = -500.0,
    east_m: float = 500.0,
    half_m: float = 500.0,
) -> Volume4D:
    """A box around the pad, or from west to east of it."""
    corners = ((west_m, -half_m), (east_m, -half_m), (east_m, half_m), (west_m, half_m))
    outline = Polygon.of([place(*corner) for corner in corners])
    return Volume4D.over_ellipsoid(outline, low_m, high_m, at(from_s), at(to_s))


def operation(
    *volumes: Volume4D,
    state: IntentState = IntentState.ACTIVATED,
    name: str = "op-1",
    party: str = "alpha",
    flight_class: str | None = None,
) -> DeclaredOperation:
    """A declared operation; without volumes one box."""
    return DeclaredOperation(
        OperationalIntent(name, party, volumes or (box(),), state), flight_class
    )


def state(
    seconds: float,
    east_m: float = 0.0,
    north_m: float = 0.0,
    height_m: float = 60.0,
    *,
    track: str = "t1",
    intent_id: str | None = "op-1",
    party: str | None = "alpha",
    **more: Any,
) -> Observation:
    """Where the aircraft is: metres from the pad, height over the ground there."""
    more.setdefault("altitude", Altitude(GROUND_M + height_m))
    return Observation(
        track,
        at(seconds),
        place(east_m, north_m),
        intent_id=intent_id,
        party=party,
        **more,
    )


def watched(
    states: Iterable[Observation],
    *declared: DeclaredOperation,
    policy: ConformancePolicy = EXACT,
    until_s: float | None = None,
    area: Polygon | None = None,
    from_s: float | None = None,
) -> list[ConformanceEvent]:
    """Every event of a flight, each state given a tenth of a second after its time, with a call
    for each second without one."""
    monitor = ConformanceMonitor(policy, area)
    monitor.declare(declared or (operation(),))
    waiting: dict[int, list[Observation]] = {}
    for one in states:
        second = math.floor((one.time - START).total_seconds())
        waiting.setdefault(second, []).append(one)
    first = min(waiting, default=0) if from_s is None else math.floor(from_s)
    last = max(waiting, default=0) if until_s is None else math.floor(until_s)
    events: list[ConformanceEvent] = []
    for second in range(first, last + 1):
        events += monitor.observe(waiting.get(second, ()), at(second + 1.1))
    return events


def told(events: Iterable[ConformanceEvent]) -> list[str]:
    """What the events say, short: `began outside`, `Nonconforming`."""
    return [
        str(event.state)
        if event.discrepancy is None
        else f"{event.change} {event.discrepancy.kind}"
        for event in events
    ]


def seconds_of(event: ConformanceEvent) -> float:
    """How long after the first volume's begin the event is."""
    return (event.time - START).total_seconds()


def line(
    start_s: int, end_s: int, where: Callable[[float], dict[str, Any]], **more: Any
) -> list[Observation]:
    """A state each second from start to end."""
    return [
        state(second, **{**where(second - start_s), **more}) for second in range(start_s, end_s + 1)
    ]
