"""Ways out for what was read from files: who moves, where to; one plan, or all of them at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from openline.airspace.advise.advice import Advice, advise
from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.obstacles import Asking, Sky
from openline.airspace.advise.search import Alternative
from openline.airspace.advise.tangle import Tangle
from openline.airspace.advise.turn import FiledOrder, Turn, may_move, precedence, who_moves
from openline.airspace.advise.untangle import Untangled, untangle
from openline.airspace.advise.windows import FreeWindows, Window, free_windows
from openline.airspace.conflict import Conflict
from openline.airspace.entity import Entity, IntentState, OperationalIntent
from openline.airspace.find import find_conflicts
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput, InvariantBroken
from openline.formats.traffic import Traffic
from openline.geo.footprint import Footprint

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What is too close, how far plans may move, and what that costs.

    all_pairs: compare traffic of the same party too. agreed_area: where a notice without a place
    counts. most: how many alternatives for each plan.
    """

    separation: Separation = INTERSECTION
    limits: Limits = field(default_factory=Limits)
    costs: Costs = field(default_factory=Costs)
    all_pairs: bool = False
    agreed_area: Footprint | None = None
    most: int = 5

    def asking(self, plan: OperationalIntent, sky: Sky) -> Asking:
        """For one plan in a sky."""
        return Asking(plan, sky, self.separation, self.all_pairs)


@dataclass(frozen=True, slots=True)
class Advised:
    """One plan's ways out, and for each of its conflicts in which it moves, the rule's sentence."""

    advice: Advice
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Advice for each plan that has to move. stuck: sentences of conflicts in which none can."""

    advised: tuple[Advised, ...]
    stuck: tuple[str, ...]
    conflicts: int


@dataclass(frozen=True, slots=True)
class Group:
    """Plans of one rank that moved together: of one priority, flying or not yet."""

    tangle: Tangle
    found: Untangled


@dataclass(frozen=True, slots=True)
class Plan:
    """All plans untangled. moved: those that change. unplaced: those for which there is no room.

    cost, bound: of all groups; the least cost lies between them. solved: by the extra `solver`.
    """

    traffic: Traffic
    moved: tuple[Alternative, ...]
    unplaced: tuple[OperationalIntent, ...]
    cost: float
    bound: float
    conflicts: int
    solved: bool

    @property
    def gap(self) -> float:
        """How much of the cost may be too much, as a share."""
        return 0.0 if self.cost <= 0 else max(0.0, 1 - self.bound / self.cost)


def filed_order(traffic: Traffic) -> FiledOrder:
    """What is read first counts as filed first."""
    return {(one.party, one.id): at for at, one in enumerate(traffic.intents)}


def advise_files(traffic: Traffic, question: Question, progress: Progress | None = None) -> Report:
    """Advice for every plan that has to move by the rule. Each counts on all others staying.

    Raises: InvalidInput for an entity that is given twice.
    """
    sky, filed = _sky(traffic, question), filed_order(traffic)
    turns: dict[tuple[str, str], list[Turn]] = {}
    movers: dict[tuple[str, str], OperationalIntent] = {}
    stuck = []
    found = _conflicts(traffic, question)
    for conflict in found:
        turn = who_moves(conflict.a, conflict.b, filed)
        if turn.mover is None:
            stuck.append(f"{conflict.reason} {turn.reason}")
            continue
        key = (turn.mover.party, turn.mover.id)
        movers.setdefault(key, turn.mover)
        turns.setdefault(key, []).append(turn)
    advised = []
    for at, (key, plan) in enumerate(movers.items()):
        asking = question.asking(plan, sky)
        advice = advise(asking, question.limits, question.costs, most=question.most)
        advised.append(Advised(advice, tuple(turns[key])))
        if progress is not None:
            progress(at + 1, len(movers))
    return Report(tuple(advised), tuple(stuck), len(found))


def advise_plans(
    plans: Sequence[OperationalIntent],
    others: Traffic,
    question: Question,
    progress: Progress | None = None,
) -> Report:
    """Advice for these plans against all others, whoever would have to move by the rule.

    Raises: InvalidInput for an entity that is given twice.
    """
    sky = _sky(others, question)
    advised = []
    for at, plan in enumerate(plans):
        asking = question.asking(plan, sky)
        advice = advise(asking, question.limits, question.costs, most=question.most)
        if advice.conflicts:
            advised.append(Advised(advice, (Turn(plan, "It is the plan that was asked about."),)))
        if progress is not None:
            progress(at + 1, len(plans))
    return Report(tuple(advised), (), sum(len(one.advice.conflicts) for one in advised))


def untangle_files(
    traffic: Traffic,
    question: Question,
    *,
    seconds: float = 20.0,
    solver: bool = True,
    progress: Progress | None = None,
) -> Plan:
    """Move what may move, so that nothing is in conflict, at the least total cost that is found.

    The ranks follow each other: what has the higher priority, and of one priority what flies
    already, is placed first and then stays. Within a rank the total cost decides.
    solver: use the extra, where it is installed, for at most so many seconds.
    Raises: InvalidInput for an entity that is given twice.
    """
    from openline.app.solver import available, solve

    _sky(traffic, question)
    found = _conflicts(traffic, question)
    standing: list[Entity] = [one for one in traffic.entities() if not may_move(one)]
    groups: list[Group] = []
    unplaced: list[OperationalIntent] = []
    use = solver and available()
    ranks = list(_ranks(traffic))
    for plans in ranks:
        sky = Sky.of(standing, question.agreed_area)
        tangle = Tangle.of(
            plans,
            lambda plan, sky=sky: question.asking(plan, sky),  # type: ignore[misc]
            question.limits,
            question.costs,
            progress,
        )
        result = untangle(tangle)
        if use and result.gap > 0:
            result = solve(tangle, result, seconds / len(ranks))
        groups.append(Group(tangle, result))
        for at, shift in enumerate(result.shifts):
            if shift is None:
                unplaced.append(plans[at])
            else:
                standing.append(tangle.moved(at, shift).plan)
    moved = tuple(
        group.tangle.moved(at, shift)
        for group in groups
        for at, shift in enumerate(group.found.shifts)
        if shift is not None and shift.cost > 0
    )
    after = with_moved(traffic, moved)
    _prove(after, unplaced, question)
    return Plan(
        after,
        moved,
        tuple(unplaced),
        sum(group.found.cost for group in groups),
        sum(group.found.bound for group in groups),
        len(found),
        use,
    )


def free_over(
    volume: Volume4D, period: Window, traffic: Traffic, question: Question, party: str
) -> FreeWindows:
    """When a volume is free. Raises: InvalidInput, InvalidTimeRange."""
    return free_windows(volume, period, _sky(traffic, question), question.separation, party=party)


def with_moved(traffic: Traffic, moved: Sequence[Alternative]) -> Traffic:
    """The traffic with plans in their new place."""
    new = {(one.plan.party, one.plan.id): one.plan for one in moved}
    intents = tuple(new.get((one.party, one.id), one) for one in traffic.intents)
    return replace(traffic, intents=intents)


def _ranks(traffic: Traffic) -> Iterator[list[OperationalIntent]]:
    filed = filed_order(traffic)
    ranks: dict[tuple[int, bool], list[OperationalIntent]] = {}
    for one in sorted(traffic.intents, key=lambda one: precedence(one, filed)):
        if may_move(one):
            flies = one.state is IntentState.ACTIVATED
            ranks.setdefault((one.priority, flies), []).append(one)
    yield from ranks.values()


def _sky(traffic: Traffic, question: Question) -> Sky:
    try:
        return Sky.of(traffic.entities(), question.agreed_area)
    except InvalidInput as error:
        raise InvalidInput(
            f"{error}: advice needs to know which is which", cure="give each thing once"
        ) from None


def _conflicts(traffic: Traffic, question: Question) -> Sequence[Conflict]:
    found = find_conflicts(
        traffic.intents,
        traffic.constraints,
        question.separation,
        notices=traffic.notices,
        all_pairs=question.all_pairs,
        agreed_area=question.agreed_area,
    )
    return found.conflicts


def _prove(after: Traffic, unplaced: Sequence[OperationalIntent], question: Question) -> None:
    """Every conflict that is left is with what could not be placed, or of two that never move.

    Raises: InvariantBroken.
    """
    left = {(one.party, one.id) for one in unplaced}
    for conflict in _conflicts(after, question):
        sides = (conflict.a, conflict.b)
        movable = [one for one in sides if may_move(one)]
        if movable and not any((one.party, one.id) in left for one in movable):
            raise InvariantBroken(f"advice left a conflict: {conflict.reason}")
