"""LINE_CHECK: the line is tried by machines and by people, on the agreed schedules.

Machines: any message that comes directly from a party shows that it is there. Without one for the
agreed interval its link is late, after as many intervals as agreed it is UNKNOWN; both with
`GRACE` of delay, so that a beat that is a little late changes nothing. It is UNKNOWN until it was
heard first. People: every party owes the others a check by a person in every interval; and
whoever gets one owes an answer as soon as a notice has to be read.
"""

from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvalidInput
from openline.line.agreement import LineCheckTerms
from openline.line.duty import DutyKind, duty_name
from openline.line.event import LinkChanged, LinkState
from openline.line.message.bodies import LineCheck
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode, Kind
from openline.line.rules.rule import Rule, Timed
from openline.line.rules.threads import done, note_seen, owe, require_person, thread_of
from openline.line.state import LineState
from openline.line.thread import MessageEntry, Step

GRACE: Final = timedelta(seconds=2)
LINK: Final = "link"  # of the agenda, with the party
MACHINE_CHECKS_KEPT: Final = 200  # of each party; an answer to an older one comes too late
_WHOLE_LINE: Final = ""  # the thread of what is owed to the line itself


def _check(state: LineState, message: Message, _received: datetime) -> None:
    body = message.body
    assert isinstance(body, LineCheck)
    if body.mode is CheckMode.HUMAN:
        require_person(message, "a check by people")
    if body.of is None:
        return
    asked = state.messages.get(body.of)
    check = None if asked is None else asked.message.body
    if asked is None or not isinstance(check, LineCheck) or check.of is not None:
        raise InvalidInput("there is no such line check to answer", field="of")
    if message.sender not in asked.message.recipients:
        raise InvalidInput("there is no such line check to answer", field="of")
    if asked.message.sender not in message.recipients:
        raise InvalidInput(f"it does not go to {asked.message.sender!r}, who asked", field="to")
    if check.mode is not body.mode:
        raise InvalidInput(f"that check is answered by a {check.mode}", field="mode")


def _apply(state: LineState, entry: MessageEntry) -> None:
    message = entry.message
    body = message.body
    assert isinstance(body, LineCheck)
    sender = state.party(message.sender)
    if body.of is not None:
        _answer(state, entry, body.of)
    if body.mode is CheckMode.HUMAN:
        sender.last_human_check = entry.received
        state.done(duty_name(_WHOLE_LINE, DutyKind.LINE_CHECK_HUMAN, message.sender))
        owe_next_check(state, message.sender, entry.received)
        if body.of is None:
            _owe_answers(state, entry)
        return
    sender.last_machine_check = entry.received
    sender.machine_checks.append(message.thread)
    while len(sender.machine_checks) > MACHINE_CHECKS_KEPT:
        state.forget(sender.machine_checks.pop(0))


def _answer(state: LineState, entry: MessageEntry, of: str) -> None:
    asked = state.threads[of]
    side = note_seen(state, asked, entry)
    if side is not None:
        side.reach(Step.ANSWERED, entry.received)
        done(state, asked, entry.message.sender, DutyKind.LINE_CHECK_HUMAN)


def _owe_answers(state: LineState, entry: MessageEntry) -> None:
    thread, since = thread_of(state, entry.message), entry.received
    due = since + state.agreed().notice.read_within
    for party in thread.sides:
        owe(state, thread.id, DutyKind.LINE_CHECK_HUMAN, party, (thread.opener,), since, due)


def owe_next_check(state: LineState, party: str, since: datetime) -> None:
    """From that instant on a party has the agreed interval for its next check by a person."""
    agreed = state.agreed()
    to = tuple(one.id for one in agreed.parties)
    due = since + agreed.line_check.human_every
    owe(state, _WHOLE_LINE, DutyKind.LINE_CHECK_HUMAN, party, to, since, due)


def link_of(
    heard: datetime | None, terms: LineCheckTerms, now: datetime
) -> tuple[LinkState, datetime | None, datetime | None]:
    """How the link to a party that was heard then is now, since when, and until when if it stays
    silent; None for never."""
    if heard is None:
        return LinkState.UNKNOWN, None, None
    late = heard + terms.machine_every + GRACE
    unknown = heard + terms.machine_every * terms.unknown_after_missed + GRACE
    if now >= unknown:
        return LinkState.UNKNOWN, unknown, None
    return (LinkState.LIVE, heard, late) if now < late else (LinkState.LATE, late, unknown)


def link_due(state: LineState, name: str, now: datetime) -> list[Timed]:
    """A link that is heard again, late or unknown, for all others."""
    party, agreed = state.party(name), state.agreed()
    if agreed.party(name) is None:
        return []
    link, since, until = link_of(party.last_heard, agreed.line_check, now)
    if until is not None:
        state.wake(until, LINK, name)
    if link is party.link or party.last_heard is None or since is None:
        return []
    others = tuple(one.id for one in agreed.parties if one.id != name)
    age = max(now - party.last_heard, timedelta(0))
    return [(since, LinkChanged(name, others, link, age))]


RULES: Final = {Kind.LINE_CHECK: Rule(_check, apply=_apply)}
