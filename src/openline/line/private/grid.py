"""The grid of a private check: cells on the ground, slabs of height, slots of time.

A plan becomes a set of items, each one cell, one slab and one slot. Two parties compare items, so
the grid is agreed: its level, its slab and its slot are the same on both sides.
Frame: S2 cells of one level; slabs count from the WGS-84 ellipsoid, number n reaches from n to
n + 1 times the slab; slots count from 1970-01-01T00:00Z in the same way.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor, isfinite
from typing import Final, NamedTuple

from openline.errors import InvalidInput
from openline.units import METRES_PER_FOOT

LEVEL_MIN: Final = 4  # about 600 km: coarser tells nothing
LEVEL_MAX: Final = 20  # about 10 m: finer than any plan
SLAB_MIN_M: Final = 1.0
SLAB_MAX_M: Final = 20_000.0
SLOT_MIN: Final = timedelta(seconds=10)
SLOT_MAX: Final = timedelta(hours=6)
CLOCK_MIN: Final = timedelta(seconds=5)  # clocks of two careful parties differ by less
CLOCK_MAX: Final = timedelta(minutes=10)
SECTOR_CELLS_MAX: Final = 16
_SLOTS_MAX: Final = 2**40
_TOKEN: Final = re.compile(r"[0-9a-f]{0,15}[1-9a-f]")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Item(NamedTuple):
    """One cell (S2 id), one slab and one slot: the least that a private check tells apart."""

    cell: int
    slab: int
    slot: int


@dataclass(frozen=True, slots=True)
class Grid:
    """How finely plans are compared. `clock` is how far either side's clock may be off.

    Raises: InvalidInput with `field`.
    """

    level: int = 10
    slab_m: float = 1000 * METRES_PER_FOOT
    slot: timedelta = timedelta(minutes=5)
    clock: timedelta = CLOCK_MIN

    def __post_init__(self) -> None:
        if not LEVEL_MIN <= self.level <= LEVEL_MAX:
            raise InvalidInput(
                f"level {self.level} is outside {LEVEL_MIN}..{LEVEL_MAX}", field="level"
            )
        if not isfinite(self.slab_m) or not SLAB_MIN_M <= self.slab_m <= SLAB_MAX_M:
            raise InvalidInput(
                f"a slab of {self.slab_m:g} m is outside {SLAB_MIN_M:g}..{SLAB_MAX_M:g} m",
                field="slab",
            )
        for name, value, low, high in (
            ("slot_s", self.slot, SLOT_MIN, SLOT_MAX),
            ("clock_s", self.clock, CLOCK_MIN, CLOCK_MAX),
        ):
            if not low <= value <= high:
                raise InvalidInput(
                    f"{value.total_seconds():g} s is outside {low.total_seconds():g}.."
                    f"{high.total_seconds():g} s",
                    field=name,
                )
        if self.slot % timedelta(seconds=1):
            raise InvalidInput("a slot has whole seconds", field="slot_s")

    def slot_of(self, instant: datetime) -> int:
        """The slot that an instant is in; its start belongs to it."""
        return (instant - _EPOCH) // self.slot

    def slot_start(self, slot: int) -> datetime:
        """The instant at which a slot begins."""
        return _EPOCH + slot * self.slot

    def slab_of(self, height_m: float) -> int:
        """The slab that a height over the ellipsoid is in."""
        return floor(height_m / self.slab_m)

    def slab_floor_m(self, slab: int) -> float:
        """The height at which a slab begins, metres over the ellipsoid."""
        return slab * self.slab_m


MANNED: Final = Grid()
DRONES: Final = Grid(13, 100 * METRES_PER_FOOT, timedelta(minutes=1))
GRIDS: Final = {"manned": MANNED, "drones": DRONES}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and when a check looks: slots from `first` to before `end`; `sector` are S2 cells, as
    tokens, that it is limited to, none for everywhere. It is told to the peer.

    Raises: InvalidInput.
    """

    first: int
    end: int
    sector: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.end <= _SLOTS_MAX:
            raise InvalidInput("a check looks at one slot at least", field="end")
        if len(self.sector) > SECTOR_CELLS_MAX or list(self.sector) != sorted(set(self.sector)):
            raise InvalidInput(
                f"a sector has at most {SECTOR_CELLS_MAX} cells, each once, in order",
                field="sector",
            )
        for token in self.sector:
            if not _TOKEN.fullmatch(token):
                raise InvalidInput(f"{token[:20]!r} is no cell", field="sector")

    def holds(self, cell: int) -> bool:
        """Whether a cell of the grid is within the sector."""
        return not self.sector or any(_contains(cell_of(one), cell) for one in self.sector)


def token_of(cell: int) -> str:
    """The token of a cell: its id in hexadecimal, without the zeros at the end."""
    return f"{cell:016x}".rstrip("0")


def cell_of(token: str) -> int:
    """The cell of a token."""
    return int(token.ljust(16, "0"), 16)


def parent_of(cell: int, level: int) -> int:
    """The cell of a coarser level that a cell is in."""
    lowest = 1 << (2 * (30 - level))
    return (cell & -lowest) | lowest


def _contains(outer: int, inner: int) -> bool:
    """Whether a cell lies within another, or is the same."""
    reach = (outer & -outer) - 1
    return outer - reach <= inner <= outer + reach
