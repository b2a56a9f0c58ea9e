"""Messages as JSON: each kind of defect has its own error, which names the field."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from openline.errors import AreaTooLarge, InvalidInput
from openline.formats import line_event
from openline.formats.line_bodies import SCHEMAS
from openline.formats.line_message import BODIES, Envelope, decode, encode
from openline.formats.line_values import wire_names
from openline.line.message import bodies as b
from openline.line.message.envelope import LIFETIME_MAX, MESSAGE_BYTES_MAX
from openline.line.message.kind import Kind, NoticeKind
from tests.house.test_words import NEVER_AN_ENTITY_FACT
from tests.unit import line_samples
from tests.unit.line_samples import HOUR, NOON, OTHER, message

DELETED = object()


def at(payload: bytes, path: str, value: object) -> bytes:
    """The payload with another value at a path; DELETED takes it away."""
    document = json.loads(payload)
    place = document
    *parents, last = path.replace("[", ".[").split(".")
    for name in parents:
        place = place[int(name[1:-1])] if name.startswith("[") else place[name]
    if value is DELETED:
        del place[last]
    elif last.startswith("["):
        place[int(last[1:-1])] = value
    else:
        place[last] = value
    return json.dumps(document, separators=(",", ":")).encode()


def refused(payload: bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        decode(payload)
    assert len(str(caught.value)) < 600, "an error is read by a person"
    return caught.value


@pytest.mark.parametrize("kind", Kind)
def test_a_message_with_every_field_reads_back(kind: Kind) -> None:
    assert decode(encode(message(kind))) == message(kind)


@pytest.mark.parametrize("kind", Kind)
def test_the_schema_has_the_fields_of_the_value(kind: Kind) -> None:
    assert SCHEMAS[kind].__struct_fields__ == wire_names(BODIES[kind])


def test_the_sample_of_each_kind_leaves_no_field_out() -> None:
    """So that the test above speaks for every field."""
    alone = {"passed_to": "reason", "volumes": "coarse"}  # of these two never both
    for kind in Kind:
        body = json.loads(encode(message(kind)))["body"]
        missing = set(SCHEMAS[kind].__struct_fields__) - set(body)
        assert missing <= {alone.get(name) for name in body}, kind


def test_the_envelope_is_as_described() -> None:
    value = json.loads(encode(message(Kind.CANCEL)))
    assert list(value) == [
        *("v", "id", "kind", "agreement", "version", "from", "to", "sequence", "sent", "expires"),
        *("officer", "thread", "body"),
    ]
    assert value["sent"] == "2026-11-22T10:00:00Z"
    assert value["thread"] == OTHER
    assert "thread" not in json.loads(encode(message(Kind.NOTIFY)))
    assert "officer" not in json.loads(encode(message(officer=None)))


def test_what_is_absent_is_the_default() -> None:
    payload = encode(message(Kind.LINE_CHECK))
    for name in ("body.channel", "body.of"):
        payload = at(payload, name, DELETED)
    assert decode(payload).body == b.LineCheck(line_samples.BODIES[Kind.LINE_CHECK].mode)


NOTIFY = encode(message(Kind.NOTIFY))
CANCEL = encode(message(Kind.CANCEL))
ENVELOPE: list[tuple[str, object, str]] = [
    ("v", 2, "v"),
    ("v", True, "v"),
    ("v", "1", "v"),
    ("v", DELETED, "v"),
    ("id", DELETED, "id"),
    ("id", "17", "id"),
    ("id", "5C1F0A52-7B7E-4C1B-9D55-000000000002", "id"),
    ("id", "5c1f0a527b7e4c1b9d55000000000002", "id"),
    ("id", "5c1f0a52-7b7e-4c1b-9d55-000000000002\n", "id"),
    ("id", None, "id"),
    ("kind", "NOTIFY ", "kind"),
    ("kind", "notify", "kind"),
    ("kind", "STRIKE", "kind"),
    ("kind", 1, "kind"),
    ("kind", "N" * 9_000, "kind"),
    ("agreement", "Northern Sky", "agreement"),
    ("agreement", "n" * 65, "agreement"),
    ("version", 0, "version"),
    ("version", 1.5, "version"),
    ("version", "3", "version"),
    ("version", 10**30, "message"),
    ("from", "NORTH", "from"),
    ("from", "", "from"),
    ("to", [], "to"),
    ("to", "south", "to"),
    ("to", ["north"], "to"),
    ("to", ["south", "south"], "to"),
    ("to", ["south", 1], "to[1]"),
    ("to", ["so uth"], "to"),
    ("to", [f"p{n}" for n in range(51)], "to"),
    ("sequence", 0, "sequence"),
    ("sequence", -1, "sequence"),
    ("sequence", 2**53 + 1, "sequence"),
    ("sequence", True, "sequence"),
    ("sent", "2026-11-22T10:00:00", "sent"),
    ("sent", "2026-11-22T10:00:00+01:00", "sent"),
    ("sent", "2026-11-22 10:00:00Z", "sent"),
    ("sent", "2026-11-22T10:00:00.1234567Z", "sent"),
    ("sent", "2026-02-30T10:00:00Z", "sent"),
    ("sent", "2026-11-22T24:00:00Z", "sent"),
    ("sent", "2026-11-22T10:00:60Z", "sent"),
    ("sent", "1969-12-31T23:59:59Z", "sent"),
    ("sent", "9999-12-31T23:59:59Z", "sent"),
    ("sent", "２026-11-22T10:00:00Z", "sent"),
    ("sent", 1_795_341_600, "sent"),
    ("expires", "2026-11-22T10:00:00Z", "expires"),
    ("expires", "2027-11-24T10:00:00Z", "expires"),
    ("expires", DELETED, "expires"),
    ("officer", "", "officer"),
    ("officer", "   ", "officer"),
    ("officer", "x" * 81, "officer"),
    ("officer", "a\nb", "officer"),
    ("officer", "a\u202eb", "officer"),
    ("officer", "\u200d", "officer"),
    ("officer", None, "officer"),
    ("body", DELETED, "body"),
    ("body", [], "body"),
    ("body", {}, "body.notice"),
    ("purpose", "patrol", "purpose"),
    ("target", "x", "target"),
    ("From", "north", "From"),
]


@pytest.mark.parametrize(
    ("path", "value", "field"), ENVELOPE, ids=[f"{n}-{row[0]}" for n, row in enumerate(ENVELOPE)]
)
def test_envelopes_that_are_refused(path: str, value: object, field: str) -> None:
    assert refused(at(NOTIFY, path, value)).facts["field"] == field


def test_a_thread_is_named_where_the_message_belongs_to_one_and_nowhere_else() -> None:
    assert refused(at(CANCEL, "thread", DELETED)).facts["field"] == "thread"
    assert refused(at(NOTIFY, "thread", OTHER)).facts["field"] == "thread"
    assert refused(at(NOTIFY, "thread", json.loads(NOTIFY)["id"])).facts["field"] == "thread"
    own = json.loads(CANCEL)["id"]
    assert refused(at(CANCEL, "thread", own)).facts["field"] == "thread"
    for bad in ("", "a/b", "-a", "a" * 81, "a\n", "é"):
        assert refused(at(CANCEL, "thread", bad)).facts["field"] == "thread"


BODY: list[tuple[Kind, str, object, str]] = [
    (Kind.NOTIFY, "body.notice", "strike", "body.notice"),
    (Kind.NOTIFY, "body.notice", "unlocated", "body.volumes"),
    (Kind.NOTIFY, "body.volumes", DELETED, "body.volumes"),
    (Kind.NOTIFY, "body.volumes", [], "body.volumes"),
    (Kind.NOTIFY, "body.volumes", [{}], "body.volumes[0].volume"),
    (Kind.NOTIFY, "body.volumes[2].volume.zz", 1, "body.volumes[2].volume.zz"),
    (Kind.NOTIFY, "body.volumes[1].volume.outline_circle.center.lat", 91, "center.lat"),
    (Kind.NOTIFY, "body.volumes[1].volume.outline_circle.center.lng", -181, "center.lng"),
    (Kind.NOTIFY, "body.volumes[1].volume.outline_circle.center.alt", 1, "center.alt"),
    (Kind.NOTIFY, "body.volumes[1].volume.outline_circle.radius.value", 0, "volumes[1].volume"),
    (Kind.NOTIFY, "body.volumes[1].volume.outline_circle.radius.units", "FT", "radius.units"),
    (Kind.NOTIFY, "body.volumes[1].time_start.value", "noon", "body.volumes[1].time_start"),
    (Kind.NOTIFY, "body.volumes[1].time_start.format", "UNIX", "time_start.format"),
    (Kind.NOTIFY, "body.volumes[1].time_end.value", "2026-11-22T12:00:00Z", "body.volumes[1]"),
    (Kind.NOTIFY, "body.volumes[1].time_end.value", "2026-11-22T14:00:00Z", "body.volumes"),
    (Kind.NOTIFY, "body.time_end", "2026-11-22T12:00:00Z", "body"),
    (Kind.NOTIFY, "body.asks", "obey", "body.asks"),
    (Kind.NOTIFY, "body.flight_class", "Big One", "body.flight_class"),
    (Kind.NOTIFY, "body.text", "x" * 281, "body.text"),
    (Kind.NOTIFY, "body.text", "tab\there", "body.text"),
    (Kind.NOTIFY, "body.contact", DELETED, "body.contact"),
    (Kind.NOTIFY, "body.contact", {"role": "lead"}, "body.contact"),
    (Kind.NOTIFY, "body.contact.role", " ", "body.contact.role"),
    (Kind.NOTIFY, "body.contact.frequency_mhz", 0, "body.contact.frequency_mhz"),
    (Kind.NOTIFY, "body.contact.frequency_mhz", "121.5", "body.contact.frequency_mhz"),
    (Kind.NOTIFY, "body.contact.tested_at", "soon", "body.contact.tested_at"),
    (Kind.NOTIFY, "body.contact.unit", "2nd", "body.contact.unit"),
    (Kind.AMEND, "body.notice.target", "x", "body.notice.target"),
    (Kind.AMEND, "body.notice.text", "", "body.notice.text"),
    (Kind.AMEND, "body.notice", "volume", "body.notice"),
    (Kind.RECEIPT, "body.receipt", "seen", "body.receipt"),
    (Kind.RECEIPT, "body.receipt", "read", "body.passed_to"),
    (Kind.RECEIPT, "body.reason", "no_contact", "body.reason"),
    (Kind.RECEIPT, "body.of", "it", "body.of"),
    (Kind.RECEIPT, "body.passed_to[1].name", "", "body.passed_to[1].name"),
    (Kind.RECEIPT, "body.passed_to[0].received_at", 1, "body.passed_to[0].received_at"),
    (Kind.RECEIPT, "body.passed_to", [{"name": "x"}] * 101, "body.passed_to"),
    (Kind.READBACK, "body.place", [54, 7], "body.place"),
    (Kind.READBACK, "body.place.lat", 1e999, "body.place.lat"),
    (Kind.READBACK, "body.altitude_lower_m", 1e12, "body.altitude_lower_m"),
    (Kind.READBACK, "body.altitude_lower_m", 901, "body.altitude_upper_m"),
    (Kind.READBACK, "body.time_end", "2026-11-22T12:00:00Z", "body"),
    (Kind.ANSWER, "body.until", DELETED, "body.until"),
    (Kind.ANSWER, "body.code", "obeying", "body.code"),
    (Kind.CLARIFY, "body.missing", [], "body.missing"),
    (Kind.CLARIFY, "body.missing", ["place", "place"], "body.missing"),
    (Kind.CLARIFY, "body.missing", ["why"], "body.missing[0]"),
    (Kind.PROPOSE, "body.volumes", [], "body.volumes"),
    (Kind.PROPOSE, "body.conflict", "a/b", "body.conflict"),
    (Kind.ACCEPT, "body.proposal", "c-7f3a9b", "body.proposal"),
    (Kind.ACCEPT, "body.text", "gladly", "body.text"),
    (Kind.URGENT, "body.action", "strike", "body.action"),
    (Kind.URGENT, "body.position.lat", "54", "body.position.lat"),
    (Kind.URGENT, "body.about", 1, "body.about"),
    (Kind.ALERT_STATE, "body.level", "war", "body.level"),
    (Kind.ALERT_STATE, "body.text", "x", "body.text"),
    (Kind.CLOSURE, "body.revision", 0, "body.revision"),
    (Kind.CLOSURE, "body.revision", 1, "body.supersedes"),
    (Kind.CLOSURE, "body.supersedes", DELETED, "body.supersedes"),
    (Kind.CLOSURE, "body.review_at", "2026-11-23T12:00:00Z", "body.review_at"),
    (Kind.CLOSURE, "body.review_at", DELETED, "body.review_at"),
    (Kind.INCIDENT, "body.text", DELETED, "body.text"),
    (Kind.QUERY, "body.urgent", "yes", "body.urgent"),
    (Kind.BREACH, "body.evidence[0].sha256", "00" * 32, "body.evidence[0]"),
    (Kind.BREACH, "body.evidence[1].sha256", "00" * 31, "body.evidence[1].sha256"),
    (Kind.BREACH, "body.evidence[1].sha256", "0x" * 32, "body.evidence[1].sha256"),
    (Kind.BREACH, "body.evidence[1].sha256", "FF" * 32, "body.evidence[1].sha256"),
    (Kind.BREACH, "body.evidence[0].entry", 0, "body.evidence[0].entry"),
    (Kind.BREACH, "body.evidence[0].note", "\x7f", "body.evidence[0].note"),
    (Kind.REPLY, "body.evidence", [{}] * 51, "body.evidence"),
    (Kind.DISPOSITION, "body.state", "guilty", "body.state"),
    (Kind.AUTHORITY, "body.authorised_by", DELETED, "body.authorised_by"),
    (Kind.AUTHORITY, "body.operations", [OTHER] * 1_001, "body.operations"),
    (Kind.AUTHORITY, "body.valid_until", "2026-11-22T12:00:00Z", "body"),
    (Kind.SUSPEND, "body.second_officer", DELETED, "body.second_officer"),
    (Kind.TALK, "body.duration_s", 0, "body.duration_s"),
    (Kind.TALK, "body.duration_s", 86_400.1, "body.duration_s"),
    (Kind.TALK, "body.duration", 60, "body.duration"),
    (Kind.TALK, "body.channel", "smoke", "body.channel"),
]


@pytest.mark.parametrize(
    ("kind", "path", "value", "field"),
    BODY,
    ids=[f"{n}-{row[0]}-{row[1]}" for n, row in enumerate(BODY)],
)
def test_bodies_that_are_refused(kind: Kind, path: str, value: object, field: str) -> None:
    payload = at(encode(message(kind)), path, value).replace(b"Infinity", b"1e999")
    found = str(refused(payload).facts["field"])
    assert found == field or (found.startswith("body") and found.endswith(f".{field}"))


def _twice(payload: bytes) -> bytes:
    return payload.replace(b'"version":3', b'"version":3,"version":3')


BYTES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("nothing", lambda _: b"", "begins with"),
    ("an array", lambda p: b"[" + p + b"]", "begins with"),
    ("a byte order mark", lambda p: b"\xef\xbb\xbf" + p, "begins with"),
    ("a space before it", lambda p: b" " + p, "begins with"),
    ("UTF-16", lambda p: p.decode().encode("utf-16"), "begins with"),
    ("more after it", lambda p: p + b"{}", "more text after"),
    ("cut off", lambda p: p[:-1], "not JSON"),
    ("not UTF-8", lambda p: p.replace(b"Convoy", b"Conv\xff"), "not UTF-8"),
    ("half a pair", lambda p: p.replace(b"Convoy", rb"\ud800"), "surrogate"),
    ("NaN", lambda p: p.replace(b"1500.0", b"NaN"), "NaN"),
    ("Infinity", lambda p: p.replace(b"1500.0", b"Infinity"), "Infinity"),
    ("an infinite number", lambda p: p.replace(b"1500.0", b"1e999"), "<= 1000000000"),
    ("many digits", lambda p: p.replace(b"1500.0", b"1" * 500), "500 digits"),
    ("a name twice", _twice, "twice"),
    ("a name twice below", lambda p: p.replace(b'{"lat"', b'{"lat":1,"lat"', 1), "twice"),
    ("nesting", lambda p: p[:-1] + b',"zz":' + b"[" * 999 + b"]" * 999 + b"}", "deep"),
    ("a comment", lambda p: p.replace(b",", b",/**/", 1), "not JSON"),
    ("single quotes", lambda p: p.replace(b'"', b"'"), "not JSON"),
]


@pytest.mark.parametrize(("change", "word"), [row[1:] for row in BYTES], ids=[r[0] for r in BYTES])
def test_bytes_that_are_refused(change: Callable[[bytes], bytes], word: str) -> None:
    error = refused(change(NOTIFY))
    assert word in str(error)
    assert error.facts.get("field")


def test_a_message_that_is_too_large_is_not_looked_at() -> None:
    error = refused(NOTIFY[:-1] + b" " * MESSAGE_BYTES_MAX + b"}")
    assert isinstance(error, AreaTooLarge)
    assert decode(NOTIFY[:-1] + b" " * (MESSAGE_BYTES_MAX - len(NOTIFY)) + b"}")


def test_what_would_not_read_back_is_not_written() -> None:
    square = line_samples.volume(0)
    many = b.Notify(NoticeKind.VOLUME, NOON, NOON + HOUR, (square,) * 100, text="é" * 280)
    assert encode(message(body=many))
    naive = datetime(2026, 11, 22, 12)  # noqa: DTZ001
    for body in (
        b.Incident(naive, "x"),
        b.Incident(NOON.replace(year=2300), "x"),
        b.Receipt(line_samples.UNABLE.receipt, "no id", reason=line_samples.UNABLE.reason),
        b.Query("x", about="a/b"),
    ):
        with pytest.raises(InvalidInput) as caught:
            encode(message(body.kind, body))
        assert caught.value.facts["field"].startswith("body")
    with pytest.raises(InvalidInput):
        encode(message(id="x", thread="x"))


def test_a_window_over_all_time_does_not_overflow() -> None:
    late = NOON.replace(year=2199)
    sent = replace(message(Kind.QUERY), time_sent=late, time_expires=late + timedelta(days=1))
    assert decode(encode(sent)) == sent
    assert timedelta(days=300) < LIFETIME_MAX


def test_no_schema_has_a_field_for_aiming() -> None:
    kinds: list[Any] = [Envelope, *SCHEMAS.values(), *line_event.SCHEMAS.values()]
    names = {name for kind in kinds for name in _names(msgspec.json.schema(kind))}
    assert {"volumes", "vertices", "units", "from", "facts"} <= names, "the names are looked at"
    assert not names & (NEVER_AN_ENTITY_FACT - {"units"}), "of measure they are no entity's"


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _names(value)
