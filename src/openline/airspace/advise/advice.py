"""The nearest conflict-free alternatives to a plan, each proved free by the exact detector.

Time and height, alone or together, are solved exactly: no cheaper shift within the limits, in whole
steps, is free. Sideways and narrower are searched in steps (`sideways`). Whatever is proposed is
asked of the index once more, as a plan of its own, before it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from openline.airspace.advise import words
from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.obstacles import Asking
from openline.airspace.advise.search import Alternative, Search
from openline.airspace.advise.ways import all_ways
from openline.airspace.entity import Entity, OperationalIntent

_BLOCKERS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Advice:
    """The ways out for a plan, the cheapest first.

    conflicts: who is in its way as it stands; without any there is nothing to do and there are no
    alternatives. blockers: if there is no way out, those that block the most of what is allowed.
    """

    plan: OperationalIntent
    conflicts: tuple[Entity, ...]
    alternatives: tuple[Alternative, ...]
    blockers: tuple[Entity, ...] = ()

    def sentence(self, alternative: Alternative) -> str:
        """What is gained by an alternative."""
        return words.gain(self, alternative)

    @property
    def summary(self) -> str:
        """One sentence on the outcome."""
        if not self.conflicts:
            name = words.called(self.plan)
            return f"{name[0].upper()}{name[1:]} is in nobody's way as it is."
        if not self.alternatives:
            return words.none_found(self)
        return self.sentence(self.alternatives[0])


def advise(
    asking: Asking, limits: Limits | None = None, costs: Costs | None = None, *, most: int = 5
) -> Advice:
    """The ways out for the plan that is asked for; at most so many, the cheapest of each kind.

    Errs toward: not finding. Laws: 1 no alternative conflicts with anything in the sky that the
    plan minds; 2 every alternative is within the limits; 3 of shifts in time and height none that
    is free is cheaper than the cheapest given (tests/property/test_advice.py).
    Raises: EnoughEffort if that is spent before anything was found.
    """
    limits, costs = limits or Limits(), costs or Costs()
    free = _free(asking)
    conflicts = tuple(asking.in_the_way(asking.plan.volumes, free))
    if not conflicts:
        return Advice(asking.plan, (), ())
    search = Search.of(asking, limits, costs, limits.sideways_m)
    proved: list[Alternative] = []
    for one in sorted(all_ways(search), key=lambda one: (one.cost, len(one.changes))):
        if any(_same(one, known) for known in proved):
            continue
        if not asking.in_the_way(one.plan.volumes, free):
            proved.append(one)
        if len(proved) == most:
            break
    blockers = () if proved else tuple(_blockers(search, conflicts))
    return Advice(asking.plan, conflicts, tuple(proved), blockers)


def _free(asking: Asking) -> set[int]:
    """The identities of volumes of the plan that meet nothing, so that they need no other proof."""
    volumes = asking.plan.volumes
    return {id(one) for one in volumes if len(volumes) > 1 and not asking.meets(one)}


def _same(one: Alternative, cheaper: Alternative) -> bool:
    """Whether it does the same by the same amount, if not to the same volumes."""
    amounts, known = ({replace(c, volumes=()) for c in each.changes} for each in (one, cheaper))
    return amounts == known


def _blockers(search: Search, conflicts: Sequence[Entity]) -> Iterator[Entity]:
    """Those that block the most of the time that is allowed, at the plan's own height."""
    blocks, room = search.blocks, search.room
    held = blocks.where((blocks.climb_low < 0) & (blocks.climb_high > 0))
    low = np.maximum(held.delay_low, room.earliest_us)
    high = np.minimum(held.delay_high, room.latest_us)
    worth: dict[tuple[str, str, str], tuple[int, int, Entity]] = {}
    for number, (theirs, length) in enumerate(
        zip(held.theirs.tolist(), (high - low).tolist(), strict=True)
    ):
        entity = search.entity(theirs)
        if entity is not None and length > 0:
            key = (entity.kind, entity.party, entity.id)
            known = worth.get(key, (0, number, entity))
            worth[key] = (min(known[0], -length), known[1], entity)
    ranked = sorted(worth.values(), key=lambda one: one[:2])
    found = [entity for _, _, entity in ranked[:_BLOCKERS_MAX]]
    yield from found or conflicts[:_BLOCKERS_MAX]
