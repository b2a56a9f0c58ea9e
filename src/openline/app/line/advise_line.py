"""Ways out of conflicts on the line, proved free of all that the asker is shown.

What is asked about is a plan that is not sent yet, a thread of the asker, or a conflict; then the
rule says who moves. Of what the asker is shown as conflicts alone only the other side of an open
conflict counts, with its true place: both sides know of that conflict. Nothing is written.
"""

import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from openline.airspace.advise.advice import Advice, advise
from openline.airspace.advise.cost import Limits
from openline.airspace.advise.obstacles import Asking, EnoughEffort, Sky
from openline.airspace.advise.search import Alternative
from openline.airspace.advise.words import alternative_words
from openline.airspace.entity import OperationalIntent
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.app.line.advise_mover import Asked, Mover, mover_of
from openline.app.line.check_plan import PlanConflict, told_conflict
from openline.app.line.services import LineServices
from openline.errors import AreaTooLarge, InvalidInput, LimitExceeded
from openline.formats.line_volume import volume_value
from openline.geo.altitude import ellipsoid_band
from openline.limits import (
    ALTITUDE_CEILING_M,
    ALTITUDE_FLOOR_M,
    LATERAL_MINIMUM_MAX_M,
    SMALLEST_MINIMUM_M,
    TIME_MAX,
    TIME_MIN,
)
from openline.line.agreement import Agreement
from openline.line.line import Line
from openline.line.message.airspace import VOLUMES_MAX
from openline.line.seen import ASKED, Close, Seen, SeenSky, Things
from openline.line.sky import standing
from openline.line.state import LineState
from openline.line.turns import LineTurn
from openline.line.view import ID_SHOWN
from openline.line.view_threads import name_for

WAYS_MAX: Final = 10
CORNERS_MAX: Final = 1_000_000  # of the plan times those that are near it: a second at most
EFFORT_S: Final = 1.5  # of one processor, for all that the limits reach
_AT_ONCE: Final = threading.BoundedSemaphore(2)  # others of the server have to be answered too
_WAIT_S: Final = 3.0
_MORE: Final = 3  # ways that are asked for beyond those wanted, for some cannot be carried


@dataclass(frozen=True, slots=True)
class Way:
    """One way out. volumes: of the whole plan as it would be. words: what changes, in short."""

    found: Alternative
    volumes: tuple[Volume4D, ...]
    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that is in the way of all that the limits allow. name: where it is shown."""

    thread: str
    party: str
    name: str | None


@dataclass(frozen=True, slots=True)
class LineAdvice:
    """The ways out, the cheapest first.

    thread, party: what would be moved, and whose it is; thread None: what is not sent yet. moves:
    the thread that has to move by the rule, if it says so; rule: its sentences; why: its facts.
    conflict: where a proposal belongs. blockers: what blocks the most, if there is no way out.
    hidden: what was not looked at.
    """

    now: datetime
    entry: int
    party: str
    thread: str | None
    conflict: str | None
    moves: str | None
    rule: tuple[str, ...]
    why: tuple[LineTurn, ...]
    conflicts: tuple[PlanConflict, ...]
    ways: tuple[Way, ...]
    blockers: tuple[Blocker, ...]
    hidden: int
    sentence: str


@dataclass(frozen=True, slots=True)
class _Task:
    """All that is needed to look for ways out, taken from the line at one instant."""

    now: datetime
    entry: int
    mover: Mover
    things: Things
    closes: tuple[Close, ...]
    told: tuple[PlanConflict, ...]
    hidden: int
    labels: dict[str, str] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)

    def said(self, sentence: str) -> str:
        """The sentence with names where they are shown, and ids cut short."""
        return with_labels(sentence, self.mover.party, self.labels)


def advise_on_line(services: LineServices, asked: Asked, now: datetime) -> LineAdvice:
    """The ways out of what is asked about.

    Raises: NotFound, InvalidInput, AreaTooLarge for more than is looked at in one answer,
    LimitExceeded if others are looking already.
    """
    task = services.look(lambda line, position: _task(services, line, position, asked, now))
    advice: Advice | None = None
    ways: tuple[Way, ...] = ()
    effort = Effort(EFFORT_S)
    if task.closes:
        with one_of_few():
            advice, ways = _look_for(task, asked, effort)
    mover = task.mover
    blockers = () if advice is None or ways else advice.blockers
    return LineAdvice(
        now,
        task.entry,
        mover.party,
        None if mover.thread == ASKED else mover.thread,
        mover.conflict,
        mover.moves,
        tuple(task.said(one) for one in mover.rule),
        mover.why,
        task.told,
        ways,
        tuple(Blocker(one.id, one.party, task.names.get(one.id)) for one in blockers),
        task.hidden,
        _sentence(task, effort, advice, ways),
    )


class Effort:
    """So many seconds of this thread's own processor time, from when it is first asked."""

    def __init__(self, seconds: float) -> None:
        self.spent = False
        self._seconds = seconds
        self._begin_s: float | None = None

    def is_spent(self) -> bool:
        """Whether that much was spent."""
        now_s = time.thread_time()
        if self._begin_s is None:
            self._begin_s = now_s
        self.spent = self.spent or now_s - self._begin_s > self._seconds
        return self.spent


@contextmanager
def one_of_few() -> Iterator[None]:
    """A turn at work that takes seconds. Raises: LimitExceeded if it does not come soon."""
    if not _AT_ONCE.acquire(timeout=_WAIT_S):
        raise LimitExceeded("others ask for advice already", cure="try again", retry_after_s=2)
    try:
        yield
    finally:
        _AT_ONCE.release()


def _task(services: LineServices, line: Line, position: int, asked: Asked, now: datetime) -> _Task:
    state = line.state
    sky = services.seen.setdefault(asked.party, SeenSky(asked.party))
    seen = sky.renew(state, now)
    mover = mover_of(state, asked, now)
    things = Things(state.agreed(), _around(state, seen, mover, asked))
    _bounded(mover, things)
    standing_now = mover.stand(mover.volumes)
    closes = tuple(things.close_to(standing_now))
    names = [mover.thread, *(one.what.thread for one in things)]
    return _Task(
        now,
        position,
        mover.with_rule(state, closes),
        things,
        closes,
        tuple(told_conflict(state, asked.party, mover.thread, one) for one in closes),
        sky.hidden,
        labels_of(state, asked.party, names),
        {name: name_for(state, name, asked.party) for name in names if name != ASKED},
    )


def _around(state: LineState, seen: Things, mover: Mover, asked: Asked) -> list[Seen]:
    """What the mover may meet within the limits, as far as the asker is shown it."""
    wide = _reach(seen.agreed, mover, asked.limits)
    stretched = [_stretched(volume, asked.limits) for volume in mover.volumes]
    found = [one for one in seen.reached(stretched, wide) if one.what.party != mover.party]
    known = {one.what.thread for one in found}
    if mover.party != asked.party:
        own = (standing(state, name) for name in _own(state, asked.party))
        mine = Things(seen.agreed, [Seen(one, cells=False) for one in own if one is not None])
        return found + mine.reached(stretched, wide)
    for name in _other_sides(state, mover.thread):
        other = standing(state, name)
        if name not in known and other is not None:
            seen_as_cells = next((one for one in seen if one.what.thread == name), None)
            found.append(seen_as_cells or Seen(other, cells=False))
    return found


def _own(state: LineState, party: str) -> list[str]:
    names = [*state.notices, *state.closures, *state.filed]
    return [name for name in names if state.threads[name].opener == party]


def _other_sides(state: LineState, thread: str) -> list[str]:
    """What the thread is in open conflict with."""
    return [
        name
        for one in state.conflicts.values()
        if one.closed is None and thread in one.threads
        for name in one.threads
        if name != thread
    ]


def _bounded(mover: Mover, things: Things) -> None:
    """Raises: AreaTooLarge for more than is compared in one answer."""
    minima = things.agreed.widest_separation()
    minima = Separation(minima.lateral_m, minima.vertical_m, minima.time + mover.widen)
    effort = things.effort(mover.volumes, minima)
    if effort > CORNERS_MAX:
        raise _too_much(f"{effort:,} pairs of corners; {CORNERS_MAX:,} are compared")


def _too_much(problem: str) -> AreaTooLarge:
    return AreaTooLarge(
        f"{problem} in one answer",
        cure="give narrower limits or a simpler plan, or use `openline advise` with files",
        field="limits",
    )


def _look_for(task: _Task, asked: Asked, effort: Effort) -> tuple[Advice, tuple[Way, ...]]:
    """Ways out that are proved free by what compares the line itself."""
    mover, things = task.mover, task.things
    sky = Sky.of((one.what.entity for one in things), things.agreed.area)
    plan = OperationalIntent(mover.thread, mover.party, mover.volumes)
    earliest = _earliest(asked.limits, mover.volumes, task.now)
    limits = replace(asked.limits, earliest=earliest)
    advice: Advice | None = None
    ways: tuple[Way, ...] = ()
    for minima in _minima(task):
        found = Asking(plan, sky, minima, enough=effort.is_spent)
        try:
            advice = advise(found, limits, asked.costs, most=asked.most + _MORE)
        except EnoughEffort:
            raise _too_much("more is near than is compared") from None
        proved = [one for one in advice.alternatives if _holds(one, mover, things)]
        ways = tuple(_way(task, advice, one) for one in proved[: asked.most])
        if ways:
            break
    assert advice is not None, "there is always one set of minima"
    return advice, ways


def _minima(task: _Task) -> list[Separation]:
    """Those of the conflicts that there are, then the widest towards anything around: a way out by
    the first is nearer, and may be too close to something that has wider ones."""
    agreed, mine = task.things.agreed, task.mover.flight_class
    here = [agreed.separation_between(mine, one.other.what.flight_class) for one in task.closes]
    all_ = [agreed.separation_between(mine, one.what.flight_class) for one in task.things]
    found = []
    for every in (here, all_):
        found.append(
            Separation(
                max(one.lateral_m for one in every),
                max(one.vertical_m for one in every),
                max(one.time for one in every) + task.mover.widen,
            )
        )
    return list(dict.fromkeys(found))


def _holds(way: Alternative, mover: Mover, things: Things) -> bool:
    """Whether a message can carry it, and nothing is too close to it as the line compares."""
    volumes = way.plan.volumes
    if not 0 < len(volumes) <= VOLUMES_MAX:
        return False
    try:
        for volume in volumes:
            volume_value(volume)
    except InvalidInput:
        return False
    return not things.close_to(mover.stand(volumes))


def _way(task: _Task, advice: Advice, one: Alternative) -> Way:
    words = alternative_words(one, len(advice.plan.volumes))
    sentence = f"{task.labels[task.mover.thread]}: {words}."
    return Way(one, one.plan.volumes, words, sentence[0].upper() + sentence[1:])


def _sentence(task: _Task, effort: Effort, advice: Advice | None, ways: tuple[Way, ...]) -> str:
    label = task.labels[task.mover.thread]
    head = label[0].upper() + label[1:]
    words = [f"{head} is closer than the minima to nothing that you are shown."]
    if ways:
        words = [f"{head}, {ways[0].words}, is free of all that you are shown."]
    elif advice is not None:
        names = ", ".join(task.labels[one.id] for one in advice.blockers)
        by = f": in the way are {names}" if names else ""
        words = [f"{head} has no way out within the limits{by}."]
    if effort.spent:
        words.append("Sideways was not looked at to the end: the outlines have too many corners.")
    if task.hidden:
        words.append(f"{task.hidden:,} more, shown to you as conflicts alone, were not looked at.")
    return " ".join(words)


def labels_of(state: LineState, party: str, threads: Iterable[str]) -> dict[str, str]:
    """What to call each thread: its name where it is shown, with the id cut short."""
    labels = {}
    for thread in threads:
        if thread == ASKED:
            labels[thread] = "your plan"
            continue
        name, short = name_for(state, thread, party), thread[:ID_SHOWN]
        whose = state.threads[thread].opener
        labels[thread] = f"{short} of {whose}" if name is None else f"{name} ({short}) of {whose}"
    return labels


def with_labels(sentence: str, party: str, labels: dict[str, str]) -> str:
    """The sentence with labels for the ids of threads."""
    for thread, label in labels.items():
        if thread == ASKED:
            for word, plan in (("Intent", "Your plan"), ("intent", "your plan")):
                sentence = sentence.replace(f"{word} {ASKED} of {party}", plan)
        else:
            short = label.rpartition(" of ")[0]
            sentence = sentence.replace(thread, short)
    return sentence


def _earliest(limits: Limits, volumes: Collection[Volume4D], now: datetime) -> datetime:
    """Nothing is moved into the past; what has begun is not moved earlier."""
    start = min(now, *(volume.time_start for volume in volumes))
    return start if limits.earliest is None else max(limits.earliest, start)


def _reach(agreed: Agreement, mover: Mover, limits: Limits) -> Separation:
    widest = agreed.widest_separation()
    lateral_m = max(widest.lateral_m + limits.sideways_m, SMALLEST_MINIMUM_M)
    lateral_m = min(lateral_m, LATERAL_MINIMUM_MAX_M)
    return Separation(lateral_m, widest.vertical_m, widest.time + mover.widen)


def _stretched(volume: Volume4D, limits: Limits) -> Volume4D:
    """The volume at every height and time to which the limits let it move."""
    return Volume4D(
        volume.footprint,
        ellipsoid_band(ALTITUDE_FLOOR_M, ALTITUDE_CEILING_M),
        max(volume.time_start - limits.earlier, TIME_MIN),
        min(volume.time_end + limits.later, TIME_MAX),
    )
