"""Words and places that do not belong in the repository, and facts we never keep."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT, files, listing, modules, texts

# This list itself, the licence's terms, the lock file and others' formats are looked at apart.
_SELF = "tests/house/test_words.py"
_LOCK = "uv.lock"

MACHINE_PATHS = re.compile(
    r"(?<![\w./~-])/(?:work|tmp|home|root|opt|mnt|Users|var/folders)/[\w.-]|\b[A-Z]:\\\\?Users"
)
# Package indexes and mirrors are the user's choice, by his own settings.
HOSTS = re.compile(
    r"pypi\.(?:org|tuna)|pythonhosted|/simple/?\b|registry\.npmjs|index-url|find-links"
    r"|artifactory|devpi|proxy\.golang"
    r"|\b(?:10|192\.168)\.\d+\.\d+\.\d+",
    re.IGNORECASE,
)
LOCK_HOSTS = {"pypi.org", "files.pythonhosted.org"}

# word -> what to write instead
FORBIDDEN = {
    r"no[- ]?fly[- ]zones?": "constraint",
    r"(?<!Real-Time )collisions?": "conflict, loss of separation or NMAC",
    r"approv(?:e|es|ed|al|als|ing)": "accept (a state), or say who decided",
    r"(?:is|are|was|be|been|get|gets) cleared": "say what was decided and by whom",
    r"clearances?": "say what was decided and by whom",
    r"coordinat(?:e|es|ed|ing) (?:flights?|traffic|our|their)": "tell, ask, agree",
    r"missions?": "operational intent",
    r"weapons?|enem(?:y|ies)|targeting": "nothing: this is no fact of ours",
}
# A foreign format's own key, or a sentence that says what is never done: place -> pattern.
ALLOWED = {
    r"tests/unit/test_report_page\.py": r"approved",  # holds the report to these words too
    r"src/openline/formats/qgc_plan\.py": r"missions?",
    r"(tests|tools)/.*(plan|qgc).*": r"missions?",
    r"docs/.*|src/openline/formats/.*|examples/.*\.plan": r"missions?",
    r"(README|CONTRIBUTING|ARCHITECTURE)\.md|docs/.*\.md": (
        r"targeting|weapons?|missions?|clearances?|approvals?|collisions?|no[- ]?fly[- ]zones?"
    ),
}

# Facts that no type and no schema of ours may hold: who is meant by whom, and with what.
NEVER_A_FACT = {"purpose", "target", "targets", "weapon", "weapons"}
NEVER_AN_ENTITY_FACT = NEVER_A_FACT | {"unit", "units"}  # `unit` of measure is no entity's


def test_no_path_of_a_machine() -> None:
    wrong = [
        f"{name}:{line} {match}"
        for name, line, match in _matches(MACHINE_PATHS)
        if name not in (_SELF, _LOCK)
    ]
    assert not wrong, listing(wrong, "find it from the file itself or take it as an argument.")


def test_no_registry_host() -> None:
    wrong = [
        f"{name}:{line} {match}"
        for name, line, match in _matches(HOSTS)
        if name not in (_SELF, _LOCK) and not name.startswith("docs/")
    ]
    assert not wrong, listing(wrong, "leave the index to the user's own settings.")


def test_the_lock_file_names_only_the_public_index() -> None:
    lock = (ROOT / _LOCK).read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([^/\"]+)", lock))
    assert hosts <= LOCK_HOSTS, listing(
        sorted(hosts - LOCK_HOSTS), "make lock without a mirror in your settings."
    )


def test_no_forbidden_word() -> None:
    wrong = []
    for pattern, instead in FORBIDDEN.items():
        for name, line, match in _matches(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)):
            if name not in (_SELF, _LOCK) and not _is_allowed(name, match):
                wrong.append(f"{name}:{line} {match!r}: write {instead}")
    assert not wrong, listing(wrong, "one word for one thing: see docs/glossary.md.")


@pytest.mark.parametrize("module", modules("src/openline"), ids=lambda m: m.name)
def test_no_type_holds_a_fact_for_aiming(module: object) -> None:
    assert hasattr(module, "tree")
    entity_code = module.dotted.startswith(("airspace", "line"))  # type: ignore[attr-defined]
    banned = NEVER_AN_ENTITY_FACT if entity_code else NEVER_A_FACT
    wrong = [f"{name} in line {line}" for name, line in _fields(module.tree) if name in banned]
    assert not wrong, listing(wrong, "leave it out: this is for the safety of crews.")


def test_no_schema_holds_a_fact_for_aiming() -> None:
    wrong = []
    for path in files():
        if path.suffix == ".json" and "schema" in path.name:
            names = set(_properties(json.loads(path.read_text(encoding="utf-8"))))
            wrong += [f"{path.name}: {name}" for name in sorted(names & NEVER_AN_ENTITY_FACT)]
    assert not wrong, listing(wrong, "leave it out: this is for the safety of crews.")


def _matches(pattern: re.Pattern[str]) -> Iterator[tuple[str, int, str]]:
    for name, text in texts():
        for match in pattern.finditer(text):
            yield name, text.count("\n", 0, match.start()) + 1, match[0]


def _is_allowed(name: str, word: str) -> bool:
    return any(
        re.fullmatch(place, name) and re.fullmatch(pattern, word, re.IGNORECASE)
        for place, pattern in ALLOWED.items()
    )


def _fields(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    yield statement.target.id, statement.lineno


def _properties(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        found = schema.get("properties")
        if isinstance(found, dict):
            yield from found
        for value in schema.values():
            yield from _properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _properties(value)
