"""The documents lead somewhere, and every command and option is in them."""

import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, listing

PAGES = tuple(p for p in files() if p.suffix == ".md")
COMMAND_PAGE = ROOT / "docs" / "command.md"
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")


def _anchors(page: Path) -> set[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+\s+(.*?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    wrong = []
    for link in _LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists():
            wrong.append(f"{link}: no such file")
        elif anchor and aim.suffix == ".md" and anchor not in _anchors(aim):
            wrong.append(f"{link}: no such heading")
    assert not wrong, listing(wrong, f"correct the link in {page.name} or add the page.")


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    missing = [p.name for p in sorted((ROOT / "docs").rglob("*.md")) if p.name not in index]
    assert not missing, listing(missing, "add it to docs/README.md.")


def _options(command: object, path: str) -> Iterator[tuple[str, str]]:
    """Every (command path, long option) of a click command; the option is empty for a command."""
    yield path, ""
    for param in getattr(command, "params", ()):
        if getattr(param, "hidden", False) or param.param_type_name != "option":
            continue
        for word in (*param.opts, *param.secondary_opts):
            if word.startswith("--"):
                yield path, word
    for name, sub in getattr(command, "commands", {}).items():
        if not sub.hidden:
            yield from _options(sub, f"{path} {name}")


def _surface() -> set[tuple[str, str]]:
    if importlib.util.find_spec("openline.cli.main") is None:
        pytest.skip("there is no command yet")
    import click

    module = importlib.import_module("openline.cli.main")
    commands = [v for v in vars(module).values() if isinstance(v, click.Command)]
    root = next((c for c in commands if isinstance(c, click.Group)), None)
    assert root is not None, "Cure: openline.cli.main must hold the click group of all commands."
    context = click.Context(root)
    surface = set(_options(root, "openline"))
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        if command is not None and not command.hidden:
            surface |= set(_options(command, f"openline {name}"))
    return surface


def test_every_command_and_option_is_documented() -> None:
    text = COMMAND_PAGE.read_text(encoding="utf-8")
    wrong = []
    for path, option in sorted(_surface()):
        section = _section(text, path)
        if section is None:
            wrong.append(f"{path} has no heading")
        elif option and option not in _OPTION.findall(section):
            wrong.append(f"{path} {option}")
    assert not wrong, listing(wrong, "describe it in docs/command.md under its command's heading.")


def test_no_documented_option_is_invented() -> None:
    known = {option for _, option in _surface()} | {"--help", "--version"}
    text = COMMAND_PAGE.read_text(encoding="utf-8")
    wrong = sorted(set(_OPTION.findall(text)) - known)
    assert not wrong, listing(wrong, "remove it from docs/command.md or build it.")


def _section(text: str, command: str) -> str | None:
    """The text from the heading that names the command to the next such heading."""
    if command == "openline":
        return text
    parts = re.split(r"^#+ .*?`(openline(?: [a-z][a-z-]*)+)[^`\n]*`.*$", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return sections.get(command)


def test_the_tree_of_the_architecture_is_the_tree() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    folders = {p.parent for p in files() if p.suffix == ".py" and p.parent != ROOT}
    drawn = {d for d in folders if d.relative_to(ROOT).parts[0] != "examples"}
    missing = sorted(d.name for d in drawn if f"{d.name}/" not in text)
    gone = [
        name
        for name in re.findall(r"`((?:[a-z0-9_]+/)*[a-z0-9_]+\.py)`", text)
        if not any((ROOT / base / name).exists() for base in ("src/openline", "tests/house", ""))
    ]
    assert not missing, listing(missing, "add the folder to the tree in ARCHITECTURE.md.")
    assert not gone, listing(gone, "ARCHITECTURE.md names a file that is not there: correct it.")


def test_make_run_checks_the_example_as_its_page_says() -> None:
    """The options of `make run` are those of the example's README, word for word."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    found = re.search(r"^EXAMPLE_OPTIONS := (.*)$", makefile, re.MULTILINE)
    assert found is not None, "Cure: keep the options of the example in EXAMPLE_OPTIONS."
    page = ROOT / "examples" / "shared-sky" / "README.md"
    command = re.search(
        r"openline check examples/shared-sky(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL
    )
    assert command is not None, f"Cure: show the command in {page.name} of the example."
    shown = command[1].replace("\\\n", " ").split()
    assert found[1].split() == shown, "Cure: the same options in Makefile and example."
