"""Messages in: signed ones as they are, and those that this server signs for its own party."""

from datetime import timedelta
from typing import Final

from openline.api.line import wire
from openline.api.line.call import ANYBODY, FILERS, OFFICERS, PREFIX, caller_party, line_of
from openline.api.operation import Call, Later, Operation
from openline.app.line import roles
from openline.app.line.change import Taken
from openline.app.line.compose import LIFETIME, Saying, compose
from openline.app.line.confirm import VALID_FOR, confirm
from openline.app.line.look import standing_of
from openline.app.line.take_message import take_message
from openline.errors import InvalidInput, PermissionDenied
from openline.formats.line_message import decode_body
from openline.geo.position import Position
from openline.line.event import ConflictChanged, ConflictOpened
from openline.line.message.kind import Kind

URGENT_PATH: Final = f"{PREFIX}/urgent"
URGENT_MESSAGE_PATH: Final = f"{PREFIX}/urgent/message"
_KEY_MAX: Final = 200
_KEY_HEADER: Final = "Idempotency-Key"
_KEY_WORDS: Final = {_KEY_HEADER: "The same key says the same thing once, however often it is sent"}
_ERRORS: Final = (400, 404, 409)


def _take(call: Call) -> Later:
    roles.require(call.caller, roles.FILE, "sending messages")
    future = take_message(line_of(call), call.raw_body.strip(), call.now)
    return Later(future, _taken)


def _is_small(_body: None) -> bool:
    """A signature and a few volumes are looked at sooner than a thread is woken."""
    return True


def _take_urgent(call: Call) -> Later:
    roles.require(call.caller, roles.DUTY, "saying URGENT")
    token = call.raw_body.strip()
    future = take_message(line_of(call), token, call.now, only=Kind.URGENT)
    return Later(future, _taken)


def _say(call: Call) -> Later:
    said: wire.Say = call.body
    roles.require(call.caller, roles.scope_for(said.kind), f"saying {said.kind}")
    return _compose(call, said)


def _say_urgent(call: Call) -> Later:
    said: wire.Say = call.body
    if said.kind is not Kind.URGENT:
        raise InvalidInput("this path is for URGENT alone", field="kind")
    return _say(call)


def _compose(call: Call, said: wire.Say) -> Later:
    lifetime = LIFETIME if said.lifetime_s is None else timedelta(seconds=said.lifetime_s)
    saying = Saying(
        decode_body(said.kind, bytes(said.body)),
        call.caller.officer,
        tuple(said.to),
        said.thread,
        lifetime,
        _key(call),
    )
    return Later(compose(line_of(call), caller_party(call), saying, call.now), _taken)


def _confirm(call: Call) -> Later:
    asked: wire.Confirm = call.body
    second = call.caller.officer
    if second is None:
        raise PermissionDenied("a person confirms, not a machine", cure="log in")
    place = None if asked.place is None else Position(asked.place.lat, asked.place.lng)
    future = confirm(
        call.services.store,
        caller_party(call),
        second,
        asked.officer,
        asked.kind,
        place,
        call.now,
    )
    done = wire.Confirmed(asked.officer, asked.kind, call.now + VALID_FOR)
    return Later(future, lambda _none: done)


def _key(call: Call) -> str | None:
    key = call.headers.get(_KEY_HEADER)
    if key is not None and (not 0 < len(key) <= _KEY_MAX or not key.isprintable()):
        raise InvalidInput(f"a key has 1 to {_KEY_MAX} plain characters", field=_KEY_HEADER)
    return key


def _taken(taken: Taken) -> wire.Taken:
    marks, message = taken.marks, taken.message
    return wire.Taken(
        message.id,
        message.thread,
        message.sequence,
        taken.entry,
        taken.received,
        marks.latency.total_seconds(),
        None if marks.skew is None else marks.skew.total_seconds(),
        None if marks.lead_time is None else marks.lead_time.total_seconds(),
        marks.late,
        marks.distance_m,
        marks.wrong,
        [
            wire.Opened(event.conflict, event.parties)
            for event in taken.events
            if isinstance(event, ConflictOpened | ConflictChanged)
            and message.sender in event.parties
        ],
        taken.repeated,
    )


def _myself(call: Call) -> wire.Myself:
    found = standing_of(line_of(call), caller_party(call))
    return wire.Myself(
        found.party,
        call.caller.officer,
        sorted(call.caller.scopes),
        found.agreement,
        found.version,
        found.next_sequence,
        found.hosted,
        list(found.parties),
    )


OPERATIONS: Final = (
    Operation(
        name="sendMessage",
        method="POST",
        path=f"{PREFIX}/messages",
        summary="Put a signed message on the record: the compact JWS is the body",
        handler=_take,
        scopes=FILERS,
        media_type="application/jose",
        response=wire.Taken,
        status=201,
        errors=_ERRORS,
        too_large=413,
        quick=_is_small,
    ),
    Operation(
        name="say",
        method="POST",
        path=f"{PREFIX}/say",
        summary="Say something for the caller's party, signed by this server with its key",
        handler=_say,
        scopes=FILERS,
        request=wire.Say,
        response=wire.Taken,
        status=201,
        errors=_ERRORS,
        too_large=413,
        headers=_KEY_WORDS,
    ),
    Operation(
        name="sayUrgent",
        method="POST",
        path=URGENT_PATH,
        summary="Say URGENT: with a rate limit of its own, whatever else waits",
        handler=_say_urgent,
        scopes=FILERS,
        request=wire.Say,
        response=wire.Taken,
        status=201,
        errors=_ERRORS,
        too_large=413,
        headers=_KEY_WORDS,
        first=True,
    ),
    Operation(
        name="sendUrgent",
        method="POST",
        path=URGENT_MESSAGE_PATH,
        summary="Put a signed URGENT on the record: with a rate limit of its own",
        handler=_take_urgent,
        scopes=OFFICERS,
        media_type="application/jose",
        response=wire.Taken,
        status=201,
        errors=_ERRORS,
        too_large=413,
        first=True,
    ),
    Operation(
        name="confirm",
        method="POST",
        path=f"{PREFIX}/confirmations",
        summary="The second person's word for a suspension, its end, or a site",
        handler=_confirm,
        scopes=OFFICERS,
        request=wire.Confirm,
        response=wire.Confirmed,
        status=201,
        errors=(404,),
    ),
    Operation(
        name="getMyself",
        method="GET",
        path=f"{PREFIX}/me",
        summary="Who the caller is on this line, and the next number of its messages",
        handler=_myself,
        scopes=ANYBODY,
        response=wire.Myself,
        errors=(404,),
    ),
)
