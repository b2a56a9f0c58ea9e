"""Exports of any entries are verified by both verifiers and come back as they were."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.app.export_record import sealed_export
from openline.app.verify_record import verify_lines
from openline.formats.record_lines import EntryLine, decode_line
from openline.line.record.entry import Entry, canonical_bytes
from tests.unit.record_samples import NORTH, header
from tests.unit.test_record_export import both_verdicts

times = st.timedeltas(timedelta(0), timedelta(days=80_000)).map(
    lambda passed: datetime(1970, 1, 1, tzinfo=UTC) + passed
)
words = st.text(max_size=12)
bodies = st.one_of(st.binary(max_size=60), st.text(max_size=40).map(str.encode))
parts = st.lists(st.tuples(times, words, words, bodies), max_size=12)


@settings(deadline=None, max_examples=150)
@given(parts, st.integers(1, 5))
def test_any_entries_come_back(values: list[tuple[datetime, str, str, bytes]], batch: int) -> None:
    entries = [Entry(number, *value) for number, value in enumerate(values, start=1)]
    lines = list(sealed_export(header(len(entries)), entries, NORTH, batch))
    assert both_verdicts(lines) == 0
    seen = [item for item in map(decode_line, lines) if isinstance(item, EntryLine)]
    assert [line.entry() for line in seen] == entries
    assert verify_lines(lines, "x").record.head.size == len(entries)


@settings(deadline=None, max_examples=100)
@given(parts.filter(bool), st.data())
def test_any_changed_byte_is_refused_where_it_is(
    values: list[tuple[datetime, str, str, bytes]], data: st.DataObject
) -> None:
    entries = [Entry(number, *value) for number, value in enumerate(values, start=1)]
    lines = list(sealed_export(header(len(entries)), entries, NORTH, 4))
    number = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[number]) - 2))  # the line's end stays
    byte = data.draw(st.integers(0, 255).filter(lambda b: b not in (lines[number][at], 10)))
    changed = lines[number][:at] + bytes((byte,)) + lines[number][at + 1 :]
    assert both_verdicts([*lines[:number], changed, *lines[number + 1 :]]) == number + 1


@settings(deadline=None, max_examples=200)
@given(
    st.tuples(st.integers(1, 999), words, words, bodies),
    st.tuples(st.integers(1, 999), words, words, bodies),
)
def test_different_entries_have_different_bytes(
    one: tuple[int, str, str, bytes], other: tuple[int, str, str, bytes]
) -> None:
    def canonical(sequence: int, party: str, kind: str, body: bytes) -> bytes:
        time = "2026-11-22T10:00:00.000000Z"
        return canonical_bytes(sequence, time, party.encode(), kind.encode(), body)

    assert (canonical(*one) == canonical(*other)) == (one == other)
    sequence, party, kind, body = one
    moved = (sequence, party + kind, "", body), (sequence, "", party + kind, body)
    for way in moved:
        assert (canonical(*way) == canonical(*one)) == (way == one)
