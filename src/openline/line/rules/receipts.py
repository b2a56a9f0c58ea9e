"""RECEIPT, READBACK, ANSWER: what the receiver of a message says. None of them is consent."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from openline.errors import InvalidInput
from openline.geo.ellipsoid import geodesic_distance_m
from openline.line.duty import Duty, DutyKind
from openline.line.message.bodies import Amend, Answer, Notify, Readback, Receipt
from openline.line.message.envelope import Message
from openline.line.message.kind import AnswerCode, Kind, ReceiptKind
from openline.line.place import place_of
from openline.line.rules.rule import Rule
from openline.line.rules.threads import require_kind, require_standing, spoken_of, thread_of
from openline.line.state import LineState
from openline.line.thread import Marks, MessageEntry, Side, Step

READBACK_WARN_M: Final = 1_000.0
_ANSWERABLE: Final = (Kind.NOTIFY, Kind.URGENT, Kind.QUERY, Kind.CLOSURE, Kind.TALK)


def _check_receipt(state: LineState, message: Message, _received: datetime) -> None:
    assert isinstance(message.body, Receipt)
    spoken_of(state, message, message.body.of)


def _apply_receipt(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    assert isinstance(message.body, Receipt)
    receipt, thread = message.body, thread_of(state, message)
    side = thread.sides.get(message.sender)
    if side is None or receipt.of != thread.current:
        return  # of an earlier message: on the record, and nothing more
    prefix = f"{thread.id}/"
    match receipt.receipt:
        case ReceiptKind.DELIVERED:
            side.reach(Step.RECEIVED, entry.received)
            _done(state, side, f"{prefix}{DutyKind.DELIVERED}/{message.sender}")
        case ReceiptKind.READ:
            _read(state, side, prefix, entry)
        case ReceiptKind.DISSEMINATED:
            _read(state, side, prefix, entry)
            side.disseminated = receipt
            side.unable = None
            if all(one.received_at is not None for one in receipt.passed_to):
                _done(state, side, f"{prefix}{DutyKind.DISSEMINATED}/{message.sender}")
        case ReceiptKind.UNABLE:
            _read(state, side, prefix, entry)
            side.unable = receipt  # what is owed stays owed: unable is not done


def _read(state: LineState, side: Side, prefix: str, entry: MessageEntry) -> None:
    side.reach(Step.RECEIVED, entry.received)
    side.reach(Step.READ, entry.received)
    sender = entry.message.sender
    duties = [DutyKind.DELIVERED, DutyKind.READ]
    if entry.message.officer is not None:  # an alarm stops for a person alone
        duties.append(DutyKind.URGENT_ACKNOWLEDGEMENT)
    for kind in duties:
        _done(state, side, f"{prefix}{kind}/{sender}")


def _done(state: LineState, side: Side, duty_id: str) -> None:
    state.done(duty_id)
    side.overdue.discard(duty_id)


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
    notify = said.notice if isinstance(said, Amend) else said
    distance_m = geodesic_distance_m(place, body.place)
    wrong = ["place"] if distance_m > READBACK_WARN_M else []
    if isinstance(notify, Notify):
        lower = min(volume.altitude_lower_m for volume in notify.volumes)
        upper = max(volume.altitude_upper_m for volume in notify.volumes)
        if max(abs(body.altitude_lower_m - lower), abs(body.altitude_upper_m - upper)) > 1.0:
            wrong.append("altitude")
        if (body.time_start, body.time_end) != (notify.time_start, notify.time_end):
            wrong.append("time")
    return replace(marks, distance_m=distance_m, wrong=tuple(wrong))


def _apply_readback(state: LineState, entry: MessageEntry) -> None:
    thread = thread_of(state, entry.message)
    assert isinstance(entry.message.body, Readback)
    side = thread.sides.get(entry.message.sender)
    if side is not None and entry.message.body.of == thread.current:
        _read(state, side, f"{thread.id}/", entry)


def _check_answer(state: LineState, message: Message, _received: datetime) -> None:
    body = message.body
    assert isinstance(body, Answer)
    thread = thread_of(state, message)
    require_kind(thread, _ANSWERABLE, "ANSWER")
    require_standing(thread)
    spoken_of(state, message, body.of)
    if body.of != thread.current:
        raise InvalidInput("that message was amended since", cure="answer the last one", field="of")
    if (body.code is AnswerCode.ANSWERED) != (thread.kind is Kind.QUERY):
        raise InvalidInput("answered is for a query, and a query takes no other", field="code")


def _apply_answer(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    body = message.body
    assert isinstance(body, Answer)
    thread = thread_of(state, message)
    side = thread.sides.get(message.sender)
    if side is None:
        return
    prefix = f"{thread.id}/"
    _read(state, side, prefix, entry)
    side.answer, side.answered_by = body, message.officer
    duty_id = f"{prefix}{DutyKind.ANSWER}/{message.sender}"
    if body.code.ends_duty:
        side.reach(Step.ANSWERED, entry.received)
        for kind in (DutyKind.ANSWER, DutyKind.QUERY_ANSWER):
            _done(state, side, f"{prefix}{kind}/{message.sender}")
    elif body.until is not None and duty_id in state.duties:
        _postpone(state, side, duty_id, entry.received, body.until)


def _postpone(state: LineState, side: Side, duty_id: str, since: datetime, until: datetime) -> None:
    """The sender asked for time: the duty is due then, and was never overdue before."""
    was = state.duties[duty_id].duty
    _done(state, side, duty_id)
    later: Duty = replace(was, since=since, due=max(until, since))
    state.owe(later)


RULES: Final = {
    Kind.RECEIPT: Rule(_check_receipt, apply=_apply_receipt),
    Kind.READBACK: Rule(_check_readback, _mark_readback, _apply_readback),
    Kind.ANSWER: Rule(_check_answer, apply=_apply_answer),
}
