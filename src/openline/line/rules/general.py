"""What every message must be before anything else is looked at, whatever its kind.

The order of refusals: agreement and version, parties, expiry and clock, suspension, replay,
thread. Each has its own words. URGENT, and what is said in its thread, is refused neither for a
suspension nor for an agreement that is over or older; URGENT not for its sender's clock either.
"""

import re
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
MISSING_MAX: Final = 1_000  # numbers that one message may leap over
# As many may be missing of a party in all, and as many may one in a bundle leap over: what machines
# say to try a link is in no bundle, and that is 1,440 numbers a day. URGENT goes before all that
# waits, and may leap over as many.
MISSING_IN_ALL_MAX: Final = 100_000
# What ids of conflicts look like, so that no message takes the thread of one that is still to come.
_CONFLICT_ID: Final = re.compile(r"[0-9a-f]{12}")


def check(state: LineState, message: Message, received: datetime, *, carried: bool) -> None:
    """Raises: InvalidInput, NotFound, PermissionDenied, VersionMismatch."""
    urgent = _is_urgent(state, message)
    _check_agreement(state, message, received, urgent=urgent)
    _check_parties(state, message)
    _check_times(message, received, carried=carried)
    if not urgent:
        _check_suspension(state, message)
    _check_sequence(state, message, MISSING_IN_ALL_MAX if carried or urgent else MISSING_MAX)
    _check_thread(state, message)


def first_marks(state: LineState, message: Message, received: datetime, *, carried: bool) -> Marks:
    """What can be said of any message.

    The skew of a message in a bundle cannot be told: for its times that of the sender's last
    direct message is taken.
    """
    latency = received - message.time_sent
    known = state.party(message.sender).skew if carried else -latency
    off = abs(known or timedelta(0))
    return Marks(
        latency,
        None if carried else -latency,
        skewed=off > SKEW_WARN,
        widened=off if off > SKEW_WIDEN else timedelta(0),
    )


def _is_urgent(state: LineState, message: Message) -> bool:
    """An urgent message, or what is said in its thread: nothing but a fault of form refuses it."""
    thread = state.threads.get(message.thread)
    return message.kind is Kind.URGENT or (thread is not None and thread.kind is Kind.URGENT)


def _check_agreement(
    state: LineState, message: Message, received: datetime, *, urgent: bool
) -> None:
    agreement = state.agreement
    if agreement is None or (not agreement.covers(received) and not urgent):
        raise InvalidInput(
            "no agreement is in force", cure="let every party sign one", field="agreement"
        )
    if message.agreement_id != agreement.id:
        raise InvalidInput(
            f"this line is under {agreement.id!r}, not {message.agreement_id!r}", field="agreement"
        )
    known = message.agreement_version in state.agreements
    if message.agreement_version != agreement.version and not (urgent and known):
        raise VersionMismatch(
            f"version {agreement.version} of the agreement is in force, "
            f"not {message.agreement_version}",
            cure="send it under the version in force",
            field="version",
        )


def _check_parties(state: LineState, message: Message) -> None:
    agreed = state.agreed()
    for name in (message.sender, *message.recipients):
        if agreed.party(name) is None:
            raise InvalidInput(
                f"{name!r} is no party of the agreement",
                cure="a member is answered for by its party",
                field="from" if name == message.sender else "to",
            )


def _check_times(message: Message, received: datetime, *, carried: bool) -> None:
    if message.kind is Kind.URGENT and not carried:
        return  # sent just now, whatever the sender's clock says
    if received >= message.time_expires:
        raise InvalidInput(
            f"the message has expired at {message.time_expires:%Y-%m-%dT%H:%M:%SZ}",
            cure="send a new one",
            field="expires",
        )
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
                later=True,
            )


def _check_sequence(state: LineState, message: Message, leap_max: int) -> None:
    sequences = state.party(message.sender).sequences
    if message.id in state.messages:
        raise VersionMismatch("a message of this id was received", field="id")
    if message.id in state.threads or _CONFLICT_ID.fullmatch(message.id):
        raise VersionMismatch("this id is that of a conflict", cure="take another", field="id")
    if sequences.used(message.sequence):
        raise VersionMismatch(
            f"number {message.sequence} of {message.sender!r} was used for another message",
            cure=f"the next number is {sequences.last + 1}",
            field="sequence",
            expected=sequences.last + 1,
        )
    leap = message.sequence - sequences.last - 1
    if leap > 0 and (leap > leap_max or leap + len(sequences.gaps) > MISSING_IN_ALL_MAX):
        raise VersionMismatch(
            f"number {message.sequence} of {message.sender!r} is far beyond the last, "
            f"{sequences.last}: more than {leap_max:,} would be missing",
            cure="send the messages before it first",
            field="sequence",
            expected=sequences.last + 1,
            missing=leap,
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
