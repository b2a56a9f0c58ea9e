"""Laws of advice: nothing advised conflicts, and of shifts in time and height none is cheaper.

What is checked is asked of the detector alone, pair by pair, without the index, the blocks and the
search of the advice. In all more than 5,000 alternatives.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import numpy as np
import pytest

from openline.airspace.advise.advice import Advice, advise
from openline.airspace.advise.carried import Moving
from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.move import aside, centre_of, placed, turn
from openline.airspace.advise.obstacles import Asking, Sky
from openline.airspace.advise.windows import free_windows
from openline.airspace.detector import detect
from openline.airspace.entity import Entity, Notice, OperationalIntent
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.geo.circle import Circle
from openline.geo.position import Position
from tests.property.advice_skies import MINIMA, NOON, sky

PLACES: Final = 182  # skies of fourteen entities
SIZE: Final = 14
LIMITS: Final = (
    Limits(sideways_m=0.0, floor_m=-100.0, shortest=timedelta(seconds=1)),
    Limits(sideways_m=0.0, later=timedelta(hours=2), narrowest=0.2),
    Limits(sideways_m=0.0, time_step=timedelta(0), height_step_m=0.0, floor_m=0.0),
    Limits(sideways_m=0.0, earlier=timedelta(hours=3), shortest=timedelta(0)),
)
SIDEWAYS: Final = Limits(later=timedelta(hours=2), floor_m=-100.0, sideways_m=3_000.0)


def _others(plan: OperationalIntent, everyone: Sequence[Entity]) -> list[Entity]:
    return [one for one in everyone if one.party != plan.party]


def _conflicting(
    volumes: Sequence[Volume4D], others: Sequence[Entity], separation: Separation
) -> set[int]:
    """Numbers of the volumes that conflict with anything, by the detector and plain times."""
    theirs = [volume for other in others for volume in other.volumes]
    hit: set[int] = set()
    if theirs and volumes:
        i, j = np.divmod(np.arange(len(volumes) * len(theirs)), len(theirs))
        found = detect(VolumeTable.of(volumes), i, VolumeTable.of(theirs), j, separation)
        hit = set(found.i.tolist())
    for other in others:
        if isinstance(other, Notice):
            for number, volume in enumerate(volumes):
                late = volume.time_start - other.time_end
                early = other.time_start - volume.time_end
                if max(late, early) < separation.time:
                    hit.add(number)
    return hit


@pytest.mark.parametrize("part", range(10))
def test_no_advice_conflicts(part: int) -> None:
    given = 0
    for seed in range(part * PLACES // 10, (part + 1) * PLACES // 10):
        everyone = sky(seed, SIZE)
        separation, limits = MINIMA[seed % len(MINIMA)], LIMITS[seed // 4 % len(LIMITS)]
        if not seed % 9:
            limits = SIDEWAYS
        around = Sky.of(everyone)
        for plan in everyone:
            if not isinstance(plan, OperationalIntent):
                continue
            advice = advise(Asking(plan, around, separation), limits, most=20)
            given += len(advice.alternatives)
            _assert_right(advice, _others(plan, everyone), separation, limits)
    assert given >= 500, "too few to say anything"


def _assert_right(
    advice: Advice, others: list[Entity], separation: Separation, limits: Limits
) -> None:
    plan = advice.plan
    assert bool(advice.conflicts) == bool(_conflicting(plan.volumes, others, separation))
    everything = [volume for one in advice.alternatives for volume in one.plan.volumes]
    assert not _conflicting(everything, others, separation), plan.id
    costs = [one.cost for one in advice.alternatives]
    assert costs == sorted(costs)
    assert all(cost > 0 for cost in costs)
    for one in advice.alternatives:
        assert (one.plan.id, one.plan.party) == (plan.id, plan.party)
        for change in one.changes:
            assert -limits.earlier <= change.delay <= limits.later
            assert 0 <= change.sideways_m <= limits.sideways_m
            assert change.climb_m <= limits.climb_m
            assert change.climb_m >= 0 or limits.floor_m is not None
        if limits.floor_m is not None and any(c.climb_m < 0 for c in one.changes):
            moved = [v for v in one.plan.volumes if v not in plan.volumes]
            assert all(v.altitude_lower_m >= limits.floor_m - 1e-6 for v in moved)


@pytest.mark.parametrize("part", range(3))
def test_no_shift_on_a_fine_grid_is_cheaper(part: int) -> None:
    """Brute force over minutes and tens of metres: ours is the cheapest, exactly."""
    limits = Limits(
        later=timedelta(minutes=90),
        earlier=timedelta(minutes=45),
        climb_m=300.0,
        floor_m=-500.0,
        sideways_m=0.0,
    )
    costs = Costs(later=1.0, earlier=1.5, up=3.0, down=5.0)
    solved = 0
    for seed in range(part * 7, part * 7 + 7):
        everyone = sky(seed, SIZE, w84=True)
        separation = MINIMA[seed % len(MINIMA)]
        plan = next(one for one in everyone if isinstance(one, OperationalIntent))
        advice = advise(Asking(plan, Sky.of(everyone), separation), limits, costs, most=20)
        if not advice.conflicts:
            continue
        solved += 1
        least = _brute_force(plan, _others(plan, everyone), separation, limits, costs)
        whole = [
            one.cost
            for one in advice.alternatives
            if len(one.changes) == 1
            and len(one.changes[0].volumes) == len(plan.volumes)
            and not (one.changes[0].narrower_m or one.changes[0].lost)
        ]
        if least is None:
            assert not whole
        else:
            assert min(whole) == pytest.approx(least, rel=1e-9), seed
    assert solved >= 3


def _brute_force(
    plan: OperationalIntent,
    others: list[Entity],
    separation: Separation,
    limits: Limits,
    costs: Costs,
) -> float | None:
    lowest = min(v.altitude_lower_m for v in plan.volumes) + 500.0
    shifts = []
    for minutes in range(-45, 91):
        for tens in range(-int(min(lowest, 600) // 10), 31):
            in_time = minutes * 60 * (costs.later if minutes >= 0 else -costs.earlier)
            in_height = tens * 10 * (costs.up if tens >= 0 else -costs.down)
            shifts.append((in_time + in_height, minutes, tens))
    shifts.sort()
    for start in range(0, len(shifts), 60):
        some = shifts[start : start + 60]
        volumes = [
            Volume4D.over_ellipsoid(
                volume.footprint,
                volume.altitude_lower_m + tens * 10,
                volume.altitude_upper_m + tens * 10,
                volume.time_start + timedelta(minutes=minutes),
                volume.time_end + timedelta(minutes=minutes),
            )
            for _, minutes, tens in some
            for volume in plan.volumes
        ]
        hit = {number // len(plan.volumes) for number in _conflicting(volumes, others, separation)}
        free = [cost for number, (cost, _, _) in enumerate(some) if number not in hit]
        if free:
            return free[0]
    return None


@pytest.mark.parametrize("part", range(6))
def test_nothing_on_a_fine_grid_is_cheaper_by_a_twentieth(part: int) -> None:
    """Brute force over places, times and heights in all combinations: 50 m and 10 degrees, 5 min,
    20 m.
    """
    limits = Limits(
        later=timedelta(minutes=90),
        earlier=timedelta(minutes=45),
        climb_m=300.0,
        floor_m=-500.0,
        sideways_m=3_000.0,
    )
    costs = Costs(later=2.0, earlier=3.0, up=6.0, down=9.0)  # so that sideways is often nearest
    solved = 0
    for seed in range(4 * part, 4 * part + 4):  # in 21 the nearest is sideways and in height
        everyone = sky(seed, SIZE, w84=True)
        separation = MINIMA[seed % len(MINIMA)]
        plan = next(one for one in everyone if isinstance(one, OperationalIntent))
        advice = advise(Asking(plan, Sky.of(everyone), separation), limits, costs, most=20)
        if not advice.conflicts:
            continue
        ours = advice.alternatives[0].cost if advice.alternatives else 3_000.0
        tried = _places(plan, costs, ours / 1.05)
        solved += bool(tried)
        for start in range(0, len(tried), 200):
            some = tried[start : start + 200]
            volumes = [volume for _, moved in some for volume in moved]
            hit = _conflicting(volumes, _others(plan, everyone), separation)
            blocked = {number // len(plan.volumes) for number in hit}
            free = [told for number, (told, _) in enumerate(some) if number not in blocked]
            assert not free, (seed, ours, free[0])
    assert solved >= 2


def _places(
    plan: OperationalIntent, costs: Costs, below: float
) -> list[tuple[tuple[float, ...], list[Volume4D]]]:
    """What costs less, with its cost, metres aside, bearing, minutes and metres up."""
    centre = centre_of(tuple(volume.footprint for volume in plan.volumes))
    lowest = min(v.altitude_lower_m for v in plan.volumes) + 500.0
    shifts = [
        (in_time + in_height, minutes, up)
        for minutes in range(-45, 91, 5)
        for up in range(-300, 301, 20)
        if (in_time := minutes * 60 * (costs.later if minutes >= 0 else -costs.earlier)) < below
        if in_time + (in_height := up * (costs.up if up >= 0 else -costs.down)) < below
        if lowest + up >= 0
    ]
    found: list[tuple[tuple[float, ...], list[Volume4D]]] = []
    for ring in range(61):
        for bearing in range(0, 360, 10) if ring else (0,):
            aside_cost = ring * 50.0 * costs.sideways
            wanted = [one for one in shifts if aside_cost + one[0] < below]
            if not wanted:
                continue
            rotation = turn(centre, bearing, ring * 50.0)
            there = [placed(v, aside(v.footprint, rotation)) if ring else v for v in plan.volumes]
            for cost, minutes, up in wanted:
                later = timedelta(minutes=minutes)
                moved = [
                    Volume4D.over_ellipsoid(
                        at.footprint,
                        v.altitude_lower_m + up,
                        v.altitude_upper_m + up,
                        v.time_start + later,
                        v.time_end + later,
                    )
                    for at, v in zip(there, plan.volumes, strict=True)
                ]
                found.append(((aside_cost + cost, ring * 50.0, bearing, minutes, up), moved))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_free_windows_are_exact(seed: int) -> None:
    """A stay in each free window conflicts with nothing; one microsecond more on a side does."""
    everyone = sky(seed, SIZE)
    separation = MINIMA[seed % len(MINIMA)]
    volume = everyone[0].volumes[0]
    others = _others(everyone[0], everyone)  # type: ignore[arg-type]
    period = NOON - timedelta(hours=2), NOON + timedelta(hours=4)
    found = free_windows(volume, period, Sky.of(everyone), separation, party=everyone[0].party)
    least = timedelta(microseconds=1)

    def stays(start: object, end: object) -> bool:
        stay = Volume4D(volume.footprint, volume.altitude, start, end)  # type: ignore[arg-type]
        return not _conflicting([stay], others, separation)

    assert (period[0], period[1]) == (
        min([one[0] for one in found.free] + [max(t.time_start, period[0]) for t in found.taken]),
        max([one[1] for one in found.free] + [min(t.time_end, period[1]) for t in found.taken]),
    )
    for start, end in found.free:
        assert stays(start, end)
        if start > period[0]:
            assert not stays(start - least, end)
        if end < period[1]:
            assert not stays(start, end + least)


def test_an_area_keeps_what_moves_sideways_inside() -> None:
    area = Circle(Position(47.0, 8.0), 2_000.0)
    band = (100.0, 200.0, NOON, NOON + timedelta(hours=1))
    plan = OperationalIntent("a", "A", (Volume4D.over_ellipsoid(Circle.of(47, 8, 300), *band),))
    other = OperationalIntent(
        "b", "B", (Volume4D.over_ellipsoid(Circle.of(47, 8.005, 500), *band),)
    )
    limits = Limits(
        later=timedelta(0), earlier=timedelta(0), climb_m=0.0, area=area, sideways_m=3_000.0
    )
    asking = Asking(plan, Sky.of((other,)), Separation())
    (first, *_) = [a for a in advise(asking, limits).alternatives if a.changes[0].sideways_m]
    # The centres are 380 m apart and 800 m are needed; west of it 420 m is the way.
    assert 415 <= first.changes[0].sideways_m <= 525
    tight = Limits(
        later=timedelta(0), earlier=timedelta(0), climb_m=0.0, area=Circle(area.centre, 600.0)
    )
    assert not any(a.changes[0].sideways_m for a in advise(asking, tight).alternatives)


@pytest.mark.parametrize("seed", range(4))
def test_carried_arrays_are_those_of_the_volumes_made_there(seed: int) -> None:
    """What is tried as arrays is what is proved as volumes, to a millimetre."""
    volumes = [volume for one in sky(seed, 6, w84=True) for volume in one.volumes]
    places = [(0.0, 250.0), (137.5, 1_200.0), (300.0, 5_000.0)]
    moving = Moving.of(volumes)
    carried = moving.turned(places)
    made = [volume for place in places for volume in moving.volumes_at(place) or ()]
    table = VolumeTable.of(made)
    assert len(table) == len(carried) == len(places) * len(volumes)
    for name in ("edge_from", "edge_to", "edge_offset", "run_offset", "run_edge", "polygon"):
        one, other = (getattr(t.footprints, name) for t in (carried, table))
        assert (one == other).all(), name
    for name in ("vertex", "low", "high", "run_low", "run_high", "buffer_m"):
        one, other = (getattr(t.footprints, name) for t in (carried, table))
        assert np.abs(one - other).max() < 1e-3, name
    for name in ("start_us", "end_us", "low_m", "high_m", "low_datum", "high_datum"):
        assert (getattr(carried, name) == getattr(table, name)).all(), name
