"""The line as it was: which instant is asked for, and when something happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from openline.api.line.call import ANYBODY, PREFIX, caller_party, line_of
from openline.api.operation import Call, Operation
from openline.app.line.replay import Then, moments_of, then_of
from openline.errors import InvalidInput
from openline.formats.instants import parse_utc
from openline.formats.line_board import values_of

_DIGITS_MAX: Final = 15
THEN_QUERY: Final = {
    "at": "As it was at this instant, by the record",
    "entry": "As it was after this entry of the record",
}


class Moment(Struct, omit_defaults=True):
    """Something on the record that the party was told of. name: `message`, `event` or `agreement`;
    kind: of the message, the event's name, the agreement's id."""

    entry: int
    time: datetime
    name: str
    kind: str
    party: str
    thread: str | None = None


class Moments(Struct, omit_defaults=True):
    """Moments in the order of the record. next: give it as `after` for more; absent at the end.
    first, last: the times of the first and the last entry of the record."""

    moments: list[Moment]
    next: int | None = None
    first: datetime | None = None
    last: datetime | None = None


def then_asked(call: Call) -> Then | None:
    """The instant that is asked for; None for now. Raises: InvalidInput."""
    at, entry = instant_of(call.query, "at"), number_of(call.query, "entry")
    if at is None and entry is None:
        return None
    return then_of(line_of(call), at, entry, call.now)


def instant_of(query: Mapping[str, str], name: str) -> datetime | None:
    """An instant in the query; None if it is not there. Raises: InvalidInput."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return parse_utc(text)
    except InvalidInput as error:
        error.at(field=name)
        raise


def number_of(query: Mapping[str, str], name: str) -> int | None:
    """The number of an entry in the query; None if it is not there. Raises: InvalidInput."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX):
        raise InvalidInput("it is no number of an entry", field=name)
    return int(text)


def _moments(call: Call) -> dict[str, Any]:
    found = moments_of(
        line_of(call),
        caller_party(call),
        instant_of(call.query, "from"),
        instant_of(call.query, "to"),
        number_of(call.query, "after"),
    )
    return values_of(found)


OPERATIONS: Final = (
    Operation(
        name="listMoments",
        method="GET",
        path=f"{PREFIX}/moments",
        summary="When something happened that the caller's party was told of",
        handler=_moments,
        scopes=ANYBODY,
        response=Moments,
        errors=(400, 404),
        query={
            "from": "Only from this instant on",
            "to": "Only up to this instant",
            "after": "Only after this entry of the record",
        },
    ),
)
