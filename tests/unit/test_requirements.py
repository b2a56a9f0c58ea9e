"""The page of requirements is that of its list, and every test it names is there."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tools.make_requirements import PAGE, REQUIREMENTS, Requirement, page

ROOT = Path(__file__).parents[2]


@cache
def _tests_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)  # a class: a machine that plays random histories
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


@pytest.mark.parametrize("one", REQUIREMENTS, ids=lambda one: one.asks[:40])
def test_every_test_that_is_named_is_there(one: Requirement) -> None:
    assert one.tests
    for name in one.tests:
        file, _, test = name.partition("::")
        assert test.startswith("test_") or test.endswith("Machine")
        assert test in _tests_of(file), f"{name} is gone: name the test that shows it now"


def test_the_page_is_that_of_the_list() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tools.make_requirements"
