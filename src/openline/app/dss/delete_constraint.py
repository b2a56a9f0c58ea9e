"""Delete a constraint."""

from concurrent.futures import Future
from datetime import datetime

from openline.airspace.extent import Extent
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.notify import notify_of_constraint
from openline.app.dss.put_constraint import ChangedConstraint
from openline.app.dss.rules import availability_of, require_manager, require_version
from openline.app.dss.submit import submit
from openline.app.services import Services
from openline.errors import NotFound
from openline.store.ports import Reader, Transaction


def delete_constraint(
    services: Services, caller: Caller, constraint_id: str, ovn: str, now: datetime
) -> "Future[ChangedConstraint]":
    """Remove the constraint; done when it is durable.

    Raises (in the future): NotFound, PermissionDenied, VersionMismatch, StoreUnavailable.
    """
    what = f"constraint {constraint_id}"

    def touching_of(reader: Reader) -> list[Extent]:
        old = reader.constraint(constraint_id)
        return list(old.extents) if old is not None else []

    def change(tx: Transaction) -> ChangedConstraint:
        old = tx.constraint(constraint_id)
        if old is None:
            raise NotFound(f"there is no {what}")
        require_manager(caller, old.manager, what)
        require_version(ovn, old.ovn, what, "OVN")
        subscribers = notify_of_constraint(tx, old.extents)
        tx.delete_constraint(constraint_id)
        body = records.entity_deleted(old, subscribers)
        records.append(tx, now, caller.sub, records.CONSTRAINT_DELETED, body)
        availability = availability_of(tx, (old.manager,))[old.manager]
        return ChangedConstraint(old, subscribers, availability)

    return submit(services.store, touching_of, change)
