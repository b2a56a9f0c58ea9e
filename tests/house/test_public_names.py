"""The names of `import openline` are a promise: pinned here, each with a docstring, all lazy."""

import subprocess
import sys
from pathlib import Path

import openline
from tests.house.tree import ROOT, listing

PINNED = Path(__file__).with_name("public_names.txt")


def test_the_public_names_are_the_pinned_ones() -> None:
    pinned = set(PINNED.read_text(encoding="utf-8").split())
    public = set(getattr(openline, "__all__", ()))
    wrong = [f"new: {name}" for name in sorted(public - pinned)]
    wrong += [f"gone: {name}" for name in sorted(pinned - public)]
    cure = "a new name is documented and added to public_names.txt; a name is not taken away."
    assert not wrong, listing(wrong, cure)


def test_every_public_name_exists_and_says_what_it_is() -> None:
    wrong = []
    for name in getattr(openline, "__all__", ()):
        thing = getattr(openline, name)
        if callable(thing) and not (thing.__doc__ or "").strip():
            wrong.append(name)
    assert not wrong, listing(wrong, "give it a docstring.")


def test_the_import_is_light() -> None:
    heavy = "{'numpy', 's2geometry', 'rich', 'jinja2', 'click'}"
    code = f"import sys, openline; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert not done.stdout.split(), listing(
        done.stdout.split(), "import it where it is used, or by __getattr__ in openline/__init__."
    )
