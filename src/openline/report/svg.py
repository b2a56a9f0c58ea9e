"""Just enough SVG: elements as text, everything escaped, numbers short and always the same."""

from collections.abc import Iterable
from html import escape

from openline.report.simplify import Points


def number(value: float) -> str:
    """A coordinate with at most one decimal and no negative zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def tag(name: str, *children: str, **attributes: object) -> str:
    """An element. Children are markup; attribute `fill_rule` becomes `fill-rule`, `class_` class.

    Floats are shortened; attributes that are None are left out; values are escaped.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = number(value) if isinstance(value, float) else str(value)
        words.append(f'{key.rstrip("_").replace("_", "-")}="{escape(shown)}"')
    inside = "".join(children)
    return f"<{' '.join(words)}>{inside}</{name}>" if inside else f"<{' '.join(words)}/>"


def text(words: str, x: float, y: float, class_: str, anchor: str = "start") -> str:
    """A line of text, escaped."""
    middle = None if anchor == "start" else anchor
    return tag("text", escape(words, quote=False), x=x, y=y, class_=class_, text_anchor=middle)


def side_label(letter: str, words: str, x: float, y: float, class_: str, anchor: str) -> str:
    """A side's letter, bold, and its name, which keeps its own direction."""
    bold = tag("tspan", escape(letter, quote=False), class_="strong")
    name = f" \u2068{escape(words, quote=False)}\u2069"
    middle = None if anchor == "start" else anchor
    return tag("text", bold, name, x=x, y=y, class_=class_, text_anchor=middle)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """A rectangle by two corners."""
    return tag("rect", x=x1, y=y1, width=x2 - x1, height=y2 - y1, class_=class_)


def path_data(lines: Iterable[Points], *, closed: bool) -> str:
    """Path data of polylines in picture units; repeated points are left out."""
    parts: list[str] = []
    for points in lines:
        words: list[str] = []
        for x, y in points:
            word = f"{number(float(x))} {number(float(y))}"
            if not words or words[-1] != word:
                words.append(word)
        if len(words) > 1:
            parts.append("M" + "L".join(words) + ("Z" if closed else ""))
    return "".join(parts)


def picture(
    key: str, title: str, description: str, width: float, height: float, *children: str
) -> str:
    """A whole picture with its title and description for those who do not see it."""
    return tag(
        "svg",
        tag("title", escape(title, quote=False), id=f"{key}-title"),
        tag("desc", escape(description, quote=False), id=f"{key}-desc"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        class_="picture",
    )
