"""`/dss/v1/subscriptions`."""

from typing import Final

from openline.api.f3548 import to_domain, to_wire, wire
from openline.api.f3548.intents import given_version
from openline.api.operation import Asked, Call, Later, Operation, always
from openline.app.dss.delete_subscription import delete_subscription
from openline.app.dss.get_subscriptions import get_subscription, query_subscriptions
from openline.app.dss.put_subscription import (
    ChangedSubscription,
    PutSubscription,
    put_subscription,
)
from openline.app.dss.rules import CONSTRAINT_PROCESSING, STRATEGIC
from openline.limits import AREA_MAX_KM2

_PATH: Final = "/dss/v1/subscriptions"
_SCOPES: Final = (frozenset({CONSTRAINT_PROCESSING}), frozenset({STRATEGIC}))


def _query(call: Call) -> Asked:
    area = to_domain.area_of_interest(call.body.area_of_interest, AREA_MAX_KM2)

    def ask(at_hand: bool) -> object:
        found = query_subscriptions(call.services, call.caller, area, call.now, at_hand=at_hand)
        return wire.QuerySubscriptionsResponse(
            [to_wire.subscription(one.subscription, one.dependents) for one in found]
        )

    return Asked(ask)


def _get(call: Call) -> object:
    subscription_id = to_domain.entity_id(call.path["subscriptionid"])
    found = get_subscription(call.services, call.caller, subscription_id)
    return wire.GetSubscriptionResponse(to_wire.subscription(found.subscription, found.dependents))


def _create(call: Call) -> object:
    return _put(call, None)


def _update(call: Call) -> object:
    return _put(call, given_version(call, "version"))


def _put(call: Call, version: str | None) -> Later:
    body: wire.PutSubscriptionParameters = call.body
    place = "extents"
    lower, upper = to_domain.altitudes_of(body.extents, place)
    start, end = to_domain.times_of(body.extents, place)
    request = PutSubscription(
        id=to_domain.entity_id(call.path["subscriptionid"]),
        version=version,
        uss_base_url=body.uss_base_url,
        cells=to_domain.cells_of(body.extents, place, AREA_MAX_KM2),
        altitude_lower_m=lower,
        altitude_upper_m=upper,
        time_start=start,
        time_end=end,
        notify_for_operational_intents=bool(body.notify_for_operational_intents),
        notify_for_constraints=bool(body.notify_for_constraints),
    )
    future = put_subscription(call.services, call.caller, request, call.now)
    return Later(future, lambda changed: _changed(call, changed))


def _changed(call: Call, changed: ChangedSubscription) -> wire.PutSubscriptionResponse:
    answer = wire.PutSubscriptionResponse(
        to_wire.subscription(changed.subscription, changed.dependents)
    )
    caller = call.caller.sub
    intents, constraints = changed.intents, changed.constraints
    if intents is not None:
        answer.operational_intent_references = to_wire.intents(
            intents.intents, intents.availability, caller
        )
    if constraints is not None:
        answer.constraint_references = to_wire.constraints(
            constraints.constraints, constraints.availability, caller
        )
    return answer


def _delete(call: Call) -> object:
    subscription_id = to_domain.entity_id(call.path["subscriptionid"])
    version = given_version(call, "version")
    future = delete_subscription(call.services, call.caller, subscription_id, version, call.now)
    return Later(future, _deleted)


def _deleted(changed: ChangedSubscription) -> wire.DeleteSubscriptionResponse:
    return wire.DeleteSubscriptionResponse(to_wire.subscription(changed.subscription, ()))


OPERATIONS: Final = (
    Operation(
        name="querySubscriptions",
        method="POST",
        path=f"{_PATH}/query",
        summary="The caller's subscriptions that touch an area and have not ended",
        handler=_query,
        scopes=_SCOPES,
        request=wire.AreaOfInterest,
        response=wire.QuerySubscriptionsResponse,
        quick=always,
        errors=(400, 413),
        too_large=413,
    ),
    Operation(
        name="getSubscription",
        method="GET",
        path=f"{_PATH}/{{subscriptionid}}",
        summary="One of the caller's subscriptions",
        handler=_get,
        scopes=_SCOPES,
        response=wire.GetSubscriptionResponse,
        errors=(400, 404),
    ),
    Operation(
        name="createSubscription",
        method="PUT",
        path=f"{_PATH}/{{subscriptionid}}",
        summary="Create a subscription",
        handler=_create,
        scopes=_SCOPES,
        request=wire.PutSubscriptionParameters,
        response=wire.PutSubscriptionResponse,
        errors=(400, 409),
    ),
    Operation(
        name="updateSubscription",
        method="PUT",
        path=f"{_PATH}/{{subscriptionid}}/{{version:path}}",
        summary="Change a subscription",
        handler=_update,
        scopes=_SCOPES,
        request=wire.PutSubscriptionParameters,
        response=wire.PutSubscriptionResponse,
        errors=(400, 409),
    ),
    Operation(
        name="deleteSubscription",
        method="DELETE",
        path=f"{_PATH}/{{subscriptionid}}/{{version:path}}",
        summary="Delete a subscription",
        handler=_delete,
        scopes=_SCOPES,
        response=wire.DeleteSubscriptionResponse,
        errors=(400, 404, 409),
    ),
)
