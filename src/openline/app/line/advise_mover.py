"""What would be moved, when advice is asked for on the line: whose it is, and by which rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.volume import Volume4D
from openline.app.line.check_plan import check_asked
from openline.errors import InvalidInput, NotFound
from openline.line.agreement import Coarseness
from openline.line.masking import shown_to
from openline.line.seen import ASKED, Close, asked_of
from openline.line.sky import Standing, standing, standing_notice
from openline.line.state import ConflictState, LineState, NoticeState
from openline.line.turns import LineTurn, can_propose, turn_of

_NOT_MOVED: Final = "it is not moved by a proposal: a site, a closure, or filed elsewhere"


@dataclass(frozen=True, slots=True)
class Asked:
    """What advice is asked about: volumes, or a thread of the party, or a conflict.

    moves: of a conflict the thread that is to move; None: as the rule says, or the party's own.
    most: how many ways out.
    """

    party: str
    volumes: tuple[Volume4D, ...] = ()
    flight_class: str | None = None
    thread: str | None = None
    conflict: str | None = None
    moves: str | None = None
    limits: Limits = field(default_factory=Limits)
    costs: Costs = field(default_factory=Costs)
    most: int = 5


@dataclass(frozen=True, slots=True)
class Mover:
    """What would be moved, with its volumes as its party said them.

    thread: ASKED for what is not sent yet. conflict: where a proposal belongs. moves: the thread
    that has to move by the rule. rule: its sentences; why: the same as facts. widen: by how much
    its times may be wrong.
    """

    thread: str
    party: str
    volumes: tuple[Volume4D, ...]
    flight_class: str | None
    conflict: str | None = None
    moves: str | None = None
    rule: tuple[str, ...] = ()
    why: tuple[LineTurn, ...] = ()
    notice: NoticeState | None = None

    @property
    def widen(self) -> timedelta:
        """By how much its times may be wrong, either way."""
        return timedelta(0) if self.notice is None else self.notice.widen

    def stand(self, volumes: tuple[Volume4D, ...]) -> Standing:
        """It as it would stand with these volumes."""
        if self.notice is None:
            return asked_of(self.party, volumes, self.flight_class, thread=self.thread)
        notify = replace(
            self.notice.notify,
            volumes=volumes,
            time_start=min(volume.time_start for volume in volumes),
            time_end=max(volume.time_end for volume in volumes),
        )
        return standing_notice(self.notice, notify)

    def with_rule(self, state: LineState, closes: Sequence[Close]) -> "Mover":
        """It with what the rule says of it and everything that is too close."""
        if self.rule:
            return self
        mine = self.stand(self.volumes)
        turns = [turn_of(state, mine, one.other.what) for one in closes]
        moves = {one.thread for one in turns}
        said = tuple(dict.fromkeys(one.reason for one in turns))
        whose = moves.pop() if len(moves) == 1 else None
        why = tuple(dict.fromkeys(LineTurn(one.thread, "", one.rule) for one in turns))
        return replace(self, moves=None if whose == ASKED else whose, rule=said, why=why)


def mover_of(state: LineState, asked: Asked, now: datetime) -> Mover:
    """What would be moved. Raises: NotFound, InvalidInput with `field`."""
    if asked.conflict is not None:
        return _of_conflict(state, asked)
    if asked.thread is not None:
        check_asked(state, asked.party, None, asked.thread)
        return _of_thread(state, asked.thread, now)
    check_asked(state, asked.party, asked.flight_class, None)
    if not asked.volumes:
        raise InvalidInput("there is nothing to move", cure="give a volume", field="volumes")
    return Mover(ASKED, asked.party, asked.volumes, asked.flight_class)


def _of_thread(state: LineState, thread: str, now: datetime) -> Mover:
    if not can_propose(state, thread):
        raise InvalidInput(_NOT_MOVED, cure="name a notice or plan that stands", field="thread")
    found = state.notices[thread]
    if found.notify.time_end <= now:
        raise InvalidInput("its time is over", field="thread")
    notify = found.notify
    return Mover(thread, found.party, notify.volumes, notify.flight_class, notice=found)


def _of_conflict(state: LineState, asked: Asked) -> Mover:
    found = state.conflicts.get(asked.conflict or "")
    if found is None or asked.party not in found.parties:
        raise NotFound("there is no such conflict for this party", field="conflict")
    if found.closed is not None:
        raise InvalidInput("the conflict is closed already", field="conflict")
    one, other = (standing(state, name) for name in found.threads)
    if one is None or other is None:
        raise InvalidInput("one of the two stands no longer", field="conflict")
    turn = turn_of(state, one, other)
    thread = _chosen(state, asked, found, turn.thread)
    notice = state.notices[thread]
    notify = notice.notify
    return Mover(
        thread,
        notice.party,
        notify.volumes,
        notify.flight_class,
        found.id,
        turn.thread,
        (turn.reason,),
        (turn,),
        notice,
    )


def _chosen(state: LineState, asked: Asked, found: ConflictState, by_rule: str | None) -> str:
    """The thread that is to move: as asked, as the rule says, else the party's own."""
    possible = [name for name in found.threads if _may_ask(state, asked.party, name)]
    if asked.moves is not None:
        if asked.moves not in possible:
            raise InvalidInput(
                f"{_NOT_MOVED}, or its place is not shown to you",
                cure=f"give one of {', '.join(possible) or 'nothing'}",
                field="moves",
            )
        return asked.moves
    if not possible:
        raise InvalidInput("of the two none can be moved by you", field="conflict")
    own = [name for name in possible if state.threads[name].opener == asked.party]
    return by_rule if by_rule in possible and by_rule is not None else (*own, *possible)[0]


def _may_ask(state: LineState, party: str, thread: str) -> bool:
    """Whether its place is known to the party and it can be moved by a proposal."""
    if not can_propose(state, thread):
        return False
    return shown_to(state, thread, party) is Coarseness.FULL
