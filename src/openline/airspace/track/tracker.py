"""Follows all aircraft of the sky: reports of many feeds in, one track for each aircraft out.

    tracker = Tracker()
    update = tracker.update(reports, now)      # what was set aside and why, who came and went
    states = tracker.states(now)               # arrays for detection

Which reports are of one aircraft: see `names`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from openline.airspace.track.names import NameTable, fits
from openline.airspace.track.report import PositionReport
from openline.airspace.track.rules import DEFAULT_RULES, Reason, TrackRules
from openline.airspace.track.state_table import StateTable
from openline.airspace.track.states import Rows, States
from openline.airspace.track.track import Track, Verdict

_AGE_EVERY: Final = timedelta(seconds=0.25)  # small updates do not look at all tracks each time
_SHOWN_MAX: Final = 100  # set-aside reports that one update hands back; all are counted


class TrackEventKind(StrEnum):
    """What can happen to a track."""

    APPEARED = "appeared"
    RETURNED = "returned"  # after it was lost
    RESTARTED = "restarted"  # at another place, after reports that agree
    JOINED = "joined"  # two tracks were one aircraft
    LOST = "lost"
    FORGOTTEN = "forgotten"


class TrackEvent(NamedTuple):
    """Something happened to a track, named by its id, at an instant by our clock."""

    kind: TrackEventKind
    track: str
    shown: str  # the aircraft's name for people
    time: datetime
    detail: str = ""


class SetAside(NamedTuple):
    """A report that was not believed."""

    report: PositionReport
    reason: Reason
    detail: str


@dataclass(slots=True)
class Update:
    """What an update did. `verdicts`: one for each report, in order; reason None is accepted.

    `counts`: how many were not accepted, by reason; `refused`: the first that are in doubt.
    """

    accepted: int = 0
    verdicts: list[tuple[Reason | None, str]] = field(default_factory=list)
    counts: Counter[Reason] = field(default_factory=Counter)
    refused: list[SetAside] = field(default_factory=list)
    events: list[TrackEvent] = field(default_factory=list)


class Tracker:
    """The tracks of all aircraft; memory is bounded by its rules. Not for several threads."""

    def __init__(self, rules: TrackRules = DEFAULT_RULES) -> None:
        self.rules = rules
        self._tracks: dict[str, Track] = {}
        self._names = NameTable()
        self._table = StateTable(rules.carry_s)
        self._now: datetime | None = None
        self._aged: datetime | None = None

    def __len__(self) -> int:
        return len(self._tracks)

    def __iter__(self) -> Iterator[Track]:
        return iter(self._tracks.values())

    def get(self, track_id: str) -> Track | None:
        """The track of that id."""
        return self._tracks.get(track_id)

    def update(self, reports: Iterable[PositionReport], now: datetime) -> Update:
        """Take reports in any order, from any feeds; then say who is lost or forgotten.

        Args: `now`: by the clock of the receiver. If it goes back by more than `ahead_max_s`, all
        tracks are forgotten: nobody can tell how old they are.
        """
        update = Update()
        now = self._stepped(now, update)
        for report in reports:
            verdict = self._take(report, now, update)
            update.verdicts.append((verdict.reason, verdict.detail))
            if verdict.reason is None:
                update.accepted += 1
                continue
            update.counts[verdict.reason] += 1
            if verdict.reason.is_doubt and len(update.refused) < _SHOWN_MAX:
                update.refused.append(SetAside(report, verdict.reason, verdict.detail))
        self._age(now, update)
        return update

    def states(self, now: datetime) -> States:
        """Every track that is not lost, carried on to `now`, as arrays for detection."""
        return self._table.states(now)

    def rows(self, now: datetime) -> Rows:
        """Every track that is not lost, at its newest position; good until the next change."""
        return self._table.rows(now)

    def _stepped(self, now: datetime, update: Update) -> datetime:
        last = self._now
        if last is not None and now < last:
            if last - now <= timedelta(seconds=self.rules.ahead_max_s):
                return last
            for track in list(self._tracks.values()):
                self._drop(track, now, update, "our clock went back")
        self._now = now
        return now

    def _take(self, report: PositionReport, now: datetime, update: Update) -> Verdict:
        ahead_s = (report.time - now).total_seconds()
        if ahead_s > self.rules.ahead_max_s:
            return Verdict(Reason.AHEAD, f"by {ahead_s:,.0f} s: look at the sender's clock")
        if -ahead_s > self.rules.lost_s:
            return Verdict(Reason.OLD, f"by {-ahead_s:,.0f} s")
        time = min(report.time, now)
        track = self._track_of(report, time, now, update)
        if track is None:
            return self._begin(report, time, now, update)
        was_lost = track.lost
        verdict = track.offer(report, time, now, self.rules)
        if verdict.reason is None or verdict.reason is Reason.COARSER:
            self._names.put(track)
            self._table.put(track)
        if verdict.restarted:
            self._tell(update, TrackEventKind.RESTARTED, track, now, verdict.detail)
        elif was_lost and not track.lost:
            self._tell(update, TrackEventKind.RETURNED, track, now)
        return verdict

    def _begin(
        self, report: PositionReport, time: datetime, now: datetime, update: Update
    ) -> Verdict:
        if len(self._tracks) >= self.rules.tracks_max and not self._make_room(now, update):
            return Verdict(Reason.FULL, f"{len(self._tracks):,} are followed")
        track_id = next(key for key in self._ids(report) if key not in self._tracks)
        track = Track(track_id, report, time, now, self.rules)
        self._tracks[track_id] = track
        self._names.put(track)
        self._table.put(track)
        self._tell(update, TrackEventKind.APPEARED, track, now)
        return Verdict()

    def _ids(self, report: PositionReport) -> Iterator[str]:
        """The surest name, and the same with a number if it is taken."""
        key = report.identity.names()[0]
        yield key
        for number in range(2, self.rules.tracks_max + 3):
            yield f"{key}#{number}"

    def _track_of(
        self, report: PositionReport, time: datetime, now: datetime, update: Update
    ) -> Track | None:
        """The track of the aircraft; two tracks that the report shows to be one are joined."""
        found: Track | None = None
        for track in self._names.candidates(report, time):
            if found is None:
                found = track
            elif not track.identity.contradicts(found.identity) and fits(track, report, time):
                self._remove(track)
                found.absorb(track)
                self._names.put(found)
                detail = f"{track.id} is the same aircraft"
                self._tell(update, TrackEventKind.JOINED, found, now, detail)
        return found

    def _age(self, now: datetime, update: Update) -> None:
        if self._aged is not None and timedelta(0) <= now - self._aged < _AGE_EVERY:
            return
        self._aged = now
        lost_before = now - timedelta(seconds=self.rules.lost_s)
        forget_before = now - timedelta(seconds=self.rules.forget_s)
        gone = []
        for track in self._tracks.values():
            if track.time < lost_before:
                if not track.lost:
                    track.lost = True
                    self._table.drop(track)
                    self._tell(update, TrackEventKind.LOST, track, now)
                if track.time < forget_before:
                    gone.append(track)
        for track in gone:
            self._drop(track, now, update, "")

    def _make_room(self, now: datetime, update: Update) -> bool:
        """Whether there is room once the one lost longest is forgotten."""
        lost = [track for track in self._tracks.values() if track.lost]
        if not lost:
            return False
        self._drop(min(lost, key=lambda track: track.time), now, update, "to make room")
        return True

    def _drop(self, track: Track, now: datetime, update: Update, detail: str) -> None:
        self._remove(track)
        self._tell(update, TrackEventKind.FORGOTTEN, track, now, detail)

    def _remove(self, track: Track) -> None:
        del self._tracks[track.id]
        self._names.drop(track)
        self._table.drop(track)

    @staticmethod
    def _tell(
        update: Update, kind: TrackEventKind, track: Track, now: datetime, detail: str = ""
    ) -> None:
        update.events.append(TrackEvent(kind, track.id, track.identity.shown(), now, detail))
