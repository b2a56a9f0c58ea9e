"""What the use cases answer to what travels. OVNs are shown to their manager alone."""

from collections.abc import Iterable, Mapping
from typing import Final

from openline.airspace.reference import (
    Availability,
    ConstraintReference,
    IntentReference,
    Subscription,
    UssAvailability,
)
from openline.api.f3548 import wire
from openline.formats.instants import format_instant

MASKED_OVN: Final = "Available from USS"
NO_SUBSCRIPTION: Final = "00000000-0000-4000-8000-000000000000"


def intent(
    reference: IntentReference, availability: UssAvailability, caller: str
) -> wire.OperationalIntentReference:
    """An operational intent as the caller may see it."""
    return wire.OperationalIntentReference(
        id=reference.id,
        manager=reference.manager,
        uss_availability=availability,
        version=reference.version,
        state=reference.state,
        ovn=reference.ovn if reference.manager == caller else MASKED_OVN,
        time_start=wire.Time(format_instant(reference.time_start)),
        time_end=wire.Time(format_instant(reference.time_end)),
        uss_base_url=reference.uss_base_url,
        subscription_id=reference.subscription_id or NO_SUBSCRIPTION,
    )


def intents(
    references: Iterable[IntentReference],
    availability: Mapping[str, UssAvailability],
    caller: str,
) -> list[wire.OperationalIntentReference]:
    """Operational intents as the caller may see them."""
    return [intent(reference, availability[reference.manager], caller) for reference in references]


def constraint(
    reference: ConstraintReference, availability: UssAvailability, caller: str
) -> wire.ConstraintReference:
    """A constraint as the caller may see it."""
    return wire.ConstraintReference(
        id=reference.id,
        manager=reference.manager,
        uss_availability=availability,
        version=reference.version,
        ovn=reference.ovn if reference.manager == caller else MASKED_OVN,
        time_start=wire.Time(format_instant(reference.time_start)),
        time_end=wire.Time(format_instant(reference.time_end)),
        uss_base_url=reference.uss_base_url,
    )


def constraints(
    references: Iterable[ConstraintReference],
    availability: Mapping[str, UssAvailability],
    caller: str,
) -> list[wire.ConstraintReference]:
    """Constraints as the caller may see them."""
    return [constraint(one, availability[one.manager], caller) for one in references]


def subscription(reference: Subscription, dependents: Iterable[str]) -> wire.Subscription:
    """A subscription for its own party."""
    return wire.Subscription(
        id=reference.id,
        version=reference.version,
        notification_index=reference.notification_index,
        time_start=wire.Time(format_instant(reference.extent.time_start)),
        time_end=wire.Time(format_instant(reference.extent.time_end)),
        uss_base_url=reference.uss_base_url,
        notify_for_operational_intents=reference.notify_for_operational_intents,
        notify_for_constraints=reference.notify_for_constraints,
        implicit_subscription=reference.implicit,
        dependent_operational_intents=list(dependents),
    )


def subscribers(subscriptions: Iterable[Subscription]) -> list[wire.SubscriberToNotify]:
    """Whom to tell: one entry for each address, with all its subscriptions."""
    by_url: dict[str, list[wire.SubscriptionState]] = {}
    for one in subscriptions:
        state = wire.SubscriptionState(one.id, one.notification_index)
        by_url.setdefault(one.uss_base_url, []).append(state)
    return [wire.SubscriberToNotify(states, url) for url, states in by_url.items()]


def availability(found: Availability) -> wire.UssAvailabilityStatusResponse:
    """The availability of a USS."""
    status = wire.UssAvailabilityStatus(found.uss_id, found.state)
    return wire.UssAvailabilityStatusResponse(found.version, status)
