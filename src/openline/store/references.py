"""What every backend asks of a reference, whatever its kind."""

from dataclasses import replace
from datetime import datetime

from openline.airspace.extent import Extent
from openline.airspace.reference import ConstraintReference, IntentReference, Subscription

Expirable = IntentReference | ConstraintReference | Subscription


def extents_of(reference: Expirable) -> tuple[Extent, ...]:
    """Its extents."""
    if isinstance(reference, Subscription):
        return (reference.extent,)
    return reference.extents


def time_end_of(reference: Expirable) -> datetime:
    """When it ends."""
    if isinstance(reference, Subscription):
        return reference.extent.time_end
    return reference.time_end


def with_next_index(subscription: Subscription) -> Subscription:
    """The subscription after one more notification. Its version stays."""
    return replace(subscription, notification_index=subscription.notification_index + 1)
