"""Time is an argument: domain code and file formats never read a clock."""

import ast

import pytest

from tests.house.tree import Module, imported_names, listing, modules

CLOCKLESS = modules(
    "src/openline/units.py",
    *(f"src/openline/{layer}" for layer in ("geo", "airspace", "line", "store", "formats")),
)
CLOCK_NAMES = {
    *("now", "utcnow", "today", "perf_counter", "perf_counter_ns"),
    *("monotonic", "monotonic_ns", "time_ns", "localtime", "gmtime"),
}


@pytest.mark.parametrize("module", CLOCKLESS, ids=lambda m: m.name)
def test_no_clock_is_read(module: Module) -> None:
    wrong = [
        f"{module.name}:{line} imports time"
        for name, line in imported_names(module.tree)
        if name.partition(".")[0] == "time"
    ]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_NAMES:
            wrong.append(f"{module.name}:{node.lineno} uses .{node.attr}")
        elif isinstance(node, ast.Name) and node.id in CLOCK_NAMES - {"now"}:
            wrong.append(f"{module.name}:{node.lineno} uses {node.id}")
    assert not wrong, listing(wrong, "take the instant as an argument; app and cli read the clock.")
