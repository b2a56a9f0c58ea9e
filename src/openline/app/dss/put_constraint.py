"""Create or change a constraint. There is no key: a constraint yields to nothing."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from openline.airspace.extent import Extent
from openline.airspace.reference import ConstraintReference, Subscription, UssAvailability
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.notify import notify_of_constraint
from openline.app.dss.rules import (
    availability_of,
    check_base_url,
    check_times,
    require_manager,
    require_version,
    span,
)
from openline.app.dss.submit import submit
from openline.app.dss.versions import new_version
from openline.app.services import Services
from openline.errors import VersionMismatch
from openline.store.ports import Reader, Transaction


@dataclass(frozen=True, slots=True)
class PutConstraint:
    """The request. `ovn` is None to create."""

    id: str
    ovn: str | None
    uss_base_url: str
    extents: tuple[Extent, ...]


@dataclass(frozen=True, slots=True)
class ChangedConstraint:
    """The constraint, who is to be told of it, and the availability of its manager."""

    constraint: ConstraintReference
    subscribers: Sequence[Subscription]
    availability: UssAvailability


def put_constraint(
    services: Services, caller: Caller, request: PutConstraint, now: datetime
) -> "Future[ChangedConstraint]":
    """Store the constraint; done when it is durable.

    Raises: InvalidInput, InvalidTimeRange; in the future PermissionDenied, VersionMismatch,
    StoreUnavailable.
    """
    check_base_url(request.uss_base_url, "uss_base_url", services.settings)
    check_times(request.extents, now)

    def touching_of(reader: Reader) -> list[Extent]:
        old = reader.constraint(request.id)
        return [*request.extents, *(old.extents if old else ())]

    def change(tx: Transaction) -> ChangedConstraint:
        return _change(tx, services, caller, request, now)

    first_guess = list(request.extents) if request.ovn is None else None
    return submit(services.store, touching_of, change, first_guess)


def _change(
    tx: Transaction, services: Services, caller: Caller, request: PutConstraint, now: datetime
) -> ChangedConstraint:
    what = f"constraint {request.id}"
    old = tx.constraint(request.id)
    if old is not None:
        require_manager(caller, old.manager, what)
        require_version(request.ovn or "", old.ovn, what, "OVN")
    elif request.ovn is not None:
        raise VersionMismatch(f"there is no {what} to change", cure="create it without an OVN")
    version = old.version + 1 if old is not None else 1
    time_start, time_end = span(request.extents)
    constraint = ConstraintReference(
        id=request.id,
        manager=caller.sub,
        uss_base_url=request.uss_base_url,
        version=version,
        ovn=new_version(request.id, version, now, services.new_id()),
        extents=request.extents,
        time_start=time_start,
        time_end=time_end,
        updated_at=now,
    )
    tx.put_constraint(constraint)
    touched = (*request.extents, *(old.extents if old is not None else ()))
    subscribers = notify_of_constraint(tx, touched)
    body = records.constraint_put(constraint, subscribers)
    records.append(tx, now, caller.sub, records.CONSTRAINT_PUT, body)
    availability = availability_of(tx, (caller.sub,))[caller.sub]
    return ChangedConstraint(constraint, subscribers, availability)
