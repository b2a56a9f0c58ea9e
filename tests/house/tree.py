"""The repository as the house tests see it: its files, its modules, their syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "openline"
_NOT_OURS = {"out", "dist", "build", "node_modules", "__pycache__", "LICENSE"}
_BUILT = {PACKAGE / "console", ROOT / "web" / "src" / "api" / "schema.d.ts"}
_HIDDEN_BUT_OURS = {".ci", ".gitignore"}


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path

    @cached_property
    def text(self) -> str:
        """What it says."""
        return self.path.read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree; that of the package is kept, for many tests ask for it."""
        return _kept(self) if self.path.is_relative_to(PACKAGE) else _parse(self)

    @property
    def name(self) -> str:
        """Its path from the root of the repository, with slashes."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def dotted(self) -> str:
        """Its place in the package, as `geo.s2`; the empty string for `openline` itself."""
        parts = self.path.relative_to(PACKAGE).with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository that people write; no caches, no environments."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        hidden = entry.name.startswith(".") and entry.name not in _HIDDEN_BUT_OURS
        if hidden or entry.name in _NOT_OURS or entry in _BUILT:
            continue
        if entry.is_dir():
            yield from _walk(entry)
        else:
            yield entry


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Name and content of every file that is text."""
    found = []
    for path in files():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            found.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")))
    return tuple(found)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python module under the folders, as `src/openline/geo`."""
    roots = [ROOT / folder for folder in folders]
    chosen = (
        p for p in files() if p.suffix == ".py" and any(p.is_relative_to(root) for root in roots)
    )
    return tuple(Module(path) for path in chosen)


def _parse(module: Module) -> ast.Module:
    return ast.parse(module.text, filename=str(module.path))


@cache
def _kept(module: Module) -> ast.Module:
    return _parse(module)


def imported_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every module or name that is imported, with its line; imports inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write imports in full, not relative"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def listing(problems: list[str], cure: str) -> str:
    """The message of a failing house test: what is wrong, one a line, then the cure."""
    return "\n".join(["", *(f"  {problem}" for problem in problems), f"Cure: {cure}"])
