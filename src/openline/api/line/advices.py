"""Ways out of conflicts over HTTP, and when a place is free."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.move import Change
from openline.api.line import advice_wire as wire
from openline.api.line.call import ANYBODY, PREFIX, caller_party, line_of
from openline.api.line.plans import conflict_values, plain_volumes
from openline.api.operation import Call, Operation
from openline.app.line.advise_line import LineAdvice, Way, advise_on_line
from openline.app.line.advise_mover import Asked
from openline.app.line.free_windows import LineWindows, windows_on_line
from openline.errors import InvalidInput
from openline.formats.instants import format_instant, parse_utc
from openline.formats.line_board import values_of
from openline.formats.line_volume import footprint_of, volume_value, volumes_of
from openline.geo.footprint import Footprint
from openline.line.seen import ASKED
from openline.line.turns import LineTurn


def _advise(call: Call) -> dict[str, Any]:
    body: wire.AdviceAsked = call.body
    party = caller_party(call)
    asked = Asked(
        party,
        _one_of(body),
        body.flight_class,
        body.thread,
        body.conflict,
        body.moves,
        limits_of(body.limits),
        Costs(**msgspec.structs.asdict(body.costs)),
        body.count,
    )
    return advice_values(advise_on_line(line_of(call), asked, call.now), party)


def _one_of(body: wire.AdviceAsked) -> Any:
    given = [name for name in ("volumes", "thread", "conflict") if getattr(body, name) is not None]
    if len(given) != 1:
        raise InvalidInput(
            f"{' and '.join(given) or 'nothing'} given",
            cure="give one of volumes, thread and conflict",
            field=given[-1] if given else "volumes",
        )
    for name in ("moves", "flight_class"):
        wanted = "conflict" if name == "moves" else "volumes"
        if getattr(body, name) is not None and wanted not in given:
            field = "class" if name == "flight_class" else name
            raise InvalidInput(f"it belongs to {wanted} alone", field=field)
    return volumes_of(plain_volumes(body.volumes or []), "volumes")


def limits_of(body: wire.AdviceLimits) -> Limits:
    """The limits as they came. Raises: InvalidInput with `field`."""
    return Limits(
        later=timedelta(seconds=body.later_s),
        earlier=timedelta(seconds=body.earlier_s),
        earliest=_instant(body.earliest, "limits.earliest"),
        latest=_instant(body.latest, "limits.latest"),
        climb_m=body.climb_m,
        floor_m=body.floor_m,
        ceiling_m=body.ceiling_m,
        sideways_m=body.sideways_m,
        narrowest=body.narrowest,
        area=_area(body.area),
        shortest=timedelta(seconds=body.shortest_s),
        time_step=timedelta(seconds=body.time_step_s),
        height_step_m=body.height_step_m,
    )


def _instant(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_utc(text)
    except InvalidInput as error:
        error.at(field=field)
        raise


def _area(area: wire.AdviceArea | None) -> Footprint | None:
    if area is None:
        return None
    values = {name: value for name, value in msgspec.to_builtins(area).items() if value is not None}
    try:
        return footprint_of(values)
    except InvalidInput as error:
        error.at(field="limits.area")
        raise


def advice_values(found: LineAdvice, party: str) -> dict[str, Any]:
    """Advice as it travels."""
    values: dict[str, Any] = {
        "now": format_instant(found.now),
        "entry": found.entry,
        "party": found.party,
        "own": found.party == party,
        "rule": list(found.rule),
        "why": [_turn(one) for one in found.why],
        "conflicts": [conflict_values(one) for one in found.conflicts],
        "alternatives": [_way(one) for one in found.ways],
        "blockers": [values_of(one) for one in found.blockers],
        "not_compared": found.hidden,
        "sentence": found.sentence,
    }
    places = {"thread": found.thread, "conflict": found.conflict, "moves": found.moves}
    return values | {name: value for name, value in places.items() if value is not None}


def _turn(turn: LineTurn) -> dict[str, str]:
    """Of a plan that is not sent yet the thread is absent."""
    known = turn.thread is not None and turn.thread != ASKED
    return {"rule": turn.rule.value} | ({"moves": turn.thread or ""} if known else {})


def _way(way: Way) -> dict[str, Any]:
    return {
        "cost_s": round(way.found.cost, 3),
        "words": way.words,
        "sentence": way.sentence,
        "changes": [_change(one) for one in way.found.changes],
        "volumes": [volume_value(one) for one in way.volumes],
        "time_start": format_instant(min(one.time_start for one in way.volumes)),
        "time_end": format_instant(max(one.time_end for one in way.volumes)),
    }


def _change(change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {
        "volumes": list(change.volumes),
        "delay_s": change.delay.total_seconds(),
        "climb_m": round(change.climb_m, 3),
        "sideways_m": round(change.sideways_m, 3),
        "narrower_m": round(change.narrower_m, 3),
        "lost_s": change.lost.total_seconds(),
    }
    return values | ({"bearing_deg": change.bearing_deg} if change.sideways_m else {})


def _windows(call: Call) -> dict[str, Any]:
    body: wire.WindowsAsked = call.body
    start, end = _instant(body.start, "from"), _instant(body.end, "to")
    assert start is not None
    assert end is not None
    found = windows_on_line(
        line_of(call),
        caller_party(call),
        volumes_of(plain_volumes(body.volumes), "volumes"),
        (start, end),
        call.now,
        body.flight_class,
    )
    return windows_values(found)


def windows_values(found: LineWindows) -> dict[str, Any]:
    """Free windows as they travel."""
    return {
        "now": format_instant(found.now),
        "entry": found.entry,
        "volumes": [
            {
                "free": [_span(window) for window in one.free],
                "taken": [
                    {"thread": by.thread, "party": by.party, "name": by.name}
                    | _span((by.time_start, by.time_end))
                    for by in one.taken
                ],
            }
            for one in found.volumes
        ],
        "not_compared": found.hidden,
    }


def _span(window: Sequence[datetime]) -> dict[str, str]:
    return {"time_start": format_instant(window[0]), "time_end": format_instant(window[1])}


OPERATIONS: Final = (
    Operation(
        name="advise",
        method="POST",
        path=f"{PREFIX}/advice",
        summary="Ways out of what a plan, a thread or a conflict is in; nothing is written",
        handler=_advise,
        scopes=ANYBODY,
        request=wire.AdviceAsked,
        response=wire.Advice,
        errors=(400, 404),
        too_large=413,
    ),
    Operation(
        name="findWindows",
        method="POST",
        path=f"{PREFIX}/advice/windows",
        summary="When places and heights are free over a period",
        handler=_windows,
        scopes=ANYBODY,
        request=wire.WindowsAsked,
        response=wire.Windows,
        errors=(400, 404),
        too_large=413,
    ),
)
