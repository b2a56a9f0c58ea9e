"""Exports: what is right is verified twice; what is changed anywhere is refused and placed."""

import importlib.util
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from openline.app.ed25519 import new_signer
from openline.app.export_record import kept_export, sealed_export
from openline.app.verify_record import verify_file, verify_lines
from openline.errors import InvalidInput, Unreachable
from openline.formats.record_lines import (
    EntryLine,
    Header,
    decode_line,
    encode_checkpoint,
    encode_entry,
    encode_header,
)
from openline.line.note import Note, cosign, sign
from openline.line.record.checkpoint import Checkpoint
from openline.line.record.entry import Entry, leaves_of
from openline.line.record.tree import Frontier, leaf_hash
from tests.unit.record_samples import (
    BODIES,
    KEY,
    NORTH,
    ORIGIN,
    SOUTH,
    START,
    WITNESS,
    checkpoint,
    cosigned_export,
    entries,
    header,
    plain_export,
)

TOOL = Path(__file__).parents[2] / "tools" / "verify_record.py"


def _second() -> ModuleType:
    spec = importlib.util.spec_from_file_location("second_verifier", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SECOND = _second()


def first_verdict(lines: list[bytes]) -> int:
    """0 for verified, else the number of the line that is refused."""
    try:
        verify_lines(lines, "x")
    except InvalidInput as error:
        line = error.facts["line"]
        assert isinstance(line, int)
        return line
    return 0


def second_verdict(lines: list[bytes]) -> int:
    try:
        SECOND.verify(lines, [])
    except SECOND.Refused as error:
        return int(error.args[0])
    return 0


def both_verdicts(lines: list[bytes]) -> int:
    one, other = first_verdict(lines), second_verdict(lines)
    assert one == other
    return one


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) if b"\r" not in data else _split(data)


def _split(data: bytes) -> list[bytes]:
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def test_canonical_bytes_are_as_described() -> None:
    entry = Entry(7, START + timedelta(microseconds=5), "süd", "notify", b"\xffbody")
    expected = b"openline.entry/1 7 2026-11-22T10:00:00.000005Z 4 6 5\ns\xc3\xbcdnotify\xffbody"
    assert entry.canonical() == expected
    assert entry.leaf_hash() == sha256(b"\x00" + expected).digest() == leaf_hash(expected)
    assert leaves_of([entry, entry]) == [entry.leaf_hash(), entry.leaf_hash()]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 64, 130])
@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_an_export_is_verified_by_both(count: int, batch: int) -> None:
    lines = plain_export(count, batch)
    done = verify_lines(lines, "x")
    assert both_verdicts(lines) == 0
    assert done.record.head.size == count
    assert done.record.origin == ORIGIN
    assert done.record.cosigned == ()
    frontier = Frontier()
    frontier.extend(entry.leaf_hash() for entry in entries(count))
    assert done.record.head == frontier.head()


def test_entries_come_back_as_they_were() -> None:
    seen: list[EntryLine | Note] = []
    lines = cosigned_export()
    done = verify_lines(lines, "x", seen=seen.append)
    assert [line.entry() for line in seen if isinstance(line, EntryLine)] == entries(5)
    assert [note for note in seen if isinstance(note, Note)] == [checkpoint(3), checkpoint(5)]
    assert {entry.body for entry in entries(5)} == set(BODIES)
    assert done.header == header(5)
    assert (done.first_time, done.last_time) == (
        "2026-11-22T10:00:01.000001Z",
        "2026-11-22T10:00:05.000002Z",
    )
    (witness,) = done.record.cosigned
    assert (witness.name, witness.size) == (WITNESS.name, 5)
    assert witness.time == START + timedelta(hours=5)
    assert done.record.checkpoints == 2
    assert SECOND.verify(lines, []).witnessed == {WITNESS.name: 5}


def test_every_flipped_bit_is_refused_and_placed() -> None:
    lines = cosigned_export(3, (2, 3))  # with text, escapes, base64 and an empty body
    data = b"".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for at in range(len(data)):
        number = sum(start <= at for start in starts)
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            assert first_verdict(_split(bytes(changed))) == number, f"byte {at}, bit {bit}"


def test_the_second_verifier_places_flipped_bits_alike() -> None:
    data = b"".join(cosigned_export())
    chance = random.Random(4)
    for _ in range(3_000):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        assert both_verdicts(_split(bytes(changed))) > 0


def test_changes_of_every_sort_get_one_verdict() -> None:
    data = b"".join(cosigned_export())
    chance = random.Random(5)
    for _ in range(2_000):
        changed = bytearray(data)
        at, length = chance.randrange(len(data)), chance.choice((1, 1, 2, 5, 40, 200))
        match chance.randrange(4):
            case 0:
                changed[at : at + length] = chance.randbytes(length)
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at // 2 : at // 2 + length]
            case _:
                changed = changed[:at]
        if bytes(changed) != data:
            assert both_verdicts(_split(bytes(changed))) > 0


def _again(number: int, **changes: object) -> Callable[[list[bytes]], list[bytes]]:
    """Replace an entry by another one whose own hash is right."""

    def change(lines: list[bytes]) -> list[bytes]:
        entry = replace(entries(5)[number - 1], **changes)  # type: ignore[arg-type]
        at = number + (1 if number > 3 else 0)
        return [*lines[:at], encode_entry(entry, entry.leaf_hash()), *lines[at + 1 :]]

    return change


def _resealed(size: int, text: str | None = None) -> bytes:
    """A checkpoint line whose own hash is right, signed by a stranger in the record's name."""
    stranger = new_signer()
    sealed = checkpoint(size)
    text = sealed.text if text is None else text
    forged = replace(sign(text, ORIGIN, stranger), key_id=KEY.id)
    return encode_checkpoint(Note(text, (forged,)))


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    # lines: 1 header, 2-4 entries 1-3, 5 checkpoint, 6-7 entries 4-5, 8 checkpoint
    "an entry rewritten with its hash": (_again(2, body=b"rewritten"), 5),
    "a time moved": (_again(5, time=START), 8),
    "a party changed": (_again(1, party="other"), 5),
    "an entry left out": (lambda lines: [*lines[:2], *lines[3:]], 3),
    "the last entry left out": (lambda lines: [*lines[:6], lines[7]], 7),
    "an entry twice": (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
    "two entries swapped": (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
    "an entry after the end": (lambda lines: [*lines, _line(6)], 9),
    "no last checkpoint": (lambda lines: lines[:-1], 7),
    "cut after a checkpoint": (lambda lines: lines[:5], 5),
    "no header": (lambda lines: lines[1:], 1),
    "two headers": (lambda lines: [lines[0], *lines], 2),
    "an empty line": (lambda lines: [*lines[:3], b"\n", *lines[3:]], 4),
    "nothing": (lambda lines: [], 0),
    "a forged signature": (lambda lines: [*lines[:4], _resealed(3), *lines[5:]], 5),
    "a checkpoint too early": (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 4),
    "a checkpoint of another record": (lambda lines: [*lines[:7], _foreign()], 8),
    "a checkpoint that nobody signed": (lambda lines: [*lines[:7], _unsigned()], 8),
    "a forged cosignature": (lambda lines: [*lines[:7], _forged_witness()], 8),
    "another promise": (lambda lines: [encode_header(header(6)), *lines[1:]], 8),
    "another key": (lambda lines: [_other_key(), *lines[1:]], 5),
}


def _line(number: int) -> bytes:
    entry = entries(number)[-1]
    return encode_entry(entry, entry.leaf_hash())


def _foreign() -> bytes:
    frontier = Frontier()
    frontier.extend(entry.leaf_hash() for entry in entries(5))
    text = Checkpoint("other.example", frontier.head()).text
    return encode_checkpoint(Note(text).signed(sign(text, ORIGIN, NORTH)))


def _unsigned() -> bytes:
    text = checkpoint(5).text
    return encode_checkpoint(Note(text).signed(cosign(text, WITNESS.name, SOUTH, START)))


def _forged_witness() -> bytes:
    note = checkpoint(5)
    other = cosign(note.text, WITNESS.name, new_signer(), START)
    return encode_checkpoint(note.signed(replace(other, key_id=WITNESS.id)))


def _other_key() -> bytes:
    return encode_header(header(5, replace(KEY, public_key=new_signer().public_key)))


@pytest.mark.parametrize("name", CHANGES)
def test_whoever_changes_with_care_is_refused_too(name: str) -> None:
    change, line = CHANGES[name]
    lines = change(cosigned_export())
    if not lines:
        with pytest.raises(InvalidInput, match="nothing in it"):
            verify_lines(lines, "x")
        with pytest.raises(SECOND.Refused):
            SECOND.verify(lines, [])
        return
    assert both_verdicts(lines) == line


def test_the_changed_range_is_named() -> None:
    lines = _again(2, body=b"rewritten")(cosigned_export())
    with pytest.raises(InvalidInput) as caught:
        verify_lines(lines, "day.record")
    assert caught.value.place() == "day.record, line 5, element entries 1 to 3"
    lines = cosigned_export()
    broken = lines[3].replace(b"notify", b"notifx")
    with pytest.raises(InvalidInput) as caught:
        verify_lines([*lines[:3], broken, *lines[4:]], "day.record")
    assert caught.value.place() == "day.record, line 4, element entry 3"


def test_only_a_trusted_key_is_believed_where_keys_are_given() -> None:
    lines = cosigned_export()
    assert verify_lines(lines, "x", (KEY,)).header.key == KEY
    other = replace(KEY, public_key=new_signer().public_key)
    with pytest.raises(InvalidInput, match="the record's key is"):
        verify_lines(lines, "x", (other,))
    with pytest.raises(SECOND.Refused):
        SECOND.verify(lines, [(ORIGIN, 1, other.public_key)])


def test_a_clock_that_went_back_is_remarked() -> None:
    changed = entries(4)
    changed[2] = replace(changed[2], time=START)
    done = verify_lines(list(sealed_export(header(4), changed, NORTH)), "x")
    assert len(done.remarks) == 1
    assert "entry 3" in done.remarks[0]


@pytest.mark.parametrize(
    "line",
    [
        b"{}\n",
        b"[]\n",
        b"null\n",
        b'{"type":"other"}\n',
        b'{"type":"entry","sequence":1}\n',
        b"[" * 100_000 + b"\n",
        b'{"type":"entry","sequence":1e400}\n',
        b"\xff\n",
        b'"' + b"x" * 9_000_000,
    ],
)
def test_what_is_no_line_is_refused(line: bytes) -> None:
    assert both_verdicts([line]) == 1


@pytest.mark.parametrize("member", ["sequence", "time", "party", "kind", "hash", "body"])
def test_an_entry_has_every_member_and_no_other(member: str) -> None:
    lines = cosigned_export()
    import json

    value = json.loads(lines[1])
    without = {name: part for name, part in value.items() if name != member}
    for wrong in (without, {**value, "note": "x"}, {**value, member: None}, {**value, member: [1]}):
        text = json.dumps(wrong, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        assert both_verdicts([lines[0], text, *lines[2:]]) == 2


def test_fewer_records_than_promised_are_no_export() -> None:
    with pytest.raises(InvalidInput, match="3 records, not 5"):
        list(sealed_export(header(5), entries(3), NORTH))
    with pytest.raises(InvalidInput, match="3 records, not 5"):
        list(kept_export(header(5), entries(3), [checkpoint(5)]))
    with pytest.raises(InvalidInput, match="no checkpoint of 5"):
        list(kept_export(header(5), entries(5), [checkpoint(3)]))
    with pytest.raises(InvalidInput, match="not the key of the record"):
        list(sealed_export(header(5), entries(5), SOUTH))


def test_more_records_than_promised_are_left_out() -> None:
    assert b"".join(sealed_export(header(5), entries(9), NORTH)) == b"".join(plain_export(5, 1000))
    lines = list(kept_export(header(5), entries(9), [checkpoint(5), checkpoint(3)]))
    assert lines == cosigned_export()


def test_a_file_and_the_command_of_the_second_verifier(tmp_path: Path) -> None:
    path = tmp_path / "day.record"
    path.write_bytes(b"".join(cosigned_export()))
    assert verify_file(str(path)).record.head.size == 5
    run = [sys.executable, str(TOOL), str(path)]
    good = subprocess.run([*run, str(KEY)], capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    assert "5 entries" in good.stdout
    path.write_bytes(b"".join(cosigned_export())[:-30])
    bad = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout.split(":")[1].split(",")[-1]) == (1, " line 8")
    with pytest.raises(Unreachable):
        verify_file(str(tmp_path / "none"))


def test_the_second_verifier_is_small_and_apart() -> None:
    text = TOOL.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    assert "import openline" not in text
    assert "from openline" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Entry(0, START, "north", "notify", b""),
        lambda: Entry(1, START.replace(tzinfo=None), "north", "notify", b""),
        lambda: Entry(1, START, "north\ud800", "notify", b""),
        lambda: Entry(1, START.replace(year=2300), "north", "notify", b""),
    ],
)
def test_what_is_no_entry_is_refused(wrong: Callable[[], Entry]) -> None:
    with pytest.raises(InvalidInput):
        wrong()


def test_a_header_comes_back() -> None:
    assert decode_line(encode_header(header(5))) == header(5)
    bare = Header(KEY, 0)
    assert decode_line(encode_header(bare)) == replace(bare, parties={})
