"""What every operation of `/line/v1` needs: the line of this server, and the caller's party."""

from typing import Final

from openline.api.operation import Call
from openline.app.line.look import party_of
from openline.app.line.roles import ADMIN, DUTY, FILE, WATCH
from openline.app.line.services import LineServices
from openline.errors import NotFound

PREFIX: Final = "/line/v1"
ANYBODY: Final = (frozenset({WATCH}),)
FILERS: Final = (frozenset({FILE}),)
OFFICERS: Final = (frozenset({DUTY}),)
ADMINS: Final = (frozenset({ADMIN}),)


def line_of(call: Call) -> LineServices:
    """The line. Raises: NotFound if this server carries none."""
    if call.services.line is None:
        raise NotFound("this server carries no line", cure="start it with --agreement FILE")
    return call.services.line


def caller_party(call: Call) -> str:
    """The party that the caller belongs to; a member's is the one that answers for it.

    Raises: PermissionDenied for somebody who is of no party.
    """
    return party_of(line_of(call), call.caller.sub)
