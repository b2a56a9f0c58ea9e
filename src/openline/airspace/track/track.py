"""One aircraft as it is followed: what was believed, what was set aside and why."""

import math
from bisect import bisect_right
from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from openline.airspace.track.aircraft import ACCELERATION_MPS2, SPEED_BOUND_MPS, AircraftClass
from openline.airspace.track.plausible import Fix, offset_m, too_fast, why_not
from openline.airspace.track.report import PositionReport
from openline.airspace.track.rules import Reason, TrackRules
from openline.units import METRES_PER_FOOT

# A velocity that nobody states is taken from two positions so far apart in time: shorter and
# rounding is in it, longer and turns are cut.
_BASE_S: Final = 5.0
_BASE_MIN_S: Final = 1.5
_BASE_MAX_S: Final = 20.0
_STATED_S: Final = 3.0  # so long a stated velocity is better than one from positions
_CHAINS_MAX: Final = 8  # other places that are heard at once: forged ones do not hide the true one
_FEEDS_MAX: Final = 16  # names of feeds that are kept of one track


class Verdict(NamedTuple):
    """What became of a report: reason None: it is the newest position now."""

    reason: Reason | None = None
    detail: str = ""
    restarted: bool = False


class Doubt(NamedTuple):
    """A report that was set aside, and why."""

    reason: Reason
    detail: str
    time: datetime


def spread_after_m(spread_m: float, age_s: float, speed_mps: float | None, bound: float) -> float:
    """Radius in metres within which the aircraft is, so long after a position of that accuracy.

    Flying on as it did it is in the middle; a turn of 27 degrees of bank takes it aside, but not
    farther than it can fly. With no known speed it may have gone anywhere its class can.
    """
    if speed_mps is None:
        return spread_m + bound * age_s
    turn = 0.5 * ACCELERATION_MPS2 * age_s * age_s
    return spread_m + min(turn, (2 * speed_mps + ACCELERATION_MPS2) * age_s)


class _Chain:
    """Positions that were set aside and agree with each other, and since when they come."""

    __slots__ = ("fixes", "since")

    def __init__(self, since: datetime) -> None:
        self.fixes: list[Fix] = []
        self.since = since


class Track:
    """The state of one aircraft; changed by `offer` alone."""

    __slots__ = (
        *("id", "identity", "latest", "time", "since", "aircraft", "party", "history"),
        *("velocity_mps", "rate_mps", "lost", "doubt", "doubts", "restarts", "feeds", "confirmed"),
        "seen_openly",
        *("_pressure", "_height", "_aside"),
        *("_velocity_time", "_rate_time", "_stated_time"),
    )

    def __init__(
        self,
        track_id: str,
        report: PositionReport,
        time: datetime,
        now: datetime,
        rules: TrackRules,
    ) -> None:
        self.id = track_id
        self.identity = report.identity
        self.since = time
        self.doubt: Doubt | None = None
        self.doubts = self.restarts = 0
        self.feeds: dict[str, datetime] = {}
        self.aircraft = AircraftClass.UNKNOWN
        self.party: str | None = None
        self.seen_openly: datetime | None = None  # by somebody whose own aircraft it is not
        self._begin(report, time, now, rules)

    def offer(
        self, report: PositionReport, time: datetime, now: datetime, rules: TrackRules
    ) -> Verdict:
        """Take a report of this aircraft, or say why not. `time`: its time by our clock."""
        self._feed_seen(report.feed, now)
        why = too_fast(report)
        if why is not None:
            return self._doubted(Reason.SPEED, why, time)
        fix = Fix.of(report, time)
        if time < self.time:
            return self._offer_late(report, fix)
        why = why_not(self.history[-1], fix, self._class_of(report))
        if why is not None:
            return self._offer_jump(report, fix, why, now, rules)
        if time == self.time and report.feed == self.latest.feed:
            return Verdict(Reason.REPEATED)
        if report.feed != self.latest.feed and self._is_coarser(report, time, now):
            self._learn(report, now)
            return Verdict(Reason.COARSER)
        self._accept(report, fix, now, rules)
        return Verdict()

    def spread_m(self, now: datetime) -> float:
        """Within how many metres of its extrapolated place it is."""
        age_s = max((now - self.time).total_seconds(), 0.0)
        return spread_after_m(
            self.latest.spread_m, age_s, self.speed_mps(), SPEED_BOUND_MPS[self.aircraft]
        )

    def speed_mps(self) -> float | None:
        """Over ground; None if nothing is known of it."""
        if self.velocity_mps is None:
            return None
        east, north = self.velocity_mps
        speed: float = (east * east + north * north) ** 0.5
        return speed

    def pressure_altitude_ft(self, carry_s: float) -> float | None:
        """The newest, carried on by the vertical rate; None if too old."""
        known = self._pressure
        if known is not None and known[0] is self.time:
            return known[1]
        carried = self._carried(known, carry_s)
        if carried is None:
            return None
        value, age_s = carried
        return value + age_s * (self.rate_mps or 0.0) / METRES_PER_FOOT

    def altitude_m(self, carry_s: float) -> float | None:
        """Over the ellipsoid, in the same way."""
        known = self._height
        if known is not None and known[0] is self.time:
            return known[1]
        carried = self._carried(known, carry_s)
        if carried is None:
            return None
        value, age_s = carried
        return value + age_s * (self.rate_mps or 0.0)

    def told(self, carry_s: float) -> PositionReport:
        """The newest position with all that is known beside it: for passing it on."""
        east_north, speed, track = self.velocity_mps, None, None
        if east_north is not None:
            speed = self.speed_mps()
            track = math.degrees(math.atan2(*east_north)) % 360.0
        return replace(
            self.latest,
            identity=self.identity,
            time=self.time,
            pressure_altitude_ft=self.pressure_altitude_ft(carry_s),
            altitude_m=self.altitude_m(carry_s),
            speed_mps=speed,
            track_deg=track,
            vertical_rate_mps=self.rate_mps,
            aircraft=self.aircraft,
            party=self.party,
        )

    def place_at(self, time: datetime) -> Fix:
        """Where it is at an instant, if it flies on as it did: for comparing nearby places."""
        last = self.history[-1]
        if self.velocity_mps is None:
            return last
        passed = (time - last.time).total_seconds()
        east, north = (passed * v for v in self.velocity_mps)
        one_degree = Fix(time, last.lat_deg, last.lng_deg + 1.0, None, None, 0.0)
        wide, _ = offset_m(last, one_degree)
        tall = offset_m(last, last._replace(lat_deg=last.lat_deg + 1.0))[1]
        lng = last.lng_deg + (east / wide if wide > 1.0 else 0.0)
        lat = min(max(last.lat_deg + north / tall, -90.0), 90.0)
        return last._replace(time=time, lat_deg=lat, lng_deg=(lng + 180.0) % 360.0 - 180.0)

    def absorb(self, other: "Track") -> None:
        """Another track turned out to be this aircraft: its names are this one's now."""
        self.identity = other.identity.with_more(self.identity)
        self.since = min(self.since, other.since)
        self.party = self.party or other.party

    def _begin(
        self, report: PositionReport, time: datetime, now: datetime, rules: TrackRules
    ) -> None:
        self.history: deque[Fix] = deque()
        self.velocity_mps: tuple[float, float] | None = None
        self.rate_mps: float | None = None
        self._velocity_time = self._rate_time = self._stated_time = time
        self._pressure: tuple[datetime, float] | None = None
        self._height: tuple[datetime, float] | None = None
        self._accept(report, Fix.of(report, time), now, rules)

    def _take(self, report: PositionReport, fix: Fix, now: datetime) -> None:
        self.latest = report
        self.time = fix.time
        self.confirmed = now
        self.lost = False
        self._aside: list[_Chain] = []
        self._remember(fix, report)
        self._learn(report, now)
        self._feed_seen(report.feed, now)
        if report.pressure_altitude_ft is not None:
            self._pressure = (fix.time, report.pressure_altitude_ft)
        if report.altitude_m is not None:
            self._height = (fix.time, report.altitude_m)

    def _remember(self, fix: Fix, report: PositionReport) -> None:
        """The history has one position of an instant: the later one, if it goes with the others."""
        if self.history and self.history[-1].time == fix.time:
            before = self.history[-2] if len(self.history) > 1 else None
            if before is not None and why_not(before, fix, self._class_of(report)) is not None:
                return
            self.history.pop()
        self.history.append(fix)

    def _accept(self, report: PositionReport, fix: Fix, now: datetime, rules: TrackRules) -> None:
        self._take(report, fix, now)
        oldest = fix.time - timedelta(seconds=rules.history_s)
        while len(self.history) > rules.history_max or self.history[0].time < oldest:
            self.history.popleft()
        self._steer(report, fix, rules)

    def _steer(self, report: PositionReport, fix: Fix, rules: TrackRules) -> None:
        """Velocity and vertical rate: stated, else from positions, else carried on for a while."""
        stated = report.velocity_mps()
        base = self._base(fix) if stated is None or report.vertical_rate_mps is None else None
        if stated is not None:
            self._stated_time = fix.time
        elif base is not None and not (
            self.velocity_mps is not None and _seconds(self._stated_time, fix.time) <= _STATED_S
        ):
            east, north = offset_m(base, fix)
            passed = _seconds(base.time, fix.time)
            stated = east / passed, north / passed
        if stated is not None:
            self.velocity_mps, self._velocity_time = stated, fix.time
        elif _seconds(self._velocity_time, fix.time) > rules.carry_s:
            self.velocity_mps = None
        rate = report.vertical_rate_mps
        if rate is None and base is not None:
            rate = _rate(base, fix)
        if rate is not None:
            self.rate_mps, self._rate_time = rate, fix.time
        elif _seconds(self._rate_time, fix.time) > rules.carry_s:
            self.rate_mps = None

    def _base(self, fix: Fix) -> Fix | None:
        """The earlier position from which a velocity is taken."""
        best = None
        for other in reversed(self.history):
            passed = (fix.time - other.time).total_seconds()
            if passed > _BASE_MAX_S:
                break
            if passed >= _BASE_MIN_S:
                best = other
            if passed >= _BASE_S:
                break
        return best

    def _offer_late(self, report: PositionReport, fix: Fix) -> Verdict:
        """Older than the newest: it has its place in the history, or none."""
        times = [known.time for known in self.history]
        place = bisect_right(times, fix.time)
        if place == 0:
            return Verdict(Reason.LATE, "older than all that is kept")
        if times[place - 1] == fix.time:
            return Verdict(Reason.REPEATED)
        for neighbour in (self.history[place - 1], self.history[place]):
            why = why_not(neighbour, fix, self._class_of(report))
            if why is not None:
                return self._doubted(Reason.JUMP, why, fix.time)
        self.history.insert(place, fix)
        return Verdict(Reason.LATE, "kept in the history")

    def _offer_jump(
        self, report: PositionReport, fix: Fix, why: str, now: datetime, rules: TrackRules
    ) -> Verdict:
        """Set it aside; if it is lost, or some set aside agree for long enough, start anew."""
        silent_s = (now - self.confirmed).total_seconds()
        if self.lost or silent_s > rules.lost_s:
            return self._restart(report, fix, now, rules, why)
        chain = self._chain_of(fix, self._class_of(report))
        if chain is None:
            chain = _Chain(now)
            self._aside = [*self._aside[1 - _CHAINS_MAX :], chain]
        if not chain.fixes or fix.time > chain.fixes[-1].time:  # of two feeds it counts once
            chain.fixes = [*chain.fixes[1 - rules.restart_reports :], fix]
        agreed_s = (now - chain.since).total_seconds()
        if len(chain.fixes) >= rules.restart_reports and agreed_s >= rules.restart_s:
            return self._restart(report, fix, now, rules, why)
        return self._doubted(Reason.JUMP, why, fix.time)

    def _chain_of(self, fix: Fix, aircraft: AircraftClass) -> "_Chain | None":
        """Those set aside that the position agrees with."""
        for chain in self._aside:
            if why_not(chain.fixes[-1], fix, aircraft) is None:
                return chain
        return None

    def _restart(
        self, report: PositionReport, fix: Fix, now: datetime, rules: TrackRules, why: str
    ) -> Verdict:
        self._begin(report, fix.time, now, rules)
        self.restarts += 1
        return Verdict(None, f"starts anew: {why}", restarted=True)

    def _is_coarser(self, report: PositionReport, time: datetime, now: datetime) -> bool:
        """Whether what is known tells better where it is now than the report does."""
        age_s = max((now - time).total_seconds(), 0.0)
        bound = SPEED_BOUND_MPS[self.aircraft]
        return spread_after_m(report.spread_m, age_s, self.speed_mps(), bound) > self.spread_m(now)

    def _learn(self, report: PositionReport, now: datetime) -> None:
        self.identity = self.identity.with_more(report.identity)
        if report.aircraft is not AircraftClass.UNKNOWN:
            self.aircraft = report.aircraft
        if report.party is None:
            self.seen_openly = now
        else:
            self.party = report.party

    def _class_of(self, report: PositionReport) -> AircraftClass:
        known = report.aircraft
        return self.aircraft if known is AircraftClass.UNKNOWN else known

    def _feed_seen(self, feed: str, now: datetime) -> None:
        if feed in self.feeds or len(self.feeds) < _FEEDS_MAX:
            self.feeds[feed] = now

    def _doubted(self, reason: Reason, detail: str, time: datetime) -> Verdict:
        self.doubt = Doubt(reason, detail, time)
        self.doubts += 1
        return Verdict(reason, detail)

    def _carried(
        self, known: tuple[datetime, float] | None, carry_s: float
    ) -> tuple[float, float] | None:
        """Value and its age at the newest position; None if there is none or it is too old."""
        if known is None:
            return None
        age_s = (self.time - known[0]).total_seconds()
        return (known[1], age_s) if age_s <= carry_s else None


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


def _rate(base: Fix, fix: Fix) -> float | None:
    passed = (fix.time - base.time).total_seconds()
    if base.altitude_m is not None and fix.altitude_m is not None:
        return (fix.altitude_m - base.altitude_m) / passed
    if base.pressure_altitude_ft is not None and fix.pressure_altitude_ft is not None:
        return (fix.pressure_altitude_ft - base.pressure_altitude_ft) * METRES_PER_FOOT / passed
    return None
