"""PROPOSE, ACCEPT, DECLINE: a way out of a conflict, offered by one side and taken by the other.

An accepted proposal changes nothing by itself: whose notice it moves amends it, and owes that.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput, NotFound, PermissionDenied
from openline.line.duty import DutyKind
from openline.line.event import Event, ProposalChecked
from openline.line.message.bodies import Accept, Amend, Decline, Notify, Propose
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind, NoticeKind
from openline.line.proposal import ProposalState, ProposalStep
from openline.line.rules.rule import Apply, Rule
from openline.line.rules.threads import done, owe, require_everybody, thread_of
from openline.line.sky import Standing, knowing, standing_notice
from openline.line.state import ConflictState, LineState
from openline.line.thread import MessageEntry

WouldMeet = Callable[[LineState, Standing], list[Standing]]

_ACCEPTED: Final = ProposalStep.ACCEPTED
OPEN_MAX: Final = 10  # open proposals of one party on one conflict


def checked(state: LineState, message: Message, would_meet: WouldMeet) -> list[Event]:
    """What the notice would still come too close to, for each side as far as it may know."""
    conflict = state.conflicts[message.thread]
    proposal = conflict.proposals[message.id]
    notice = state.notices[proposal.moves]
    moved = standing_notice(notice, _moved(notice.notify, proposal.volumes))
    others = sorted(would_meet(state, moved), key=lambda one: one.thread)
    return [
        ProposalChecked(
            conflict.id,
            proposal.message,
            (party,),
            tuple(one.thread for one in others if party in knowing(moved, one)),
        )
        for party in conflict.parties
    ]


def take_checked(state: LineState, event: ProposalChecked) -> None:
    """What was found is on the record."""
    conflict = state.conflicts.get(event.conflict)
    proposal = None if conflict is None else conflict.proposals.get(event.proposal)
    if proposal is not None:
        proposal.meets |= dict.fromkeys(event.parties, event.meets)


def amended(state: LineState, entry: MessageEntry) -> None:
    """A notice was amended: proposals that were accepted and say the same are done."""
    message = entry.message
    assert isinstance(message.body, Amend)
    volumes = set(message.body.notice.volumes)
    for proposal in state.accepted.get(message.thread, ()):
        if proposal.step is _ACCEPTED and set(proposal.volumes) == volumes:
            proposal.step = ProposalStep.DONE
            thread = state.threads[proposal.conflict]
            done(state, thread, message.sender, DutyKind.AMENDMENT)


def lapse(conflict: ConflictState) -> None:
    """The conflict closed: what was not done by then is over."""
    for proposal in conflict.proposals.values():
        if proposal.step in (ProposalStep.OPEN, _ACCEPTED):
            proposal.step = ProposalStep.LAPSED


def also(rule: Rule, then: Apply) -> Rule:
    """A rule that changes something more."""
    first: Callable[[LineState, MessageEntry], None] = rule.apply

    def apply(state: LineState, entry: MessageEntry) -> None:
        first(state, entry)
        then(state, entry)

    return replace(rule, apply=apply)


def _moved(notify: Notify, volumes: tuple[Volume4D, ...]) -> Notify:
    located = notify.notice is not NoticeKind.UNLOCATED
    if notify.coarse is not None:  # what it is called and who is there is not known
        kind = notify.notice if notify.notice is NoticeKind.PLAN else NoticeKind.VOLUME
        first = min(volume.time_start for volume in volumes)
        last = max(volume.time_end for volume in volumes)
        return Notify(kind, first, last, volumes)
    return replace(
        notify,
        notice=notify.notice if located else NoticeKind.VOLUME,
        volumes=volumes,
        time_start=min(volume.time_start for volume in volumes),
        time_end=max(volume.time_end for volume in volumes),
    )


def _open_conflict(state: LineState, message: Message, word: str) -> ConflictState:
    conflict = state.conflicts.get(message.thread)
    if conflict is None:
        raise InvalidInput(f"{word} belongs to the thread of a conflict", field="thread")
    if conflict.closed is not None:
        raise InvalidInput("the conflict is closed already", field="thread")
    require_everybody(state, message)
    return conflict


def _check_propose(state: LineState, message: Message, received: datetime) -> None:
    body = message.body
    assert isinstance(body, Propose)
    conflict = _open_conflict(state, message, "PROPOSE")
    if body.conflict != conflict.id:
        raise InvalidInput("it is not the conflict of this thread", field="conflict")
    notice = state.notices.get(body.moves)
    if body.moves not in conflict.threads or notice is None:
        raise InvalidInput(
            "a proposal moves one of the two notices of the conflict",
            cure=f"give one of {', '.join(conflict.threads)}; a closure is superseded instead",
            field="moves",
        )
    if notice.notify.notice is NoticeKind.SITE:
        raise InvalidInput("a site stays where it is", cure="move the other one", field="moves")
    if any(volume.time_end <= received for volume in body.volumes):
        raise InvalidInput("a volume is over already", field="volumes")
    mine = [one for one in conflict.proposals.values() if one.by == message.sender]
    if sum(one.step is ProposalStep.OPEN for one in mine) >= OPEN_MAX:
        raise InvalidInput(f"{OPEN_MAX} proposals wait for an answer already", field="thread")


def _apply_propose(state: LineState, entry: MessageEntry) -> None:
    message, body = entry.message, entry.message.body
    assert isinstance(body, Propose)
    conflict = state.conflicts[message.thread]
    conflict.proposals[message.id] = ProposalState(
        message.id, conflict.id, message.sender, body.moves, body.volumes
    )
    for party in conflict.parties:
        if party != message.sender:
            within = entry.received + state.agreed().notice.read_within
            due = max(conflict.facts.time_start, within)
            to, since = (message.sender,), entry.received
            owe(state, conflict.id, DutyKind.ANSWER, party, to, since, due)


def _check_reply(state: LineState, message: Message, _received: datetime) -> None:
    body = message.body
    assert isinstance(body, Accept | Decline)
    conflict = _open_conflict(state, message, message.kind.value)
    proposal = conflict.proposals.get(body.proposal)
    if proposal is None:
        raise NotFound("there is no such proposal in this thread", field="proposal")
    if proposal.by == message.sender:
        raise PermissionDenied("it is the sender's own proposal", cure="wait for the other side")
    if proposal.step is not ProposalStep.OPEN:
        raise InvalidInput(f"the proposal is {proposal.step.value} already", field="proposal")


def _apply_accept(state: LineState, entry: MessageEntry) -> None:
    message, body = entry.message, entry.message.body
    assert isinstance(body, Accept)
    conflict = state.conflicts[message.thread]
    thread = thread_of(state, message)
    for other in conflict.proposals.values():
        if other.step is _ACCEPTED:  # this one takes its place
            other.step = ProposalStep.LAPSED
            done(state, thread, state.threads[other.moves].opener, DutyKind.AMENDMENT)
    proposal = conflict.proposals[body.proposal]
    proposal.step, proposal.answered_by = _ACCEPTED, message.sender
    state.accepted[proposal.moves] = [
        *(one for one in state.accepted.get(proposal.moves, ()) if one.step is _ACCEPTED),
        proposal,
    ]
    owes = state.threads[proposal.moves].opener
    to = tuple(party for party in conflict.parties if party != owes)
    due = entry.received + state.agreed().notice.read_within
    owe(state, conflict.id, DutyKind.AMENDMENT, owes, to, entry.received, due)
    _answered(state, message, conflict)


def _apply_decline(state: LineState, entry: MessageEntry) -> None:
    message, body = entry.message, entry.message.body
    assert isinstance(body, Decline)
    conflict = state.conflicts[message.thread]
    proposal = conflict.proposals[body.proposal]
    proposal.step, proposal.answered_by = ProposalStep.DECLINED, message.sender
    _answered(state, message, conflict)


def _answered(state: LineState, message: Message, conflict: ConflictState) -> None:
    waiting = [
        one
        for one in conflict.proposals.values()
        if one.by != message.sender and one.step is ProposalStep.OPEN
    ]
    if not waiting:
        done(state, thread_of(state, message), message.sender, DutyKind.ANSWER)


RULES: Final = {
    Kind.PROPOSE: Rule(_check_propose, apply=_apply_propose),
    Kind.ACCEPT: Rule(_check_reply, apply=_apply_accept),
    Kind.DECLINE: Rule(_check_reply, apply=_apply_decline),
}
