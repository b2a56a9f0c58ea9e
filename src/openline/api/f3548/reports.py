"""`/dss/v1/reports`."""

from typing import Final

from openline.api.bodies import read_object
from openline.api.f3548 import wire
from openline.api.operation import Call, Later, Operation
from openline.app.dss.make_report import make_report
from openline.app.dss.rules import (
    ARBITRATION,
    CONFORMANCE,
    CONSTRAINT_MANAGEMENT,
    CONSTRAINT_PROCESSING,
    STRATEGIC,
)


def _make(call: Call) -> object:
    content = read_object(call.raw_body)
    return Later(make_report(call.services, call.caller, content, call.now), lambda answer: answer)


OPERATIONS: Final = (
    Operation(
        name="makeDssReport",
        method="POST",
        path="/dss/v1/reports",
        summary="Report a fault between parties; it is archived",
        handler=_make,
        scopes=tuple(
            frozenset({scope})
            for scope in (
                CONSTRAINT_MANAGEMENT,
                CONSTRAINT_PROCESSING,
                STRATEGIC,
                CONFORMANCE,
                ARBITRATION,
            )
        ),
        request=wire.ErrorReport,
        response=wire.ErrorReport,
        status=201,
        errors=(400,),
    ),
)
