"""`/sky/v1`: positions in, tracks and encounters out."""

from datetime import datetime
from typing import Any, Final

import msgspec

from openline.airspace.encounter.alerting import AlertLevel
from openline.api.operation import Call, Operation
from openline.api.sky import wire
from openline.app.dss.rules import CONFORMANCE
from openline.app.line import roles
from openline.app.sky.feed_book import FeedView
from openline.app.sky.service import SkyService
from openline.errors import InvalidInput, NotFound
from openline.formats import positions_json
from openline.formats.alert_words import LEVEL_WORDS
from openline.formats.instants import format_instant, parse_instant
from openline.formats.positions_arrow import MEDIA_TYPE as ARROW
from openline.formats.positions_arrow import read as read_arrow
from openline.formats.sky_events import entry_object, loss_object, past_object, track_object

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
    """What the caller may see: tracks, predicted losses and entries, the last event's number."""

    time: str
    tracks: list[dict[str, Any]]
    encounters: list[dict[str, Any]]
    entries: list[dict[str, Any]] | None
    event: int
    begins: str | None


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
    receipt = sky.take(found.reports, call.now, read.sky_time, found.refused, found.reason, feed)
    return PositionsReceipt(receipt.accepted, receipt.refused, receipt.reason)


def _picture(call: Call) -> SkyPicture:
    sky, asked = sky_of(call), call.query.get("at")
    if asked is not None:
        return _past(sky, call, _instant(asked))
    view = sky.view(call.caller.sub, call.now)
    return SkyPicture(
        format_instant(view.now),
        [track_object(track, view.now, view.carry_s) for track in view.tracks],
        [
            _announced(loss_object(n), at)
            for n, at in zip(view.encounters, view.levels, strict=True)
        ],
        [
            _announced(entry_object(n), at)
            for n, at in zip(view.entries, view.entry_levels, strict=True)
        ],
        view.position,
        _or_none(view.begins),
    )


def _past(sky: SkyService, call: Call, instant: datetime) -> SkyPicture:
    view = sky.view_at(call.caller.sub, instant, call.now)
    return SkyPicture(
        format_instant(view.time),
        [past_object(track, view.time) for track in view.tracks],
        [loss_object(loss) for loss in view.encounters],
        None,
        sky.position,
        _or_none(view.begins),
    )


def _announced(values: dict[str, Any], level: AlertLevel) -> dict[str, Any]:
    return values | {"level": LEVEL_WORDS[level]}


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except InvalidInput as error:
        raise error.at(field="at") from None


def _or_none(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _feeds(call: Call) -> wire.Feeds:
    found = sky_of(call).feeds(call.caller.sub, call.now)
    return wire.Feeds([_feed(one) for one in found])


def _feed(one: FeedView) -> wire.Feed:
    age_s = None if one.age_s is None else round(one.age_s, 1)
    return wire.Feed(one.name, one.state, age_s, round(one.rate_per_s, 1), one.reason, one.own)


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
        errors=(400, 404),
        query={"at": "as it was at this instant (RFC 3339), instead of now"},
    ),
    Operation(
        name="getFeeds",
        method="GET",
        path=f"{PREFIX}/feeds",
        summary="Who sends positions to this server, whether it still does, and how old they are",
        handler=_feeds,
        scopes=VIEWERS,
        response=wire.Feeds,
        errors=(404,),
    ),
)
