"""`/line/v1/talks.ics`: the scheduled talks of the caller's party, as a calendar reads them."""

from typing import Final

from openline.api.line.call import ANYBODY, PREFIX, caller_party, line_of
from openline.api.operation import Call, Operation, Raw
from openline.app.line.talks import calendar_of
from openline.formats.icalendar import MEDIA_TYPE

PATH: Final = f"{PREFIX}/talks.ics"
_HEADERS: Final = {"Cache-Control": "no-store"}


def _talks(call: Call) -> Raw:
    body = calendar_of(line_of(call), caller_party(call), call.now)
    return Raw(body, MEDIA_TYPE, _HEADERS)


OPERATIONS: Final = (
    Operation(
        name="getTalks",
        method="GET",
        path=PATH,
        summary="The scheduled talks of the caller's party, as an iCalendar file",
        handler=_talks,
        scopes=ANYBODY,
        response=str,
        errors=(404,),
        produces=("text/calendar",),
    ),
)
