"""The live sky of a server: takes positions of many parties, tells each what it may see.

An aircraft is a party's own if that party says so; any other is one that somebody sees. What is
somebody's own is shown to that party and to those that the agreement names (`Sight`), unless others
see it too: then to everybody, so that nobody can hide an aircraft by a claim. An encounter is told
to whoever may see one of the two, without the position of the other.
For several threads.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import repeat
from typing import Final, NamedTuple, TypeVar

from openline.airspace.encounter.alerting import AlertLevel
from openline.airspace.track.entry_alerts import NO_GUESTS, EntryEvent, Hosts, VolumeEntry
from openline.airspace.track.history import SkyHistory
from openline.airspace.track.live_minima import Flights, LiveMinima
from openline.airspace.track.obstacles import Obstacles
from openline.airspace.track.pair_alerts import PairEvent, PairLoss
from openline.airspace.track.past import PastTrack
from openline.airspace.track.report import PositionReport
from openline.airspace.track.track import Track
from openline.airspace.track.tracker import SetAside, Tracker, TrackEventKind
from openline.app.sky.feed_book import FeedBook, FeedView
from openline.app.sky.watch import SkyEvent, SkyWatch, Taken, names_of
from openline.errors import InvalidInput, LimitExceeded
from openline.formats.instants import format_instant
from openline.geo.position import Position
from openline.limits import TRACKS_MAX
from openline.line.announced import Announced, Whose
from openline.line.observed import ObservedTold
from openline.line.sight import Sight

T = TypeVar("T")

EVENTS_MAX: Final = 20_000  # kept for those who come back after a moment
ANNOUNCED_MAX: Final = 100_000  # kept for the record until it asks
_OPEN: Final = timedelta(seconds=60)  # so long after somebody saw it, an aircraft is seen
_SIGHT_EVERY: Final = timedelta(seconds=1)
_NOBODY_ELSE: Final = Sight()
_REPLAY_OVER: Final = timedelta(seconds=10)  # without a position of it, the clock is ours again


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event and its number; `parties` are those it is for, None: everybody."""

    number: int
    event: SkyEvent | ObservedTold
    parties: frozenset[str] | None

    def is_for(self, party: str) -> bool:
        """Whether that party may see it."""
        return self.parties is None or party in self.parties


class Heard(NamedTuple):
    """An alert that was announced, and where those of the two were that are still followed. Whose
    they are: by the names that senders say."""

    announced: Announced
    places: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of positions that were sent."""

    accepted: int
    refused: int
    reason: str


@dataclass(frozen=True, slots=True)
class SkyView:
    """What a party may see now; levels: what is announced of each encounter, of each entry."""

    now: datetime
    tracks: tuple[Track, ...]
    encounters: tuple[PairLoss, ...]
    entries: tuple[VolumeEntry, ...]
    levels: tuple[AlertLevel, ...]
    entry_levels: tuple[AlertLevel, ...]
    carry_s: float
    position: int  # the number of the last event
    begins: datetime | None  # the oldest instant that something is kept of


@dataclass(frozen=True, slots=True)
class PastView:
    """What a party might have seen. begins: the oldest instant that something is kept of."""

    time: datetime
    tracks: tuple[PastTrack, ...]
    encounters: tuple[PairLoss, ...]
    begins: datetime | None


class SkyService:
    """One sky for all parties of a server.

    replays: whether a sender may bring the clock of a recording: for development alone. sight_of:
    who may see what from now on, asked once a second.
    """

    def __init__(
        self,
        watch: SkyWatch,
        *,
        replays: bool = False,
        sight_of: Callable[[datetime], Sight] = lambda _now: Sight(),
    ) -> None:
        self._watch = watch
        self._replays = replays
        self._sight_of = sight_of
        self._sight: Sight | None = None
        self._sight_time: datetime | None = None
        self._lock = threading.Lock()
        self._telling = threading.Lock()  # of the events alone: nobody who reads them waits long
        self._events: deque[NumberedEvent] = deque(maxlen=EVENTS_MAX)
        self._number = 0
        self._feeds = FeedBook()
        self._history = SkyHistory()
        self._remembered: dict[str, str | None] = {}  # owners of tracks that events were about
        self._replay: tuple[datetime, datetime] | None = None  # its clock, and ours when it spoke
        self._announced: deque[Heard] | None = None
        self.watchers: list[Callable[[], None]] = []  # called, from any thread, after an intake

    @property
    def position(self) -> int:
        """The number of the last event."""
        return self._number

    @property
    def count(self) -> int:
        """How many aircraft are followed."""
        return len(self._watch.tracker)

    def take(
        self,
        reports: list[PositionReport],
        now: datetime,
        sky_time: datetime | None = None,
        refused: int = 0,
        reason: str = "",
        sender: str = "",
    ) -> Receipt:
        """Take positions of one sender; `refused`, `reason`: of those that could not be read.

        Args: `sender`: who sends, if no report says it.

        Raises: InvalidInput for a replay where none is taken; LimitExceeded if the sky is full.
        """
        if sky_time is not None and not self._replays:
            raise InvalidInput(
                "this server takes no recordings at their own time",
                cure="play it at speed 1, or to a server that runs with --dev",
                field="sky_time",
            )
        self._look_who_sees(now)
        with self._lock:
            if sky_time is not None:
                self._replay = (sky_time, now)
            before = self._totals(reports)
            events = self._watch.take(reports, self._now(now))
            after = self._totals(reports)
            self._keep(events)
            doubts = after.doubts - before.doubts
            why = after.reason if doubts else reason
            name = reports[0].feed if reports else sender
            self._feeds.heard(name, reports, self._now(now), now)
            self._feeds.refused(name, refused + doubts, why)
            full = len(self._watch.tracker) >= TRACKS_MAX and after.accepted == before.accepted
        if reports and full:
            raise LimitExceeded("too many aircraft are followed", retry_after_s=5)
        for tell in self.watchers:
            tell()
        return Receipt(len(reports) - doubts, refused + doubts, why)

    def tick(self, now: datetime) -> None:
        """Look for encounters; a good time is soon after an intake, and once a second."""
        self._look_who_sees(now)
        with self._lock:
            at = self._now(now)
            self._keep(self._watch.tick(at))
            if self._history.is_due(at):
                rows = self._watch.tracker.rows(at)
                self._history.take(rows, partial(_owner, now=at), self._watch.encounters, at)

    def declare(
        self,
        flights: Flights,
        obstacles: Obstacles,
        minima: LiveMinima | None = None,
        hosts: Hosts = NO_GUESTS,
    ) -> None:
        """From now on this is what aircraft fly, what stands in the sky, what is agreed (None: as
        before), and whose guests some are."""
        with self._lock:
            self._watch.declare(flights, obstacles, hosts)
            if minima is not None:
                self._watch.agree(minima)

    def announced(self) -> list[Heard]:
        """The alerts since this was asked last; the first time none: from then on they are kept."""
        with self._lock:
            found = list(self._announced or ())
            self._announced = deque(maxlen=ANNOUNCED_MAX)
            return found

    def look(self, question: Callable[[Tracker, datetime], T], now: datetime) -> T:
        """Ask something about all aircraft, at the time of this sky."""
        with self._lock:
            return question(self._watch.tracker, self._now(now))

    def tell(self, event: ObservedTold, parties: frozenset[str]) -> None:
        """Tell those parties of an entry of the record."""
        self._tell([(event, parties)])

    def view(self, party: str, now: datetime) -> SkyView:
        """What that party may see."""
        sight = self._look_who_sees(now)
        with self._lock:
            tracker, at = self._watch.tracker, self._now(now)
            tracks = tuple(t for t in tracker if sight.may_see(_owner(t, at), party))
            encounters = tuple(
                loss
                for loss in self._watch.encounters
                if any(sight.may_see(owner, party) for owner in self._owners(loss, at))
            )
            entries = tuple(
                entry
                for entry in self._watch.entries
                if (told := self._told_of(entry, at)) is None or party in told
            )
            begins, carry_s = self._history.begins, tracker.rules.carry_s
            levels = tuple(map(self._watch.level, encounters))
            entered = tuple(map(self._watch.entry_level, entries))
            return SkyView(
                at, tracks, encounters, entries, levels, entered, carry_s, self._number, begins
            )

    def view_at(self, party: str, instant: datetime, now: datetime) -> PastView:
        """What was at an instant, as far as it is kept, of what that party may see by now.

        Raises: InvalidInput if nothing is kept of it.
        """
        sight = self._look_who_sees(now)
        with self._lock:
            picture = self._history.at(instant)
            begins, ends = self._history.begins, self._history.ends
        if picture is None:
            cure = "ask later"
            if begins is not None and ends is not None:
                cure = f"ask from {format_instant(begins)} to {format_instant(ends)}"
            raise InvalidInput("nothing is kept of the sky at that time", cure=cure, field="at")

        def may_see(owner: str | None) -> bool:
            return sight.may_see(owner, party)

        return PastView(
            picture.time, tuple(picture.tracks(may_see)), tuple(picture.met(may_see)), begins
        )

    def feeds(self, party: str, now: datetime) -> list[FeedView]:
        """Who sends positions, and how that goes, as far as that party may see it."""
        with self._lock:
            return self._feeds.view(party, now)

    def events_after(self, number: int, party: str) -> tuple[list[NumberedEvent], int]:
        """The events after that number which the party may see, and the last number there is."""
        with self._telling:
            found = list(self._newest_first(number))
            last = self._number
        return [event for event in reversed(found) if event.is_for(party)], last

    def _newest_first(self, number: int) -> Iterator[NumberedEvent]:
        for event in reversed(self._events):
            if event.number <= number:
                return
            yield event

    def _look_who_sees(self, now: datetime) -> Sight:
        """Who may see what: of now, or of a second ago. Not with the lock: it asks the line."""
        asked = self._sight_time
        if self._sight is None or asked is None or not timedelta(0) <= now - asked < _SIGHT_EVERY:
            self._sight, self._sight_time = self._sight_of(now), now
        return self._sight

    def _now(self, now: datetime) -> datetime:
        """Our clock, or that of a replay while it speaks."""
        if self._replay is None:
            return now
        if now - self._replay[1] > _REPLAY_OVER:
            self._replay = None
            return now
        return self._replay[0]

    def _keep(self, events: list[SkyEvent]) -> None:
        if events:
            self._tell([(event, self._parties(event)) for event in events])
        if self._announced is not None:
            alerts = (one for one in events if isinstance(one, PairEvent | EntryEvent))
            self._announced.extend(map(self._heard, alerts))

    def _heard(self, event: PairEvent | EntryEvent) -> Heard:
        names = names_of(event)
        tracks = [self._watch.tracker.get(name) for name in names]
        places = [Position(one.latest.lat_deg, one.latest.lng_deg) for one in tracks if one]
        whose = tuple(map(self._whose, names, tracks, repeat(event.time)))
        return Heard(Announced(event, whose), tuple(places))

    def _whose(self, name: str, track: Track | None, now: datetime) -> Whose:
        if track is None:
            return Whose(self._remembered.get(name))
        flown = self._watch.flights.get(name)
        party = track.party if flown is None or flown.party is None else flown.party
        return Whose(party, party is not None and _owner(track, now) is None)

    def _tell(
        self, events: Sequence[tuple[SkyEvent | ObservedTold, frozenset[str] | None]]
    ) -> None:
        with self._telling:
            for event, parties in events:
                self._number += 1
                self._events.append(NumberedEvent(self._number, event, parties))

    def _parties(self, event: SkyEvent) -> frozenset[str] | None:
        if isinstance(event, SetAside):
            return frozenset({event.report.feed})
        if isinstance(event, EntryEvent):
            return self._told_of(event.entry, event.time)
        if isinstance(event, PairEvent):
            owners = self._owners(event.loss, event.time)
        else:
            owners = {self._owner_of(event.track, event.time)}
            if event.kind is TrackEventKind.FORGOTTEN:
                self._remembered.pop(event.track, None)
        told: set[str] = set()
        for owner in owners:
            audience = (self._sight or _NOBODY_ELSE).audience(owner)
            if audience is None:
                return None
            told |= audience
        return frozenset(told)

    def _told_of(self, entry: VolumeEntry, now: datetime) -> frozenset[str] | None:
        """Who is shown the volume, and sees the aircraft or is its party; None: everybody."""
        thing = entry.thing
        seen = (self._sight or _NOBODY_ELSE).audience(self._owner_of(entry.track, now))
        if seen is None:
            return thing.shown_to
        told = seen | thing.owners
        return told if thing.shown_to is None else told & thing.shown_to

    def _owners(self, loss: PairLoss, now: datetime) -> set[str | None]:
        return {self._owner_of(name, now) for name in (loss.first, loss.second)}

    def _owner_of(self, name: str, now: datetime) -> str | None:
        """Of a track, or as it was last known of one that is gone."""
        track = self._watch.tracker.get(name)
        if track is None:
            return self._remembered.get(name)
        if len(self._remembered) > 2 * TRACKS_MAX:
            self._remembered.clear()
        owner = self._remembered[name] = _owner(track, now)
        return owner

    def _totals(self, reports: list[PositionReport]) -> "Totals":
        taken = self._watch.feeds.get(reports[0].feed) if reports else None
        return Totals.of(taken)


def _owner(track: Track, now: datetime) -> str | None:
    """Who alone may see the track; None: everybody."""
    seen = track.seen_openly
    return None if seen is not None and now - seen < _OPEN else track.party


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of a feed at a moment."""

    accepted: int
    doubts: int
    reason: str

    @classmethod
    def of(cls, taken: Taken | None) -> "Totals":
        """Of what was taken so far; nothing if there is nothing."""
        return cls(0, 0, "") if taken is None else cls(taken.accepted, taken.doubts, taken.reason)
