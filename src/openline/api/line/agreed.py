"""What the parties agreed, as far as a screen shows it: the area, the minima, who they are."""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from openline.api.line.board_wire import ClassMinima, Separation
from openline.api.line.call import ANYBODY, PREFIX, caller_party, line_of
from openline.api.operation import Call, Operation
from openline.formats.instants import format_instant
from openline.formats.line_board import values_of
from openline.formats.line_volume import outline_value
from openline.line.agreement import Agreement, Party


class ContactAgreed(Struct, omit_defaults=True):
    """Somebody of a party who can be reached."""

    role: str
    phone: str | None = None
    email: str | None = None


class PartyAgreed(Struct):
    """One side of the line. ladder: whom an alarm calls, from the first step up."""

    id: str
    name: str
    answers_for: list[str]
    contacts: list[ContactAgreed]
    ladder: list[str]
    channels: list[str]
    frequencies_mhz: list[float]


class ClassAgreed(Struct):
    """A class of flight."""

    id: str
    name: str


class AgreementAgreed(Struct):
    """The agreement in force. area: an unlocated notice stands for all of it."""

    id: str
    version: int
    time_start: datetime
    time_end: datetime
    area: dict[str, Any]
    separation: Separation
    class_minima: list[ClassMinima]
    classes: list[ClassAgreed]
    parties: list[PartyAgreed]


def _agreement(call: Call) -> dict[str, Any]:
    line = line_of(call)
    caller_party(call)  # refuses who is of no party
    return _values(line.look(lambda found, _position: found.state.agreed()))


def _values(agreed: Agreement) -> dict[str, Any]:
    return {
        "id": agreed.id,
        "version": agreed.version,
        "time_start": format_instant(agreed.time_start),
        "time_end": format_instant(agreed.time_end),
        "area": outline_value(agreed.area),
        "separation": values_of(agreed.separation),
        "class_minima": [values_of(one) for one in agreed.class_minima],
        "classes": [values_of(one) for one in agreed.classes],
        "parties": [_party(one) for one in agreed.parties],
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "name": party.name,
        "answers_for": list(party.answers_for),
        "contacts": [values_of(one) for one in party.contacts],
        "ladder": list(party.ladder),
        "channels": [one.value for one in party.channels],
        "frequencies_mhz": list(party.frequencies_mhz),
    }


OPERATION: Final = Operation(
    name="getAgreement",
    method="GET",
    path=f"{PREFIX}/agreement",
    summary="What the parties agreed: the area, the minima, the classes of flight, the parties",
    handler=_agreement,
    scopes=ANYBODY,
    response=AgreementAgreed,
    errors=(404,),
)
