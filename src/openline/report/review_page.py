"""The review of a record as one HTML page: no script, no request to anywhere, names escaped."""

from typing import Any, Final

from openline.report.page import STANDING_SENTENCE
from openline.report.pages import template
from openline.report.words import clean, duration

_DAYS_MAX: Final = 400
_PARTIES_MAX: Final = 500
_TEXT_MAX: Final = 300
_ROWS_MAX: Final = 500


def render_review(values: dict[str, Any]) -> str:
    """The page of a review, from its JSON values. The same values give the same page.

    Of very many days or parties the first are shown, and how many are left out.
    """
    values = _cleaned(values)
    days, parties = list(values["days"].items()), values["parties"]
    busiest = max((count for _, count in days), default=1)
    return template("review.html").render(
        standing=STANDING_SENTENCE,
        days=[(day, count, round(100 * count / busiest)) for day, count in days[:_DAYS_MAX]],
        days_left=max(0, len(days) - _DAYS_MAX),
        shown=parties[:_PARTIES_MAX],
        parties_left=max(0, len(parties) - _PARTIES_MAX),
        **{name: value for name, value in values.items() if name not in ("days", "parties")},
        party_count=len(parties),
        line_parties=[] if values["line"] is None else values["line"]["parties"][:_PARTIES_MAX],
        rows=_ROWS_MAX,
        duration=duration,
    )


def _cleaned(value: Any) -> Any:
    """The values with every text in one line and without control and direction characters."""
    if isinstance(value, str):
        return clean(value, _TEXT_MAX)
    if isinstance(value, dict):
        return {clean(name, _TEXT_MAX): _cleaned(member) for name, member in value.items()}
    return [_cleaned(member) for member in value] if isinstance(value, list) else value
