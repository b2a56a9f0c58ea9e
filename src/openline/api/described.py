"""What is in the description of the interface beside the table of operations: the streams.

Their answers go on for as long as the client likes, so they have routes of their own; the types
here are those of `data` of one event.
"""

from typing import Final

from msgspec import Struct

from openline.api.line import stream
from openline.api.line.call import ANYBODY
from openline.api.operation import Call, Operation
from openline.api.sky import stream as sky_stream
from openline.api.sky import wire as sky_wire
from openline.api.sky.positions import VIEWERS
from openline.errors import InvariantBroken

_STREAM: Final = ("text/event-stream",)
_AFTER: Final = {"after": "go on after the event with this id, as `Last-Event-ID`"}
_LAST: Final = {"Last-Event-ID": "go on after the event with this id"}


class LineEntry(Struct, omit_defaults=True):
    """One entry of the record, as the caller's party is told of it; the event's id is `entry`.

    name of the event: `message`, `event` or `agreement`. kind: of the message, or the event's name.
    jws: the message as it was signed, where the party may read all of it. After `resync` there is
    `entry` alone: read the board again.
    """

    entry: int
    time: str | None = None
    kind: str | None = None
    thread: str | None = None
    party: str | None = None
    jws: str | None = None


def _never(_call: Call) -> object:
    raise InvariantBroken("a stream is served by its own route")


STREAMS: Final = (
    Operation(
        name="followLine",
        method="GET",
        path=stream.PATH,
        summary="Entries as they are put on the record, as server-sent events: data of each",
        handler=_never,
        scopes=ANYBODY,
        response=LineEntry,
        errors=(400, 404),
        query=_AFTER,
        headers=_LAST,
        produces=_STREAM,
    ),
    Operation(
        name="followSky",
        method="GET",
        path=sky_stream.PATH,
        summary="Alerts, tracks and doubts, as server-sent events: data of each",
        handler=_never,
        scopes=VIEWERS,
        response=sky_wire.AnyEvent,
        errors=(400, 404),
        query=_AFTER,
        headers=_LAST,
        produces=_STREAM,
    ),
)
