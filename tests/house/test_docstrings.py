"""Every public module, class and function says what it is for."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import Module, listing, modules

CODE = tuple(m for m in modules("src", "tools", "bench") if m.text.strip())


def _undocumented(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If | ast.Try | ast.With):
            yield from _undocumented(child, prefix)
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if child.name.startswith("_") or _inherits_its_words(child):
            continue
        if ast.get_docstring(child) is None:
            yield f"{prefix}{child.name}", child.lineno
        if isinstance(child, ast.ClassDef):
            yield from _undocumented(child, f"{child.name}.")


def _inherits_its_words(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    words = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(words & {"overload", "override", "setter"})


@pytest.mark.parametrize("module", CODE, ids=lambda m: m.name)
def test_public_things_have_a_docstring(module: Module) -> None:
    wrong = [f"{module.name}:{line} {name}" for name, line in _undocumented(module.tree)]
    if ast.get_docstring(module.tree) is None:
        wrong.insert(0, f"{module.name}:1 the module")
    assert not wrong, listing(wrong, "write one sentence: what it computes, in which units.")
