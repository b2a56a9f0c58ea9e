"""`/sky/v1`: positions in, tracks and encounters out."""

from typing import Any, Final

import msgspec

from openline.api.operation import Call, Operation
from openline.api.sky import wire
from openline.app.dss.rules import CONFORMANCE
from openline.app.line import roles
from openline.app.sky.service import SkyService
from openline.errors import InvalidInput, NotFound
from openline.formats import positions_json
from openline.formats.instants import format_instant
from openline.formats.positions_arrow import MEDIA_TYPE as ARROW
from openline.formats.positions_arrow import read as read_arrow
from openline.formats.sky_events import loss_object, track_object

PREFIX: Final = "/sky/v1"
POSITIONS_PATH: Final = f"{PREFIX}/positions"
SENDERS: Final = (frozenset({CONFORMANCE}), frozenset({roles.FILE}))
VIEWERS: Final = (frozenset({CONFORMANCE}), frozenset({roles.WATCH}))


class PositionsReceipt(msgspec.Struct):
    """How many positions were taken; how many not, and why the last of them."""

    accepted: int
    refused: int
    reason: str = ""


class SkyPicture(msgspec.Struct):
    """What the caller may see: tracks, predicted losses, and the number of the last event."""

    time: str
    tracks: list[dict[str, Any]]
    encounters: list[dict[str, Any]]
    event: int


def sky_of(call: Call) -> SkyService:
    """The sky of this server. Raises: NotFound if it has none."""
    if call.services.sky is None:
        raise NotFound("this server follows no live traffic", cure="run it with one worker")
    return call.services.sky


def _send(call: Call) -> PositionsReceipt:
    sky, feed = sky_of(call), call.caller.sub
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("", "application/json"):
        read = positions_json.read(call.raw_body, feed, call.now, feed)
    elif kind == ARROW:
        read = read_arrow(call.raw_body, feed, call.now, feed)
    else:
        raise InvalidInput(f"{kind[:60]!r} is not read here", cure=f"send JSON or {ARROW}")
    found = read.found
    receipt = sky.take(found.reports, call.now, read.sky_time, found.refused, found.reason)
    return PositionsReceipt(receipt.accepted, receipt.refused, receipt.reason)


def _picture(call: Call) -> SkyPicture:
    view = sky_of(call).view(call.caller.sub, call.now)
    return SkyPicture(
        format_instant(view.now),
        [track_object(track, view.now, view.carry_s) for track in view.tracks],
        [loss_object(loss) for loss in view.encounters],
        view.position,
    )


OPERATIONS: Final = (
    Operation(
        name="sendPositions",
        method="POST",
        path=POSITIONS_PATH,
        summary="Send positions of aircraft, the sender's own or those it sees",
        handler=_send,
        scopes=SENDERS,
        response=PositionsReceipt,
        media_type="application/json",
        errors=(404,),
        too_large=413,
    ),
    Operation(
        name="getTracks",
        method="GET",
        path=f"{PREFIX}/tracks",
        summary="The aircraft that the caller may see, and the predicted losses of separation",
        handler=_picture,
        scopes=VIEWERS,
        response=wire.Picture,
        errors=(404,),
    ),
)
