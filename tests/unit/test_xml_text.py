"""XML: what is read, and how hostile files are refused."""

import pytest

from openline.errors import AreaTooLarge, InvalidInput
from openline.formats.xml_text import parse_number, parse_xml


def test_elements_have_local_names_text_attributes_and_lines() -> None:
    root = parse_xml(b'<a xmlns:g="urn:x">\n <g:b n="1">one<!-- no --> two</g:b>\n <c/>\n</a>', "f")
    assert (root.name, root.line) == ("a", 1)
    child = root.first("b")
    assert child is not None
    assert (child.line, child.attributes, child.text) == (2, {"n": "1"}, "one two")
    assert root.word("b") == "one two"
    assert root.word("c") is None
    assert root.first("b", "nothing") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_declared_encodings_are_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>Zürich</a>'
    assert parse_xml(text.encode(encoding), "f").text == "Zürich"


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><a>&x;</a>'
    with pytest.raises(InvalidInput, match="DOCTYPE"):
        parse_xml(bomb, "f")


def test_external_entities_are_never_read() -> None:
    with pytest.raises(InvalidInput, match="DOCTYPE"):
        parse_xml(b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "f")


def test_depth_is_bounded() -> None:
    parse_xml(b"<a>" * 64 + b"</a>" * 64, "f")
    with pytest.raises(AreaTooLarge, match="nested more than 64"):
        parse_xml(b"<a>" * 65 + b"</a>" * 65, "f")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a/>x",
        b"\xff<a/>",
        b"<a>&nothing;</a>",
        b"<g:a/>",
        b'<?xml version="1.0" encoding="none such"?><a/>',
        b'<?xml version="1.0" encoding="rot13"?><a/>',
        b'<?xml version="1.0" encoding="utf-32"?><a/>',
    ],
)
def test_what_is_not_xml_is_refused_with_the_file(data: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_xml(data, "f.kml")
    assert caught.value.facts["file"] == "f.kml"


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(InvalidInput, match="line 3"):
        parse_xml(b"<a>\n<b/>\n</c>", "f")


@pytest.mark.parametrize("text", ["nan", "inf", "-1e999", "1_000", "", "12m", None, "9" * 500])
def test_numbers_are_finite_and_plain(text: str | None) -> None:
    with pytest.raises(InvalidInput, match="radius"):
        parse_number(text, "radius")


def test_numbers_keep_every_bit() -> None:
    assert parse_number(" 0.1 ", "x") == 0.1
    assert parse_number("-1.5e3", "x") == -1500.0
