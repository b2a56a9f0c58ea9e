"""An export as a file: HTML to print, CSV, KML."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from openline.app.line.exports import Export, ExportRow
from openline.formats.instants import format_instant
from openline.formats.line_catalogue import catalogue
from openline.formats.line_export import Place, write_csv, write_kml
from openline.line.board import ConflictView, SideView, ThreadView
from openline.line.view import ID_SHOWN
from openline.report.line_page import render_line

_PLACES_MAX: Final = 3  # on the page; the rest are under "all of it" and in the other forms


class Form(StrEnum):
    """The forms of an export."""

    HTML = "html"
    CSV = "csv"
    KML = "kml"


def write_export(export: Export, form: Form) -> bytes:
    """The file of an export."""
    match form:
        case Form.CSV:
            return write_csv(_cells(row) for row in export.rows)
        case Form.KML:
            return write_kml(export.places, _conflict_places(export))
        case Form.HTML:
            return render_line(_page(export)).encode("utf-8", "replace")


def _cells(row: ExportRow) -> list[object]:
    return [
        row.entry,
        format_instant(row.time),
        row.kind,
        row.by,
        row.officer,
        " ".join(row.to),
        row.thread,
        row.name,
        ", ".join(row.marks),
        row.words,
        "; ".join(f"{name}: {value}" for name, value in row.details),
    ]


def _conflict_places(export: Export) -> Iterator[Place]:
    for one in export.conflicts:
        facts = one.facts
        if facts.where is not None:
            name = f"Conflict {one.id[:ID_SHOWN]} with {one.other}"
            yield name, facts.reason, facts.time_start, facts.time_end, facts.where


def _page(export: Export) -> dict[str, Any]:
    return {
        "title": export.title,
        "party": export.party,
        "agreement": export.agreement,
        "version": export.version,
        "now": f"{export.now:%d %B %Y, %H:%M:%S}Z",
        "entry": export.entry,
        "checks": export.checks,
        "rows": [_row(row) for row in export.rows],
        "threads": [_thread(one, export) for one in export.threads],
        "conflicts": [_conflict(one) for one in export.conflicts],
    }


def _row(row: ExportRow) -> dict[str, Any]:
    return {
        "entry": row.entry,
        "time": _clock(row.time),
        "kind": row.kind,
        "by": row.by,
        "officer": row.officer,
        "to": list(row.to),
        "label": _label(row.thread, row.name),
        "marks": list(row.marks),
        "words": row.words,
        "where": _where(row),
        "details": [list(one) for one in row.details],
    }


def _where(row: ExportRow) -> list[str]:
    """Its places, heights and times: what a reader of paper needs."""
    field = catalogue().fields["volumes"]
    places = [value for name, value in row.details if name == field]
    more = len(places) - _PLACES_MAX
    return places[:_PLACES_MAX] + ([f"and {more} more"] if more > 0 else [])


def _label(thread: str | None, name: str | None) -> str:
    if thread is None:
        return ""
    return thread[:ID_SHOWN] if name is None else f"{name} ({thread[:ID_SHOWN]})"


def _thread(one: ThreadView, export: Export) -> dict[str, Any]:
    names = {row.thread: row.name for row in export.rows}
    flags = {
        "LATE": one.late,
        "OVERDUE": one.overdue,
        "WITHOUT A PLACE": one.unlocated,
        "STALE": one.stale,
        "NO AUTHORITY": one.unauthorised,
        f"shown as {one.shown}": one.shown != "full",
        str(one.ended): one.ended is not None,
    }
    return {
        "label": f"{one.kind} {_label(one.id, names.get(one.id))}",
        "opener": one.opener,
        "opened": _clock(one.opened),
        "marks": [word for word, is_so in flags.items() if is_so],
        "sides": [{"party": side.party, "words": _side(side)} for side in one.sides],
    }


def _side(side: SideView) -> str:
    words = [f"{step.value} {_clock(at)}" for step, at in side.times] or [side.step.value]
    if side.answer is not None:
        by = f" ({side.answered_by})" if side.answered_by else ""
        words.append(f"answer: {side.answer.value.replace('_', ' ')}{by}")
    if side.unable is not None:
        words.append(f"UNABLE: {side.unable.value.replace('_', ' ')}")
    words += [f"read back otherwise: {one}" for one in side.wrong]
    words += [f"OVERDUE: {one.value.replace('_', ' ')}" for one in side.overdue]
    return ", ".join(words)


def _conflict(one: ConflictView) -> dict[str, Any]:
    closed = "" if one.closed is None else f"closed {_clock(one.closed)}"
    return {
        "time_start": _clock(one.facts.time_start),
        "time_end": _clock(one.facts.time_end),
        "other": one.other,
        "stands": closed or ("its time is past" if one.over else "open"),
        "reason": one.facts.reason,
    }


def _clock(instant: datetime) -> str:
    return f"{instant:%d %b %H:%M:%S}Z"
