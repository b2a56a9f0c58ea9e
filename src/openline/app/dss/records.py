"""What a change leaves in the record: canonical JSON, the whole reference as it is afterwards.

Keys are sorted, instants are RFC 3339 in UTC, cells are hexadecimal S2 ids. A deletion leaves the
id and the last OVN. `notified` are the indices that the change counted up.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from openline.airspace.extent import Extent
from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Report,
    Subscription,
)
from openline.formats.instants import format_instant
from openline.store.ports import Transaction

INTENT_PUT: Final = "operational_intent.put"
INTENT_DELETED: Final = "operational_intent.deleted"
CONSTRAINT_PUT: Final = "constraint.put"
CONSTRAINT_DELETED: Final = "constraint.deleted"
SUBSCRIPTION_PUT: Final = "subscription.put"
SUBSCRIPTION_DELETED: Final = "subscription.deleted"
AVAILABILITY_PUT: Final = "availability.put"
REPORT_ADDED: Final = "report.added"

Body = dict[str, object]


def append(tx: Transaction, now: datetime, party: str, kind: str, body: Body) -> None:
    """Add a change to the record, in the transaction that makes it."""
    tx.append_record(now, party, kind, canonical(body))


def canonical(body: object) -> bytes:
    """JSON with sorted keys and no spaces: the same value is always the same bytes."""
    return msgspec.json.encode(body, order="deterministic")


def intent_put(intent: IntentReference, notified: Iterable[Subscription]) -> Body:
    """An operational intent as it is now."""
    return {
        "id": intent.id,
        "manager": intent.manager,
        "uss_base_url": intent.uss_base_url,
        "state": intent.state.value,
        "version": intent.version,
        "ovn": intent.ovn,
        "extents": [_extent(extent) for extent in intent.extents],
        "subscription_id": intent.subscription_id,
        "updated_at": format_instant(intent.updated_at),
        "notified": _indices(notified),
    }


def constraint_put(constraint: ConstraintReference, notified: Iterable[Subscription]) -> Body:
    """A constraint as it is now."""
    return {
        "id": constraint.id,
        "manager": constraint.manager,
        "uss_base_url": constraint.uss_base_url,
        "version": constraint.version,
        "ovn": constraint.ovn,
        "extents": [_extent(extent) for extent in constraint.extents],
        "updated_at": format_instant(constraint.updated_at),
        "notified": _indices(notified),
    }


def entity_deleted(
    entity: IntentReference | ConstraintReference, notified: Iterable[Subscription]
) -> Body:
    """An operational intent or constraint that is no more."""
    return {"id": entity.id, "ovn": entity.ovn, "notified": _indices(notified)}


def subscription_put(subscription: Subscription) -> Body:
    """A subscription as it is now."""
    return {
        "id": subscription.id,
        "manager": subscription.manager,
        "uss_base_url": subscription.uss_base_url,
        "version": subscription.version,
        "notification_index": subscription.notification_index,
        "extent": _extent(subscription.extent),
        "notify_for_operational_intents": subscription.notify_for_operational_intents,
        "notify_for_constraints": subscription.notify_for_constraints,
        "implicit": subscription.implicit,
        "updated_at": format_instant(subscription.updated_at),
    }


def subscription_deleted(subscription: Subscription) -> Body:
    """A subscription that is no more."""
    return {"id": subscription.id, "version": subscription.version}


def availability_put(availability: Availability) -> Body:
    """The availability of a USS as it is now."""
    return {
        "uss_id": availability.uss_id,
        "state": availability.state.value,
        "version": availability.version,
    }


def report_added(report: Report, digest: str) -> Body:
    """A report that was archived, by the SHA-256 of its bytes."""
    return {"id": report.id, "sha256": digest}


def _extent(extent: Extent) -> Body:
    return {
        "cells": [f"{cell:016x}" for cell in extent.cells],
        "altitude_lower_m": extent.altitude_lower_m,
        "altitude_upper_m": extent.altitude_upper_m,
        "time_start": format_instant(extent.time_start),
        "time_end": format_instant(extent.time_end),
    }


def _indices(subscriptions: Iterable[Subscription]) -> dict[str, int]:
    return {s.id: s.notification_index for s in subscriptions}
