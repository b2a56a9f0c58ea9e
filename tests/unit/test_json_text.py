"""Strict JSON: what is refused, and where it is said to be."""

import json

import pytest

from openline.errors import InvalidInput
from openline.formats import json_text
from openline.limits import NESTING_MAX


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b'{"a": NaN}', 1, 7, "NaN is not a number"),
        (b'{"a":\n  -Infinity}', 2, 3, "-Infinity is not a number"),
        (b'{"a": 1,\n "b": {"a": 2,\n "a": 3}}', 3, 2, "'a' occurs twice"),
        (b"[\n[1, 123456789012345678901]]", 2, 5, "an integer of 21 digits"),
        (b"[-" + b"9" * 5000 + b"]", 1, 2, "an integer of 5000 digits"),
        (b'"ok"\n\xff', 2, 1, "byte 0xff is not UTF-8"),
        (b'{"a": "\xc3\x28"}', 1, 8, "byte 0xc3 is not UTF-8"),
        (b'["\\ud800"]', 1, 3, "surrogate"),
        (b'{"a": 1}\n{"a": 2}', 2, 1, "more text after the end"),
        (b'{"a": 1,\n}', 2, 1, "a name in quotes"),
        (b"[1 2]", 1, 4, 'a ","'),
        (b'["a\nb"]', 1, 4, "line break"),
        (b"[" * 100_000, 1, NESTING_MAX + 1, "nested more than 64 deep"),
    ],
)
def test_refusals_name_the_place(data: bytes, line: int, column: int, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        json_text.decode(data, "file.json")
    assert words in caught.value.problem
    assert caught.value.facts["file"] == "file.json"
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (line, column)
    assert str(caught.value).startswith(f"file.json, line {line}: ")


def test_nesting_up_to_the_bound_is_read() -> None:
    inside = b"[" * NESTING_MAX + b"]" * NESTING_MAX
    assert json_text.decode(inside) == json.loads(inside)
    with pytest.raises(InvalidInput, match="deep"):
        json_text.decode(b"[" + inside + b"]")
    brackets_in_text = json.dumps(["[" * 1000]).encode()
    assert json_text.decode(brackets_in_text) == ["[" * 1000]


def test_what_is_allowed_is_read_exactly() -> None:
    assert json_text.decode(b'\xef\xbb\xbf{"a": "\\ud83d\\ude81", "b": -0.1}') == {
        "a": "\U0001f681",
        "b": -0.1,
    }
    assert json_text.decode(b"9223372036854775807") == 2**63 - 1


@pytest.mark.parametrize("data", [b"", b" \n", b"\xef\xbb\xbf"])
def test_nothing_is_said_to_be_nothing(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="no JSON"):
        json_text.decode(data)


def test_utf_16_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"UTF-16.*save it as UTF-8"):
        json_text.decode('{"a": 1}'.encode("utf-16"), "x")


def test_lines_count_from_the_documents_place_in_its_file() -> None:
    with pytest.raises(InvalidInput, match="line 41"):
        json_text.decode(b'{\n"a" 1}', first_line=40)


def test_numbers_are_written_to_the_last_bit_and_never_as_nan() -> None:
    assert json.loads(json_text.encode([0.1 + 0.2, 1e-7])) == [0.1 + 0.2, 1e-7]
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text.encode(float("nan"))


def test_arrays_are_written_one_item_a_line() -> None:
    written = json_text.encode_arrays({"type": "X"}, {"a": [{"n": 1}, {"n": 2}], "b": []})
    assert written == b'{\n "type": "X",\n "a": [\n  {"n":1},\n  {"n":2}\n ],\n "b": []\n}\n'
