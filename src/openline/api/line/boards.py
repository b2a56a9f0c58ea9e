"""What a party sees: its board, its inbox, one thread."""

from typing import Any, Final

from openline.api.line import agreed
from openline.api.line import board_wire as wire
from openline.api.line.call import ANYBODY, PREFIX, caller_party, line_of
from openline.api.line.histories import THEN_QUERY, then_asked
from openline.api.operation import Call, Later, Operation
from openline.app.line.reads import note_read
from openline.app.line.replay import board_then, thread_then
from openline.app.line.views import board_of, inbox_of, thread_of
from openline.app.peer.status import with_peers
from openline.formats.line_board import values_of

_NOT_LIVE: Final = {"live": False}


def _board(call: Call) -> dict[str, Any]:
    line, party, peering = line_of(call), caller_party(call), call.services.peering
    then = then_asked(call)
    if then is not None:
        return values_of(board_then(line, party, then)) | _NOT_LIVE
    found = board_of(line, party, call.now)
    if peering is not None and party in line.signers:  # how its server stands is its own to know
        found = with_peers(found, peering)
    return values_of(found)


def _inbox(call: Call) -> dict[str, Any]:
    return values_of(inbox_of(line_of(call), caller_party(call), call.now))


def _thread(call: Call) -> dict[str, Any] | Later:
    line, party, thread = line_of(call), caller_party(call), call.path["thread"]
    values: dict[str, Any] = {"thread": None, "conflict": None}
    then = then_asked(call)
    if then is None:
        values |= values_of(thread_of(line, party, thread, call.now))
    else:
        values |= values_of(thread_then(line, party, thread, then)) | _NOT_LIVE
    noted = note_read(line, party, call.caller.officer, thread, call.now)
    return values if noted is None else Later(noted, lambda _none: values)


OPERATIONS: Final = (
    agreed.OPERATION,
    Operation(
        name="getBoard",
        method="GET",
        path=f"{PREFIX}/board",
        summary="Everything that the caller's party may see now, or could at an earlier instant",
        handler=_board,
        scopes=ANYBODY,
        response=wire.Board,
        errors=(400, 404),
        query=THEN_QUERY,
    ),
    Operation(
        name="getInbox",
        method="GET",
        path=f"{PREFIX}/inbox",
        summary="What waits for the caller's party, most pressing first",
        handler=_inbox,
        scopes=ANYBODY,
        response=wire.Inbox,
        errors=(404,),
    ),
    Operation(
        name="getThread",
        method="GET",
        path=f"{PREFIX}/threads/{{thread}}",
        summary="A thread, or the conflict that is one, with everything said in it",
        handler=_thread,
        scopes=ANYBODY,
        response=wire.ThreadSaid,
        errors=(400, 404),
        query=THEN_QUERY,
    ),
)
