"""What was said on a line as one HTML page, to be read and printed: no script, names escaped."""

from typing import Any, Final

from openline.report.page import STANDING_SENTENCE
from openline.report.pages import template
from openline.report.words import clean

_TEXT_MAX: Final = 600


def render_line(values: dict[str, Any]) -> str:
    """The page of an export, from its values. The same values give the same page."""
    cleaned: dict[str, Any] = _cleaned(values)
    return template("line_export.html").render(standing=STANDING_SENTENCE, **cleaned)


def _cleaned(value: Any) -> Any:
    """The values with every text in one line and without control and direction characters."""
    if isinstance(value, str):
        return clean(value, _TEXT_MAX)
    if isinstance(value, dict):
        return {name: _cleaned(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(member) for member in value]
    return value
