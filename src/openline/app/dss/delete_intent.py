"""Delete an operational intent: the end of its life."""

from concurrent.futures import Future
from datetime import datetime

from openline.airspace.extent import Extent
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.attach import Attachment, detach, touched_by_attachment
from openline.app.dss.notify import notify_of_intent
from openline.app.dss.put_intent import ChangedIntent
from openline.app.dss.rules import (
    availability_of,
    require_manager,
    require_not_down,
    require_version,
)
from openline.app.dss.submit import submit
from openline.app.services import Services
from openline.errors import NotFound
from openline.store.ports import Reader, Transaction


def delete_intent(
    services: Services, caller: Caller, intent_id: str, ovn: str, now: datetime
) -> "Future[ChangedIntent]":
    """Remove the intent and the subscription that was made for it; done when it is durable.

    The subscriptions to notify are found before that one is removed, so it is among them.
    Raises (in the future): NotFound, PermissionDenied, VersionMismatch, ManagerDown,
    StoreUnavailable.
    """
    what = f"operational intent {intent_id}"

    def touching_of(reader: Reader) -> list[Extent]:
        old = reader.intent(intent_id)
        if old is None:
            return []
        return [*old.extents, *touched_by_attachment(reader, Attachment(), old, old.extents)]

    def change(tx: Transaction) -> ChangedIntent:
        old = tx.intent(intent_id)
        if old is None:
            raise NotFound(f"there is no {what}")
        require_manager(caller, old.manager, what)
        require_version(ovn, old.ovn, what, "OVN")
        require_not_down(tx, caller, "deleting an operational intent")
        subscribers = notify_of_intent(tx, old.extents)
        tx.delete_intent(intent_id)
        body = records.entity_deleted(old, subscribers)
        records.append(tx, now, caller.sub, records.INTENT_DELETED, body)
        detach(tx, caller.sub, old.subscription_id, now)
        availability = availability_of(tx, (old.manager,))[old.manager]
        return ChangedIntent(old, subscribers, availability)

    return submit(services.store, touching_of, change)
