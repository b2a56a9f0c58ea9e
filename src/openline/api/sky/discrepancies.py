"""`/sky/v1/discrepancies` and `/sky/v1/alerts`: what of the observed sky is on the record."""

from typing import Any, Final

import msgspec

from openline.api.operation import Call, Operation
from openline.api.sky import wire
from openline.api.sky.positions import PREFIX, VIEWERS
from openline.app.line.look import party_of
from openline.app.line.services import LineServices
from openline.app.sky.told import alerts_told_after, told_after
from openline.errors import InvalidInput, NotFound
from openline.formats.announced_json import announced_object
from openline.formats.observed_json import observed_object

_AT_ONCE: Final = 1_000
_DIGITS_MAX: Final = 15


class Discrepancies(msgspec.Struct):
    """What the caller may read of them, in the order of the record. `entry`: the last entry that
    was looked at: give it as `after` for more; the end is reached where it stays the same."""

    discrepancies: list[dict[str, Any]]
    entry: int


class Alerts(msgspec.Struct):
    """As `Discrepancies`, of alerts."""

    alerts: list[dict[str, Any]]
    entry: int


def _list(call: Call) -> Discrepancies:
    line, party, after = _asked(call)
    told, last = told_after(line, party, after, _AT_ONCE)
    return Discrepancies([observed_object(one) for one in told], last)


def _alerts(call: Call) -> Alerts:
    line, party, after = _asked(call)
    told, last = alerts_told_after(line, party, after, _AT_ONCE)
    return Alerts([announced_object(one) for one in told], last)


def _asked(call: Call) -> tuple[LineServices, str, int]:
    """The line, the caller's party on it, and the entry that it has read to."""
    line = call.services.line
    if line is None:
        raise NotFound("this server carries no line", cure="start it with --agreement FILE")
    text = call.query.get("after", "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX):
        raise InvalidInput("it is no number of an entry", field="after")
    return line, party_of(line, call.caller.sub), int(text)


OPERATIONS: Final = (
    Operation(
        name="listDiscrepancies",
        method="GET",
        path=f"{PREFIX}/discrepancies",
        summary="What was observed and is not as declared, as far as the caller may read it",
        handler=_list,
        scopes=VIEWERS,
        response=wire.Discrepancies,
        errors=(400, 404),
        query={"after": "only those after this entry of the record"},
    ),
    Operation(
        name="listAlerts",
        method="GET",
        path=f"{PREFIX}/alerts",
        summary="Alerts of live traffic on the record, as far as the caller may read them",
        handler=_alerts,
        scopes=VIEWERS,
        response=wire.Alerts,
        errors=(400, 404),
        query={"after": "only those after this entry of the record"},
    ),
)
