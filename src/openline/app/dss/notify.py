"""Who is to be told of a change: the subscriptions it touches, each counted up by one."""

from collections.abc import Sequence

from openline.airspace.extent import Extent
from openline.airspace.reference import Subscription
from openline.store.ports import Transaction


def notify_of_intent(tx: Transaction, extents: Sequence[Extent]) -> list[Subscription]:
    """Count up the subscriptions that want operational intents there; the caller's own included.

    `extents`: where the intent was and where it is. Returns: the subscriptions afterwards, by id.
    """
    wanted = [s.id for s in tx.subscriptions_matching(extents) if s.notify_for_operational_intents]
    return tx.increment_notification_indices(wanted)


def notify_of_constraint(tx: Transaction, extents: Sequence[Extent]) -> list[Subscription]:
    """Count up the subscriptions that want constraints there; the caller's own included."""
    wanted = [s.id for s in tx.subscriptions_matching(extents) if s.notify_for_constraints]
    return tx.increment_notification_indices(wanted)
