"""The report as one HTML page: no script, no request to anywhere, names always escaped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup

from openline.airspace.find import Findings
from openline.airspace.separation import INTERSECTION
from openline.report import model, words
from openline.report.map_picture import draw_map
from openline.report.model import ConflictView
from openline.report.overview_picture import draw_overview, draw_timeline
from openline.report.pages import template
from openline.report.profile_picture import draw_profile

STANDING_SENTENCE: Final = (
    "A notice is information, not permission and not protection; a receipt is not consent; "
    "unknown is never shown as clear."
)


def render_report(
    findings: Findings,
    *,
    title: str,
    warnings: Sequence[str],
    generated_at: datetime,
    version: str,
    constraints: int | None = None,
    notices: int | None = None,
) -> str:
    """The whole report as HTML text. The same input gives the same text.

    The worst 200 conflicts have pictures, the worst 5,000 are in the index; the page says what it
    leaves out. `generated_at` is aware; `constraints` and `notices` say how many were compared.
    Errs toward: showing; what is not known is called so.
    """
    views = model.conflict_views(findings)
    pictured = [view for view in views if view.located][: model.PICTURES_MAX]
    cleaned = [words.clean(warning, model.WARNING_MAX) for warning in warnings]
    return template("report.html").render(
        title=words.clean(title, model.TEXT_MAX),
        standing=STANDING_SENTENCE,
        generated=words.instant(generated_at.replace(microsecond=0)),
        version=words.clean(version, model.NAME_MAX),
        minima=words.minima(findings.separation),
        overlap_only=findings.separation == INTERSECTION,
        tiles=model.tiles(findings, constraints, notices),
        total=len(findings),
        volumes=words.count(findings.volumes, "volume"),
        compared=model.compared(findings, constraints, notices),
        views=views,
        pictured=pictured,
        pictured_last=pictured[-1].number if pictured else 0,
        located=sum(1 for conflict in findings if conflict.located),
        notices=model.unlocated(views),
        overview=Markup(draw_overview(views)),
        timeline=Markup(draw_timeline(views)),
        pictures=_pictures,
        warnings=cleaned[: model.WARNINGS_MAX],
        warnings_left=max(0, len(cleaned) - model.WARNINGS_MAX),
    )


def _pictures(view: ConflictView) -> tuple[Markup, Markup]:
    return Markup(draw_map(view)), Markup(draw_profile(view))
