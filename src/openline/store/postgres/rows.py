"""References as rows and back: which column holds what.

Extents are one value of bytes for each reference, in little-endian order, for each extent: lower
and upper altitude (float64, metres; infinite if unbounded), start and end (int64, microseconds
since 1970), number of cells (uint32), cells (uint64). The index has its own tables.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from math import inf
from typing import Any, Final

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Report,
    Subscription,
    UssAvailability,
)
from openline.airspace.volume_table import instant_of, microseconds
from openline.store.ports import Record, StoredCheckpoint

Row = Sequence[Any]

INTENT_COLUMNS: Final = (
    *("id", "manager", "uss_base_url", "state", "version", "ovn", "extents"),
    *("time_start", "time_end", "subscription_id", "updated_at"),
)
CONSTRAINT_COLUMNS: Final = (
    *("id", "manager", "uss_base_url", "version", "ovn", "extents"),
    *("time_start", "time_end", "updated_at"),
)
SUBSCRIPTION_COLUMNS: Final = (
    *("id", "manager", "uss_base_url", "version", "notification_index", "extents"),
    *("time_end", "notify_for_operational_intents", "notify_for_constraints", "implicit"),
    "updated_at",
)
AVAILABILITY_COLUMNS: Final = ("uss_id", "state", "version")
REPORT_COLUMNS: Final = ("id", "party", "received_at", "body")
RECORD_COLUMNS: Final = ("sequence", "time", "party", "kind", "body")
CHECKPOINT_COLUMNS: Final = ("size", "root", "note")

_HEAD: Final = struct.Struct("<ddqqI")
_CACHE_MAX: Final = 4096  # references whose extents stay decoded


def packed(extents: Sequence[Extent]) -> bytes:
    """Extents as bytes."""
    parts = []
    for extent in extents:
        low_m, high_m = altitudes_m(extent)
        start_us, end_us = microseconds(extent.time_start), microseconds(extent.time_end)
        parts.append(_HEAD.pack(low_m, high_m, start_us, end_us, len(extent.cells)))
        parts.append(struct.pack(f"<{len(extent.cells)}Q", *extent.cells))
    return b"".join(parts)


@lru_cache(maxsize=_CACHE_MAX)
def unpacked(data: bytes) -> tuple[Extent, ...]:
    """The extents that `packed` made these bytes of."""
    extents = []
    at = 0
    while at < len(data):
        low_m, high_m, start_us, end_us, count = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        cells = struct.unpack_from(f"<{count}Q", data, at)
        at += 8 * count
        low, high = (None if low_m == -inf else low_m), (None if high_m == inf else high_m)
        extents.append(Extent(cells, low, high, instant_of(start_us), instant_of(end_us)))
    return tuple(extents)


def altitudes_m(extent: Extent) -> tuple[float, float]:
    """Lower and upper altitude, infinite where unbounded."""
    low_m, high_m = extent.altitude_lower_m, extent.altitude_upper_m
    return -inf if low_m is None else float(low_m), inf if high_m is None else float(high_m)


def intent_row(intent: IntentReference) -> Row:
    """Values of INTENT_COLUMNS."""
    return (
        *(intent.id, intent.manager, intent.uss_base_url, intent.state.value),
        *(intent.version, intent.ovn, packed(intent.extents), intent.time_start),
        *(intent.time_end, intent.subscription_id, intent.updated_at),
    )


def intent_of(row: Row) -> IntentReference:
    """Of INTENT_COLUMNS."""
    name, manager, url, state, version, ovn, extents, start, end, subscription, updated = row
    volumes = unpacked(extents)
    return IntentReference(
        *(name, manager, url, IntentState(state), version, ovn, volumes),
        *(start, end, subscription, updated),
    )


def constraint_row(constraint: ConstraintReference) -> Row:
    """Values of CONSTRAINT_COLUMNS."""
    return (
        *(constraint.id, constraint.manager, constraint.uss_base_url, constraint.version),
        *(constraint.ovn, packed(constraint.extents), constraint.time_start),
        *(constraint.time_end, constraint.updated_at),
    )


def constraint_of(row: Row) -> ConstraintReference:
    """Of CONSTRAINT_COLUMNS."""
    name, manager, url, version, ovn, extents, start, end, updated = row
    return ConstraintReference(
        *(name, manager, url, version, ovn, unpacked(extents), start, end, updated)
    )


def subscription_row(subscription: Subscription) -> Row:
    """Values of SUBSCRIPTION_COLUMNS."""
    return (
        *(subscription.id, subscription.manager, subscription.uss_base_url),
        *(subscription.version, subscription.notification_index),
        *(packed([subscription.extent]), subscription.extent.time_end),
        *(subscription.notify_for_operational_intents, subscription.notify_for_constraints),
        *(subscription.implicit, subscription.updated_at),
    )


def subscription_of(row: Row) -> Subscription:
    """Of SUBSCRIPTION_COLUMNS."""
    name, manager, url, version, index, extents, _, for_intents, for_constraints, *rest = row
    implicit, updated = rest
    (extent,) = unpacked(extents)
    return Subscription(
        *(name, manager, url, version, index, extent, for_intents, for_constraints),
        *(implicit, updated),
    )


def availability_row(availability: Availability) -> Row:
    """Values of AVAILABILITY_COLUMNS."""
    return availability.uss_id, availability.state.value, availability.version


def availability_of(row: Row) -> Availability:
    """Of AVAILABILITY_COLUMNS."""
    uss_id, state, version = row
    return Availability(uss_id, UssAvailability(state), version)


def report_row(report: Report) -> Row:
    """Values of REPORT_COLUMNS."""
    return report.id, report.party, report.received_at, report.body


def record_of(row: Row) -> Record:
    """Of RECORD_COLUMNS."""
    return Record(*row)


def checkpoint_row(checkpoint: StoredCheckpoint) -> Row:
    """Values of CHECKPOINT_COLUMNS."""
    return checkpoint.size, checkpoint.root, checkpoint.note


def checkpoint_of(row: Row) -> StoredCheckpoint:
    """Of CHECKPOINT_COLUMNS."""
    return StoredCheckpoint(*row)
