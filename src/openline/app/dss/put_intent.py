"""Create or change an operational intent.

The order in which faults are found: the meaning of the whole request (400), the scope for its state
(403), then, with everything it touches kept still: another party's entity (403), a wrong OVN (409),
an OVN of nothing (400), a manager that is Down (412), the subscription (400, 403), the key (409).
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import IntentReference, Subscription, UssAvailability
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.attach import (
    Attachment,
    attach,
    detach,
    store_attached,
    touched_by_attachment,
)
from openline.app.dss.interest import interest_around
from openline.app.dss.key import require_key
from openline.app.dss.notify import notify_of_intent
from openline.app.dss.rules import (
    CONFORMANCE,
    availability_of,
    check_base_url,
    check_times,
    require_manager,
    require_not_down,
    require_scope,
    require_version,
    span,
)
from openline.app.dss.submit import submit
from openline.app.dss.versions import check_suffix, new_version, requested_ovn
from openline.app.services import Services, Settings
from openline.errors import InvalidInput
from openline.store.ports import Reader, Transaction


@dataclass(frozen=True, slots=True)
class PutIntent:
    """The request. `ovn` is None to create; `ovn_suffix` makes the new OVN one that is foretold."""

    id: str
    ovn: str | None
    state: IntentState
    uss_base_url: str
    extents: tuple[Extent, ...]
    key: frozenset[str]
    attachment: Attachment
    ovn_suffix: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedIntent:
    """The intent, who is to be told of it, and the availability of its manager."""

    intent: IntentReference
    subscribers: Sequence[Subscription]
    availability: UssAvailability


def put_intent(
    services: Services, caller: Caller, request: PutIntent, now: datetime
) -> "Future[ChangedIntent]":
    """Store the intent if its key names everything relevant; done when it is durable.

    Repeating a request with the same `ovn_suffix` after it succeeded succeeds again and changes
    nothing. Raises: InvalidInput, InvalidTimeRange, PermissionDenied; in the future also
    VersionMismatch, ManagerDown, MissingOvns, StoreUnavailable.
    """
    check_request(services.settings, request, now)
    _check_scopes(caller, request)

    def touching_of(reader: Reader) -> list[Extent]:
        old = reader.intent(request.id)
        around = touched_by_attachment(reader, request.attachment, old, request.extents)
        return [*request.extents, *(old.extents if old else ()), *around]

    def change(tx: Transaction) -> ChangedIntent:
        return _change(tx, services, caller, request, now)

    first_guess: list[Extent] | None = None
    if request.ovn is None and request.attachment.subscription_id is None:
        first_guess = list(request.extents)
        if request.attachment.new is not None:
            first_guess.append(interest_around(request.extents))
    return submit(services.store, touching_of, change, first_guess)


def check_request(settings: Settings, request: PutIntent, now: datetime) -> None:
    """What can be said of a request without looking at the sky.

    Raises: InvalidInput, InvalidTimeRange.
    """
    check_base_url(request.uss_base_url, "uss_base_url", settings)
    attachment = request.attachment
    if attachment.new is not None:
        field = "new_subscription.uss_base_url"
        check_base_url(attachment.new.uss_base_url, field, settings)
        if attachment.subscription_id is not None:
            raise InvalidInput(
                "both subscription_id and new_subscription are given",
                cure="give one of the two",
                field="new_subscription",
            )
    if request.ovn is None and request.state is not IntentState.ACCEPTED:
        raise InvalidInput(
            f"an operational intent cannot be created as {request.state.value}",
            cure="create it as Accepted, then change its state",
            field="state",
        )
    if request.state is not IntentState.ACCEPTED and attachment == Attachment():
        raise InvalidInput(
            f"{request.state.value} without a subscription",
            cure="give subscription_id or new_subscription",
            field="subscription_id",
        )
    check_times(request.extents, now)
    if request.ovn_suffix is not None:
        check_suffix(request.ovn_suffix, now)


def _check_scopes(caller: Caller, request: PutIntent) -> None:
    if not request.state.requires_key():
        require_scope(caller, CONFORMANCE, f"the state {request.state.value}")
    # A new subscription may ask for constraints without utm.constraint_processing, other than one
    # that is put by itself: the public test suite of the field demands it.


def _change(
    tx: Transaction, services: Services, caller: Caller, request: PutIntent, now: datetime
) -> ChangedIntent:
    old = tx.intent(request.id)
    repeated = _repeated(tx, caller, request, old)
    if repeated is not None:
        return repeated
    _check_current(caller, request, old)
    if request.state.requires_key():
        require_not_down(tx, caller, f"an operational intent in {request.state.value}")
    subscription = attach(tx, services, caller, request.attachment, request.extents, now)
    if request.state.requires_key():
        with_constraints = subscription is not None and subscription.notify_for_constraints
        require_key(tx, request.id, request.extents, request.key, with_constraints=with_constraints)
    intent = _next(services, caller, request, old, subscription, now)
    store_attached(tx, caller, subscription, now)
    tx.put_intent(intent)
    if old is not None and old.subscription_id != intent.subscription_id:
        detach(tx, caller.sub, old.subscription_id, now)
    touched = (*request.extents, *(old.extents if old is not None else ()))
    subscribers = notify_of_intent(tx, touched)
    body = records.intent_put(intent, subscribers)
    records.append(tx, now, caller.sub, records.INTENT_PUT, body)
    return _changed(tx, intent, subscribers)


def _changed(
    tx: Transaction, intent: IntentReference, subscribers: Sequence[Subscription]
) -> ChangedIntent:
    availability = availability_of(tx, (intent.manager,))[intent.manager]
    return ChangedIntent(intent, subscribers, availability)


def _check_current(caller: Caller, request: PutIntent, old: IntentReference | None) -> None:
    what = f"operational intent {request.id}"
    if old is not None:
        require_manager(caller, old.manager, what)
        require_version(request.ovn or "", old.ovn, what, "OVN")
    elif request.ovn is not None:
        raise InvalidInput(f"there is no {what} to change", cure="create it without an OVN")


def _repeated(
    tx: Transaction, caller: Caller, request: PutIntent, old: IntentReference | None
) -> ChangedIntent | None:
    """The answer to a request whose first answer was lost: known by the OVN it chose itself."""
    if old is None or request.ovn_suffix is None or caller.sub != old.manager:
        return None
    if old.ovn != requested_ovn(request.id, request.ovn_suffix) or request.ovn == old.ovn:
        return None
    same = (
        old.state is request.state
        and old.uss_base_url == request.uss_base_url
        and old.extents == request.extents
        and (old.version == 1) == (request.ovn is None)
    )
    if not same:
        return None
    subscribers = [
        s for s in tx.subscriptions_matching(old.extents) if s.notify_for_operational_intents
    ]
    return _changed(tx, old, subscribers)


def _next(
    services: Services,
    caller: Caller,
    request: PutIntent,
    old: IntentReference | None,
    subscription: Subscription | None,
    now: datetime,
) -> IntentReference:
    version = old.version + 1 if old is not None else 1
    if request.ovn_suffix is None:
        ovn = new_version(request.id, version, now, services.new_id())
    else:
        ovn = requested_ovn(request.id, request.ovn_suffix)
    if old is not None and ovn == old.ovn:
        raise InvalidInput(
            "this OVN was used already",
            cure="send a new UUIDv7 with every change",
            field="requested_ovn_suffix",
        )
    time_start, time_end = span(request.extents)
    return IntentReference(
        id=request.id,
        manager=caller.sub,
        uss_base_url=request.uss_base_url,
        state=request.state,
        version=version,
        ovn=ovn,
        extents=request.extents,
        time_start=time_start,
        time_end=time_end,
        subscription_id=subscription.id if subscription is not None else None,
        updated_at=now,
    )
