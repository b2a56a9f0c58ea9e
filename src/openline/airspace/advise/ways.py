"""The kinds of ways out, each at its cheapest; whoever calls proves them free."""

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np

from openline.airspace.advise.carried import Moving
from openline.airspace.advise.move import Change, raised, shifted
from openline.airspace.advise.obstacles import EnoughEffort
from openline.airspace.advise.room import room_of
from openline.airspace.advise.search import Alternative, Search
from openline.airspace.advise.shift import Blocks, Shift, cheapest, climbs, delays
from openline.airspace.advise.sideways import narrowest_needed, nearest_free
from openline.airspace.advise.together import elsewhere_and_shifted
from openline.airspace.advise.windows import minus, taken_by
from openline.airspace.volume import Volume4D
from openline.errors import OpenlineError

_MICROSECOND: Final = timedelta(microseconds=1)


def all_ways(search: Search) -> Iterator[Alternative]:
    """Later, earlier, higher, lower, both; parts of the plan; elsewhere; narrower; split."""
    whole = list(_whole(search))
    yield from whole
    best = min((one.cost for one in whole), default=math.inf)
    yield from _rest_later(search, best)
    elsewhere = []
    with suppress(EnoughEffort):
        for one in _elsewhere(search):
            elsewhere.append(one)
            yield one
        best = min((one.cost for one in (*whole, *elsewhere)), default=math.inf)
        yield from elsewhere_and_shifted(search, best)
    if _only_their_own(search):
        yield from _parts_raised(search)
        with suppress(EnoughEffort):
            yield from _narrower(search)
        yield from _split(search)


def _whole(search: Search) -> Iterator[Alternative]:
    """The whole plan in time, in height, and in both where that is cheaper than either."""
    blocks, room, costs = search.blocks, search.room, search.costs
    found: list[Shift] = []
    for delay in delays(blocks, room):
        if delay is not None:
            found.append(Shift(delay, 0.0, costs.shift(delay)))
    for climb in climbs(blocks, room):
        if climb is not None:
            found.append(Shift(0, climb, costs.climb(climb)))
    below = min((one.cost for one in found), default=math.inf)
    both = cheapest(blocks, room, costs, below)
    for shift in (*found, *([both] if both is not None else [])):
        one = search.moved(*shift)
        if one is not None:
            yield one


def _rest_later(search: Search, below: float) -> Iterator[Alternative]:
    """Wait on the way: from the first volume in conflict on, all later; where that is cheaper."""
    volumes = search.plan.volumes
    if not search.conflicting:
        return
    start = min(volumes[number].time_start for number in search.conflicting)
    rest = tuple(n for n in search.everything if volumes[n].time_start >= start)
    if len(rest) == len(volumes):
        return
    mine = search.blocks.where(np.isin(search.blocks.mine, rest) | (search.blocks.theirs < 0))
    later, _ = delays(mine, search.room)
    cost = math.inf if later is None else search.costs.shift(later) + search.costs.apart
    if later is None or cost >= below:
        return
    change = Change(rest, later * _MICROSECOND)
    one = _changed(
        search, {n: shifted(volumes[n], change.delay, 0.0) for n in rest}, (change,), cost
    )
    yield from one


def _elsewhere(search: Search) -> Iterator[Alternative]:
    """Sideways: the whole plan, and only the volumes in conflict where that is nearer."""
    if not search.limits.sideways_m or search.fixed.holds(0, 0.0).any():
        return
    most_m = search.limits.sideways_m
    for numbers in dict.fromkeys((search.everything, search.conflicting)):
        if not numbers or most_m <= 0:
            continue
        volumes = [search.plan.volumes[n] for n in numbers]
        found = nearest_free(Moving.of(volumes), search.obstacles, search.limits, most_m)
        if found is None:
            continue
        (bearing_deg, distance_m), there = found
        change = Change(numbers, sideways_m=distance_m, bearing_deg=bearing_deg)
        cost = distance_m * search.costs.sideways
        apart = 0.0 if numbers == search.everything else search.costs.apart
        moved = dict(zip(numbers, there, strict=True))
        yield from _changed(search, moved, (change,), cost + apart)
        most_m = distance_m - search.costs.apart / search.costs.sideways  # else not cheaper


def _only_their_own(search: Search) -> bool:
    """Whether changes of single volumes can help: nothing but places of others is in the way."""
    return bool(search.conflicting) and not search.fixed.holds(0, 0.0).any()


def _own(search: Search, number: int) -> Blocks:
    return search.blocks.where((search.blocks.mine == number) & (search.blocks.theirs >= 0))


def _parts_raised(search: Search) -> Iterator[Alternative]:
    """Each volume in conflict to its own nearest free height, if others can stay."""
    if len(search.plan.volumes) == 1:
        return
    changes: dict[float, list[int]] = {}
    for number in search.conflicting:
        room = room_of((search.plan.volumes[number],), search.limits)
        options = [one for one in climbs(_own(search, number), room) if one]
        if not options:
            return
        changes.setdefault(min(options, key=search.costs.climb), []).append(number)
    made = tuple(Change(tuple(numbers), climb_m=climb) for climb, numbers in changes.items())
    if len(made) == 1 and made[0].volumes == search.everything:
        return
    volumes = search.plan.volumes
    try:
        moved = {
            n: replace(volumes[n], altitude=raised(volumes[n].altitude, change.climb_m))
            for change in made
            for n in change.volumes
        }
    except OpenlineError:
        return
    cost = max(search.costs.climb(change.climb_m) for change in made)
    yield from _changed(search, moved, made, cost + search.costs.apart)


def _narrower(search: Search) -> Iterator[Alternative]:
    """The volumes in conflict as wide as they can stay."""
    moved: dict[int, Volume4D] = {}
    changes = []
    for number in search.conflicting:
        found = narrowest_needed(search.plan.volumes[number], search.obstacles, search.limits)
        if found is None:
            return
        moved[number] = found[0]
        changes.append(Change((number,), narrower_m=found[1]))
    cost = max(change.narrower_m for change in changes) * search.costs.narrower
    apart = 0.0 if len(moved) == len(search.everything) == 1 else search.costs.apart
    yield from _changed(search, moved, tuple(changes), cost + apart)


def _split(search: Search) -> Iterator[Alternative]:
    """The volumes in conflict without the times that are taken; parts too short are left out."""
    split: dict[int, tuple[Volume4D, ...]] = {}
    changes = []
    for number in search.conflicting:
        volume = search.plan.volumes[number]
        parts = [
            replace(volume, time_start=start, time_end=end)
            for start, end in minus(
                (volume.time_start, volume.time_end), taken_by(_own(search, number), volume)
            )
            if end - start >= search.limits.shortest
        ]
        kept = sum((part.time_end - part.time_start for part in parts), timedelta(0))
        if kept < (volume.time_end - volume.time_start) * search.limits.narrowest:
            return
        split[number] = tuple(parts)
        changes.append(Change((number,), lost=volume.time_end - volume.time_start - kept))
    lost = sum((change.lost for change in changes), timedelta(0))
    cost = lost.total_seconds() * search.costs.lost + search.costs.apart
    volumes = tuple(
        part
        for number, volume in enumerate(search.plan.volumes)
        for part in split.get(number, (volume,))
    )
    yield Alternative(replace(search.plan, volumes=volumes), tuple(changes), cost)


def _changed(
    search: Search, moved: dict[int, Volume4D], changes: tuple[Change, ...], cost: float
) -> Iterator[Alternative]:
    volumes = tuple(moved.get(n, volume) for n, volume in enumerate(search.plan.volumes))
    yield Alternative(replace(search.plan, volumes=volumes), changes, cost)
