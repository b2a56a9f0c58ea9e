"""FINDING: what the server of a party finds of a notice that it hides from the other's.

It is said by machines alone, and the last one counts, in whatever order they come.
"""

from datetime import datetime
from typing import Final

from openline.errors import InvalidInput
from openline.line.message.bodies import Finding
from openline.line.message.envelope import Message
from openline.line.message.kind import FindingState, Kind
from openline.line.rules.notices import ENDS
from openline.line.rules.rule import Rule
from openline.line.rules.threads import require_kind, require_known, require_opener, thread_of
from openline.line.state import Found, LineState
from openline.line.thread import MessageEntry


def _check(state: LineState, message: Message, _received: datetime) -> None:
    body = message.body
    assert isinstance(body, Finding)
    if message.officer is not None:
        raise InvalidInput("FINDING is said by a machine", field="officer")
    thread = thread_of(state, message)
    require_kind(thread, (Kind.NOTIFY,), "FINDING")
    require_opener(thread, message, "say what is found of")
    if body.about is None:
        return
    require_known(state, message, body.about)
    about = state.threads[body.about]
    require_kind(about, (Kind.NOTIFY, Kind.CLOSURE), "FINDING")
    if about.opener not in message.recipients:
        raise InvalidInput(
            f"it does not go to {about.opener!r}, whose it is", cure="send it there", field="to"
        )


def _apply(state: LineState, entry: MessageEntry) -> None:
    message, body = entry.message, entry.message.body
    assert isinstance(body, Finding)
    notice = state.notices.get(message.thread)
    if notice is None:
        return  # it ended meanwhile
    if body.about is None:
        if notice.notify.hidden:
            notice.over_at = entry.received
            state.wake(entry.received, ENDS, message.thread)
        return
    pair = (message.thread, body.about)
    before = state.findings.get(pair)
    if before is None or before.sequence < message.sequence:
        is_open = body.state is FindingState.OPEN
        state.findings[pair] = Found(message.sequence, is_open)


RULES: Final = {Kind.FINDING: Rule(_check, apply=_apply)}
