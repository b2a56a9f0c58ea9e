"""What another version of the agreement changes: who is a party, how often the line is tried."""

from dataclasses import replace
from datetime import datetime

from openline.line.rules.authorities import look_at_plan
from openline.line.rules.checks import LINK, owe_next_check
from openline.line.state import LineState
from openline.line.thread import Step


def renew(state: LineState, at: datetime) -> None:
    """A version was taken: it is `state.agreement` by now.

    Who is no party any more owes nothing and is owed nothing. What it gave notice of stands until
    its time is over: nobody is shown less than is known.
    """
    parties = [party.id for party in state.agreed().parties]
    for duty_id, found in list(state.duties.items()):
        duty = found.duty
        known = parties if not duty.thread else duty.owed_to  # the line itself is everybody
        to = tuple(one for one in known if one in parties and one != duty.owes)
        begins_anew = not duty.thread and not found.overdue
        if duty.owes not in parties or not to or begins_anew:
            state.done(duty_id)
        else:
            found.duty = replace(duty, owed_to=to)
    for thread in state.threads.values():
        for name, side in thread.sides.items():
            if name not in parties:
                side.reach(Step.CLOSED, at)
    for said in state.dispositions.values():
        for name in [one for one in said if one not in parties and len(said) > 1]:
            del said[name]
    for name in parties:
        since = state.party(name).last_human_check or at
        owe_next_check(state, name, max(since, at - state.agreed().line_check.human_every))
        state.wake(at, LINK, name)
    for notice in state.notices.values():
        look_at_plan(state, notice, at)
