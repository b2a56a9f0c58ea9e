"""References as rows and rows as references.

Instants are integer microseconds since 1970-01-01 UTC. `extents` is one blob for all volumes of a
reference, little-endian: one byte format number 1, then for each extent
    flags    1 byte    1: altitude_lower is bounded, 2: altitude_upper is bounded
    lower    8 bytes   float, metres; 0 if unbounded
    upper    8 bytes   float, metres; 0 if unbounded
    start    8 bytes   integer, microseconds
    end      8 bytes   integer, microseconds
    count    4 bytes   number of cells
    cells    8 bytes   each, unsigned, ascending as in the extent
A subscription has exactly one. Nothing is rounded: what comes out equals what went in.
"""

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import ConstraintReference, IntentReference, Subscription
from openline.airspace.volume_table import microseconds
from openline.errors import InvariantBroken
from openline.store.columns import ExtentColumns

R = TypeVar("R", IntentReference, ConstraintReference, Subscription)

CELL_BYTES: Final = 8
_FORMAT: Final = 1
_HEAD: Final = struct.Struct("<BddqqI")
_LOWER: Final = 1
_UPPER: Final = 2
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def instant(microseconds_: int) -> datetime:
    """The aware UTC instant of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds_)


def pack_extents(extents: Sequence[Extent]) -> bytes:
    """The blob of these extents."""
    parts = [bytes((_FORMAT,))]
    for extent in extents:
        lower, upper = extent.altitude_lower_m, extent.altitude_upper_m
        flags = (0 if lower is None else _LOWER) | (0 if upper is None else _UPPER)
        cells = extent.cells
        start, end = microseconds(extent.time_start), microseconds(extent.time_end)
        parts.append(_HEAD.pack(flags, lower or 0.0, upper or 0.0, start, end, len(cells)))
        parts.append(struct.pack(f"<{len(cells)}Q", *cells))
    return b"".join(parts)


def unpack_extents(blob: bytes) -> tuple[Extent, ...]:
    """The extents of a blob. Raises: InvariantBroken if it is none of ours."""
    if not blob or blob[0] != _FORMAT:
        raise InvariantBroken("a row holds extents in a format that is unknown")
    at, extents = 1, []
    try:
        while at < len(blob):
            flags, lower, upper, start, end, count = _HEAD.unpack_from(blob, at)
            at += _HEAD.size
            cells = struct.unpack_from(f"<{count}Q", blob, at)
            at += CELL_BYTES * count
            extents.append(
                Extent(
                    cells,
                    lower if flags & _LOWER else None,
                    upper if flags & _UPPER else None,
                    instant(start),
                    instant(end),
                )
            )
    except (struct.error, OverflowError) as error:
        raise InvariantBroken("a row holds extents that are cut or garbled") from error
    return tuple(extents)


def add_columns(columns: ExtentColumns, key: int, blob: bytes) -> None:
    """Add the extents of a blob to columns. Raises: InvariantBroken if it is none of ours."""
    if not blob or blob[0] != _FORMAT:
        raise InvariantBroken("a row holds extents in a format that is unknown")
    at = 1
    while at < len(blob):
        cells = at + _HEAD.size
        if cells > len(blob):
            raise InvariantBroken("a row holds extents that are cut or garbled")
        flags, lower, upper, start, end, count = _HEAD.unpack_from(blob, at)
        at = cells + CELL_BYTES * count
        if at > len(blob):
            raise InvariantBroken("a row holds extents that are cut or garbled")
        columns.key.append(key)
        columns.low_m.append(lower if flags & _LOWER else -math.inf)
        columns.high_m.append(upper if flags & _UPPER else math.inf)
        columns.start_us.append(start)
        columns.end_us.append(end)
        columns.counts.append(count)
        columns.cells += blob[cells:at]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """How one kind of reference lies in its table.

    `columns` without the key. `encode` gives their values, `decode` takes them; `extents_at` is
    the place of the extents among them.
    """

    name: str
    columns: tuple[str, ...]
    encode: Callable[[R], tuple[Any, ...]]
    decode: Callable[[Sequence[Any]], R]
    extents_of: Callable[[R], tuple[Extent, ...]]

    @property
    def select(self) -> str:
        """`SELECT key, columns FROM table`: the row number first, then what `decode` takes."""
        return f"SELECT key, {', '.join(self.columns)} FROM {self.name}"

    @property
    def insert(self) -> str:
        """A new row from what `encode` gives."""
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"

    @property
    def update(self) -> str:
        """The row of a key, replaced by what `encode` gives and the key after it."""
        pairs = ", ".join(f"{column} = ?" for column in self.columns)
        return f"UPDATE {self.name} SET {pairs} WHERE key = ?"


def _intent_row(intent: IntentReference) -> tuple[Any, ...]:
    return (
        intent.id,
        intent.manager,
        intent.uss_base_url,
        intent.state.value,
        intent.version,
        intent.ovn,
        pack_extents(intent.extents),
        microseconds(intent.time_start),
        microseconds(intent.time_end),
        intent.subscription_id,
        microseconds(intent.updated_at),
    )


def _intent(row: Sequence[Any]) -> IntentReference:
    return IntentReference(
        row[0],
        row[1],
        row[2],
        IntentState(row[3]),
        row[4],
        row[5],
        unpack_extents(row[6]),
        instant(row[7]),
        instant(row[8]),
        row[9],
        instant(row[10]),
    )


def _constraint_row(constraint: ConstraintReference) -> tuple[Any, ...]:
    return (
        constraint.id,
        constraint.manager,
        constraint.uss_base_url,
        constraint.version,
        constraint.ovn,
        pack_extents(constraint.extents),
        microseconds(constraint.time_start),
        microseconds(constraint.time_end),
        microseconds(constraint.updated_at),
    )


def _constraint(row: Sequence[Any]) -> ConstraintReference:
    return ConstraintReference(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        unpack_extents(row[5]),
        instant(row[6]),
        instant(row[7]),
        instant(row[8]),
    )


def _subscription_row(subscription: Subscription) -> tuple[Any, ...]:
    return (
        subscription.id,
        subscription.manager,
        subscription.uss_base_url,
        subscription.version,
        subscription.notification_index,
        pack_extents((subscription.extent,)),
        microseconds(subscription.extent.time_end),
        int(subscription.notify_for_operational_intents),
        int(subscription.notify_for_constraints),
        int(subscription.implicit),
        microseconds(subscription.updated_at),
    )


def _subscription(row: Sequence[Any]) -> Subscription:
    return Subscription(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        unpack_extents(row[5])[0],
        bool(row[7]),
        bool(row[8]),
        bool(row[9]),
        instant(row[10]),
    )


INTENTS: Final = Table(
    name="intents",
    columns=(
        *("id", "manager", "uss_base_url", "state", "version", "ovn", "extents"),
        *("time_start", "time_end", "subscription_id", "updated_at"),
    ),
    encode=_intent_row,
    decode=_intent,
    extents_of=lambda intent: intent.extents,
)
CONSTRAINTS: Final = Table(
    name="constraints",
    columns=(
        *("id", "manager", "uss_base_url", "version", "ovn", "extents"),
        *("time_start", "time_end", "updated_at"),
    ),
    encode=_constraint_row,
    decode=_constraint,
    extents_of=lambda constraint: constraint.extents,
)
SUBSCRIPTIONS: Final = Table(
    name="subscriptions",
    columns=(
        *("id", "manager", "uss_base_url", "version", "notification_index", "extents"),
        *("time_end", "notify_for_operational_intents", "notify_for_constraints"),
        *("implicit", "updated_at"),
    ),
    encode=_subscription_row,
    decode=_subscription,
    extents_of=lambda subscription: (subscription.extent,),
)
TABLES: Final = (INTENTS, CONSTRAINTS, SUBSCRIPTIONS)
