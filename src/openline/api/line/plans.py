"""Plans before they are sent: what a file holds, and what a plan would come too close to."""

from typing import Any, Final

import msgspec

from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.api.line import plan_wire as wire
from openline.api.line.call import ANYBODY, PREFIX, caller_party, line_of
from openline.api.line.read_options import READ_QUERY, reading_of, source_of
from openline.api.operation import Call, Operation
from openline.app.line.check_plan import PlanChecked, PlanConflict, check_plan
from openline.app.line.plans import PlanRead, PlansRead, read_plans
from openline.errors import OpenlineError
from openline.formats.instants import format_instant
from openline.formats.line_board import values_of
from openline.formats.line_volume import Volume, volume_value, volumes_of


def _read(call: Call) -> dict[str, Any]:
    party = caller_party(call)
    found = read_plans(call.raw_body, source_of(call.query), reading_of(call.query, party))
    return _read_values(found)


def _read_values(found: PlansRead) -> dict[str, Any]:
    values: dict[str, Any] = {
        "entities": [_entity(one) for one in found.plans],
        "problems": [_problem(one) for one in found.problems],
        "warnings": list(found.warnings),
    }
    if found.format_name is not None:
        values["format"] = found.format_name
    return values


def _entity(plan: PlanRead) -> dict[str, Any]:
    entity = plan.entity
    times = [(one.time_start, one.time_end) for one in plan.volumes]
    if isinstance(entity, Notice):
        times.append((entity.time_start, entity.time_end))
    values: dict[str, Any] = {
        "id": entity.id,
        "name": plan.name,
        "kind": entity.kind.value,
        "volumes": [volume_value(one) for one in plan.volumes],
        "warnings": list(plan.warnings),
        "time_start": format_instant(min(start for start, _ in times)),
        "time_end": format_instant(max(end for _, end in times)),
    }
    text = None
    if isinstance(entity, OperationalIntent):
        values |= {"state": entity.state.value, "priority": entity.priority}
    elif isinstance(entity, Constraint):
        text = entity.reason
    else:
        text = entity.text
    return values if text is None else values | {"text": text}


def _problem(error: OpenlineError) -> wire.PlanProblem:
    line, element, field = (error.facts.get(name) for name in ("line", "element", "field"))
    return wire.PlanProblem(
        error.problem,
        error.cure,
        line if isinstance(line, int) else None,
        None if element is None else str(element),
        None if field is None else str(field),
        error.code,
    )


def _check(call: Call) -> dict[str, Any]:
    asked: wire.CheckAsked = call.body
    found = check_plan(
        line_of(call),
        caller_party(call),
        volumes_of(plain_volumes(asked.volumes), "volumes"),
        call.now,
        flight_class=asked.flight_class,
        ignore=asked.ignore,
        thread=asked.thread,
    )
    return _checked_values(found)


def plain_volumes(volumes: list[Volume]) -> list[dict[str, Any]]:
    """Volumes of a body as the JSON values they came as."""
    found: list[dict[str, Any]] = msgspec.to_builtins(volumes)
    return found


def _checked_values(found: PlanChecked) -> dict[str, Any]:
    return {
        "now": format_instant(found.now),
        "entry": found.entry,
        "conflicts": [conflict_values(one) for one in found.conflicts],
        "compared": found.compared,
        "not_compared": found.hidden,
        "sentence": found.sentence,
    }


def conflict_values(found: PlanConflict) -> dict[str, Any]:
    """What a plan would come too close to, as it travels."""
    return values_of(found) | {"near_miss": bool(found.infringed)}


OPERATIONS: Final = (
    Operation(
        name="readPlans",
        method="POST",
        path=f"{PREFIX}/plans/read",
        summary="What a file of plans holds, as volumes of messages; nothing is written",
        handler=_read,
        scopes=ANYBODY,
        media_type="application/octet-stream",
        response=wire.PlansRead,
        errors=(400, 404),
        too_large=413,
        query=READ_QUERY,
    ),
    Operation(
        name="checkPlan",
        method="POST",
        path=f"{PREFIX}/check",
        summary="What a plan would come too close to, before it is sent; nothing is written",
        handler=_check,
        scopes=ANYBODY,
        request=wire.CheckAsked,
        response=wire.Checked,
        errors=(400, 404),
        too_large=413,
    ),
)
