"""docs/protocol.md has every field of every message, with its type, as the schemas have them."""

import re

import pytest

from openline.formats.line_volume import WIDENINGS_MAX
from openline.limits import LINE_AREA_MAX_KM2, NESTING_MAX, REQUEST_VERTICES_MAX
from openline.line.duty import DutyKind
from openline.line.message.airspace import VOLUMES_MAX
from openline.line.message.envelope import LIFETIME_MAX, MESSAGE_BYTES_MAX
from openline.line.message.kind import Kind
from openline.line.message.text import NAME_MAX, TEXT_MAX
from tests.house.protocol_tables import Row, sections
from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
_SECTION = re.compile(
    r"^#{2,3} (?P<head>.+?)\n(?P<text>.*?)(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL
)
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<type>.+?) \| (?P<needed>yes|no) \|", re.MULTILINE)
WRITTEN = {found["head"]: found["text"] for found in _SECTION.finditer(PAGE)}


@pytest.mark.parametrize(("head", "rows"), list(sections()), ids=lambda one: str(one)[:20])
def test_the_page_has_every_field(head: str, rows: tuple[Row, ...]) -> None:
    written = [
        (row["name"], row["type"], row["needed"] == "yes")
        for row in _ROW.finditer(WRITTEN.get(head, ""))
    ]
    assert written == list(rows), f"Cure: write the table under {head!r} of docs/protocol.md anew."


def test_the_page_says_which_kinds_begin_a_thread() -> None:
    for kind in Kind:
        begins = "Begins a thread." in WRITTEN[kind.value]
        assert begins == kind.begins_thread, kind


@pytest.mark.parametrize(
    "words",
    [
        f"more than {MESSAGE_BYTES_MAX:,} bytes",
        f"within {LIFETIME_MAX.days} days",
        f"at most {TEXT_MAX} characters, not blank",
        f"at most {NAME_MAX} characters, not blank",
        f"at most {VOLUMES_MAX}, with {REQUEST_VERTICES_MAX:,} vertices",
        f"{LINE_AREA_MAX_KM2:,.0f} km²",
        f"nesting deeper than {NESTING_MAX}",
        "| *duty* | " + " ".join(f"`{duty}`" for duty in DutyKind),
        f"array of string, to {WIDENINGS_MAX}",
    ],
)
def test_the_page_has_the_limits(words: str) -> None:
    assert words in PAGE
