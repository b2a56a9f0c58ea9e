"""RECEIPT and READBACK: that a message arrived, and how it was understood. Neither is consent."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.geo.ellipsoid import geodesic_distance_m
from openline.line.duty import DutyKind
from openline.line.message.bodies import Amend, Body, Closure, Notify, Readback, Receipt, Urgent
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind, ReceiptKind
from openline.line.place import place_of
from openline.line.rules.rule import Rule
from openline.line.rules.threads import (
    done,
    is_overtaken,
    note_seen,
    require_person,
    spoken_of,
    thread_of,
)
from openline.line.state import LineState
from openline.line.thread import Marks, MessageEntry, Step

READBACK_WARN_M: Final = 1_000.0
READBACK_ALTITUDE_WARN_M: Final = 30.0  # heights are spoken in hundreds of feet
READBACK_TIME_WARN: Final = timedelta(minutes=1)  # and times in minutes


def _check_receipt(state: LineState, message: Message, received: datetime) -> None:
    assert isinstance(message.body, Receipt)
    spoken_of(state, message, message.body.of)
    if message.body.receipt is ReceiptKind.READ:
        require_person(message, "READ")
    for one in message.body.passed_to:
        if one.received_at is not None and one.received_at > received + READBACK_TIME_WARN:
            raise InvalidInput(
                f"{one.name!r} received it in the future", cure="check the time", field="passed_to"
            )


def _apply_receipt(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Receipt)
    receipt, thread = message.body, thread_of(state, message)
    side = thread.sides.get(message.sender)
    if side is None or receipt.of != thread.current:
        return  # of an earlier message: on the record, and nothing more
    match receipt.receipt:
        case ReceiptKind.DELIVERED:
            side.reach(Step.RECEIVED, entry.received)
            done(state, thread, message.sender, DutyKind.DELIVERED)
        case ReceiptKind.READ:
            note_seen(state, thread, entry)
            if thread.kind is Kind.LINE_CHECK:
                done(state, thread, message.sender, DutyKind.LINE_CHECK_HUMAN)
        case ReceiptKind.DISSEMINATED:
            note_seen(state, thread, entry)
            if not is_overtaken(thread, message):
                side.disseminated, side.unable = receipt, None
            if all(one.received_at is not None for one in receipt.passed_to):
                done(state, thread, message.sender, DutyKind.DISSEMINATED)
        case ReceiptKind.UNABLE:
            note_seen(state, thread, entry)
            if not is_overtaken(thread, message):
                side.unable = receipt  # what is owed stays owed: unable is not done


def _check_readback(state: LineState, message: Message, _received: datetime) -> None:
    assert isinstance(message.body, Readback)
    said = spoken_of(state, message, message.body.of).message.body
    if place_of(said) is None:
        raise InvalidInput("that message names no place to read back", field="of")


def _mark_readback(state: LineState, message: Message, _received: datetime, marks: Marks) -> Marks:
    body = message.body
    assert isinstance(body, Readback)
    said = state.messages[body.of].message.body
    place = place_of(said)
    assert place is not None
    distance_m = geodesic_distance_m(place, body.place)
    wrong = ["place"] if distance_m > READBACK_WARN_M else []
    volumes = _volumes(said)
    if volumes:
        lower_off_m = body.altitude_lower_m - min(one.altitude_lower_m for one in volumes)
        upper_off_m = body.altitude_upper_m - max(one.altitude_upper_m for one in volumes)
        if max(abs(lower_off_m), abs(upper_off_m)) > READBACK_ALTITUDE_WARN_M:
            wrong.append("altitude")
        start_off = body.time_start - min(one.time_start for one in volumes)
        end_off = body.time_end - max(one.time_end for one in volumes)
        if max(abs(start_off), abs(end_off)) > READBACK_TIME_WARN:
            wrong.append("time")
    return replace(marks, distance_m=distance_m, wrong=tuple(wrong))


def _volumes(said: Body) -> tuple[Volume4D, ...]:
    match said:
        case Amend():
            return said.notice.volumes
        case Notify() | Closure() | Urgent():
            return said.volumes
        case _:
            return ()


def _apply_readback(state: LineState, entry: MessageEntry) -> None:
    thread = thread_of(state, entry.message)
    assert isinstance(entry.message.body, Readback)
    if entry.message.body.of == thread.current:
        note_seen(state, thread, entry)


RULES: Final = {
    Kind.RECEIPT: Rule(_check_receipt, apply=_apply_receipt),
    Kind.READBACK: Rule(_check_readback, _mark_readback, _apply_readback),
}
