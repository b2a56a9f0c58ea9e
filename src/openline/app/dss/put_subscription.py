"""Create or change a subscription.

The order in which faults are found: the meaning of the whole request (400), scopes (403), its times
(400), then an entity that exists or does not (409, 400), its version (409), its manager (403), and
the operational intents that depend on it (400).
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from openline.airspace.extent import Cells, Extent
from openline.airspace.reference import IntentReference, Subscription
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.get_constraints import FoundConstraints, found_constraints
from openline.app.dss.get_intents import FoundIntents, found_intents
from openline.app.dss.interest import covers_dependent, interest
from openline.app.dss.rules import (
    CLOCK_SKEW,
    CONSTRAINT_PROCESSING,
    STRATEGIC,
    check_base_url,
    check_reach,
    require_manager,
    require_scope,
    require_version,
)
from openline.app.dss.submit import submit
from openline.app.dss.versions import new_version
from openline.app.services import Services
from openline.errors import InvalidInput, InvalidTimeRange
from openline.limits import SUBSCRIPTION_DURATION_MAX
from openline.store.ports import Reader, Transaction


@dataclass(frozen=True, slots=True)
class PutSubscription:
    """The request. `version` is None to create. Times that are None keep what was, or stand for
    now and 24 hours after the start; heights that are None are unbounded."""

    id: str
    version: str | None
    uss_base_url: str
    cells: Cells
    altitude_lower_m: float | None
    altitude_upper_m: float | None
    time_start: datetime | None
    time_end: datetime | None
    notify_for_operational_intents: bool
    notify_for_constraints: bool


@dataclass(frozen=True, slots=True)
class ChangedSubscription:
    """The subscription, the ids of the intents that depend on it, and what it hears of now.

    `intents` and `constraints` are None where it does not notify for them.
    """

    subscription: Subscription
    dependents: Sequence[str]
    intents: FoundIntents | None = None
    constraints: FoundConstraints | None = None


def put_subscription(
    services: Services, caller: Caller, request: PutSubscription, now: datetime
) -> "Future[ChangedSubscription]":
    """Store the subscription; done when it is durable.

    Raises: InvalidInput, PermissionDenied; in the future also InvalidTimeRange, VersionMismatch,
    AreaTooLarge, StoreUnavailable.
    """
    check_base_url(request.uss_base_url, "uss_base_url", services.settings)
    if not (request.notify_for_operational_intents or request.notify_for_constraints):
        raise InvalidInput(
            "a subscription to nothing",
            cure="set notify_for_operational_intents, notify_for_constraints or both",
        )
    _check_given_times(request, now)
    if request.notify_for_operational_intents:
        require_scope(caller, STRATEGIC, "notify_for_operational_intents")
    if request.notify_for_constraints:
        require_scope(caller, CONSTRAINT_PROCESSING, "notify_for_constraints")

    def touching_of(reader: Reader) -> list[Extent]:
        old = reader.subscription(request.id)
        return [_new_extent(request, old, now), *touched_by_subscription(reader, old)]

    def change(tx: Transaction) -> ChangedSubscription:
        return _change(tx, services, caller, request, now)

    return submit(services.store, touching_of, change)


def touched_by_subscription(reader: Reader, old: Subscription | None) -> list[Extent]:
    """Where a subscription and the intents that depend on it are."""
    if old is None:
        return []
    dependents = reader.intents_of_subscription(old.id)
    return [old.extent, *(extent for intent in dependents for extent in intent.extents)]


def _check_given_times(request: PutSubscription, now: datetime) -> None:
    start, end = request.time_start, request.time_end
    if start is not None and start < now - CLOCK_SKEW:
        raise InvalidTimeRange(
            "its start is more than 5 minutes ago",
            cure="leave time_start out to start now",
            field="extents.time_start",
        )
    first = start if start is not None else now
    check_reach(first, end if end is not None else first, now, "extents")


def _times(
    request: PutSubscription, old: Subscription | None, now: datetime
) -> tuple[datetime, datetime]:
    start = request.time_start or (old.extent.time_start if old is not None else now)
    kept = old.extent.time_end if old is not None else start + SUBSCRIPTION_DURATION_MAX
    end = request.time_end or kept
    if end <= start:
        raise InvalidTimeRange(
            "its end is not after its start", cure="correct one of the two", field="extents"
        )
    if end - start > SUBSCRIPTION_DURATION_MAX + timedelta(milliseconds=1):
        raise InvalidTimeRange(
            "it is longer than 24 hours",
            cure="end it earlier and renew it later",
            field="extents.time_end",
        )
    return start, end


def _new_extent(request: PutSubscription, old: Subscription | None, now: datetime) -> Extent:
    return interest(request.cells, *_times(request, old, now))


def _change(
    tx: Transaction, services: Services, caller: Caller, request: PutSubscription, now: datetime
) -> ChangedSubscription:
    what = f"subscription {request.id}"
    old = tx.subscription(request.id)
    extent = _new_extent(request, old, now)
    if old is None and request.version is not None:
        raise InvalidInput(f"there is no {what} to change", cure="create it without a version")
    dependents: list[IntentReference] = []
    if old is not None:
        require_version(request.version or "", old.version, what, "version")
        require_manager(caller, old.manager, what)
        dependents = tx.intents_of_subscription(old.id)
        _check_dependents(request, extent, dependents)
    subscription = Subscription(
        id=request.id,
        manager=caller.sub,
        uss_base_url=request.uss_base_url,
        version=new_version(request.id, 0, now, services.new_id()),
        notification_index=old.notification_index if old is not None else 0,
        extent=extent,
        notify_for_operational_intents=request.notify_for_operational_intents,
        notify_for_constraints=request.notify_for_constraints,
        implicit=False,  # what a party changes itself is its own to keep
        updated_at=now,
    )
    tx.put_subscription(subscription)
    body = records.subscription_put(subscription)
    records.append(tx, now, caller.sub, records.SUBSCRIPTION_PUT, body)
    return ChangedSubscription(
        subscription,
        [intent.id for intent in dependents],
        found_intents(tx, [extent]) if request.notify_for_operational_intents else None,
        found_constraints(tx, [extent]) if request.notify_for_constraints else None,
    )


def _check_dependents(
    request: PutSubscription, extent: Extent, dependents: Sequence[IntentReference]
) -> None:
    low, high = request.altitude_lower_m, request.altitude_upper_m
    left_out = [i.id for i in dependents if not covers_dependent(extent, low, high, i)]
    if left_out:
        raise InvalidInput(
            f"it would no longer cover operational intent {left_out[0]} that depends on it "
            f"({len(left_out)} in all)",
            cure="cover its area, heights and times, or change the intent first",
            field="extents",
        )
    if dependents and not request.notify_for_operational_intents:
        raise InvalidInput(
            f"operational intent {dependents[0].id} depends on its notifications",
            cure="keep notify_for_operational_intents, or change the intent first",
            field="notify_for_operational_intents",
        )
