"""Delete a subscription that no operational intent depends on."""

from concurrent.futures import Future
from datetime import datetime

from openline.airspace.extent import Extent
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.put_subscription import ChangedSubscription, touched_by_subscription
from openline.app.dss.rules import require_manager, require_version
from openline.app.dss.submit import submit
from openline.app.services import Services
from openline.errors import InvalidInput, NotFound
from openline.store.ports import Reader, Transaction


def delete_subscription(
    services: Services, caller: Caller, subscription_id: str, version: str, now: datetime
) -> "Future[ChangedSubscription]":
    """Remove the subscription; done when it is durable.

    Raises (in the future): NotFound, VersionMismatch, PermissionDenied, InvalidInput if an
    operational intent depends on it, StoreUnavailable.
    """
    what = f"subscription {subscription_id}"

    def touching_of(reader: Reader) -> list[Extent]:
        return touched_by_subscription(reader, reader.subscription(subscription_id))

    def change(tx: Transaction) -> ChangedSubscription:
        old = tx.subscription(subscription_id)
        if old is None:
            raise NotFound(f"there is no {what}")
        require_manager(caller, old.manager, what)
        require_version(version, old.version, what, "version")
        dependents = tx.intents_of_subscription(subscription_id)
        if dependents:
            raise InvalidInput(
                f"operational intent {dependents[0].id} depends on {what} "
                f"({len(dependents)} in all)",
                cure="delete them or give them another subscription first",
            )
        tx.delete_subscription(subscription_id)
        body = records.subscription_deleted(old)
        records.append(tx, now, caller.sub, records.SUBSCRIPTION_DELETED, body)
        return ChangedSubscription(old, [])

    return submit(services.store, touching_of, change)
