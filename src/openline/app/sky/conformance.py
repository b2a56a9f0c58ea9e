"""The observed sky beside what the parties of the line declared: each change once, on the record.

Once a second the aircraft that are followed are compared with the plans of the line and with what
parties filed with the discovery service. What changed goes on the record first and from there to
those who watch: so whoever is told can read it again, and nobody is told what is not there.

After a restart, and with a new version of the agreement, nothing is known of what goes on. What
the record has as begun and is seen again within GRACE lasts; what is not seen again has ended.
"""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from openline.airspace.conformance.discrepancy import Change, ConformanceEvent
from openline.airspace.conformance.fit import Shelf
from openline.airspace.conformance.from_track import observation_of
from openline.airspace.conformance.monitor import ConformanceMonitor
from openline.airspace.conformance.observed import DeclaredOperation, Observation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.entity import IntentState
from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.live_minima import NOTHING_FLOWN, Flights, Flown
from openline.airspace.track.obstacles import Obstacles
from openline.airspace.track.track import Track
from openline.airspace.track.tracker import Tracker
from openline.airspace.track.way import Way
from openline.app.line.announced import KIND as ALERT
from openline.app.line.filed import managers_of
from openline.app.line.observed import KIND
from openline.app.line.services import LineServices
from openline.app.sky.agreed_minima import minima_of
from openline.app.sky.alert_book import AlertBook
from openline.app.sky.claims import Claims
from openline.app.sky.service import Heard, SkyService
from openline.app.sky.standing import StandingBook
from openline.app.sky.told import Key, Told, key_of
from openline.app.sky.watch import LOOKAHEAD_S
from openline.formats.announced_json import encode_announced
from openline.formats.observed_json import encode_observed
from openline.geo.position import Position
from openline.line.agreement import Agreement
from openline.line.announced import Announced
from openline.line.declared import DeclaredKey, declared_now, operation_of, should_have_flown
from openline.line.line import Line
from openline.line.observed import Observed, ObservedTold, told_to
from openline.line.sky import standing
from openline.store.ports import Transaction

GRACE: Final = timedelta(seconds=120)
PENDING_MAX: Final = 100_000  # while the store is away: beyond it the oldest are not told
_AHEAD: Final = timedelta(seconds=LOOKAHEAD_S) + timedelta(seconds=10)
_AREA: Final = "area"
_HELD: Final = 200  # aircraft that are read while nobody else can reach the sky
_KINDS: Final = {kind.value: kind for kind in AircraftClass}


class _Seen(NamedTuple):
    """The time of the sky, positions that are newer than those before, parties with aircraft."""

    now: datetime
    fresh: list[Observation]
    parties: set[str]


class SkyConformance:
    """Compares, and tells. One for each server; `look` is called once a second, by one at a time.

    Aircraft without a party (seen by sensors) are compared with an operation only by the id that
    they say; inside of one they are its guests.
    """

    def __init__(
        self, line: LineServices, sky: SkyService, policy: ConformancePolicy | None = None
    ) -> None:
        self._line = line
        self._sky = sky
        self._policy = policy or ConformancePolicy()
        self._lock = threading.Lock()
        self._told = Told()
        self._pending: list[Observed] = []
        self._read = False
        self._agreement: Agreement | None = None
        self._minima_of: Agreement | None = None  # whose minima the sky has
        self._book = StandingBook()
        self._alerts = AlertBook(GRACE)
        self._sky.announced()  # from now on they are kept for the record
        self._forget(None)

    def look(self, now: datetime) -> tuple[Observed, ...]:
        """Compare, put on the record what is new, and tell it. Returns: what was put there.

        Raises: StoreUnavailable; then it is told the next time.
        """
        with self._lock:
            self._catch_up()
            agreement = self._line.look(lambda line, _position: line.state.agreement)
            if agreement is None or not agreement.covers(now):
                self._sky.announced()  # the record is that of an agreement
                self._sky.declare(NOTHING_FLOWN, Obstacles())
                return ()
            if agreement is not self._agreement and agreement != self._agreement:
                self._forget(agreement)
            sky_now, seen, parties = self._observations(now)
            events = [*self._declare(sky_now, parties)]
            own, claimed = self._claims.take(seen, self._owner_of, self._seen, sky_now)
            events += [*claimed, *self._monitor.observe(own, sky_now)]
            self._tell_sky(agreement, sky_now)
            where = {one.track: one.position for one in seen}
            self._pending += [_observed(one, where) for one in events if not self._waits(one)]
            self._pending += self._after_grace(sky_now)
            del self._pending[:-PENDING_MAX]
            news = self._told.news(self._pending)
            self._alerts.hear(map(self._of_parties, self._sky.announced()), self._concerns)
            alerts = self._alerts.news(sky_now)
            if news or alerts:
                self._append(news, alerts, now)
            self._pending = []
            self._alerts.done()
            self._catch_up()
            return tuple(news)

    def _tell_sky(self, agreement: Agreement, now: datetime) -> None:
        """What is flown, what stands and what is agreed: the search for encounters wants it."""
        operation_of = self._monitor.operation_of
        flights: Flights = {
            track: flown
            for track in self._seen
            if (flown := self._flown.get(operation_of(track) or "")) is not None
        }
        self._line.look(lambda line, _position: self._book.read(line.state, now, _AHEAD))
        minima = None if agreement is self._minima_of else minima_of(agreement)
        self._sky.declare(flights, self._book.obstacles(), minima, self._monitor.hosts())
        self._minima_of = agreement

    def _catch_up(self) -> None:
        """Read on, and tell what came on the record since; the first time nothing is told."""
        found = self._line.store.read(partial(self._told.catch_up, alerts=self._alerts))
        if self._read and found:
            self._line.look(lambda line, _position: self._tell(line, found))
        self._read = True

    def _tell(self, line: Line, found: list[tuple[int, Observed]]) -> None:
        for entry, observed in found:
            listeners: dict[ObservedTold, set[str]] = {}
            for party in line.state.agreed().parties:
                told = told_to(line.state, observed, entry, party.id)
                listeners.setdefault(told, set()).update((party.id, *party.answers_for))
            for told, names in listeners.items():
                self._sky.tell(told, frozenset(names))

    def _forget(self, agreement: Agreement | None) -> None:
        """Begin anew: nothing was declared and nothing seen."""
        self._agreement = agreement
        area = None if agreement is None else agreement.area
        self._monitor = ConformanceMonitor(self._policy, area)
        self._area = Shelf()
        if area is not None:
            self._area.hold(_AREA, [area])
        self._declared: dict[str, tuple[DeclaredKey, DeclaredOperation]] = {}
        self._seen: dict[str, datetime] = {}
        self._flown: dict[str, Flown] = {}
        self._managers = managers_of(agreement)
        named = () if agreement is None else (one.id for one in agreement.classes)
        self._classes = {_KINDS[name]: name for name in named if name in _KINDS}
        self._claims = Claims()
        self._begun: datetime | None = None
        self._unseen: set[Key] | None = set(self._told.open)
        # Who was outside has no place to be known by.
        self._flew = {
            one.track: one.intent_id for one in self._told.open.values() if one.track is not None
        }

    def _observations(self, now: datetime) -> _Seen:
        """What is new in the sky; it is held for a moment at a time, others want it too."""

        def fresh(tracker: Tracker, at: datetime) -> tuple[datetime, list[Track], set[str]]:
            seen = {track.id: track.time for track in tracker}
            before, self._seen = self._seen, seen
            said = {track.party for track in tracker} - {None}
            newer = [track for track in tracker if track.time != before.get(track.id)]
            return at, newer, {self._managers.get(one or "", one or "") for one in said}

        sky_now, newer, parties = self._sky.look(fresh, now)
        found: list[Observation] = []
        for begin in range(0, len(newer), _HELD):
            some = newer[begin : begin + _HELD]
            found += self._sky.look(partial(self._observed, some), now)
        return _Seen(sky_now, found, parties)

    def _observed(self, some: list[Track], _: Tracker, _now: datetime) -> list[Observation]:
        party, flew = self._managers, self._flew
        return [
            observation_of(
                track,
                self._classes,
                party=party.get(track.party or "", track.party),
                intent_id=flew.get(track.id),
            )
            for track in some
        ]

    def _declare(self, now: datetime, heard: set[str]) -> Iterable[ConformanceEvent]:
        """Take over what is declared by now; what was withdrawn ends."""
        known = {key: one for key, (one, _) in self._declared.items()}
        standing, fresh, deleted = self._line.look(
            lambda line, _position: _changed(line, known, now, frozenset(self._classes.values()))
        )
        self._monitor.declare(operation for _, operation, _ in fresh)
        self._declared.update((key.id, (key, operation)) for key, operation, _ in fresh)
        self._flown.update((key.id, _flown(one, name)) for key, one, name in fresh)
        self._expect(now, heard)
        gone = [key for key in known.values() if key.id not in standing]
        for key in gone:
            del self._declared[key.id]
            self._flown.pop(key.id, None)
        # The line ends a plan with its time; who flies on is an overrun, not a stranger.
        ended = [key.id for key in gone if key.id in deleted or now < key.time_end]
        return self._monitor.withdraw(ended, now)

    def _owner_of(self, intent_id: str) -> str | None:
        known = self._declared.get(intent_id)
        return None if known is None else known[1].intent.party

    def _expect(self, now: datetime, heard: set[str]) -> None:
        """Plans of parties whose aircraft are seen here, and that should have been in the air."""
        for key, operation in self._declared.values():
            intent = operation.intent
            if key.filed or intent.party not in heard or not should_have_flown(operation, now):
                continue
            if self._monitor.state_of(key.id) is IntentState.ACCEPTED:
                self._monitor.declare([_activated(operation)])

    def _waits(self, event: ConformanceEvent) -> bool:
        """Whether the event says that all is well with what the record has otherwise, too early."""
        if self._unseen is None or event.discrepancy is not None:
            return False
        return event.state not in (IntentState.NONCONFORMING, IntentState.CONTINGENT)

    def _after_grace(self, now: datetime) -> list[Observed]:
        """What the record has as begun, and was not seen again since this began."""
        self._begun = self._begun or now
        if self._unseen is None:
            return []
        active = [*self._monitor.active(), *self._claims.lasting.values()]
        self._unseen -= {key_of(one) for one in active}
        if now - self._begun < GRACE:
            return []
        unseen, self._unseen = self._unseen, None
        found = []
        for key in sorted(unseen, key=str):
            value = self._told.open.get(key)
            if value is not None:
                state = self._monitor.state_of(value.intent_id or "")
                event = ConformanceEvent(
                    Change.ENDED, now, value.intent_id, value.party, state, value
                )
                found.append(Observed(event))
        for intent_id, (party, _) in self._told.states.items():
            state = self._monitor.state_of(intent_id)
            if state is IntentState.ACTIVATED:
                event = ConformanceEvent(Change.STATE, now, intent_id, party, state)
                found.append(Observed(event))
        return found

    def _of_parties(self, heard: Heard) -> Heard:
        """Whose the aircraft are, by party: a sender may be a member of one."""
        names = self._managers
        whose = tuple(
            replace(one, party=names.get(one.party or "", one.party))
            for one in heard.announced.whose
        )
        return heard._replace(announced=replace(heard.announced, whose=whose))

    def _concerns(self, heard: Heard) -> bool:
        """Whether an alert is of what stands on the line, of a party's, or in the agreed area."""
        announced = heard.announced
        known = self._managers.values()
        if announced.thread is not None or any(one.party in known for one in announced.whose):
            return True
        asked = [(at, _AREA, 0) for at in range(len(heard.places))]
        return 0.0 in self._area.lateral_m(heard.places, asked, 0.0)

    def _append(self, news: list[Observed], alerts: list[Announced], now: datetime) -> None:
        bodies = [(ALERT, encode_announced(one)) for one in alerts]
        bodies += [(KIND, encode_observed(one)) for one in news]

        def change(tx: Transaction) -> None:
            for kind, body in bodies:
                tx.append_record(now, self._line.origin, kind, body)

        self._line.submit(change).result()


def _changed(
    line: Line, known: dict[str, DeclaredKey], now: datetime, classes: frozenset[str]
) -> tuple[set[str], list[tuple[DeclaredKey, DeclaredOperation, str | None]], set[str]]:
    """What is declared by now, what of it is new, of which class, and what was filed and is
    deleted."""
    state = line.state
    fresh: list[tuple[DeclaredKey, DeclaredOperation, str | None]] = []
    keys = list(declared_now(state, now))
    for key in keys:
        if known.get(key.id) != key:
            operation = operation_of(state, key.id, classes)
            if operation is not None:
                found = standing(state, key.id)
                fresh.append((key, operation, None if found is None else found.flight_class))
    deleted = {key.id for key in known.values() if key.filed and key.id not in state.filed}
    return {key.id for key in keys}, fresh, deleted


def _flown(declared: DeclaredOperation, flight_class: str | None) -> Flown:
    intent = declared.intent
    return Flown(intent.id, intent.party, flight_class, Way.of(intent.volumes))


def _observed(event: ConformanceEvent, where: dict[str, Position]) -> Observed:
    found = event.discrepancy
    return Observed(event, None if found is None else where.get(found.track or ""))


def _activated(operation: DeclaredOperation) -> DeclaredOperation:
    intent = replace(operation.intent, state=IntentState.ACTIVATED)
    return replace(operation, intent=intent)
