"""Strict TOML: values, lines, and what is refused where."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import InvalidInput
from openline.formats.toml_text import Table, decode

TEXT = '''\
# a comment = 1
title = "x # no comment"
[a.b]
multi = """one
two "" three"""
list = [
  1, # one
  "two", { z = 1, "y.y" = [1,
  2] },
]
[[p]]
id = 'a]b'
[p.sub]
when = 1979-05-27 07:32:00Z
[[p.c]]
r = "]"
[[p]]
x.y.z = 1e5
'''


def _table(text: str) -> Table:
    return decode(text.encode(), "f.toml")


def _line(table: Table, name: str) -> object:
    return table.place(name)["line"]


def test_every_value_has_its_line() -> None:
    root = _table(TEXT)
    first, second = root.tables("p")
    b = root.table("a").table("b")
    assert _line(root, "title") == 2
    assert (_line(root, "a"), _line(b, "multi"), _line(b, "list")) == (3, 4, 6)
    assert (_line(root, "p"), _line(first, "id"), _line(first, "sub")) == (11, 12, 13)
    assert _line(first.table("sub"), "when") == 14
    assert _line(first.tables("c")[0], "r") == 16
    assert _line(second, "x") == 18
    assert _line(second, "missing") == 17
    assert first.tables("c")[0].place("r")["field"] == "p[1].c[1].r"


def test_values_are_read() -> None:
    root = _table('t="x"\nn=1\nf=1.5\nl=["a","b"]\nns=[1,2.5]\nempty=[]\n')
    assert (root.text("t"), root.integer("n"), root.number("f")) == ("x", 1, 1.5)
    assert (root.texts("l"), root.numbers("ns"), root.texts("empty")) == (("a", "b"), (1, 2.5), ())
    assert root.texts("none", ("d",)) == ("d",)
    assert root.number("other", 3) == 3
    root.finish()


@pytest.mark.parametrize(
    ("text", "ask", "line", "words"),
    [
        ("\nt=1\n", lambda t: t.text("t"), 2, "no text"),
        ('t=""\n', lambda t: t.text("t"), 1, "empty"),
        ('t="a\\nb"\n', lambda t: t.text("t"), 1, "control"),
        ('t="' + "x" * 501 + '"\n', lambda t: t.text("t"), 1, "too long"),
        ("n=true\n", lambda t: t.number("n"), 1, "no number"),
        ("\n\nn=nan\n", lambda t: t.number("n"), 3, "finite"),
        ("n=-inf\n", lambda t: t.number("n"), 1, "finite"),
        ("n=1.0\n", lambda t: t.integer("n"), 1, "whole"),
        ('n="1"\n', lambda t: t.integer("n"), 1, "whole"),
        ("\nl=1\n", lambda t: t.items("l"), 2, "list"),
        ('l=["a",\n1]\n', lambda t: t.texts("l"), 2, "no text"),
        ("t=1\n", lambda t: t.table("t"), 1, "no table"),
        ("t=[1]\n", lambda t: t.tables("t"), 1, "no list of tables"),
        ("a=1\n", lambda t: t.text("missing"), 1, "missing is missing"),
        ("lateral_n=1\n", lambda t: t.number("lateral_nm"), 1, "no such field"),
        ("\nw=2026-11-22\n", lambda t: t.instant("w", t.items("w")), 2, "no list"),
        ("a=1\n\nb=2\n", lambda t: (t.number("a"), t.finish()), 3, "no such field"),
    ],
)
def test_what_is_wrong_has_its_line(text: str, ask: Any, line: int, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        ask(_table(text))
    assert caught.value.facts["file"] == "f.toml"
    assert caught.value.facts["line"] == line


def test_instants_need_a_zone() -> None:
    root = _table('a=2026-11-22T10:00:00+01:00\nb="2026-11-22T10:00Z"\nc=2026-11-22T10:00:00\n')
    values = {name: root._values[name] for name in "abc"}
    assert root.instant("a", values["a"]).hour == 9
    assert root.instant("b", values["b"]).hour == 10
    for wrong in (values["c"], 5, "10:00", values["c"].date()):
        with pytest.raises(InvalidInput):
            root.instant("c", wrong)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a = \n", 1),
        (b"a = 1\nb = [1,\n", 2),
        (b"a = 1\na = 2\n", 2),
        (b"[a]\n[a]\n", 2),
        (b"a = 1 b = 2\n", 1),
        (b"\xff\n", 1),
        (b'a = "x\n', 1),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode(data, "f.toml")
    assert caught.value.facts["line"] == line


@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 5_000 + b"]" * 5_000,
        b"a = " + b"[" * 100 + b"]" * 100,
        b"a." * 5_000 + b"a = 1",
        b"a = " + b"9" * 6_000,
        b"#" * 2_000_000,
        b"\xff\xfea\x00",
    ],
)
def test_hostile_files_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode(data, "f.toml")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


names = st.text("abc-_1", min_size=1, max_size=4)
scalars = st.one_of(
    st.integers(-9, 9).map(str),
    st.text('ab"#[]{}\\\n', max_size=6).map(_quoted),
    st.text('ab#[]{}"=', max_size=6).map(lambda t: f"'{t}'"),
    st.text("ab#[]{}=\n'", max_size=6).map(lambda t: f'"""{t}"""'),
)


values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",\n ".join(items) + "]"),
        st.dictionaries(names, inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"{k} = {v}" for k, v in items.items()) + "}"
        ),
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(["", "[{}]", "[[{}]]"]), names, values), max_size=8))
def test_lines_are_those_where_names_stand(parts: list[tuple[str, str, str]]) -> None:
    text = "# head\n"
    for number, (head, name, value) in enumerate(parts):
        if head:
            text += head.format(f"t{number}-{name}") + " # head\n\n"
        text += f"k{number}-{name} = {value}\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = text.split("\n")
    found = 0
    for path, line in decode(text.encode(), "f")._lines.items():
        last = path[-1]
        if isinstance(last, str) and last.startswith(("k", "t")) and len(last) > 2:
            assert last in lines[line - 1]
            found += 1
    assert found >= len(parts)
