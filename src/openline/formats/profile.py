"""The fields that GeoJSON, JSON lines and tables share: from fields to entities and back.

One feature or row is one volume (or several, if its geometry has several parts); those with the
same party and id are one entity. Written limits keep their value, unit and datum, instants their
microseconds, so that what was written reads back as it was.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from openline.airspace.entity import (
    Constraint,
    Entity,
    EntityKind,
    IntentState,
    Notice,
    OperationalIntent,
)
from openline.airspace.volume import Volume4D
from openline.errors import InvalidAltitude, InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats.collector import Collector
from openline.formats.fields import Fields
from openline.formats.instants import format_instant
from openline.formats.traffic import Traffic
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.footprint import Footprint
from openline.limits import TEXT_MAX, TIME_MAX, TIME_MIN

NOTICE_TEXT_MAX: Final = 20 * TEXT_MAX
_Kept = TypeVar("_Kept", Constraint, Notice)


class ProfileReader:
    """Turns fields and footprints into entities. Call `finish` once, at the end of the file."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._intents: dict[tuple[str, str], tuple[object, ...]] = {}
        self._constraints: dict[tuple[str, str], Constraint] = {}
        self._notices: dict[tuple[str, str], Notice] = {}

    def add(self, fields: Fields, footprints: list[Footprint], element: str, spare_id: str) -> None:
        """Add the entity, or its volumes to the one with the same party and id.

        `element` is its place for `source`; `spare_id` its id, if the fields name none.
        Raises: InvalidInput and its kinds.
        """
        kind = fields.choice("kind", EntityKind) or EntityKind.INTENT
        entity_id = fields.identifier(kind.value) or fields.identifier("id") or spare_id
        party = self._collector.party(fields.identifier("party"))
        source = f"{self._collector.source}, {element}"
        if not footprints and kind is not EntityKind.NOTICE:
            raise InvalidGeometry(
                f"{kind.value} {entity_id!r} has no place",
                cure="give it a geometry, or kind notice",
            )
        if kind is EntityKind.INTENT:
            self._add_intent(fields, footprints, entity_id, party, source)
        elif kind is EntityKind.CONSTRAINT:
            self._add_constraint(fields, footprints, entity_id, party, source)
        else:
            self._add_notice(fields, footprints, entity_id, party, source)

    def finish(self) -> Traffic:
        """Everything of the file."""
        for constraint in self._constraints.values():
            self._collector.add_constraint(constraint)
        for notice in self._notices.values():
            self._collector.add_notice(notice)
        return self._collector.traffic()

    def _add_intent(
        self, fields: Fields, footprints: list[Footprint], entity_id: str, party: str, source: str
    ) -> None:
        intent = OperationalIntent(
            entity_id,
            party,
            self._volumes(fields, footprints, EntityKind.INTENT),
            fields.choice("state", IntentState) or IntentState.ACCEPTED,
            fields.integer("priority") or 0,
            fields.text("name"),
            source,
        )
        stated = (intent.state, intent.priority, intent.name)
        if self._intents.setdefault((party, entity_id), stated) != stated:
            self._collector.warn(
                f"the volumes of intent {entity_id!r} differ in state, priority or name: "
                "the first are taken"
            )
        self._collector.add_intent(intent)

    def _add_constraint(
        self, fields: Fields, footprints: list[Footprint], entity_id: str, party: str, source: str
    ) -> None:
        volumes = self._volumes(fields, footprints, EntityKind.CONSTRAINT)
        known = self._constraints.get((party, entity_id))
        self._constraints[party, entity_id] = (
            Constraint(
                entity_id, party, volumes, fields.text("reason"), fields.text("name"), source
            )
            if known is None
            else replace(known, volumes=known.volumes + volumes)
        )

    def _add_notice(
        self, fields: Fields, footprints: list[Footprint], entity_id: str, party: str, source: str
    ) -> None:
        volumes = self._volumes(fields, footprints, EntityKind.NOTICE) if footprints else ()
        start, end = _window(fields, EntityKind.NOTICE)
        start = fields.instant("notice_time_start") or start
        end = fields.instant("notice_time_end") or end
        text = fields.text("text", NOTICE_TEXT_MAX, keep="\n")
        known = self._notices.get((party, entity_id))
        self._notices[party, entity_id] = (
            Notice(entity_id, party, start, end, volumes, text, fields.text("name"), source)
            if known is None
            else replace(
                known,
                time_start=min(known.time_start, start),
                time_end=max(known.time_end, end),
                volumes=known.volumes + volumes,
            )
        )

    def _volumes(
        self, fields: Fields, footprints: list[Footprint], kind: EntityKind
    ) -> tuple[Volume4D, ...]:
        start, end = _window(fields, kind)
        lower, upper = self._limits(fields, kind)
        band = self._collector.band
        return tuple(Volume4D(f, band(lower, upper, f), start, end) for f in footprints)

    def _limits(self, fields: Fields, kind: EntityKind) -> tuple[Altitude, Altitude]:
        lower, upper = fields.altitude("altitude_lower"), fields.altitude("altitude_upper")
        for name, limit in (("altitude_lower", lower), ("altitude_upper", upper)):
            if limit is None and kind is EntityKind.INTENT:
                raise InvalidAltitude(
                    f"an intent without {name}",
                    cure=f'give {name} as 120, "400 ft AMSL" or "FL100"',
                    field=name,
                )
        if lower is None:
            self._collector.warn(f"a {kind.value} without altitude_lower is from the surface up")
        if upper is None:
            self._collector.warn(f"a {kind.value} without altitude_upper is unlimited upwards")
        return lower or SURFACE, upper or UNLIMITED


def _window(fields: Fields, kind: EntityKind) -> tuple[datetime, datetime]:
    start, end = fields.instant("time_start"), fields.instant("time_end")
    if kind is EntityKind.CONSTRAINT:
        return start or TIME_MIN, end or TIME_MAX
    if start is None or end is None:
        name = "time_start" if start is None else "time_end"
        raise InvalidTimeRange(
            f"an {kind.value} without {name}" if kind is EntityKind.INTENT else f"no {name}",
            cure=f"give {name} as 2026-11-22T10:00:00Z",
            field=name,
        )
    return start, end


def properties_of(entity: Entity, volume: Volume4D | None) -> dict[str, object]:
    """The fields of one volume of an entity, or of an unlocated notice; absent values left out."""
    fields: dict[str, object | None] = {
        "kind": entity.kind.value,
        entity.kind.value: entity.id,
        "party": entity.party,
        "name": entity.name,
    }
    if isinstance(entity, OperationalIntent):
        fields |= {"state": entity.state.value, "priority": entity.priority}
    elif isinstance(entity, Constraint):
        fields["reason"] = entity.reason
    else:
        fields["text"] = entity.text
    fields |= _written_window(entity, volume)
    if volume is not None:
        fields |= _written_limit("altitude_lower", volume.altitude.lower)
        fields |= _written_limit("altitude_upper", volume.altitude.upper)
    return {name: value for name, value in fields.items() if value is not None}


def _written_window(entity: Entity, volume: Volume4D | None) -> dict[str, object | None]:
    if isinstance(entity, Notice):
        whole = (entity.time_start, entity.time_end)
        if volume is None or whole == (volume.time_start, volume.time_end):
            return _instants("", *whole)
        return _instants("", volume.time_start, volume.time_end) | _instants("notice_", *whole)
    if volume is None:
        raise InvalidInput(f"{entity.kind.value} {entity.id!r} has no volume")
    window = _instants("", volume.time_start, volume.time_end)
    if isinstance(entity, Constraint):
        # a permanent constraint has no times, as in the files it comes from
        if volume.time_start == TIME_MIN:
            del window["time_start"]
        if volume.time_end == TIME_MAX:
            del window["time_end"]
    return window


def _instants(prefix: str, start: datetime, end: datetime) -> dict[str, object | None]:
    return {
        f"{prefix}time_start": format_instant(start),
        f"{prefix}time_end": format_instant(end),
    }


def _written_limit(name: str, limit: Altitude) -> dict[str, object | None]:
    if limit == UNLIMITED:
        return {name: "UNL"}
    if limit == SURFACE:
        return {name: "SFC"}
    unit, reference = limit.unit.value.lower(), limit.reference.value
    if limit.reference is AltitudeReference.FL:
        level = limit.value / 100
        if limit.unit is AltitudeUnit.FT and level.is_integer() and 0 <= level < 10_000:
            return {name: f"FL{level:03.0f}"}
        reference = "STD"  # a pressure altitude that is no whole flight level
    return {name: limit.value, f"{name}_unit": unit, f"{name}_reference": reference}
