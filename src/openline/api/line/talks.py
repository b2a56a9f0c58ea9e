"""`/line/v1/talks.ics`: the scheduled talks of the caller's party, as a calendar reads them."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openline.api.handover import off_the_loop
from openline.api.line.call import PREFIX
from openline.app.caller import Caller
from openline.app.line import roles
from openline.app.line.look import party_of
from openline.app.line.services import LineServices
from openline.app.line.talks import calendar_of
from openline.errors import Unauthenticated
from openline.formats.icalendar import MEDIA_TYPE

PATH: Final = f"{PREFIX}/talks.ics"
_HEADERS: Final = {"Cache-Control": "no-store"}


def talks_route(line: LineServices) -> Route:
    """The route of the calendar."""

    async def talks(request: Request) -> Response:
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is None:
            raise Unauthenticated("there is no token", cure="send Authorization: Bearer TOKEN")
        roles.require(caller, roles.WATCH, "watching the line")
        body = await off_the_loop(
            lambda: calendar_of(line, party_of(line, caller.sub), line.clock.now())
        )
        return Response(body, media_type=MEDIA_TYPE, headers=_HEADERS)

    return Route(PATH, talks, methods=["GET"])
