"""Every setting of the server stands in docs/server.md, with its default and its range."""

import re

from openline.app.settings_table import SETTINGS, Kind, Setting
from tests.house.tree import ROOT, listing

PAGE = ROOT / "docs" / "server.md"


def _rows() -> dict[str, list[str]]:
    section = PAGE.read_text(encoding="utf-8").partition("\n## Settings\n")[2].partition("\n## ")[0]
    cells = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("| `")
    ]
    return {row[0]: row[1:] for row in cells}


def test_the_page_lists_the_settings_in_order() -> None:
    wrong = set(_rows()) ^ {setting.name for setting in SETTINGS}
    assert not wrong, listing(
        sorted(wrong), "describe each setting in docs/server.md, and no other"
    )
    assert list(_rows()) == [setting.name for setting in SETTINGS], "Cure: keep the table's order."


def test_defaults_and_ranges_are_those_of_the_code() -> None:
    wrong = []
    for setting in SETTINGS:
        default, bounds, _ = _rows()[setting.name]
        if default != _default(setting):
            wrong.append(f"{setting.name}: the default is {_default(setting)}, not {default}")
        numbers = [float(n.replace(",", "")) for n in re.findall(r"[\d.,]+", bounds)]
        expected = [setting.low, setting.high] if _has_range(setting) else []
        if numbers != expected:
            wrong.append(f"{setting.name}: the range is {expected}, not {bounds!r}")
    assert not wrong, listing(wrong, "correct the table in docs/server.md.")


def _has_range(setting: Setting) -> bool:
    return setting.kind in (Kind.COUNT, Kind.NUMBER)


def _default(setting: Setting) -> str:
    if setting.default is None or setting.default == ():
        return "–"
    if isinstance(setting.default, bool):
        return str(setting.default).lower()
    return str(setting.default)
