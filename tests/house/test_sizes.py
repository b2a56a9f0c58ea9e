"""Small functions and modules. `sizes.txt` lists the exceptions; it may only shrink."""

import ast
import io
import tokenize
from functools import cache
from pathlib import Path

from tests.house.tree import Module, listing, modules

FUNCTION_LINES_MAX = 60  # lines with code: no blanks, comments, docstrings
MODULE_LINES_MAX = 400  # lines of the file
RATCHET = Path(__file__).with_name("sizes.txt")
CODE = modules("src", "tools", "bench", "tests")
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}


def code_lines(module: Module) -> set[int]:
    """The numbers of all lines that hold code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines.difference_update(range(first.lineno, (first.end_lineno or 0) + 1))
    return lines


def _functions(node: ast.AST, prefix: str = "") -> list[tuple[str, int, int]]:
    found = []
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}.{child.name}".lstrip(".")
            if not isinstance(child, ast.ClassDef):
                found.append((name, child.lineno, child.end_lineno or child.lineno))
        found += _functions(child, name)
    return found


@cache
def oversized() -> dict[str, int]:
    """Everything beyond the limits: `file` or `file::function` to its lines."""
    large = {}
    for module in CODE:
        count = len(module.text.splitlines())
        if count > MODULE_LINES_MAX:
            large[module.name] = count
        long = [f for f in _functions(module.tree) if f[2] - f[1] >= FUNCTION_LINES_MAX]
        code = code_lines(module) if long else set()
        for name, first, last in long:
            lines = len(code.intersection(range(first, last + 1)))
            if lines > FUNCTION_LINES_MAX:
                large[f"{module.name}::{name}"] = lines
    return large


def allowed() -> dict[str, int]:
    """The exceptions of the ratchet list."""
    rows = (line.split() for line in RATCHET.read_text(encoding="utf-8").splitlines())
    return {row[0]: int(row[1]) for row in rows if row and not row[0].startswith("#")}


def test_nothing_grows_beyond_its_limit() -> None:
    exceptions = allowed()
    wrong = [
        f"{name}: {lines} lines, at most {exceptions.get(name, _limit(name))}"
        for name, lines in oversized().items()
        if lines > exceptions.get(name, 0)
    ]
    assert not wrong, listing(wrong, "split it by what it does; do not add to sizes.txt.")


def test_the_ratchet_only_shrinks() -> None:
    now = oversized()
    wrong = [
        f"{name}: listed with {lines}, now {now.get(name, 'within the limit')}"
        for name, lines in allowed().items()
        if now.get(name, 0) < lines
    ]
    assert not wrong, listing(wrong, "well done: lower the number in sizes.txt or drop the line.")


def _limit(name: str) -> int:
    return FUNCTION_LINES_MAX if "::" in name else MODULE_LINES_MAX
