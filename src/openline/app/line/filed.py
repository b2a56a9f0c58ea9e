"""What the record says of operational intents and constraints, for those who stand on the line."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from openline.airspace.entity import EntityKind, IntentState
from openline.airspace.extent import Extent
from openline.app.dss import records
from openline.formats.instants import parse_instant
from openline.line.agreement import Agreement
from openline.line.filed import Filed
from openline.store.ports import Record

_PUT: Final = {
    records.INTENT_PUT: EntityKind.INTENT,
    records.CONSTRAINT_PUT: EntityKind.CONSTRAINT,
}
_DELETED: Final = frozenset({records.INTENT_DELETED, records.CONSTRAINT_DELETED})
KINDS: Final = frozenset({*_PUT, *_DELETED})


@dataclass(frozen=True, slots=True)
class Gone:
    """The id of what was filed and is no more."""

    id: str


def managers_of(agreement: Agreement | None) -> dict[str, str]:
    """The party of each name that may manage an entity: of a party, or of its members."""
    if agreement is None:
        return {}
    return {
        name: party.id for party in agreement.parties for name in (party.id, *party.answers_for)
    }


def filed_of(record: Record, managers: dict[str, str]) -> Filed | Gone | None:
    """What a record says was filed, or is gone; None if it is of nobody on the line.

    What is deleted may have been anybody's: whoever keeps the line knows whether it stood there.
    """
    if record.kind in _DELETED:
        return Gone(msgspec.json.decode(record.body)["id"])
    if record.kind not in _PUT or record.party not in managers:
        return None
    body = msgspec.json.decode(record.body)
    extents = tuple(_extent(one) for one in body["extents"])
    kind = _PUT[record.kind]
    state = IntentState(body["state"]) if kind is EntityKind.INTENT else None
    return Filed(body["id"], managers[record.party], kind, record.sequence, extents, state)


def _extent(value: dict[str, Any]) -> Extent:
    return Extent(
        tuple(int(cell, 16) for cell in value["cells"]),
        value["altitude_lower_m"],
        value["altitude_upper_m"],
        parse_instant(value["time_start"]),
        parse_instant(value["time_end"]),
    )
