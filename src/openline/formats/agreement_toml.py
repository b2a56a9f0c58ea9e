"""The agreement as a file: `agreement.toml` in, its canonical bytes out.

docs/agreement.md describes every field. Strict: a field that is not known is refused, and every
error has its line. The canonical bytes say the same in one form, in SI units, with the area in
them: two files that differ in comments, layout or units of measure only are the same agreement.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, TypeVar

from openline.airspace.separation import Separation
from openline.errors import InvalidInput, InvalidTimeRange
from openline.formats.agreement_private import private_terms, private_values
from openline.formats.geojson_geometry import geometry_of
from openline.formats.instants import format_instant
from openline.formats.json_text import encode
from openline.formats.toml_text import Table, decode
from openline.geo.footprint import Footprint
from openline.line.agreement import (
    Agreement,
    AuthorityTerms,
    Channel,
    ClassMinima,
    Coarseness,
    Contact,
    FlightClass,
    LineCheckTerms,
    NoticeTerms,
    Party,
    QueryTerms,
    SeenBy,
    check_id,
)
from openline.line.signatures import parse_public_key, public_key_text
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

CANONICAL_HEAD: Final = b"openline.agreement/1\n"
_LATERAL: Final = {"lateral_nm": METRES_PER_NAUTICAL_MILE, "lateral_m": 1.0}
_VERTICAL: Final = {"vertical_ft": METRES_PER_FOOT, "vertical_m": 1.0}
_CHANNELS: Final = ", ".join(Channel)
_COARSENESS: Final = ", ".join(Coarseness)
_Value = TypeVar("_Value")


def read_agreement(data: bytes, source: str, area_of: Callable[[str], Footprint]) -> Agreement:
    """The agreement in a file. `area_of` reads the area file that it names.

    Raises: InvalidInput with `file`, `line` and `field`; whatever `area_of` raises.
    """
    root = decode(data, source)
    head = root.table("agreement")
    window = head.items("valid")
    if len(window) != 2:
        raise head.error(
            "valid is a start and an end", "valid", cure='write ["2026-11-01T00:00Z", "…"]'
        )
    start, end = (head.instant("valid", value) for value in window)
    separation = root.table("separation")
    given: dict[str, Any] = {
        "id": _checked(head, "id", lambda: check_id(head.text("id"), "id")),
        "version": head.integer("version"),
        "time_start": start,
        "time_end": end,
        "separation": _separation(separation),
        "class_minima": tuple(_class_minima(table) for table in separation.tables("between")),
        "notice": _notice(root.table("notice")),
        "query": _query(root.table("query")) if "query" in root else QueryTerms(),
        "authority": _authority(root.table("authority"))
        if "authority" in root
        else AuthorityTerms(),
        "line_check": _line_check(root.table("line_check")),
        "classes": tuple(_flight_class(table) for table in root.tables("flight_class")),
        "parties": tuple(_party(table) for table in root.tables("party")),
        "private": private_terms(root.table("private")) if "private" in root else None,
        "positions_seen_by": _seen_by(root.table("positions"))
        if "positions" in root
        else SeenBy.ANYBODY,
    }
    area_name = head.text("area")
    for table in (head, separation, root):
        table.finish()
    given["area"] = _area(area_name, area_of)
    try:
        return Agreement(**given)
    except InvalidInput as error:
        raise error.at(**_place(error, root, head)) from None


def canonical_bytes(agreement: Agreement) -> bytes:
    """The one form of an agreement that is signed: a head line, then JSON on one line."""
    return CANONICAL_HEAD + encode(agreement_values(agreement)).encode() + b"\n"


def agreement_digest(agreement: Agreement) -> bytes:
    """SHA-256 of the canonical bytes."""
    return sha256(canonical_bytes(agreement)).digest()


def agreement_values(agreement: Agreement) -> dict[str, Any]:
    """Every value of an agreement as JSON values, in SI units and in a fixed order."""
    geometry, properties = geometry_of(agreement.area)
    return {
        "id": agreement.id,
        "version": agreement.version,
        "time_start": format_instant(agreement.time_start),
        "time_end": format_instant(agreement.time_end),
        "area": {"geometry": geometry, "properties": properties},
        "separation": _separation_values(agreement.separation),
        "classes": {one.id: one.name for one in _by_id(agreement.classes)},
        "class_minima": {
            "/".join(sorted(one.classes)): _separation_values(one.separation)
            for one in sorted(agreement.class_minima, key=lambda one: sorted(one.classes))
        },
        "notice": {
            "lead_time_s": _seconds(agreement.notice.lead_time),
            "receipt_within_s": _seconds(agreement.notice.receipt_within),
            "read_within_s": _seconds(agreement.notice.read_within),
            "disseminated_within_s": _seconds(agreement.notice.disseminated_within),
            "urgent_alarms_s": [_seconds(alarm) for alarm in agreement.notice.urgent_alarms],
        },
        "query": {
            "answer_within_s": _seconds(agreement.query.answer_within),
            "urgent_within_s": _seconds(agreement.query.urgent_within),
        },
        **_authority_values(agreement.authority),
        "line_check": {
            "machine_every_s": _seconds(agreement.line_check.machine_every),
            "human_every_s": _seconds(agreement.line_check.human_every),
            "unknown_after_missed": agreement.line_check.unknown_after_missed,
        },
        "parties": {party.id: _party_values(party) for party in _by_id(agreement.parties)},
        **private_values(agreement.private),
        **_seen_by_values(agreement.positions_seen_by),
    }


def _seen_by_values(seen_by: SeenBy) -> dict[str, Any]:
    """Nothing unless it is restricted, so that an agreement without it keeps its digest."""
    return {} if seen_by is SeenBy.ANYBODY else {"positions": {"seen_by": seen_by.value}}


def _authority_values(terms: AuthorityTerms) -> dict[str, Any]:
    """Nothing unless it is agreed: an agreement that does not speak of it keeps its digest."""
    if terms.shown_after is None:
        return {}
    return {"authority": {"shown_after_s": _seconds(terms.shown_after)}}


def _party_values(party: Party) -> dict[str, Any]:
    return {
        "name": party.name,
        "key": public_key_text(party.public_key),
        "answers_for": sorted(party.answers_for),
        "contacts": [
            {"role": one.role, "phone": one.phone, "email": one.email} for one in party.contacts
        ],
        "ladder": list(party.ladder),
        "channels": [channel.value for channel in party.channels],
        "frequencies_mhz": list(party.frequencies_mhz),
        "shows": party.shows.value,
        "shows_to": {name: shown.value for name, shown in sorted(party.shows_to)},
        **({"positions_to": sorted(party.positions_to)} if party.positions_to else {}),
    }


def _separation_values(separation: Separation) -> dict[str, Any]:
    return {
        "lateral_m": separation.lateral_m,
        "vertical_m": separation.vertical_m,
        "time_s": separation.time_s,
    }


def _by_id(values: tuple[Any, ...]) -> list[Any]:
    return sorted(values, key=lambda value: value.id)


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _area(name: str, area_of: Callable[[str], Footprint]) -> Footprint:
    try:
        return area_of(name)
    except InvalidInput as error:
        error.at(field="agreement.area")
        raise


def _place(error: InvalidInput, root: Table, head: Table) -> dict[str, Any]:
    """Where the file says what the agreement as a whole refuses."""
    field = str(error.facts.pop("field", "")) or None
    if field == "party":
        named = error.facts.get("party")
        tables = [one for one in root.tables("party") if one.text("id") == named]
        return tables[-1].place() if tables else root.place("party")
    if field == "separation.between":
        return root.table("separation").place("between")
    if field == "flight_class":
        return root.place(field)
    return head.place("valid" if isinstance(error, InvalidTimeRange) else field)


def _checked(table: Table, name: str | None, make: Callable[[], _Value]) -> _Value:
    """What is made; its error gets the line of the field, or of the table."""
    try:
        return make()
    except InvalidInput as error:
        if "line" not in error.facts:
            field = error.facts.pop("field", name)
            known = str(field) if isinstance(field, str) and field in table else name
            error.at(**table.place(known))
        raise


def _duration(table: Table, name: str, unit: timedelta, default: float | None = None) -> timedelta:
    number = table.number(name, default)
    try:
        return number * unit
    except OverflowError:
        raise table.error("it is too long", name, cure="check the unit") from None


def _separation(table: Table) -> Separation:
    lateral_m = _length(table, _LATERAL)
    vertical_m = _length(table, _VERTICAL)
    time = _duration(table, "time_s", timedelta(seconds=1))
    return _checked(table, None, lambda: Separation(lateral_m, vertical_m, time))


def _length(table: Table, units: dict[str, float]) -> float:
    given = [name for name in units if name in table]
    if len(given) != 1:
        words = " or ".join(units)
        problem = f"{words}: both are given" if given else f"{words} is missing"
        raise table.error(problem, given[0] if given else None, cure="give one of them")
    return table.number(given[0]) * units[given[0]]


def _class_minima(table: Table) -> ClassMinima:
    classes = table.texts("classes")
    if len(classes) != 2:
        raise table.error("it is between two classes", "classes", cure='write ["a", "b"]')
    minima = ClassMinima((classes[0], classes[1]), _separation(table))
    table.finish()
    return minima


def _flight_class(table: Table) -> FlightClass:
    name = table.text("name")
    made = _checked(table, "id", lambda: FlightClass(table.text("id"), name))
    table.finish()
    return made


def _notice(table: Table) -> NoticeTerms:
    second = timedelta(seconds=1)
    lead = _duration(table, "lead_time_min", timedelta(minutes=1))
    receipt = _duration(table, "receipt_within_s", second)
    read = _duration(table, "read_within_s", second)
    passed_on = (
        _duration(table, "disseminated_within_s", second)
        if "disseminated_within_s" in table
        else None
    )
    alarms = table.numbers("urgent_alarms_s")
    if any(abs(alarm) > timedelta.max.total_seconds() / 2 for alarm in alarms):
        raise table.error("it is too long", "urgent_alarms_s", cure="write seconds")
    times = tuple(alarm * second for alarm in alarms)
    made = _checked(table, None, lambda: NoticeTerms(lead, receipt, read, times, passed_on))
    table.finish()
    return made


def _query(table: Table) -> QueryTerms:
    day = timedelta(days=1)
    answer = _duration(table, "answer_within_days", day, 7)
    urgent = _duration(table, "urgent_within_days", day, 2)
    made = _checked(table, None, lambda: QueryTerms(answer, urgent))
    table.finish()
    return made


def _authority(table: Table) -> AuthorityTerms:
    shown_after = _duration(table, "shown_after_min", timedelta(minutes=1))
    made = _checked(table, None, lambda: AuthorityTerms(shown_after))
    table.finish()
    return made


def _line_check(table: Table) -> LineCheckTerms:
    machine = _duration(table, "machine_every_s", timedelta(seconds=1))
    human = _duration(table, "human_every_h", timedelta(hours=1))
    missed = table.integer("unknown_after_missed")
    made = _checked(table, None, lambda: LineCheckTerms(machine, human, missed))
    table.finish()
    return made


def _seen_by(table: Table) -> SeenBy:
    known = ", ".join(SeenBy)
    made = _word(table, "seen_by", table.text("seen_by"), SeenBy, known)
    table.finish()
    return made


def _party(table: Table) -> Party:
    if "key" not in table or table.is_empty("key"):
        raise table.error("the party has no key", "key", cure="openline keys new makes one")
    key = table.text("key")
    shows, shows_to = _shows(table)
    given: dict[str, Any] = {
        "id": table.text("id"),
        "name": table.text("name"),
        "public_key": _checked(table, "key", lambda: parse_public_key(key)),
        "answers_for": table.texts("answers_for"),
        "contacts": tuple(_contact(one) for one in table.tables("contact")),
        "ladder": table.texts("ladder", ("duty officer",)),
        "channels": tuple(
            _word(table, "channels", word, Channel, _CHANNELS)
            for word in table.texts("channels", (Channel.HTTPS.value,))
        ),
        "frequencies_mhz": table.numbers("frequencies_mhz"),
        "shows": shows,
        "shows_to": shows_to,
        "positions_to": table.texts("positions_to"),
    }
    table.finish()
    return _checked(table, None, lambda: Party(**given))


def _shows(table: Table) -> tuple[Coarseness, tuple[tuple[str, Coarseness], ...]]:
    if "shows" not in table:
        return Coarseness.CONFLICTS, ()
    shown = table.table("shows")
    words = {name: shown.text(name) for name in shown.names()}
    default = words.pop("default", Coarseness.CONFLICTS.value)
    exceptions = tuple(
        (name, _word(shown, name, word, Coarseness, _COARSENESS)) for name, word in words.items()
    )
    return _word(shown, "default", default, Coarseness, _COARSENESS), exceptions


def _contact(table: Table) -> Contact:
    role = table.text("role")
    phone = table.text("phone") if "phone" in table else None
    email = table.text("email") if "email" in table else None
    table.finish()
    return _checked(table, None, lambda: Contact(role, phone, email))


def _word(table: Table, name: str, word: str, kind: Callable[[str], _Value], known: str) -> _Value:
    try:
        return kind(word)
    except ValueError:
        raise table.error(f"{word[:40]!r} is not known", name, cure=f"use {known}") from None
