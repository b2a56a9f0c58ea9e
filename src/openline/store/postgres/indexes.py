"""Two ways to find extents, behind one port.

`GistIndex` needs what every PostgreSQL has: its built-in boxes under GiST. A covering becomes a few
*runs* on the space-filling curve of the cells; each run in its span of time is a rectangle (place
on the curve × microseconds). What it finds is compared again, cell by cell.

`CellsIndex` needs nothing but a B-tree, so that it runs where there is no GiST. A row for each cell
and *period*: periods are 1, 8, 64, 512 or 4096 hours long, or for ever; an extent uses the shortest
that is as long as itself, so it lies in two at most. A question looks, in each period it reaches,
for the cells inside and above its own. This is exact by itself.

Both work on cell numbers over the whole sphere: nothing is special at ±180° or the poles.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import inf, nextafter
from typing import Any, Final, Protocol

from openline.airspace.extent import Cells, Extent
from openline.airspace.extents import cell_range
from openline.airspace.volume_table import microseconds
from openline.store.postgres.rows import altitudes_m
from openline.store.postgres.session import Session

# Names of tables begin with the kind.
Kind = str
KINDS: Final = ("intent", "constraint", "subscription")

_HOUR_US: Final = 3_600_000_000
_FLOAT_SHIFT: Final = 11  # bits of a cell number that a float64 cannot hold
_RUNS_MAX: Final = 4
_CACHE_MAX: Final = 1024  # extents whose rectangles are kept: one change needs them three times
_GAP_SHARE: Final = 8  # a gap is left out if it is so many times what the cells fill


class Index(Protocol):
    """Where the extents of one kind of entity are found. Writes are queued.

    Tables are named KIND_SUFFIX.
    """

    name: str
    suffix: str
    exact: bool

    def ids_matching(self, kind: Kind, extents: Sequence[Extent]) -> tuple[str, tuple[Any, ...]]:
        """A query, and its parameters, for ids with an extent that may touch one of these.

        Errs toward more; if `exact`, not at all.
        """
        ...

    def add(self, session: Session, kind: Kind, entity_id: str, extents: Sequence[Extent]) -> None:
        """Index the extents of an entity that has none indexed."""
        ...

    def remove(self, session: Session, kind: Kind, entity_id: str) -> None:
        """Forget all extents of an entity."""
        ...

    def tables(self, kind: Kind) -> tuple[str, ...]:
        """Statements that make the empty tables."""
        ...


class GistIndex:
    """Rectangles under GiST."""

    name = "gist"
    suffix = "extent"
    exact = False

    def ids_matching(self, kind: Kind, extents: Sequence[Extent]) -> tuple[str, tuple[Any, ...]]:
        """See Index."""
        statement = f"""
            SELECT found.id
            FROM unnest(%b::float8[], %b::float8[], %b::float8[], %b::float8[], %b::float8[],
                        %b::float8[]) AS asked (first, last, time_start, time_end, low, high),
            LATERAL (
                SELECT id FROM {kind}_extent AS held
                WHERE held.region && box(point(asked.first, asked.time_start),
                                         point(asked.last, asked.time_end))
                AND held.altitude_lower_m <= asked.high AND held.altitude_upper_m >= asked.low
                OFFSET 0
            ) AS found"""
        return statement, _columns(_rectangles(extents), 6)

    def add(self, session: Session, kind: Kind, entity_id: str, extents: Sequence[Extent]) -> None:
        """See Index."""
        statement = f"""
            INSERT INTO {kind}_extent (id, region, altitude_lower_m, altitude_upper_m)
            SELECT %s, box(point(first, time_start), point(last, time_end)), low, high
            FROM unnest(%b::float8[], %b::float8[], %b::float8[], %b::float8[], %b::float8[],
                        %b::float8[]) AS new (first, last, time_start, time_end, low, high)"""
        session.queue(statement, entity_id, *_columns(_rectangles(extents), 6))

    def remove(self, session: Session, kind: Kind, entity_id: str) -> None:
        """See Index."""
        session.queue(f"DELETE FROM {kind}_extent WHERE id = %s", entity_id)

    def tables(self, kind: Kind) -> tuple[str, ...]:
        """See Index."""
        return (
            f"""CREATE TABLE {kind}_extent (
                id text COLLATE "C" NOT NULL,
                region box NOT NULL,
                altitude_lower_m float8 NOT NULL,
                altitude_upper_m float8 NOT NULL
            )""",
            f"CREATE INDEX {kind}_extent_region ON {kind}_extent USING gist (region)",
            f"CREATE INDEX {kind}_extent_id ON {kind}_extent (id)",
        )


class CellsIndex:
    """Rows of (period, cell, id) under a B-tree."""

    name = "cells"
    suffix = "cell"
    exact = True

    def ids_matching(self, kind: Kind, extents: Sequence[Extent]) -> tuple[str, tuple[Any, ...]]:
        """See Index."""
        spans = [
            (number, first, last, *_bounds(extent))
            for number, extent in enumerate(extents)
            for first, last in _period_ranges(extent)
        ]
        ranges = [
            (number, low, high)
            for number, extent in enumerate(extents)
            for low, high in _ranges_asked(extent.cells)
        ]
        # Steps from each period in use to the next, however long the time that is asked for.
        # OFFSET 0 keeps the planner from turning the loops inside out.
        statement = f"""
            WITH RECURSIVE span (extent, period, last, start_us, end_us, low, high) AS (
                SELECT extent,
                       (SELECT min(period) FROM {kind}_cell WHERE period BETWEEN first AND last),
                       last, start_us, end_us, low, high
                FROM unnest(%b::int8[], %b::int8[], %b::int8[], %b::int8[], %b::int8[],
                            %b::float8[], %b::float8[])
                     AS asked (extent, first, last, start_us, end_us, low, high)
                UNION ALL
                SELECT span.extent,
                       (SELECT min(period) FROM {kind}_cell
                        WHERE period > span.period AND period <= span.last),
                       span.last, span.start_us, span.end_us, span.low, span.high
                FROM span WHERE span.period IS NOT NULL
            )
            SELECT found.id
            FROM (
                SELECT span.*, cells.first AS first_cell, cells.last AS last_cell
                FROM span
                JOIN unnest(%b::int8[], %b::int8[], %b::int8[]) AS cells (extent, first, last)
                    ON cells.extent = span.extent
                WHERE span.period IS NOT NULL
                OFFSET 0
            ) AS asked,
            LATERAL (
                SELECT id FROM {kind}_cell AS held
                WHERE held.period = asked.period
                AND held.cell BETWEEN asked.first_cell AND asked.last_cell
                AND held.start_us <= asked.end_us AND held.end_us >= asked.start_us
                AND held.altitude_lower_m <= asked.high AND held.altitude_upper_m >= asked.low
                OFFSET 0
            ) AS found"""
        return statement, (*_columns(spans, 7), *_columns(ranges, 3))

    def add(self, session: Session, kind: Kind, entity_id: str, extents: Sequence[Extent]) -> None:
        """See Index."""
        rows = [
            (period, _signed(cell), *_bounds(extent))
            for extent in extents
            for period in _periods_held(extent)
            for cell in extent.cells
        ]
        statement = f"""
            INSERT INTO {kind}_cell
                (id, period, cell, start_us, end_us, altitude_lower_m, altitude_upper_m)
            SELECT %s, * FROM unnest(%b::int8[], %b::int8[], %b::int8[], %b::int8[], %b::float8[],
                                     %b::float8[])"""
        session.queue(statement, entity_id, *_columns(rows, 6))

    def remove(self, session: Session, kind: Kind, entity_id: str) -> None:
        """See Index."""
        session.queue(f"DELETE FROM {kind}_cell WHERE id = %s", entity_id)

    def tables(self, kind: Kind) -> tuple[str, ...]:
        """See Index."""
        return (
            f"""CREATE TABLE {kind}_cell (
                id text COLLATE "C" NOT NULL,
                period int8 NOT NULL,
                cell int8 NOT NULL,
                start_us int8 NOT NULL,
                end_us int8 NOT NULL,
                altitude_lower_m float8 NOT NULL,
                altitude_upper_m float8 NOT NULL
            )""",
            # Directions are written out: engines that spread rows by hash need them for ranges.
            f"CREATE INDEX {kind}_cell_period ON {kind}_cell (period ASC, cell ASC, id ASC)",
            f"CREATE INDEX {kind}_cell_id ON {kind}_cell (id)",
        )


INDEXES: Final[dict[str, Index]] = {index.name: index for index in (GistIndex(), CellsIndex())}


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True)) or ([],) * count


def _bounds(extent: Extent) -> tuple[int, int, float, float]:
    start_us, end_us = microseconds(extent.time_start), microseconds(extent.time_end)
    return start_us, end_us, *altitudes_m(extent)


def _rectangles(extents: Sequence[Extent]) -> list[tuple[float, ...]]:
    return [row for extent in extents for row in _rectangles_of(extent)]


@lru_cache(maxsize=_CACHE_MAX)
def _rectangles_of(extent: Extent) -> tuple[tuple[float, ...], ...]:
    """First and last place on the curve, start and end, lowest and highest altitude."""
    start_us, end_us, low_m, high_m = _bounds(extent)
    times = _not_after(start_us), _not_before(end_us)
    return tuple(
        (float(low >> _FLOAT_SHIFT), float(high >> _FLOAT_SHIFT), *times, low_m, high_m)
        for low, high in runs(extent.cells)
    )


def _not_after(instant_us: int) -> float:
    """The same up to the year 2255; later, what a float64 can hold at or before it."""
    near = float(instant_us)
    return near if near <= instant_us else nextafter(near, -inf)


def _not_before(instant_us: int) -> float:
    return -_not_after(-instant_us)


def runs(cells: Cells) -> list[tuple[int, int]]:
    """A few ranges of smallest cells that hold a covering, broken at its widest gaps.

    Errs toward more: a gap that is small beside what the cells fill is taken in.
    """
    ranges = [cell_range(cell) for cell in cells]
    filled = sum(high - low for low, high in ranges) + len(ranges)
    gaps = [(ranges[at][0] - ranges[at - 1][1], at) for at in range(1, len(ranges))]
    widest = sorted(gaps, reverse=True)[: _RUNS_MAX - 1]
    breaks = sorted(at for gap, at in widest if gap > _GAP_SHARE * filled)
    edges = [0, *breaks, len(ranges)]
    return [(ranges[begin][0], ranges[end - 1][1]) for begin, end in pairwise(edges) if begin < end]


_PERIOD_HOURS: Final = (1, 8, 64, 512, 4096)
# A period is one number: which length, then which of that length. Even the year 1 or 9999 is fewer
# than 2^27 hours away from 1970.
_LENGTH_SHIFT: Final = 32
_PERIOD_ZERO: Final = 1 << 28
_FOR_EVER: Final = len(_PERIOD_HOURS) << _LENGTH_SHIFT


def _period(length: int, instant_us: int) -> int:
    number = instant_us // (_PERIOD_HOURS[length] * _HOUR_US)
    return (length << _LENGTH_SHIFT) + _PERIOD_ZERO + number


def _periods_held(extent: Extent) -> range:
    start_us, end_us = microseconds(extent.time_start), microseconds(extent.time_end)
    for length, hours in enumerate(_PERIOD_HOURS):
        if end_us - start_us <= hours * _HOUR_US:
            return range(_period(length, start_us), _period(length, end_us) + 1)
    return range(_FOR_EVER, _FOR_EVER + 1)


def _period_ranges(extent: Extent) -> Iterator[tuple[int, int]]:
    """First and last period of each length that an extent reaches."""
    start_us, end_us = microseconds(extent.time_start), microseconds(extent.time_end)
    for length in range(len(_PERIOD_HOURS)):
        yield _period(length, start_us), _period(length, end_us)
    yield _FOR_EVER, _FOR_EVER


def _ranges_asked(cells: Cells) -> list[tuple[int, int]]:
    """Numbers of all cells inside these and of all that contain one of them."""
    inside = [cell_range(cell) for cell in cells]
    above = {upper for cell in cells for upper in _above(cell)}
    return [(_signed(low), _signed(high)) for low, high in inside] + [
        (_signed(cell), _signed(cell)) for cell in sorted(above)
    ]


def _above(cell: int) -> Iterator[int]:
    """Every cell that contains a cell, up to a face of the cube."""
    low = (cell & -cell) << 2
    while low <= 1 << 60:
        cell = (cell & -low) | low
        yield cell
        low <<= 2


def _signed(cell: int) -> int:
    """A cell number as the database's integer: order within one face of the cube stays."""
    return cell - (1 << 64) if cell >> 63 else cell
