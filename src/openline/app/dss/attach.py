"""Which subscription an operational intent depends on, and what becomes of the one before.

A new one (*implicit*) is made where the request asks for it and goes with the last intent that
depends on it. One that is named must cover the intent; an implicit one is widened instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from openline.airspace.extent import Extent
from openline.airspace.reference import IntentReference, Subscription
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.interest import covers, interest_around, widened
from openline.app.dss.rules import require_manager
from openline.app.dss.versions import new_version
from openline.app.services import Services
from openline.errors import InvalidInput
from openline.store.ports import Reader, Transaction


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What a request says of the subscription to be made for it."""

    uss_base_url: str
    notify_for_constraints: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """The subscription that an intent asks for: a named one, a new one, or none."""

    subscription_id: str | None = None
    new: NewSubscription | None = None


def touched_by_attachment(
    reader: Reader, attachment: Attachment, old: IntentReference | None, extents: Sequence[Extent]
) -> list[Extent]:
    """Where the subscriptions are that putting an intent reads, makes, widens or removes."""
    touched = []
    if attachment.new is not None:
        touched.append(interest_around(extents))
    named = [attachment.subscription_id, old.subscription_id if old else None]
    for subscription_id in {name for name in named if name is not None}:
        subscription = reader.subscription(subscription_id)
        if subscription is not None:
            touched.append(subscription.extent)
            if subscription.implicit and subscription_id == attachment.subscription_id:
                touched.append(widened(subscription.extent, extents))
    return touched


def attach(
    tx: Transaction,
    services: Services,
    caller: Caller,
    attachment: Attachment,
    extents: Sequence[Extent],
    now: datetime,
) -> Subscription | None:
    """The subscription the intent will depend on, not yet stored if it is new or wider.

    Raises: InvalidInput for one that does not exist, hears of no operational intents or does not
    cover the extents; PermissionDenied for another party's.
    """
    if attachment.new is not None:
        return _new(services, caller, attachment.new, extents, now)
    if attachment.subscription_id is None:
        return None
    subscription = tx.subscription(attachment.subscription_id)
    field = "subscription_id"
    if subscription is None:
        raise InvalidInput(
            f"there is no subscription {attachment.subscription_id}",
            cure="create it first, or ask for a new one with new_subscription",
            field=field,
        )
    require_manager(caller, subscription.manager, f"subscription {subscription.id}")
    if not subscription.notify_for_operational_intents:
        raise InvalidInput(
            f"subscription {subscription.id} does not notify for operational intents",
            cure="set notify_for_operational_intents on it",
            field=field,
        )
    if subscription.implicit:
        return replace(subscription, extent=widened(subscription.extent, extents))
    if not covers(subscription.extent, extents):
        raise InvalidInput(
            f"subscription {subscription.id} does not cover the extents in area and time",
            cure="widen it first, or ask for a new one with new_subscription",
            field=field,
        )
    return subscription


def store_attached(
    tx: Transaction, caller: Caller, subscription: Subscription | None, now: datetime
) -> None:
    """Store a subscription that `attach` made or widened."""
    if subscription is None or tx.subscription(subscription.id) == subscription:
        return
    tx.put_subscription(subscription)
    body = records.subscription_put(subscription)
    records.append(tx, now, caller.sub, records.SUBSCRIPTION_PUT, body)


def detach(tx: Transaction, party: str, subscription_id: str | None, now: datetime) -> None:
    """Remove an implicit subscription that no intent depends on any more."""
    subscription = tx.subscription(subscription_id) if subscription_id is not None else None
    if subscription is None or not subscription.implicit:
        return
    if not tx.intents_of_subscription(subscription.id):
        tx.delete_subscription(subscription.id)
        body = records.subscription_deleted(subscription)
        records.append(tx, now, party, records.SUBSCRIPTION_DELETED, body)


def _new(
    services: Services,
    caller: Caller,
    new: NewSubscription,
    extents: Sequence[Extent],
    now: datetime,
) -> Subscription:
    subscription_id = str(services.new_id())
    return Subscription(
        id=subscription_id,
        manager=caller.sub,
        uss_base_url=new.uss_base_url,
        version=new_version(subscription_id, 1, now, services.new_id()),
        notification_index=0,
        extent=interest_around(extents),
        notify_for_operational_intents=True,
        notify_for_constraints=new.notify_for_constraints,
        implicit=True,
        updated_at=now,
    )
