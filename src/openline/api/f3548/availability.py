"""`/dss/v1/uss_availability`."""

from typing import Final

from openline.airspace.reference import UssAvailability
from openline.api.f3548 import to_wire, wire
from openline.api.operation import Call, Later, Operation
from openline.app.dss.availability import get_availability, set_availability
from openline.app.dss.rules import ARBITRATION, CONFORMANCE, STRATEGIC
from openline.errors import InvalidInput

_PATH: Final = "/dss/v1/uss_availability/{uss_id:path}"
_STATES: Final = {state.value.lower(): state for state in UssAvailability} | {
    "": UssAvailability.UNKNOWN
}


def _get(call: Call) -> object:
    return to_wire.availability(get_availability(call.services, call.path["uss_id"]))


def _set(call: Call) -> object:
    body: wire.SetUssAvailabilityStatusParameters = call.body
    state = _STATES.get(body.availability.lower())
    if state is None:
        raise InvalidInput(
            "no availability", cure="give Unknown, Normal or Down", field="availability"
        )
    uss_id, old_version = call.path["uss_id"], body.old_version or ""
    future = set_availability(call.services, call.caller, uss_id, state, old_version, call.now)
    return Later(future, to_wire.availability)


OPERATIONS: Final = (
    Operation(
        name="getUssAvailability",
        method="GET",
        path=_PATH,
        summary="The availability of a USS; Unknown if nobody has set it",
        handler=_get,
        scopes=(frozenset({ARBITRATION}), frozenset({STRATEGIC}), frozenset({CONFORMANCE})),
        response=wire.UssAvailabilityStatusResponse,
        errors=(400,),
    ),
    Operation(
        name="setUssAvailability",
        method="PUT",
        path=_PATH,
        summary="Set the availability of a USS",
        handler=_set,
        scopes=(frozenset({ARBITRATION}),),
        request=wire.SetUssAvailabilityStatusParameters,
        response=wire.UssAvailabilityStatusResponse,
        errors=(400, 409),
    ),
)
