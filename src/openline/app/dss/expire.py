"""Remove references some time after their end, a few at a time.

Nobody is notified and no index is counted up: what ended long ago is in nobody's way. Each removal
is a change and a record of its own, by the party "" (the server itself; no token has that name), so
that other writers wait for one small change at most.

Errs toward: keeping. A subscription stays while an operational intent depends on it, even if that
intent flies on after its end; what its manager changed meanwhile is looked at again.
"""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Final

from openline.airspace.extent import Extent
from openline.airspace.reference import ConstraintReference, IntentReference, Subscription
from openline.app.dss import records
from openline.app.dss.attach import detach
from openline.app.dss.submit import submit
from openline.app.services import Services
from openline.store.ports import Reader, Transaction

BY_THE_SERVER: Final = ""
LOOKED_AT_MAX: Final = 10_000  # ended references read at once, if most of them must stay

Reference = IntentReference | ConstraintReference | Subscription


def remove_ended(services: Services, now: datetime, limit: int) -> "list[Future[bool]]":
    """Remove at most `limit` references that ended before the grace time began.

    Each future tells whether its reference was removed; it raises StoreUnavailable.
    """
    before = now - services.settings.expiry_grace
    due = services.store.read(lambda reader: _due(reader, before, limit))
    return [_remove(services, reference, before, now) for reference in due]


def _due(reader: Reader, before: datetime, limit: int) -> list[Reference]:
    """What can go, oldest end first; references that must stay do not hide those behind them."""
    looked_at = limit
    while True:
        found = reader.expired(before, looked_at)
        due = [reference for reference in found if not _is_needed(reader, reference)]
        if len(due) >= limit or len(found) < looked_at or looked_at >= LOOKED_AT_MAX:
            return due[:limit]
        looked_at *= 4


def _is_needed(reader: Reader, reference: Reference) -> bool:
    return isinstance(reference, Subscription) and bool(
        reader.intents_of_subscription(reference.id)
    )


def _remove(
    services: Services, reference: Reference, before: datetime, now: datetime
) -> "Future[bool]":
    match reference:
        case IntentReference():
            touching_of, change = _intent_removal(reference.id, before, now)
        case ConstraintReference():
            touching_of, change = _constraint_removal(reference.id, before, now)
        case Subscription():
            touching_of, change = _subscription_removal(reference.id, before, now)
    return submit(services.store, touching_of, change)


_Removal = tuple[Callable[[Reader], list[Extent]], Callable[[Transaction], bool]]


def _intent_removal(intent_id: str, before: datetime, now: datetime) -> _Removal:
    def touching_of(reader: Reader) -> list[Extent]:
        intent = reader.intent(intent_id)
        if intent is None:
            return []
        subscription_id = intent.subscription_id
        subscription = reader.subscription(subscription_id) if subscription_id else None
        return [*intent.extents, *([subscription.extent] if subscription else [])]

    def change(tx: Transaction) -> bool:
        intent = tx.intent(intent_id)
        if intent is None or intent.time_end >= before:
            return False
        tx.delete_intent(intent_id)
        detach(tx, BY_THE_SERVER, intent.subscription_id, now)
        body = records.entity_deleted(intent, ())
        records.append(tx, now, BY_THE_SERVER, records.INTENT_DELETED, body)
        return True

    return touching_of, change


def _constraint_removal(constraint_id: str, before: datetime, now: datetime) -> _Removal:
    def touching_of(reader: Reader) -> list[Extent]:
        constraint = reader.constraint(constraint_id)
        return list(constraint.extents) if constraint is not None else []

    def change(tx: Transaction) -> bool:
        constraint = tx.constraint(constraint_id)
        if constraint is None or constraint.time_end >= before:
            return False
        tx.delete_constraint(constraint_id)
        body = records.entity_deleted(constraint, ())
        records.append(tx, now, BY_THE_SERVER, records.CONSTRAINT_DELETED, body)
        return True

    return touching_of, change


def _subscription_removal(subscription_id: str, before: datetime, now: datetime) -> _Removal:
    def touching_of(reader: Reader) -> list[Extent]:
        subscription = reader.subscription(subscription_id)
        return [subscription.extent] if subscription is not None else []

    def change(tx: Transaction) -> bool:
        subscription = tx.subscription(subscription_id)
        if subscription is None or subscription.extent.time_end >= before:
            return False
        if _is_needed(tx, subscription):
            return False
        tx.delete_subscription(subscription_id)
        body = records.subscription_deleted(subscription)
        records.append(tx, now, BY_THE_SERVER, records.SUBSCRIPTION_DELETED, body)
        return True

    return touching_of, change
