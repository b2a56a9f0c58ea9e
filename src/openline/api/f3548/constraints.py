"""`/dss/v1/constraint_references`."""

from typing import Final

from openline.api.f3548 import to_domain, to_wire, wire
from openline.api.f3548.intents import given_version
from openline.api.operation import Asked, Call, Later, Operation, always
from openline.app.dss.delete_constraint import delete_constraint
from openline.app.dss.get_constraints import get_constraint, query_constraints
from openline.app.dss.put_constraint import ChangedConstraint, PutConstraint, put_constraint
from openline.app.dss.rules import CONSTRAINT_MANAGEMENT, CONSTRAINT_PROCESSING
from openline.limits import CONSTRAINT_AREA_MAX_KM2

_PATH: Final = "/dss/v1/constraint_references"
_READ: Final = (frozenset({CONSTRAINT_MANAGEMENT}), frozenset({CONSTRAINT_PROCESSING}))
_WRITE: Final = (frozenset({CONSTRAINT_MANAGEMENT}),)


def _query(call: Call) -> Asked:
    area = to_domain.area_of_interest(call.body.area_of_interest, CONSTRAINT_AREA_MAX_KM2)

    def ask(at_hand: bool) -> object:
        found = query_constraints(call.services, area, at_hand=at_hand)
        return wire.QueryConstraintReferencesResponse(
            to_wire.constraints(found.constraints, found.availability, call.caller.sub)
        )

    return Asked(ask)


def _get(call: Call) -> object:
    found = get_constraint(call.services, to_domain.entity_id(call.path["entityid"]))
    (reference,) = to_wire.constraints(found.constraints, found.availability, call.caller.sub)
    return wire.GetConstraintReferenceResponse(reference)


def _create(call: Call) -> object:
    return _put(call, None)


def _update(call: Call) -> object:
    return _put(call, given_version(call, "ovn"))


def _put(call: Call, ovn: str | None) -> Later:
    body: wire.PutConstraintReferenceParameters = call.body
    request = PutConstraint(
        id=to_domain.entity_id(call.path["entityid"]),
        ovn=ovn,
        uss_base_url=body.uss_base_url,
        extents=to_domain.constraint_extents_of(body.extents, CONSTRAINT_AREA_MAX_KM2),
    )
    future = put_constraint(call.services, call.caller, request, call.now)
    return Later(future, lambda changed: _changed(call, changed))


def _delete(call: Call) -> object:
    constraint_id = to_domain.entity_id(call.path["entityid"])
    ovn = given_version(call, "ovn")
    future = delete_constraint(call.services, call.caller, constraint_id, ovn, call.now)
    return Later(future, lambda changed: _changed(call, changed))


def _changed(call: Call, changed: ChangedConstraint) -> wire.ChangeConstraintReferenceResponse:
    return wire.ChangeConstraintReferenceResponse(
        to_wire.subscribers(changed.subscribers),
        to_wire.constraint(changed.constraint, changed.availability, call.caller.sub),
    )


OPERATIONS: Final = (
    Operation(
        name="queryConstraintReferences",
        method="POST",
        path=f"{_PATH}/query",
        summary="Constraints that touch an area, its heights and its times",
        handler=_query,
        scopes=_READ,
        request=wire.AreaOfInterest,
        response=wire.QueryConstraintReferencesResponse,
        quick=always,
        errors=(400, 413),
        too_large=413,
    ),
    Operation(
        name="getConstraintReference",
        method="GET",
        path=f"{_PATH}/{{entityid}}",
        summary="One constraint",
        handler=_get,
        scopes=_READ,
        response=wire.GetConstraintReferenceResponse,
        errors=(400, 404),
    ),
    Operation(
        name="createConstraintReference",
        method="PUT",
        path=f"{_PATH}/{{entityid}}",
        summary="Create a constraint",
        handler=_create,
        scopes=_WRITE,
        request=wire.PutConstraintReferenceParameters,
        response=wire.ChangeConstraintReferenceResponse,
        status=201,
        errors=(400, 409, 413),
        too_large=413,
    ),
    Operation(
        name="updateConstraintReference",
        method="PUT",
        path=f"{_PATH}/{{entityid}}/{{ovn:path}}",
        summary="Change a constraint",
        handler=_update,
        scopes=_WRITE,
        request=wire.PutConstraintReferenceParameters,
        response=wire.ChangeConstraintReferenceResponse,
        errors=(400, 409, 413),
        too_large=413,
    ),
    Operation(
        name="deleteConstraintReference",
        method="DELETE",
        path=f"{_PATH}/{{entityid}}/{{ovn:path}}",
        summary="Delete a constraint",
        handler=_delete,
        scopes=_WRITE,
        response=wire.ChangeConstraintReferenceResponse,
        errors=(400, 404, 409),
    ),
)
