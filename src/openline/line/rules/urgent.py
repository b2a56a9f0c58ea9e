"""URGENT: asks for something at once. The alarm goes on, up the ladder, until a person has it."""

from typing import Final

from openline.line.duty import DutyKind
from openline.line.message.bodies import Urgent
from openline.line.message.kind import Kind
from openline.line.rules.rule import Rule
from openline.line.rules.threads import done, owe, owe_receipts, thread_of
from openline.line.state import LineState
from openline.line.thread import MessageEntry


def _apply(state: LineState, entry: MessageEntry) -> None:
    message, since = entry.message, entry.received
    assert isinstance(message.body, Urgent)
    thread, alarms = thread_of(state, message), state.agreed().notice.urgent_alarms
    owe_receipts(state, thread, since, read=False)
    for party in thread.sides:
        owe(
            state,
            thread.id,
            DutyKind.URGENT_ACKNOWLEDGEMENT,
            party,
            (thread.opener,),
            since,
            since + alarms[-1],
            alarms,
            insists=True,
        )
    about = state.threads.get(message.body.about or "")
    if about is not None and about.kind is Kind.URGENT and about.opener == message.sender:
        done(state, about, about.opener, DutyKind.CLARIFICATION)  # said again, and better


RULES: Final = {Kind.URGENT: Rule(apply=_apply)}
