"""Look up one's own subscriptions: by id, or by what touches an area of interest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openline.airspace.extent import Extent
from openline.airspace.reference import Subscription
from openline.app.caller import Caller
from openline.app.dss.get_intents import refuse_too_many
from openline.app.dss.rules import require_manager
from openline.app.services import Services
from openline.errors import NotFound
from openline.store.ports import Reader


@dataclass(frozen=True, slots=True)
class FoundSubscription:
    """A subscription and the ids of the operational intents that depend on it."""

    subscription: Subscription
    dependents: Sequence[str]


def get_subscription(services: Services, caller: Caller, subscription_id: str) -> FoundSubscription:
    """The caller's subscription of that id, expired or not.

    Raises: NotFound, PermissionDenied, StoreUnavailable.
    """

    def query(reader: Reader) -> FoundSubscription:
        subscription = reader.subscription(subscription_id)
        if subscription is None:
            raise NotFound(f"there is no subscription {subscription_id}")
        require_manager(caller, subscription.manager, f"subscription {subscription_id}")
        return _with_dependents(reader, subscription)

    return services.store.read(query)


def query_subscriptions(
    services: Services, caller: Caller, area: Extent, now: datetime, *, at_hand: bool = False
) -> list[FoundSubscription]:
    """The caller's subscriptions that touch the area and have not ended, by id.

    Raises: AreaTooLarge if more than QUERY_RESULTS_MAX were found; StoreUnavailable; NotAtHand.
    """

    def query(reader: Reader) -> list[FoundSubscription]:
        found = [
            subscription
            for subscription in reader.subscriptions_matching([area])
            if subscription.manager == caller.sub and subscription.extent.time_end >= now
        ]
        refuse_too_many(len(found), "subscriptions")
        return [_with_dependents(reader, subscription) for subscription in found]

    return services.store.read_at_hand(query) if at_hand else services.store.read(query)


def _with_dependents(reader: Reader, subscription: Subscription) -> FoundSubscription:
    dependents = reader.intents_of_subscription(subscription.id)
    return FoundSubscription(subscription, [intent.id for intent in dependents])
