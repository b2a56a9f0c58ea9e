"""What every message must be before anything else is looked at, whatever its kind.

The order of refusals: agreement and version, parties, expiry and clock, suspension, replay,
thread. Each has its own words.
"""

from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvalidInput, NotFound, PermissionDenied, VersionMismatch
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind
from openline.line.state import LineState
from openline.line.thread import Marks

SKEW_WARN: Final = timedelta(seconds=1)
SKEW_WIDEN: Final = timedelta(seconds=5)  # windows are widened by the skew from here on
SKEW_MAX: Final = timedelta(seconds=30)
AHEAD_MAX: Final = 1_000  # numbers that may be missing before a message


def check(state: LineState, message: Message, received: datetime, *, carried: bool) -> None:
    """Raises: InvalidInput, NotFound, PermissionDenied, VersionMismatch."""
    _check_agreement(state, message, received)
    _check_parties(state, message)
    _check_times(message, received, carried=carried)
    _check_suspension(state, message)
    _check_sequence(state, message)
    _check_thread(state, message)


def first_marks(message: Message, received: datetime, *, carried: bool) -> Marks:
    """What can be said of any message."""
    latency = received - message.time_sent
    return Marks(latency, None if carried else -latency)


def _check_agreement(state: LineState, message: Message, received: datetime) -> None:
    agreement = state.agreement
    if agreement is None or not agreement.covers(received):
        raise InvalidInput(
            "no agreement is in force", cure="let every party sign one", field="agreement"
        )
    if message.agreement_id != agreement.id:
        raise InvalidInput(
            f"this line is under {agreement.id!r}, not {message.agreement_id!r}", field="agreement"
        )
    if message.agreement_version != agreement.version:
        raise VersionMismatch(
            f"version {agreement.version} of the agreement is in force, "
            f"not {message.agreement_version}",
            cure="send it under the version in force",
            field="version",
        )


def _check_parties(state: LineState, message: Message) -> None:
    for field, names in (("from", (message.sender,)), ("to", message.recipients)):
        for name in names:
            if state.agreed().party(name) is None:
                raise InvalidInput(
                    f"{name!r} is no party of the agreement",
                    cure="a member is answered for by its party",
                    field=field,
                )


def _check_times(message: Message, received: datetime, *, carried: bool) -> None:
    if received >= message.time_expires:
        raise InvalidInput("the message has expired", cure="send a new one", field="expires")
    if message.kind is Kind.URGENT:
        return
    ahead = message.time_sent - received
    behind = timedelta(0) if carried else -ahead
    if max(ahead, behind) > SKEW_MAX:
        word = "ahead of" if ahead > behind else "behind"
        raise InvalidInput(
            f"the sender's clock is {abs(ahead).total_seconds():.1f} s {word} ours; "
            f"{SKEW_MAX.total_seconds():.0f} s are the most",
            cure="set the clock, or send it as a bundle if it was on its way for long",
            field="sent",
        )


def _check_suspension(state: LineState, message: Message) -> None:
    if message.kind.works_while_suspended:
        return
    for name in (message.sender, *message.recipients):
        if state.party(name).suspended_since is not None:
            raise PermissionDenied(
                f"the line is suspended by {name!r}",
                cure="URGENT, line checks and receipts still work; RESUME ends it",
            )


def _check_sequence(state: LineState, message: Message) -> None:
    sequences = state.party(message.sender).sequences
    if message.id in state.messages:
        raise VersionMismatch("a message of this id was received", field="id")
    if message.id in state.threads:
        raise VersionMismatch("this id is that of a conflict", field="id")
    if sequences.used(message.sequence):
        raise VersionMismatch(
            f"number {message.sequence} of {message.sender!r} was used for another message",
            cure=f"the next number is {sequences.last + 1}",
            field="sequence",
            expected=sequences.last + 1,
        )
    if message.sequence > sequences.last + AHEAD_MAX:
        raise VersionMismatch(
            f"number {message.sequence} of {message.sender!r} is far beyond the last, "
            f"{sequences.last}",
            cure="send the messages before it first",
            field="sequence",
            expected=sequences.last + 1,
        )


def _check_thread(state: LineState, message: Message) -> None:
    if message.kind.begins_thread:
        return
    thread = state.threads.get(message.thread)
    if thread is None or message.sender not in thread.parties:
        raise NotFound("there is no such thread for this party", field="thread")
    strangers = [name for name in message.recipients if name not in thread.parties]
    if strangers:
        raise InvalidInput(
            f"{strangers[0]!r} is not in this thread", cure="begin another one", field="to"
        )
