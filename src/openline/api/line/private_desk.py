"""`/line/v1/private/checks`: private checks that people ask for at the server of their party."""

from datetime import datetime
from typing import Any, Final

from openline.api.line import private_wire as wire
from openline.api.line.call import ANYBODY, OFFICERS, PREFIX, caller_party, line_of
from openline.api.line.plans import plain_volumes
from openline.api.operation import Call, Operation, Raw
from openline.app.private.desk import Budget, PrivateDesk, Question, Seen
from openline.app.private.plans import Named
from openline.app.private.told import verdict_values
from openline.errors import InvalidInput, NotFound, PermissionDenied
from openline.formats.instants import format_instant
from openline.formats.line_volume import volumes_of
from openline.line.private.verdict import GUARANTEES, NEXT, Doubt

_CHECKS: Final = f"{PREFIX}/private/checks"
_ONE: Final = f"{_CHECKS}/{{session}}"
_FILES: Final = f"{PREFIX}/private/files"
_SHOWN: Final = frozenset(wire.PrivateSession.__struct_fields__)


def _desk(call: Call) -> tuple[PrivateDesk, str]:
    """The desk, and the caller's party. Raises: NotFound, PermissionDenied."""
    party = caller_party(call)
    if party not in line_of(call).signers:
        raise PermissionDenied(f"this is not the server of {party!r}")
    desk = call.services.private_desk
    if desk is None:
        raise NotFound("no private checks here", cure="start the server with --private FOLDER")
    return desk, party


def _list(call: Call) -> dict[str, Any]:
    desk, party = _desk(call)
    agreement = line_of(call).look(lambda line, _position: line.state.agreed())
    agreed = agreement.private
    others = () if agreed is None else [one.id for one in agreement.parties if one.id != party]
    return {
        "peers": [
            {
                "party": other,
                "net": other in line_of(call).signers or _url(call, other) is not None,
                "yours": _budget(desk.budget(party, other, party, call.now)),
                "theirs": _budget(desk.budget(party, other, other, call.now)),
            }
            for other in others
        ],
        "sessions": [_session(one, call.now) for one in desk.sessions(party)],
        "buckets": [] if agreed is None else list(agreed.buckets),
        "guarantees": list(GUARANTEES),
    }


def _budget(found: Budget) -> dict[str, Any]:
    values = {"asked": found.asked, "agreed": found.agreed}
    return values | ({} if found.again is None else {"again": format_instant(found.again)})


def _ask(call: Call) -> dict[str, Any]:
    desk, party = _desk(call)
    asked: wire.PrivateAsked = call.body
    volumes = [
        Named(plan.name, number, volume)
        for index, plan in enumerate(asked.plans)
        for number, volume in enumerate(
            volumes_of(plain_volumes(plan.volumes), f"plans[{index}].volumes"), start=1
        )
    ]
    if asked.threads:
        volumes += desk.own_plans(party, frozenset(asked.threads))
    if not volumes:
        raise InvalidInput("there is no plan to check", cure="give plans, threads or both")
    by_file = asked.by == "file"
    url = None if by_file else _url(call, asked.peer)
    question = Question(asked.peer, tuple(volumes), by_file, url, asked.bucket, asked.sector)
    return _session(desk.ask(party, question, call.now), call.now)


def _url(call: Call, party: str) -> str | None:
    """Where the server of a party is, if that is known here and the exchange is not paused."""
    peering = call.services.peering
    if peering is None:
        return None
    return next(
        (
            link.peer.url
            for link in peering.links
            if link.peer.party == party and not link.peer.paused
        ),
        None,
    )


def _show(call: Call) -> dict[str, Any]:
    desk, party = _desk(call)
    return _session(desk.seen(party, call.path["session"]), call.now)


def _file(call: Call) -> Raw:
    desk, party = _desk(call)
    name, data = desk.file(party, call.path["session"])
    return Raw(
        data,
        "application/octet-stream",
        {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _take(call: Call) -> dict[str, Any]:
    desk, party = _desk(call)
    try:
        return _session(desk.take(party, call.raw_body, call.now), call.now)
    except Doubt as doubt:
        raise InvalidInput(
            f"{doubt}: UNKNOWN, which counts as an overlap", cure=NEXT[doubt.reason]
        ) from None


def _session(found: Seen, now: datetime) -> dict[str, Any]:
    values = verdict_values(found.kept.session if found.kept else None, found.verdict, now)
    values |= {
        "session": found.session.hex(),
        "party": found.party,
        "peer": found.peer,
        "made": format_instant(found.made),
        "first": found.first,
        "by": "file" if found.by_file else "net",
        "plans": list(found.plans),
    }
    if found.stage is not None:
        values["stage"] = found.stage.value
    return {name: value for name, value in values.items() if name in _SHOWN and value is not None}


OPERATIONS: Final = (
    Operation(
        name="listPrivateChecks",
        method="GET",
        path=_CHECKS,
        summary="Who can be asked privately and how often, and the last sessions",
        handler=_list,
        scopes=ANYBODY,
        response=wire.PrivateChecks,
        errors=(404,),
    ),
    Operation(
        name="askPrivately",
        method="POST",
        path=_CHECKS,
        summary="Ask a peer whether plans would meet, showing none; computed in the background",
        handler=_ask,
        scopes=OFFICERS,
        request=wire.PrivateAsked,
        response=wire.PrivateSession,
        errors=(400, 404),
        too_large=413,
    ),
    Operation(
        name="getPrivateCheck",
        method="GET",
        path=_ONE,
        summary="A private check: how far it is, its verdict, the own volumes it is about",
        handler=_show,
        scopes=ANYBODY,
        response=wire.PrivateSession,
        errors=(400, 404),
    ),
    Operation(
        name="getPrivateFile",
        method="GET",
        path=f"{_ONE}/file",
        summary="The file of a private check that is carried to the peer now",
        handler=_file,
        scopes=OFFICERS,
        response=str,
        errors=(400, 404),
        produces=("application/octet-stream",),
    ),
    Operation(
        name="takePrivateFile",
        method="POST",
        path=_FILES,
        summary="Take a file of a private check that a peer's people gave; computed afterwards",
        handler=_take,
        scopes=OFFICERS,
        media_type="application/octet-stream",
        response=wire.PrivateSession,
        errors=(400, 404),
        too_large=413,
    ),
)
