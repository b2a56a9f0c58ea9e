"""What was observed of what was declared, as JSON: on the record in exactly one form, and as told.

On the record: {"change":"began","intent_id":…,"kind":"outside",…}, keys sorted, without spaces,
nothing that is not known. Instants are UTC with `Z`, lengths metres, times seconds.
Law, held by tests/unit/test_observed.py: what is written reads back as the same value.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from openline.airspace.conformance.discrepancy import (
    Change,
    ConformanceEvent,
    Discrepancy,
    DiscrepancyKind,
    Offset,
    sentence,
)
from openline.airspace.entity import IntentState
from openline.errors import InvalidInput
from openline.formats.instants import format_instant, parse_instant
from openline.geo.position import Position
from openline.line.observed import Observed, ObservedTold

_Metres = Annotated[float, Meta(ge=-1e9, le=1e9)]
_DIGITS: Final = 3


class _Offset(Struct, forbid_unknown_fields=True, kw_only=True):
    lateral_m: _Metres
    vertical_m: _Metres
    time_s: _Metres
    volume: Annotated[int, Meta(ge=0, le=2**31)]


class _Entry(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    change: Change
    time: str
    kind: DiscrepancyKind | UnsetType = UNSET
    intent_id: str | UnsetType = UNSET
    party: str | UnsetType = UNSET
    state: IntentState | UnsetType = UNSET
    track: str | UnsetType = UNSET
    offset: _Offset | UnsetType = UNSET
    declared: str | UnsetType = UNSET
    observed: str | UnsetType = UNSET
    lat: Annotated[float, Meta(ge=-90, le=90)] | UnsetType = UNSET
    lng: Annotated[float, Meta(ge=-180, le=180)] | UnsetType = UNSET


def encode_observed(observed: Observed) -> bytes:
    """The one form of an entry; lengths and times to a thousandth, places to 1e-7 degrees."""
    event, found, where = observed.event, observed.event.discrepancy, observed.where
    offset = None if found is None else found.offset
    entry = _Entry(
        change=event.change,
        time=format_instant(event.time),
        kind=_set(None if found is None else found.kind),
        intent_id=_set(event.intent_id),
        party=_set(event.party),
        state=_set(event.state),
        track=_set(None if found is None else found.track),
        offset=UNSET if offset is None else _offset(offset),
        declared=_set(None if found is None else found.declared),
        observed=_set(None if found is None else found.observed),
        lat=UNSET if where is None else round(where.lat_deg, 7),
        lng=UNSET if where is None else round(where.lng_deg, 7),
    )
    return msgspec.json.encode(entry, order="deterministic")


def decode_observed(data: bytes) -> Observed:
    """The value in that form. Raises: InvalidInput for anything else."""
    try:
        entry = msgspec.json.decode(data, type=_Entry)
        time = parse_instant(entry.time)
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidInput(f"it is no entry of what was observed: {error}") from error
    party, intent_id = _get(entry.party), _get(entry.intent_id)
    discrepancy = None
    if entry.kind is not UNSET:
        offset = entry.offset
        discrepancy = Discrepancy(
            entry.kind,
            intent_id,
            party,
            _get(entry.track),
            None
            if offset is UNSET
            else Offset(offset.lateral_m, offset.vertical_m, offset.time_s, offset.volume),
            _get(entry.declared),
            _get(entry.observed),
        )
    event = ConformanceEvent(entry.change, time, intent_id, party, _get(entry.state), discrepancy)
    where = None
    if entry.lat is not UNSET and entry.lng is not UNSET:
        where = Position(entry.lat, entry.lng)
    return Observed(event, where)


def observed_object(told: ObservedTold) -> dict[str, object]:
    """An entry as a party is told of it; `full` says whether that is all of it."""
    values: dict[str, object] = msgspec.json.decode(encode_observed(told.observed))
    head: dict[str, object] = {"event": "discrepancy", "entry": told.entry, "full": told.full}
    return head | values | {"words": words_of(told.observed.event)}


def words_of(event: ConformanceEvent) -> str:
    """The sentence of an event, also where the operation is not said."""
    if event.intent_id is None and event.party is not None:
        found = event.discrepancy
        if found is None:
            return f"an operation of {event.party} is {event.state}"
        if found.track is None:
            return f"{event.change}: {_NAMES[found.kind]}, {event.party}"
    return sentence(event)


_NAMES: Final[dict[DiscrepancyKind, str]] = {
    DiscrepancyKind.OUTSIDE: "outside its volumes",
    DiscrepancyKind.EARLY: "flies before its first volume begins",
    DiscrepancyKind.OVERRUN: "flies after its last volume ended",
    DiscrepancyKind.LOST: "no known position",
    DiscrepancyKind.NOT_SEEN: "declared as flying and not seen",
    DiscrepancyKind.UNDECLARED: "in the agreed area and not declared",
    DiscrepancyKind.OTHER_CLASS: "of another class than declared",
    DiscrepancyKind.OTHER_PARTY: "flown by another party than declared",
}


def _offset(offset: Offset) -> _Offset:
    return _Offset(
        lateral_m=round(offset.lateral_m, _DIGITS),
        vertical_m=round(offset.vertical_m, _DIGITS),
        time_s=round(offset.time_s, _DIGITS),
        volume=offset.volume,
    )


def _set(value: Any) -> Any:
    return UNSET if value is None else value


def _get(value: Any) -> Any:
    return None if value is UNSET else value
