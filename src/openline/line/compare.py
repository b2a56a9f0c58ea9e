"""Comparison: which notices, plans, sites and closures of different parties come too close.

The whole sky of the line is held in an index. After each change `events` compares what is different
now with everything else, both ways, with the agreement's minima for the two classes of flight, and
says what opened, changed or closed. A conflict has one id, whoever computes it.

Laws (tests/property/test_compare.py): 1 after any history the conflicts that are open are those
that `find_conflicts` gives for what stands; 2 events that are not taken are given again, those that
are taken never; 3 who was not told of a notice is not told of its conflicts.
Errs toward: as `airspace.detect`; a class of flight that is not known has the widest minima.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from openline.airspace.conflict import Conflict
from openline.airspace.conflict_builder import conflict_id_of
from openline.airspace.detect import conflict, overlapping
from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.airspace.find import find_conflicts
from openline.airspace.index import AirspaceIndex
from openline.airspace.separation import INTERSECTION, Separation
from openline.line.agreement import Agreement
from openline.line.event import (
    ConflictChanged,
    ConflictClosed,
    ConflictFacts,
    ConflictOpened,
    EndCause,
    Event,
)
from openline.line.facts import facts_of, hidden_facts, same_numbers
from openline.line.sky import (
    NOBODY,
    Remote,
    Standing,
    compared,
    in_order,
    knowing,
    standing,
    threads_standing,
    version_of,
)
from openline.line.state import LineState

# From so many changes at once everything is compared in one go.
_ALL_FROM: Final = 200
_ONLY_CELLS: Final = "One of the two is known only as cells that contain it."
_Known = ConflictOpened | ConflictChanged


class Comparison:
    """What was compared so far, and the conflicts that stand."""

    def __init__(self) -> None:
        self._agreement: Agreement | None = None
        self._widest = INTERSECTION
        self._touched: dict[str, None] = {}  # threads in the order they were touched
        self._sky: dict[str, Standing] = {}
        self._index = AirspaceIndex()
        self._of_party: dict[str, dict[str, Standing]] = {}
        self._unlocated: dict[str, dict[str, Standing]] = {}  # by party
        self._within: dict[str, bool] = {}  # whether a thing is over the agreed area
        self._found: dict[str, ConflictOpened] = {}  # what stands now
        self._of: dict[str, set[str]] = {}  # conflicts by thread
        self._open: dict[str, _Known] = {}  # what the record says stands
        self._unsure: dict[str, None] = {}  # ids for which the two may differ
        self._ends: list[tuple[datetime, str, int]] = []  # heap: when what was filed is over
        self._over: dict[str, int] = {}  # what was filed and is over, with its version
        self._by_agreement: set[str] = set()  # no more found since the agreement is another
        self._remote = NOBODY
        self._told: dict[tuple[str, str], str] = {}  # found by other servers, by the two threads
        self.hidden: dict[str, tuple[str, str]] = {}  # conflicts to tell of: own thread, other's

    def touch(self, thread: str) -> None:
        """Something was said in that thread, or it ended: it may stand differently now."""
        self._touched[thread] = None

    def events(self, state: LineState, now: datetime, remote: Remote = NOBODY) -> list[Event]:
        """What opened, changed or closed since the last events were taken.

        remote: those with servers of their own. What is shown to them as cells is compared
        as that with what is theirs; what they show here as conflicts alone, they compare and tell.
        """
        if remote != self._remote:
            self._remote, self._agreement = dict(remote), None  # everything is compared anew
        self._end_filed(state, now)
        self._compare(state)
        self._take_told(state)
        events: list[Event] = []
        for name in tuple(self._unsure):
            event = self._difference(state, name)
            if event is None:
                del self._unsure[name]
            else:
                events.append(event)
        return events

    def took(self, event: ConflictOpened | ConflictChanged | ConflictClosed) -> None:
        """An event that `events` gave is on the record."""
        if isinstance(event, ConflictClosed):
            self._open.pop(event.conflict, None)
            self._by_agreement.discard(event.conflict)
        else:
            self._open[event.conflict] = event
        self._unsure[event.conflict] = None

    def _take_told(self, state: LineState) -> None:
        """Conflicts of what is hidden here, as its own server tells of them."""
        for pair, said in state.findings.items():
            if not said.is_open or pair in self._told:
                continue
            one, other = (self._sky.get(name) for name in pair)
            if one is None or other is None or not one.hidden or other.hidden:
                continue
            if one.party == other.party or not knowing(one, other):
                continue
            name = self._told[pair] = conflict_id_of(one.names, other.names)
            self._add(name, one, other, hidden_facts(one, other, self._widest))
        for pair, name in tuple(self._told.items()):
            now = state.findings.get(pair)
            if now is None or not now.is_open:
                self._drop(name)

    @property
    def standing(self) -> Mapping[str, ConflictOpened | ConflictChanged]:
        """The conflicts that stand by what the record says, by id."""
        return self._open

    def resume(
        self, state: LineState, conflicts: Mapping[str, ConflictOpened | ConflictChanged]
    ) -> None:
        """The line is as it was at some entry: `state` is that, and these conflicts stood then.

        What was compared and is the same there is not compared again.
        """
        for name in tuple(self._sky):
            if self._sky[name].version != self._version(state, name):
                self._forget(name)
        if state.agreement == self._agreement:
            self._agreement = state.agreement
        self._touched = dict.fromkeys(threads_standing(state))
        self._open = dict(conflicts)
        self._unsure = dict.fromkeys((*self._found, *self._open))

    def would_meet(self, state: LineState, moved: Standing) -> list[Standing]:
        """What a thing would come too close to if it stood as given, in place of what it is now."""
        self._compare(state)
        return [other for other, _ in self._partners(moved)]

    def ends_at(self) -> datetime | None:
        """When the next of what was filed with the discovery service is over."""
        return self._ends[0][0] if self._ends else None

    def _end_filed(self, state: LineState, now: datetime) -> None:
        """What was filed with the discovery service stands until its time is over."""
        while self._ends and self._ends[0][0] <= now:
            _, name, version = heapq.heappop(self._ends)
            if version_of(state, name) == version:
                self._over[name] = version
                self._touched[name] = None

    def _version(self, state: LineState, name: str) -> int | None:
        version = version_of(state, name)
        return None if self._over.get(name) == version else version

    def _difference(self, state: LineState, name: str) -> Event | None:
        found, known = self._found.get(name), self._open.get(name)
        if found is None:
            if known is None:
                return None
            cause = self._cause(state, known)
            return ConflictClosed(name, known.threads, known.parties, cause)
        if known is None:
            return found
        if same_numbers(found.facts, known.facts):
            return None
        return ConflictChanged(name, found.threads, found.parties, found.facts)

    def _cause(self, state: LineState, known: _Known) -> str:
        if any(name in self._over for name in known.threads):
            return EndCause.ENDED.value
        ends = [state.threads[name].ended for name in known.threads if name in state.threads]
        for end in ends:
            if end is not None:
                return end.value
        return "agreement" if known.conflict in self._by_agreement else "amended"

    def _compare(self, state: LineState) -> None:
        if state.agreement is None:
            return
        if state.agreement is not self._agreement:
            self._compare_all(state, state.agreement)
            return
        touched = [
            name
            for name in self._touched
            if self._version(state, name)
            != (self._sky[name].version if name in self._sky else None)
        ]
        self._touched.clear()
        for name in touched:
            self._forget(name)
        if len(touched) >= _ALL_FROM:
            self._begin(state, touched)
            self._find_all(set(touched))
            return
        for name in touched:
            self._begin(state, (name,))
            if name in self._sky:
                for other, found in self._partners(self._sky[name]):
                    self._note(self._sky[name], other, found)

    def _compare_all(self, state: LineState, agreement: Agreement) -> None:
        """Under another agreement everything is compared anew."""
        before = {
            found
            for found, one in self._found.items()
            if all(self._sky[name].version == version_of(state, name) for name in one.threads)
        }
        self._agreement, self._widest = agreement, agreement.widest_separation()
        self._within.clear()
        self._touched.clear()
        for name in tuple(self._sky):
            self._forget(name)
        self._begin(state, tuple(threads_standing(state)))
        self._find_all(set(self._sky))
        self._by_agreement |= before - set(self._found)
        self._unsure |= dict.fromkeys(self._open)

    def _forget(self, name: str) -> None:
        was = self._sky.pop(name, None)
        self._within.pop(name, None)
        if was is not None:
            self._of_party[was.party].pop(name, None)
            self._unlocated.get(was.party, {}).pop(name, None)
        if was is not None and was.located and not was.hidden:
            self._index.remove(was.widest)
        for found in sorted(self._of.get(name, ())):
            self._drop(found)
        self._of.pop(name, None)

    def _drop(self, name: str) -> None:
        """A conflict is found no more."""
        found = self._found.pop(name, None)
        self.hidden.pop(name, None)
        if found is None:
            return
        a, b = found.threads
        for pair in ((a, b), (b, a)):
            self._told.pop(pair, None)
        for thread in found.threads:
            self._of.get(thread, set()).discard(name)
        self._unsure[name] = None

    def _begin(self, state: LineState, names: Iterable[str]) -> None:
        found = (
            standing(state, name, self._remote)
            for name in names
            if self._version(state, name) is not None
        )
        new = [one for one in found if one is not None]
        for one in new:
            if one.filed:
                heapq.heappush(self._ends, (one.time_end, one.thread, one.version))
        self._sky |= {one.thread: one for one in new}
        for one in new:
            self._of_party.setdefault(one.party, {})[one.thread] = one
            if not one.located:
                self._unlocated.setdefault(one.party, {})[one.thread] = one
        self._index.add_all([one.widest for one in new if one.located and not one.hidden])

    def _partners(self, one: Standing) -> Iterator[tuple[Standing, Conflict]]:
        """Everything else that comes too close to it, and how."""
        for other in self._near(one):
            if compared(one, other):
                found = self._exact(one, other)
                if found is not None:
                    yield other, found

    def _near(self, one: Standing) -> list[Standing]:
        """What may be too close: all within the widest minima, each once."""
        widest = self._widest
        if not one.located:
            first, last = one.time_start - widest.time, one.time_end + widest.time
            others = [
                each
                for each in _of_others(self._of_party, one.party)
                if each.time_start <= last and first <= each.time_end and compared(one, each)
            ]
            return self._over_area(others)
        near = {
            entity.id: self._sky[entity.id]
            for volume in one.widest.volumes
            for entity in self._index.query(volume, widest, lambda two: two.party != one.party)
        }
        unlocated = {each.thread: each for each in _of_others(self._unlocated, one.party)}
        if unlocated and self._over_area([one]):
            near |= unlocated
        near.pop(one.thread, None)
        return list(near.values())

    def _over_area(self, things: list[Standing]) -> list[Standing]:
        """Those with a volume over the agreed area, and those whose place is not known."""
        new = [
            one
            for one in things
            if one.located and not (one.thread in self._within and self._sky.get(one.thread) is one)
        ]
        volumes = [volume for one in new for volume in one.widest.volumes]
        hits = overlapping(self._agreed().area, volumes) if volumes else []
        inside: dict[str, bool] = {}
        for one in new:
            count = len(one.widest.volumes)
            inside[one.thread], hits = any(hits[:count]), hits[count:]
        self._within |= {
            one.thread: inside[one.thread] for one in new if self._sky.get(one.thread) is one
        }
        return [
            one
            for one in things
            if not one.located or inside.get(one.thread, self._within.get(one.thread, True))
        ]

    def _find_all(self, names: set[str]) -> None:
        """Every conflict with one of these, by one comparison of the whole sky."""
        agreed = self._agreed()
        things = sorted(self._sky.values(), key=lambda one: (one.party, one.thread))
        entities = [one.widest for one in things if not one.hidden]
        widest = self._widest
        every = find_conflicts(
            [entity for entity in entities if isinstance(entity, OperationalIntent)],
            [entity for entity in entities if isinstance(entity, Constraint)],
            widest,
            notices=[entity for entity in entities if isinstance(entity, Notice)],
            agreed_area=agreed.area,
        )
        for found in every:
            one, other = self._sky[found.a.id], self._sky[found.b.id]
            if not compared(one, other) or not names & {one.thread, other.thread}:
                continue
            own = self._separation(one, other)
            same = one.coarse is None and other.coarse is None and own == widest
            exact = found if same else self._exact(one, other)
            if exact is not None:
                self._note(one, other, exact)

    def _exact(self, one: Standing, other: Standing) -> Conflict | None:
        a, b = in_order(one.seen_by(other.party), other.seen_by(one.party))
        return conflict(a.entity, b.entity, self._separation(a, b))

    def _note(self, one: Standing, other: Standing, found: Conflict) -> None:
        facts = facts_of(found)
        for own, theirs in ((one, other), (other, one)):
            if own.hides_from(theirs):
                facts = hidden_facts(own, theirs, self._widest)
                self.hidden[found.id] = (own.thread, theirs.thread)
        seen = (one.seen_by(other.party), other.seen_by(one.party))
        if any(side.filed or side.cells for side in seen) and found.id not in self.hidden:
            facts = replace(facts, reason=f"{facts.reason} {_ONLY_CELLS}")
        self._add(found.id, one, other, facts)

    def _add(self, name: str, one: Standing, other: Standing, facts: ConflictFacts) -> None:
        """Two are too close."""
        a, b = in_order(one, other)
        self._found[name] = ConflictOpened(name, (a.thread, b.thread), knowing(a, b), facts)
        self._unsure[name] = None
        self._by_agreement.discard(name)
        for thread in (a.thread, b.thread):
            self._of.setdefault(thread, set()).add(name)

    def _separation(self, one: Standing, other: Standing) -> Separation:
        return self._agreed().separation_between(one.flight_class, other.flight_class)

    def _agreed(self) -> Agreement:
        assert self._agreement is not None, "compared before there is an agreement"
        return self._agreement


def _of_others(things: Mapping[str, Mapping[str, Standing]], party: str) -> Iterator[Standing]:
    """All but that party's own: what is one party's is its own affair."""
    for name, some in things.items():
        if name != party:
            yield from some.values()
