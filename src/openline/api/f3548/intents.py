"""`/dss/v1/operational_intent_references`."""

from typing import Final

from openline.api.f3548 import to_domain, to_wire, wire
from openline.api.operation import Asked, Call, Later, Operation, always
from openline.app.dss.attach import Attachment, NewSubscription
from openline.app.dss.delete_intent import delete_intent
from openline.app.dss.get_intents import get_intent, query_intents
from openline.app.dss.put_intent import ChangedIntent, PutIntent, put_intent
from openline.app.dss.rules import CONFORMANCE, CONSTRAINT_PROCESSING, STRATEGIC
from openline.errors import InvalidInput
from openline.limits import AREA_MAX_KM2

_PATH: Final = "/dss/v1/operational_intent_references"
_READ: Final = (frozenset({STRATEGIC}), frozenset({CONFORMANCE}))
_WRITE: Final = (
    frozenset({STRATEGIC}),
    frozenset({STRATEGIC, CONSTRAINT_PROCESSING}),
    frozenset({CONFORMANCE}),
)


def given_version(call: Call, name: str) -> str:
    """The OVN or version in the path. Raises: InvalidInput if it is empty."""
    version = call.path[name]
    if not version:
        raise InvalidInput(f"no {name} in the path", cure=f"end the path with the current {name}")
    return version


def _query(call: Call) -> Asked:
    area = to_domain.area_of_interest(call.body.area_of_interest, AREA_MAX_KM2)

    def ask(at_hand: bool) -> object:
        found = query_intents(call.services, area, at_hand=at_hand)
        return wire.QueryOperationalIntentReferenceResponse(
            to_wire.intents(found.intents, found.availability, call.caller.sub)
        )

    return Asked(ask)


def _get(call: Call) -> object:
    found = get_intent(call.services, to_domain.entity_id(call.path["entityid"]))
    (reference,) = to_wire.intents(found.intents, found.availability, call.caller.sub)
    return wire.GetOperationalIntentReferenceResponse(reference)


def _create(call: Call) -> object:
    return _put(call, None)


def _reads_nothing_first(body: wire.PutOperationalIntentReferenceParameters) -> bool:
    """What a new intent touches is known from the request, unless it names a subscription."""
    return not body.subscription_id


def _update(call: Call) -> object:
    return _put(call, given_version(call, "ovn"))


def _put(call: Call, ovn: str | None) -> Later:
    body: wire.PutOperationalIntentReferenceParameters = call.body
    new = body.new_subscription
    request = PutIntent(
        id=to_domain.entity_id(call.path["entityid"]),
        ovn=ovn,
        state=body.state,
        uss_base_url=body.uss_base_url,
        extents=to_domain.extents_of(body.extents, AREA_MAX_KM2),
        key=frozenset(body.key or ()),
        attachment=Attachment(
            to_domain.entity_id(body.subscription_id, "subscription_id")
            if body.subscription_id
            else None,
            NewSubscription(new.uss_base_url, bool(new.notify_for_constraints)) if new else None,
        ),
        ovn_suffix=body.requested_ovn_suffix,
    )
    future = put_intent(call.services, call.caller, request, call.now)
    return Later(future, lambda changed: _changed(call, changed))


def _delete(call: Call) -> object:
    intent_id = to_domain.entity_id(call.path["entityid"])
    ovn = given_version(call, "ovn")
    future = delete_intent(call.services, call.caller, intent_id, ovn, call.now)
    return Later(future, lambda changed: _changed(call, changed))


def _changed(call: Call, changed: ChangedIntent) -> wire.ChangeOperationalIntentReferenceResponse:
    return wire.ChangeOperationalIntentReferenceResponse(
        to_wire.subscribers(changed.subscribers),
        to_wire.intent(changed.intent, changed.availability, call.caller.sub),
    )


OPERATIONS: Final = (
    Operation(
        name="queryOperationalIntentReferences",
        method="POST",
        path=f"{_PATH}/query",
        summary="Operational intents that touch an area, its heights and its times",
        handler=_query,
        scopes=_READ,
        request=wire.AreaOfInterest,
        response=wire.QueryOperationalIntentReferenceResponse,
        quick=always,
        errors=(400,),
    ),
    Operation(
        name="getOperationalIntentReference",
        method="GET",
        path=f"{_PATH}/{{entityid}}",
        summary="One operational intent",
        handler=_get,
        scopes=_READ,
        response=wire.GetOperationalIntentReferenceResponse,
        errors=(400, 404),
    ),
    Operation(
        name="createOperationalIntentReference",
        method="PUT",
        path=f"{_PATH}/{{entityid}}",
        summary="Create an operational intent",
        handler=_create,
        scopes=_WRITE,
        request=wire.PutOperationalIntentReferenceParameters,
        response=wire.ChangeOperationalIntentReferenceResponse,
        quick=_reads_nothing_first,
        status=201,
        errors=(400, 409, 412),
    ),
    Operation(
        name="updateOperationalIntentReference",
        method="PUT",
        path=f"{_PATH}/{{entityid}}/{{ovn:path}}",
        summary="Change an operational intent",
        handler=_update,
        scopes=_WRITE,
        request=wire.PutOperationalIntentReferenceParameters,
        response=wire.ChangeOperationalIntentReferenceResponse,
        errors=(400, 409, 412),
    ),
    Operation(
        name="deleteOperationalIntentReference",
        method="DELETE",
        path=f"{_PATH}/{{entityid}}/{{ovn:path}}",
        summary="Delete an operational intent",
        handler=_delete,
        scopes=_READ,
        response=wire.ChangeOperationalIntentReferenceResponse,
        errors=(400, 404, 409, 412),
    ),
)
