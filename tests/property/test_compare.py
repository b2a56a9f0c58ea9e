"""The comparison against `find_conflicts` from scratch, after any history of the line."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openline.airspace.entity import Constraint, Entity, Notice, OperationalIntent
from openline.airspace.find import find_conflicts
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.errors import OpenlineError
from openline.line.agreement import ClassMinima, FlightClass
from openline.line.event import ConflictClosed, Event
from openline.line.line import Line
from openline.line.message.bodies import Amend, Body, Cancel, Closure, FieldContact, Notify
from openline.line.message.envelope import Message
from openline.line.message.kind import Asks, Binding, ClosureReason, NoticeKind
from tests.line_world import (
    HOUR,
    MINUTE,
    SECOND,
    START,
    Recorded,
    agreement,
    circle,
    replay,
    volume,
)

_PARTIES = ("north", "south", "east")
_AREA = circle(54.0, 7.0, 30_000.0)
_CLASSES = (FlightClass("uav", "UAV"), FlightClass("heli", "Helicopters"))
_MINIMA = (
    Separation(2_000.0, 100.0, 30 * SECOND),
    Separation(12_000.0, 300.0, 20 * MINUTE),
    Separation(),
)

places = st.builds(
    circle,
    st.sampled_from([53.6, 53.95, 54.0, 54.1]),
    st.sampled_from([6.8, 7.0, 7.15, 7.6]),
    st.sampled_from([800.0, 4_000.0]),
)


@st.composite
def volumes(draw: st.DrawFn, now: datetime) -> Volume4D:
    start = now + draw(st.integers(0, 12)) * 10 * MINUTE
    lower = draw(st.sampled_from([0.0, 250.0, 900.0]))
    lasts = draw(st.integers(1, 6)) * 10 * MINUTE
    return volume(draw(places), start, start + lasts, lower, lower + 300.0)


@st.composite
def notices(draw: st.DrawFn, now: datetime, kind: NoticeKind | None = None) -> Notify:
    kind = kind or draw(st.sampled_from(list(NoticeKind)))
    listed = draw(st.lists(volumes(now), min_size=1, max_size=2))
    return Notify(
        kind,
        min(one.time_start for one in listed),
        max(one.time_end for one in listed),
        () if kind is NoticeKind.UNLOCATED else tuple(listed),
        Asks.NOTHING,
        flight_class=draw(st.sampled_from([None, "uav", "heli"])),
        contact=FieldContact("driver", phone="1") if kind is NoticeKind.MOVEMENT else None,
        confirmed_by="Bo" if kind is NoticeKind.SITE else None,
    )


class CompareMachine(RuleBasedStateMachine):
    """Parties say, amend and cancel; time passes; agreements change; events are lost or taken."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.now, self.entries = Line(), START, list[Recorded]()
        self.version = 0
        self.closed: dict[str, str] = {}
        self._agree(_MINIMA[0], _MINIMA[1])

    @rule(data=st.data(), sender=st.sampled_from(_PARTIES), skew=st.sampled_from([0, 0, 12]))
    def notify(self, data: st.DataObject, sender: str, skew: int) -> None:
        others = [party for party in _PARTIES if party != sender]
        to = data.draw(st.lists(st.sampled_from(others), min_size=1, unique=True))
        self._say(sender, data.draw(notices(self.now)), to, skew=skew)

    @rule(data=st.data(), sender=st.sampled_from(_PARTIES))
    def close(self, data: st.DataObject, sender: str) -> None:
        one = data.draw(volumes(self.now))
        body = Closure("C", (one,), ClosureReason.FIRE, Binding.ADVICE, one.time_start)
        self._say(sender, body, [party for party in _PARTIES if party != sender])

    @rule(data=st.data(), skew=st.sampled_from([0, 12]))
    @precondition(lambda self: self.line.state.notices)
    def amend(self, data: st.DataObject, skew: int) -> None:
        found = self.line.state.notices[data.draw(st.sampled_from(sorted(self.line.state.notices)))]
        was = found.notify.notice
        kind = was if was is not NoticeKind.UNLOCATED else None
        body = Amend(data.draw(notices(self.now, kind)))
        self._say(found.party, body, list(found.recipients), found.thread, skew)

    @rule(data=st.data())
    @precondition(lambda self: self.line.state.notices or self.line.state.closures)
    def cancel(self, data: st.DataObject) -> None:
        standing = self.line.state.notices | self.line.state.closures
        found = standing[data.draw(st.sampled_from(sorted(standing)))]
        self._say(found.party, Cancel(), list(found.recipients), found.thread)

    @rule(minutes=st.sampled_from([5, 30, 90]))
    def sleep(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self._take(self.line.due(self.now))

    @rule(general=st.sampled_from(_MINIMA), special=st.sampled_from(_MINIMA))
    def agree(self, general: Separation, special: Separation) -> None:
        self._agree(general, special)

    @rule(count=st.integers(0, 3))
    def take_some(self, count: int) -> None:
        events = self.line.compare(self.now)
        assert self.line.compare(self.now) == events, "what is not taken is given again"
        self._take(events[:count])
        assert self.line.compare(self.now) == events[count:]

    @rule()
    def restart(self) -> None:
        self.line = Line()
        replay(self.line, self.entries)

    @rule()
    def settle(self) -> None:
        self._take(self.line.compare(self.now))
        assert self.line.compare(self.now) == []
        state = self.line.state
        expected = self._from_scratch()
        standing = {name: one for name, one in state.conflicts.items() if one.closed is None}
        assert set(standing) == set(expected)
        for name, (threads, parties, numbers) in expected.items():
            one = standing[name]
            assert set(one.threads) == threads
            assert set(one.parties) == parties
            facts = one.facts
            assert (facts.time_start, facts.time_end, facts.lateral_m) == numbers[:3]
            assert facts.distance_m == pytest.approx(numbers[3], abs=0.02)
            assert (facts.unlocated is None) == (numbers[3] is not None)
            assert set(state.threads[name].parties) == parties

    def teardown(self) -> None:
        self.settle()

    @invariant()
    def history_stays(self) -> None:
        for name, one in self.line.state.conflicts.items():
            assert self.line.state.threads[name].opened <= one.opened

    def _from_scratch(self) -> dict[str, tuple[set[str], set[str], tuple[object, ...]]]:
        state = self.line.state
        agreed = state.agreed()
        things = [*state.notices.values(), *state.closures.values()]
        found = {}
        for at, one in enumerate(things):
            for other in things[:at]:
                told = {one.party} & set(other.recipients) | {other.party} & set(one.recipients)
                if one.party == other.party or not told or (_fixed(one) and _fixed(other)):
                    continue
                separation = agreed.separation_between(_class(one), _class(other))
                sky = [self._entity(one), self._entity(other)]
                for conflict in find_conflicts(
                    [e for e in sky if isinstance(e, OperationalIntent)],
                    [e for e in sky if isinstance(e, Constraint)],
                    separation,
                    notices=[e for e in sky if isinstance(e, Notice)],
                    agreed_area=agreed.area,
                ):
                    numbers = (conflict.time_start, conflict.time_end, separation.lateral_m)
                    threads = {one.thread, other.thread}
                    found[conflict.id] = (threads, told, (*numbers, conflict.distance_m))
        return found

    def _entity(self, one: object) -> Entity:
        state = self.line.state
        skew, last = timedelta(0), None
        for entry in state.threads[one.thread].entries:
            said = entry.message.body
            given = said.notice if isinstance(said, Amend) else said
            if isinstance(given, Notify | Closure) and given != last:
                skew, last = abs(entry.marks.skew or timedelta(0)), given
        wide = skew if skew > 5 * SECOND else timedelta(0)
        body = one.notify if hasattr(one, "notify") else one.closure
        listed = tuple(
            Volume4D(v.footprint, v.altitude, v.time_start - wide, v.time_end + wide)
            for v in body.volumes
        )
        if isinstance(body, Closure):
            return Constraint(one.thread, one.party, listed)
        if body.notice is NoticeKind.PLAN:
            return OperationalIntent(one.thread, one.party, listed)
        times = (body.time_start - wide, body.time_end + wide)
        return Notice(one.thread, one.party, *times, listed)

    def _say(
        self, sender: str, body: Body, to: list[str], thread: str | None = None, skew: int = 0
    ) -> None:
        number = self.line.state.party(sender).sequences.last + 1
        name, sent = f"{sender}-{number}", self.now - skew * SECOND
        message = Message(
            *(name, "northern-sky-2026", self.version, sender, tuple(to), number),
            *(sent, sent + HOUR, thread or name, body, "Ada"),
        )
        with suppress(OpenlineError):  # what is over already, for example
            self.line.check(message, self.now)
            taken = self.line.take_message(len(self.entries) + 1, self.now, message)
            self._keep(taken)
            self._take(self.line.follow(taken))

    def _take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, ConflictClosed):
                assert event.cause in {"amended", "ended", "cancelled", "superseded", "agreement"}
            self.line.take_event(len(self.entries) + 1, self.now, event)
            self._keep(event)

    def _agree(self, general: Separation, special: Separation) -> None:
        self.version += 1
        agreed = agreement(
            self.version,
            area=_AREA,
            separation=general,
            classes=_CLASSES,
            class_minima=(ClassMinima(("uav", "heli"), special),),
        )
        self.line.take_agreement(agreed, self.now)
        self._keep(agreed)

    def _keep(self, what: object) -> None:
        self.entries.append(Recorded(len(self.entries) + 1, self.now, what))


def _fixed(one: object) -> bool:
    return not hasattr(one, "notify") or one.notify.notice is NoticeKind.SITE


def _class(one: object) -> str | None:
    return one.notify.flight_class if hasattr(one, "notify") else None


CompareMachine.TestCase.settings = settings(deadline=None, max_examples=60, stateful_step_count=25)
TestCompare = CompareMachine.TestCase
