"""A party's own plans on the agreed grid: what it has, what it asks, which plan an item is of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openline.airspace.detect import is_unlocated
from openline.airspace.entity import Entity
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.formats.instants import format_instant
from openline.line.private.grid import SECTOR_CELLS_MAX, Grid, Item, Scope, parent_of, token_of
from openline.line.private.items import Block, block, items_of
from openline.line.private.terms import PrivateTerms


@dataclass(frozen=True, slots=True)
class Named:
    """A volume of a plan: the plan's name, the number of the volume from 1, and the volume."""

    plan: str
    number: int
    volume: Volume4D


@dataclass(frozen=True, slots=True)
class OwnVolume:
    """What is kept of a volume to name it again. Heights are metres over the ellipsoid."""

    plan: str
    number: int
    time_start: datetime
    time_end: datetime
    altitude: str
    altitude_lower_m: float
    altitude_upper_m: float


@dataclass(frozen=True, slots=True)
class Plans:
    """The items of some plans within a scope. owners: to each item asked, the volumes it is of."""

    has: tuple[Item, ...]
    asks: tuple[Item, ...]
    owners: tuple[tuple[int, ...], ...]
    volumes: tuple[OwnVolume, ...]


def named_volumes(entities: Sequence[Entity]) -> tuple[Named, ...]:
    """Every volume with its name. Raises: InvalidInput for none, or a notice without a place."""
    for entity in entities:
        if is_unlocated(entity):
            raise InvalidInput(
                f"notice {entity.id!r} names no place",
                cure="leave it out: a private check is about places",
            )
    found = tuple(
        Named(entity.name or entity.id, number, volume)
        for entity in entities
        for number, volume in enumerate(entity.volumes, start=1)
    )
    if not found:
        raise InvalidInput("there is no plan to check", cure="name files that hold plans")
    return found


def scope_from(now: datetime, agreed: PrivateTerms, sector: tuple[str, ...] = ()) -> Scope:
    """From the slot that is now, as far as was agreed: it tells nothing of the plans."""
    first = agreed.grid.slot_of(now)
    return Scope(first, first + agreed.horizon // agreed.grid.slot, sector)


def sector_of(
    volumes: Sequence[Named], minima: Separation, agreed: PrivateTerms, level: int
) -> tuple[str, ...]:
    """The cells of a coarser level in which the plans are, widened: less to compare, more told.

    Raises: InvalidInput for a level that is too fine for that.
    """
    if level > agreed.grid.level:
        raise InvalidInput(
            f"level {level} is finer than the grid",
            cure=f"at most {agreed.grid.level}",
            field="sector",
        )
    cells = {
        token_of(parent_of(cell, level))
        for one in volumes
        for cell in block(one.volume, agreed.grid, minima, agreed.items_max).cells
    }
    if len(cells) > SECTOR_CELLS_MAX:
        raise InvalidInput(
            f"the plans are in {len(cells):,} cells of level {level}; a sector has "
            f"{SECTOR_CELLS_MAX} at most",
            cure="choose a coarser level",
            field="sector",
        )
    return tuple(sorted(cells))


def asked_plans(
    volumes: tuple[Named, ...], minima: Separation, scope: Scope, agreed: PrivateTerms
) -> Plans:
    """The plans of a party that asks: all of what is to come has to be within the scope.

    Raises: InvalidInput for plans that are over, or go on beyond it; AreaTooLarge.
    """
    end = agreed.grid.slot_start(scope.end)
    start = agreed.grid.slot_start(scope.first)
    late = [one for one in volumes if _latest(one, minima, agreed.grid) >= end]
    if late:
        raise InvalidInput(
            f"{late[0].plan!r} goes on until {format_instant(late[0].volume.time_end)}, and the "
            f"check looks until {format_instant(end)}",
            cure="check it later, or agree on a longer horizon",
        )
    if all(one.volume.time_end + minima.time <= start for one in volumes):
        raise InvalidInput("all plans are over", cure="check plans that are to come")
    return plans_within(volumes, minima, scope, agreed)


def plans_within(
    volumes: tuple[Named, ...], minima: Separation, scope: Scope, agreed: PrivateTerms
) -> Plans:
    """The plans of a party that is asked, as far as they are within the scope. May be none.

    Raises: AreaTooLarge.
    """
    kept = tuple(one for one in volumes if _may_be_within(one, minima, scope, agreed.grid))
    widened = _blocks(kept, minima, scope, agreed)
    has = items_of(_blocks(kept, INTERSECTION, scope, agreed), agreed.items_max)
    asks = items_of(widened, agreed.items_max)
    items = tuple(sorted(asks))
    return Plans(
        tuple(sorted(has)), items, tuple(asks[item] for item in items), tuple(map(_own, kept))
    )


def _own(one: Named) -> OwnVolume:
    volume = one.volume
    return OwnVolume(
        one.plan,
        one.number,
        volume.time_start,
        volume.time_end,
        str(volume.altitude),
        volume.altitude_lower_m,
        volume.altitude_upper_m,
    )


def _blocks(
    volumes: Sequence[Named], minima: Separation, scope: Scope, agreed: PrivateTerms
) -> list[Block]:
    return [
        block(one.volume, agreed.grid, minima, agreed.items_max).within(scope) for one in volumes
    ]


def _latest(one: Named, minima: Separation, grid: Grid) -> datetime:
    return one.volume.time_end + minima.time + grid.clock


def _may_be_within(one: Named, minima: Separation, scope: Scope, grid: Grid) -> bool:
    """Whether the time of a volume, widened, meets the scope."""
    early = one.volume.time_start - minima.time - grid.clock
    far = grid.slot_start(scope.end)
    return early < far and _latest(one, minima, grid) >= grid.slot_start(scope.first)
