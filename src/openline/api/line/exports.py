"""Exports over HTTP: a thread or a day as a file of what the caller's party may see."""

from datetime import date, datetime
from typing import Final

from openline.api.line.call import ANYBODY, PREFIX, caller_party, line_of
from openline.api.operation import Call, Later, Operation, Raw
from openline.app.line.exports import Export, export_day, export_thread
from openline.app.line.reads import note_read
from openline.app.line.write_export import Form, write_export
from openline.errors import InvalidInput

_TYPES: Final = {
    Form.HTML: "text/html; charset=utf-8",
    Form.CSV: "text/csv; charset=utf-8",
    Form.KML: "application/vnd.google-earth.kml+xml",
}
_PRODUCES: Final = ("text/html", "text/csv", "application/vnd.google-earth.kml+xml")
_FORM: Final = {"form": "`html` (if absent), `csv` or `kml`"}
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_DAY_DIGITS: Final = 10


def _thread(call: Call) -> Raw | Later:
    line, party, thread = line_of(call), caller_party(call), call.path["thread"]
    form = _form(call)
    found = export_thread(line, party, thread, call.now)
    answer = _file(found, form, f"thread-{thread[:8]}")
    noted = note_read(line, party, call.caller.officer, thread, call.now)
    return answer if noted is None else Later(noted, lambda _none: answer)


def _day(call: Call) -> Raw:
    form, day = _form(call), _date(call.query.get("date"), call.now)
    found = export_day(line_of(call), caller_party(call), day, call.now)
    return _file(found, form, f"day-{day.isoformat()}")


def _file(export: Export, form: Form, name: str) -> Raw:
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _POLICY,
    }
    if form is not Form.HTML:
        safe = "".join(c if c.isalnum() and c.isascii() else "-" for c in name)
        headers["Content-Disposition"] = f'attachment; filename="openline-{safe}.{form.value}"'
    return Raw(write_export(export, form), _TYPES[form], headers)


def _form(call: Call) -> Form:
    try:
        return Form(call.query.get("form") or Form.HTML)
    except ValueError:
        raise InvalidInput(
            "it is no form of an export", cure="give html, csv or kml", field="form"
        ) from None


def _date(text: str | None, now: datetime) -> date:
    """The day; today (UTC) if none is given. Raises: InvalidInput."""
    if not text:
        return now.date()
    try:
        if len(text) != _DAY_DIGITS:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("it is no day", cure="write 2026-11-22", field="date") from None


OPERATIONS: Final = (
    Operation(
        name="exportThread",
        method="GET",
        path=f"{PREFIX}/export/threads/{{thread}}",
        summary="A thread as a file: everything said in it that the party may see",
        handler=_thread,
        scopes=ANYBODY,
        response=str,
        errors=(400, 404),
        too_large=413,
        query=_FORM,
        produces=_PRODUCES,
    ),
    Operation(
        name="exportDay",
        method="GET",
        path=f"{PREFIX}/export/day",
        summary="A day (UTC) as a file: everything that the party was told",
        handler=_day,
        scopes=ANYBODY,
        response=str,
        errors=(400, 404, 413),
        too_large=413,
        query=_FORM | {"date": "The day, as 2026-11-22; absent: today"},
        produces=_PRODUCES,
    ),
)
