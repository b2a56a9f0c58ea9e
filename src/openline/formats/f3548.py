"""ASTM F3548-21 JSON, in and out.

Source: ASTM F3548-21 annex A4, the UTM API 1.0.0 (OpenAPI): Volume4D, OperationalIntent,
    Constraint and the messages that carry them.
Read: a Volume4D or an array of them (one intent); an operational intent or constraint
    (`reference` and `details`), an array of them, or an object that holds one or many; details
    alone; the `extents` of a PUT. `manager` is the party. Off-nominal volumes count as the others;
    one that equals a nominal volume is read once.
Refused: altitudes other than W84 metres, radii other than metres, instants other than RFC 3339,
    intents with an open end in time or altitude, references without details.
Left out: OVN, version, URL, subscription, the fields of a geozone other than its reason.
Errs toward: refusing; a constraint that leaves a limit or an end open has none there.
Written: see `f3548_write`.
"""

import re
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from openline.airspace.entity import Constraint, EntityKind, IntentState, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.collector import Collector
from openline.formats.f3548_volume import is_volume, object_at, volume_of
from openline.formats.f3548_write import write
from openline.formats.fields import Fields, shown
from openline.formats.traffic import ReadOptions, Traffic

__all__ = ["read", "recognises", "write"]

_NAMES: Final = re.compile(
    r'"(outline_polygon|outline_circle|operational_intents?|constraints?|extents|uss_base_url'
    r'|off_nominal_volumes|volumes)"\s*:'
)
_HOLDERS: Final = {
    "operational_intents": EntityKind.INTENT,
    "operational_intent": EntityKind.INTENT,
    "constraints": EntityKind.CONSTRAINT,
    "constraint": EntityKind.CONSTRAINT,
}
_DETAILS: Final = ("volumes", "off_nominal_volumes")
_GEOZONE_REASONS: Final = ("message", "other_reason_info", "name", "identifier")


def recognises(head: str) -> bool:
    """Whether the head is JSON with names of F3548."""
    return head.lstrip()[:1] in ("{", "[") and _NAMES.search(head) is not None


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Everything in an F3548 file. Raises: InvalidInput and its kinds, with file and element."""
    reader = _Reader(source, options)
    reader.document(json_text.decode(data, source))
    return reader.collector.traffic()


class _Entity(NamedTuple):
    """The parts of an entity, whichever message it came in."""

    kind: EntityKind
    reference: dict[str, Any]
    details: dict[str, Any]


class _Reader:
    def __init__(self, source: str, options: ReadOptions) -> None:
        self.collector = Collector(source, options)
        self._count = 0

    def document(self, value: object) -> None:
        """Anything the file may be."""
        if isinstance(value, list):
            if value and all(is_volume(member) for member in value):
                self._entity({"volumes": value}, None, "array")
            else:
                self._entities(value, None, "")
            return
        held = [
            name for name in _HOLDERS if isinstance(value, dict) and value.get(name) is not None
        ]
        if not isinstance(value, dict) or not held:
            self._entity(value, None, "object")
            return
        for name in held:
            members = value[name]
            if isinstance(members, list):
                self._entities(members, _HOLDERS[name], name)
            else:
                self._entity(members, _HOLDERS[name], name)

    def _entities(self, members: list[Any], kind: EntityKind | None, name: str) -> None:
        if not members and kind is None:
            self.collector.warn("there is nothing in it")
        for number, member in enumerate(members):
            self._entity(member, kind, f"{name}[{number}]")

    def _entity(self, value: object, kind: EntityKind | None, element: str) -> None:
        self._count += 1
        with self.collector.element(element):
            parts = _parts(object_at(value, element), kind)
            reference, details = Fields(parts.reference), Fields(parts.details)
            party = self.collector.party(reference.identifier("manager"))
            entity_id = reference.identifier("id") or self._spare_id()
            source = f"{self.collector.source}, {element}"
            volumes = self._volumes(parts)
            if parts.kind is EntityKind.CONSTRAINT:
                constraint = Constraint(
                    entity_id, party, volumes, _reason(parts.details), source=source
                )
                self.collector.add_constraint(constraint)
                return
            state = reference.choice("state", IntentState) or IntentState.ACCEPTED
            priority = details.integer("priority") or 0
            intent = OperationalIntent(entity_id, party, volumes, state, priority, source=source)
            self.collector.add_intent(intent)

    def _spare_id(self) -> str:
        stem = PurePath(self.collector.source).stem
        word = "stdin" if stem in ("", "-", "<stdin>") else stem
        return word if self._count == 1 else f"{word}-{self._count}"

    def _volumes(self, parts: _Entity) -> tuple[Volume4D, ...]:
        found: list[Volume4D] = []
        for name in _DETAILS:
            members = parts.details.get(name) or []
            if not isinstance(members, list):
                raise InvalidInput(
                    f"{shown(members)} is not an array", cure="give an array", field=name
                )
            volumes = [
                volume_of(member, f"{name}[{number}]", parts.kind, self.collector)
                for number, member in enumerate(members)
            ]
            nominal = set(found)
            found += [volume for volume in volumes if volume not in nominal]
        return tuple(found)


def _parts(body: dict[str, Any], kind: EntityKind | None) -> _Entity:
    """The entity in an object. Raises: InvalidInput if there is none."""
    for name, held in _HOLDERS.items():
        if isinstance(body.get(name), dict):
            body, kind = body[name], held
            break
    if body.get("details") is not None:
        reference = object_at(body.get("reference") or {}, "reference")
        details = object_at(body["details"], "details")
        # the standard gives every intent's reference a state, and no constraint's
        stateless = bool(reference) and reference.get("state") is None
        return _Entity(kind or _kind(details, stateless), reference, details)
    if body.get("extents") is not None:
        extents = body["extents"]
        volumes = extents if isinstance(extents, list) else [extents]
        stateless = body.get("uss_base_url") is not None and body.get("state") is None
        details = {"volumes": volumes}
        return _Entity(kind or _kind(details, stateless), {"state": body.get("state")}, details)
    if any(body.get(name) is not None for name in _DETAILS):
        return _Entity(kind or _kind(body, False), {}, body)
    if is_volume(body):
        return _Entity(kind or EntityKind.INTENT, {}, {"volumes": [body]})
    if "uss_base_url" in body or any(name.endswith(("_reference", "_references")) for name in body):
        raise InvalidInput(
            "a reference alone has no volumes", cure="get the details from its manager"
        )
    raise InvalidInput(
        "there is no volume in it", cure="give a Volume4D, or an object with reference and details"
    )


def _kind(details: dict[str, Any], stateless: bool) -> EntityKind:
    zoned = details.get("type") is not None or details.get("geozone") is not None
    return EntityKind.CONSTRAINT if zoned or stateless else EntityKind.INTENT


def _reason(details: dict[str, Any]) -> str | None:
    geozone = details.get("geozone")
    if isinstance(geozone, dict):
        fields = Fields(geozone)
        for name in _GEOZONE_REASONS:
            reason = fields.text(name)
            if reason is not None:
                return reason
    return Fields(details).text("type")
