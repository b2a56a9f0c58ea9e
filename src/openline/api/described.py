"""What is in the description of the interface beside the table of operations.

Streams, whose answers go on for as long as the client likes, and private checks, which take longer
than other requests, have routes of their own; the types of streams are of `data` of one event.
"""

from typing import Final

from msgspec import Struct

from openline.api.line import private, stream
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


class PrivateCheckPart(Struct, forbid_unknown_fields=True):
    """A CHECK: its head and signature, and both blinded sets; each in base64."""

    head: str
    signature: str
    setup: str
    request: str


class PrivateAnswerPart(Struct, forbid_unknown_fields=True):
    """An ANSWER: its head and signature, and the request blinded once more; each in base64."""

    head: str
    signature: str
    response: str


class PrivateCarrier(Struct, omit_defaults=True, rename={"version": "openline"}):
    """What travels in a private check, by any way; docs/private.md. `{}` answers the last ANSWER.

    openline: `private/1`.
    """

    version: str | None = None
    check: PrivateCheckPart | None = None
    answer: PrivateAnswerPart | None = None


def _never(_call: Call) -> object:
    raise InvariantBroken("this is served by a route of its own")


BESIDE: Final = (
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
        name="answerPrivately",
        method="POST",
        path=private.PATH,
        summary="What a party's machine says in a private check, signed: CHECK, then ANSWER",
        handler=_never,
        scopes=None,
        request=PrivateCarrier,
        response=PrivateCarrier,
        errors=(400, 404, 409),
        too_large=413,
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
