"""A plan as items of the grid: what may be in the way, always rounded outward.

The asker's volumes are widened by the minima, the answerer's are not; both by the clock.
Errs toward: more items. Law (tests/property/test_private_items.py): of two volumes that conflict at
the minima, the widened one of the asker and the bare one of the answerer share an item. Why:
- Place. Some point of the bare footprint is within the lateral minimum of the other one, so it is
  in what is covered of both; coverings hold the cell of each of their points, with 5 mm to spare.
- Height. Over the ellipsoid each band holds every height its limits can stand for. Limits that are
  compared in their own datum are widened to what is known to both: those over mean sea level by
  the geoid over all that is within the lateral minimum, flight levels to their own number as well.
- Time. The windows, widened, share an instant, and each has every slot that it touches.
An item is the combination of a cell, a slab and a slot, and each side has all its combinations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge
from openline.geo.altitude import Altitude, AltitudeReference
from openline.geo.covering import cells_of_level
from openline.geo.footprint import Footprint
from openline.geo.geoid import undulation_range_m
from openline.geo.grown import within_reach
from openline.line.private.grid import Grid, Item, Scope

_TOO_MANY: Final = "check fewer or smaller plans, a shorter time, or agree on a coarser grid"


@dataclass(frozen=True, slots=True)
class Block:
    """The items of one volume: every combination of a cell, a slab and a slot."""

    cells: tuple[int, ...]
    slabs: range
    slots: range

    def __len__(self) -> int:
        return len(self.cells) * len(self.slabs) * len(self.slots)

    def __iter__(self) -> Iterator[Item]:
        return (Item(c, h, t) for c in self.cells for h in self.slabs for t in self.slots)

    def within(self, scope: Scope) -> "Block":
        """What of it is within a scope."""
        slots = range(max(self.slots.start, scope.first), min(self.slots.stop, scope.end))
        return Block(tuple(cell for cell in self.cells if scope.holds(cell)), self.slabs, slots)


def bare(volume: Volume4D, grid: Grid, items_max: int) -> Block:
    """The items of a volume as it is: for whoever is asked. Raises: AreaTooLarge."""
    return block(volume, grid, INTERSECTION, items_max)


def block(volume: Volume4D, grid: Grid, minima: Separation, items_max: int) -> Block:
    """The items of a volume widened by the minima: for whoever asks.

    Raises: AreaTooLarge for more than `items_max` cells.
    """
    near = within_reach(volume.footprint, minima.lateral_m)
    low_m, high_m = _heights(volume, near, minima.vertical_m)
    early = volume.time_start - minima.time - grid.clock
    late = volume.time_end + minima.time + grid.clock
    return Block(
        _cells(near, grid.level, items_max),
        range(grid.slab_of(low_m), grid.slab_of(high_m) + 1),
        range(grid.slot_of(early), grid.slot_of(late) + 1),
    )


def items_of(blocks: Sequence[Block], items_max: int) -> dict[Item, tuple[int, ...]]:
    """Every item of some blocks, each with the numbers of the blocks that have it.

    Raises: AreaTooLarge for more than `items_max` different items.
    """
    found: dict[Item, tuple[int, ...]] = {}
    for number, one in enumerate(blocks):
        if len(one) > items_max:
            raise too_many(len(one), items_max)
        for item in one:
            found[item] = (*found.get(item, ()), number)
        if len(found) > items_max:
            raise too_many(len(found), items_max)
    return found


def too_many(count: int, items_max: int) -> AreaTooLarge:
    """The error for plans with more items than a check takes."""
    return AreaTooLarge(
        f"the plans have {count:,} items of the grid or more; a check takes {items_max:,}",
        cure=_TOO_MANY,
    )


def _cells(near: Sequence[Footprint], level: int, cells_max: int) -> tuple[int, ...]:
    found: set[int] = set()
    for footprint in near:
        cells = cells_of_level(footprint, level, cells_max)
        if cells is None:
            raise AreaTooLarge(
                f"the ground of a volume has more than {cells_max:,} cells of the grid",
                cure=_TOO_MANY,
            )
        found.update(cells)
    return tuple(sorted(found))


def _heights(volume: Volume4D, near: Sequence[Footprint], vertical_m: float) -> tuple[float, float]:
    """The lowest and the highest metres over the ellipsoid that are in the way."""
    band = volume.altitude
    lows = (band.altitude_lower_m, *_in_datum(band.lower, near))
    highs = (band.altitude_upper_m, *_in_datum(band.upper, near))
    return min(lows) - vertical_m, max(highs) + vertical_m


def _in_datum(limit: Altitude, near: Sequence[Footprint]) -> tuple[float, ...]:
    """Heights that a limit is taken to reach beside its own, so that limits of one datum compare
    as they do in it: each side has the same height for the same limit at one place."""
    metres = limit.metres()
    if limit.reference is AltitudeReference.FL:
        return (metres,)
    if limit.reference is AltitudeReference.AMSL:
        return tuple(metres + one for part in near for one in undulation_range_m(part))
    return ()
