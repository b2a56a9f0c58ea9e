"""Alerts of live traffic as JSON: on the record in exactly one form, and as told.

On the record: {"altitudes":"pressure","closest_s":…,"enter_s":…,…}, keys sorted, without spaces,
nothing that is not known. Instants are UTC with `Z`, lengths metres, times seconds.
Law, held by tests/unit/test_announced.py: what is written reads back as the same value.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from openline.airspace.encounter.alerting import AlertEventKind, AlertLevel
from openline.airspace.entity import EntityKind
from openline.airspace.track.entry_alerts import EntryEvent, VolumeEntry
from openline.airspace.track.losses import Zero
from openline.airspace.track.obstacles import Obstacle
from openline.airspace.track.pair_alerts import PairEvent, PairLoss
from openline.errors import InvalidInput
from openline.formats.alert_words import LEVEL_WORDS
from openline.formats.instants import format_instant, parse_instant
from openline.formats.sky_events import event_object
from openline.line.announced import Announced, AnnouncedTold, Whose

_Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
_LEVELS: Final = {word: level for level, word in LEVEL_WORDS.items()}
_ZEROS: Final = {zero.name.lower(): zero for zero in Zero}


class _Aircraft(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    id: str
    name: str
    party: str | UnsetType = UNSET
    seen: bool = False


class _Into(Struct, forbid_unknown_fields=True, kw_only=True):
    id: str
    kind: EntityKind
    party: str


class _Head(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    kind: AlertEventKind
    level: Literal["preventive", "corrective", "warning"]
    time: str
    predicted_at: str
    enter_s: _Number
    altitudes: Literal["pressure", "ellipsoid", "mixed", "none"]


class _Pair(_Head, kw_only=True):
    first: _Aircraft
    second: _Aircraft
    exit_s: _Number
    closest_s: _Number
    lateral_m: _Number
    vertical_m: _Number | UnsetType = UNSET
    turning: bool = False


class _Entry(_Head, kw_only=True):
    aircraft: _Aircraft
    into: _Into
    turning: bool = False


def encode_announced(announced: Announced) -> bytes:
    """The one form of an entry; times to a thousandth of a second, lengths to a decimetre."""
    event = announced.event
    found: _Head
    if isinstance(event, PairEvent):
        found = _pair_of(event, announced.whose)
    else:
        found = _entry_of(event, announced.whose)
    return msgspec.json.encode(found, order="deterministic")


def decode_announced(data: bytes) -> Announced:
    """The value in that form. Raises: InvalidInput for anything else."""
    try:
        head = msgspec.json.decode(data, type=_Names)
        if head.aircraft is UNSET:
            return _of_pair(msgspec.json.decode(data, type=_Pair))
        return _of_entry(msgspec.json.decode(data, type=_Entry))
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidInput(f"it is no entry of an alert: {error}") from error


def announced_object(told: AnnouncedTold) -> dict[str, object]:
    """An entry as a party is told of it: as on the stream, with its number and whose is whose."""
    event = told.announced.event
    values = event_object(event)
    names = ("first", "second") if isinstance(event, PairEvent) else ("aircraft",)
    for name, whose in zip(names, told.announced.whose, strict=True):
        known: Any = values[name]
        values[name] = known | {"party": whose.party}
    return {"entry": told.entry} | values


class _Names(Struct):
    """Which of the two it is."""

    aircraft: msgspec.Raw | UnsetType = UNSET


def _pair_of(event: PairEvent, whose: tuple[Whose, ...]) -> _Pair:
    loss = event.loss
    first, second = whose
    return _Pair(
        kind=event.kind,
        level=_word(event.level),
        time=format_instant(event.time),
        predicted_at=format_instant(loss.time),
        enter_s=round(loss.enter_s, 3),
        altitudes=_zero(loss.zero),
        first=_aircraft(loss.first, loss.first_shown, first),
        second=_aircraft(loss.second, loss.second_shown, second),
        exit_s=round(loss.exit_s, 3),
        closest_s=round(loss.closest_s, 3),
        lateral_m=round(loss.lateral_m, 1),
        vertical_m=UNSET if loss.vertical_m is None else round(loss.vertical_m, 1),
        turning=loss.turning,
    )


def _entry_of(event: EntryEvent, whose: tuple[Whose, ...]) -> _Entry:
    entry = event.entry
    return _Entry(
        kind=event.kind,
        level=_word(event.level),
        time=format_instant(event.time),
        predicted_at=format_instant(entry.time),
        enter_s=round(entry.enter_s, 3),
        altitudes=_zero(entry.zero),
        aircraft=_aircraft(entry.track, entry.shown, whose[0]),
        into=_Into(id=entry.thing.id, kind=entry.kind, party=entry.thing.party),
        turning=entry.turning,
    )


def _of_pair(found: _Pair) -> Announced:
    first, second = found.first, found.second
    loss = PairLoss(
        first.id,
        second.id,
        first.name,
        second.name,
        parse_instant(found.predicted_at),
        found.enter_s,
        found.exit_s,
        found.closest_s,
        found.lateral_m,
        None if found.vertical_m is UNSET else found.vertical_m,
        _ZEROS[found.altitudes],
        _LEVELS[found.level],
        found.turning,
    )
    event = PairEvent(found.kind, _LEVELS[found.level], parse_instant(found.time), loss)
    return Announced(event, (_whose(first), _whose(second)))


def _of_entry(found: _Entry) -> Announced:
    aircraft, into = found.aircraft, found.into
    entry = VolumeEntry(
        aircraft.id,
        aircraft.name,
        Obstacle(into.id, into.kind, into.party),
        parse_instant(found.predicted_at),
        found.enter_s,
        _ZEROS[found.altitudes],
        _LEVELS[found.level],
        found.turning,
    )
    event = EntryEvent(found.kind, _LEVELS[found.level], parse_instant(found.time), entry)
    return Announced(event, (_whose(aircraft),))


def _aircraft(name: str, shown: str, whose: Whose) -> _Aircraft:
    party = UNSET if whose.party is None else whose.party
    return _Aircraft(id=name, name=shown, party=party, seen=whose.seen)


def _whose(aircraft: _Aircraft) -> Whose:
    return Whose(None if aircraft.party is UNSET else aircraft.party, aircraft.seen)


def _word(level: AlertLevel) -> Any:
    return LEVEL_WORDS[level]


def _zero(zero: Zero) -> Any:
    return zero.name.lower()
