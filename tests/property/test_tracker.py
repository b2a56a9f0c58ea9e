"""Laws of the tracker, whatever comes in.

1 nothing that a feed says makes it fail; 2 one track never holds two addresses; 3 what is believed
could be flown; 4 a history is in order, each instant once; 5 saying the same again changes nothing;
6 memory is bounded, and what is forgotten leaves nothing behind; 7 the order of reports within a
batch changes neither who is there nor the newest position of an aircraft that flies as it can;
8 the states that are kept are those that would be made anew.
"""

import random
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.plausible import why_not
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.track.rules import TrackRules
from openline.airspace.track.state_table import StateTable
from openline.airspace.track.states import States
from openline.airspace.track.track import Track
from openline.airspace.track.tracker import Tracker
from openline.errors import InvalidInput
from tests.unit.track_samples import START, at, flight, report

RULES = TrackRules(lost_s=20, forget_s=60, tracks_max=12, history_max=10)

_names = st.sampled_from([None, "AAA", "BBB", "aaa ", "00000000"])
_identities = st.builds(
    lambda a, u, c, o: Identity.of(icao24=a, uid=u, callsign=c, operation_id=o),
    st.sampled_from([None, "aaaaaa", "AAAAAA", "bbbbbb", "cccccc", "000000"]),
    st.sampled_from([None, "u1", "u2"]),
    _names,
    st.sampled_from([None, "o1"]),
)
_reports = st.fixed_dictionaries(
    {
        "second": st.floats(-60, 120),
        "feed": st.sampled_from(["a", "b", "c"]),
        "identity": _identities,
        "lat_deg": st.sampled_from([47.0, 47.001, 47.01, 48.0, -90.0, 90.0]),
        "lng_deg": st.sampled_from([8.0, 8.001, 179.9999, -180.0]),
        "pressure_altitude_ft": st.sampled_from([None, 0.0, 10_000.0, 45_000.0]),
        "altitude_m": st.sampled_from([None, 100.0, 3_000.0]),
        "speed_mps": st.sampled_from([None, 0.0, 100.0, 5_000.0]),
        "track_deg": st.sampled_from([None, 0.0, 359.9]),
        "vertical_rate_mps": st.sampled_from([None, -10.0, 1_500.0]),
        "accuracy_m": st.sampled_from([None, 0.0, 10.0, 5_000.0]),
        "aircraft": st.sampled_from(list(AircraftClass)),
        "on_ground": st.booleans(),
    }
)


def made(values: dict[str, Any]) -> PositionReport | None:
    values = dict(values)
    try:
        return report(values.pop("second"), **values)
    except InvalidInput:
        return None


def check(tracker: Tracker, addresses: dict[Track, set[str]]) -> None:
    assert len(tracker) <= RULES.tracks_max
    table = tracker._names
    for sharing in table._tracks.values():
        assert sharing
        assert all(tracker.get(track.id) is track for track in sharing)
    for track in tracker:
        if track.identity.icao24 is not None:
            addresses.setdefault(track, set()).add(track.identity.icao24)
        assert len(track.history) <= RULES.history_max
        times = [fix.time for fix in track.history]
        assert times == sorted(set(times))
        assert track.time == times[-1]
        for one, other in pairwise(track.history):
            # the class may have become known on the way: the widest bound always holds
            assert why_not(one, other, AircraftClass.FAST) is None
        assert track.spread_m(at(0)) >= 0


def anew(tracker: Tracker, now: datetime) -> States:
    """The states from the tracks alone."""
    table = StateTable(RULES.carry_s)
    table.states(START)  # the same origin
    for track in tracker:
        if not track.lost:
            table.put(track)
    return table.states(now)


def by_track(states: States) -> dict[str, str]:
    """All numbers of each track, as text: so NaN is NaN."""
    rows = zip(
        states.lat_deg,
        states.lng_deg,
        states.pressure_altitude_m,
        states.altitude_m,
        states.velocity_mps.tolist(),
        states.age_s,
        states.spread_m,
        states.on_ground,
        strict=True,
    )
    return {name: repr(row) for name, row in zip(states.ids, rows, strict=True)}


@given(st.lists(st.tuples(st.lists(_reports, max_size=6), st.floats(-5, 40)), max_size=25))
@settings(deadline=None, max_examples=150)
def test_whatever_comes_in(steps: list[tuple[list[dict[str, Any]], float]]) -> None:
    tracker, now = Tracker(RULES), START
    tracker.states(now)
    addresses: dict[Track, set[str]] = {}
    for batch, wait in steps:
        now += timedelta(seconds=wait)
        reports = [r for values in batch if (r := made(values)) is not None]
        update = tracker.update(reports, now)
        assert len(update.verdicts) == len(reports)
        assert update.accepted + sum(update.counts.values()) == len(reports)
        check(tracker, addresses)
        assert all(len(found) == 1 for found in addresses.values())
        states = tracker.states(now)
        assert len(states) <= len(tracker)
        assert (abs(states.lat_deg) <= 90).all()
        assert (abs(states.lng_deg) <= 180).all()
        assert by_track(states) == by_track(anew(tracker, now))
    tracker.update([], now + timedelta(seconds=1_000))
    assert len(tracker) == 0
    assert tracker._names._tracks == {}
    assert tracker._names._names == {}


@given(st.integers(0, 10_000), st.integers(1, 5))
@settings(deadline=None, max_examples=40)
def test_saying_it_again_changes_nothing(seed: int, times: int) -> None:
    rng = random.Random(seed)
    reports = list(flight("aaaaaa", 47, 8, rng.uniform(0, 360), rng.uniform(0, 300), seconds=15))
    once, often = Tracker(), Tracker()
    for one in reports:
        once.update([one], one.time)
        for _ in range(times + 1):
            often.update([one], one.time)
    (track,), (same,) = once, often
    assert list(track.history) == list(same.history)
    assert track.velocity_mps == same.velocity_mps


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_the_order_within_a_batch_changes_nothing_that_is_seen(seed: int) -> None:
    rng = random.Random(seed)
    names = ("aaaaaa", "bbbbbb", "cccccc")
    batch = [
        r
        for number, name in enumerate(names)
        for r in flight(name, 45 + number, 8, rng.uniform(0, 360), rng.uniform(0, 300), seconds=6)
    ]
    mixed = rng.sample(batch, len(batch))
    trackers = Tracker(), Tracker()
    for tracker, reports in zip(trackers, (batch, mixed), strict=True):
        tracker.update(reports, at(6))
    newest = [{t.id: (t.time, t.latest.lat_deg) for t in tracker} for tracker in trackers]
    assert newest[0] == newest[1]
    assert set(newest[0]) == {f"icao24:{name}" for name in names}
