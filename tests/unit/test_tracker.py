"""The tracker: who is who, what is believed, what is set aside and why, what is forgotten."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from geographiclib.geodesic import Geodesic

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.track.rules import Reason, TrackRules
from openline.airspace.track.tracker import Tracker, TrackEventKind, Update
from openline.errors import InvalidInput
from tests.unit.track_samples import at, flight, report

NAN, INF = math.nan, math.inf


def follow(tracker: Tracker, reports: list[PositionReport]) -> list[Update]:
    """One update for each report, at its own time."""
    return [tracker.update([one], one.time) for one in reports]


def kinds(updates: list[Update]) -> list[str]:
    return [event.kind.value for update in updates for event in update.events]


def only(tracker: Tracker) -> Any:
    (track,) = tracker
    return track


# Whose a report is


def test_names_of_one_aircraft_lead_to_one_track() -> None:
    tracker = Tracker()
    follow(
        tracker,
        [
            report(0, identity=Identity.of(icao24="4B1617")),
            report(1, identity=Identity.of(icao24="4b1617", callsign="SWR123 ")),
            report(2, identity=Identity.of(callsign="swr123", uid="EFB-7"), feed="b"),
            report(3, identity=Identity.of(uid="EFB-7"), feed="b"),
        ],
    )
    track = only(tracker)
    assert track.id == "icao24:4b1617"
    assert track.identity == Identity("4b1617", "EFB-7", "swr123", None)
    assert track.time == at(3)


def test_one_callsign_of_two_addresses_is_two_aircraft() -> None:
    tracker = Tracker()
    follow(
        tracker,
        [
            report(0, identity=Identity.of(icao24="aaaaaa", callsign="TEST1")),
            report(1, identity=Identity.of(icao24="bbbbbb", callsign="TEST1")),
        ],
    )
    assert {track.id for track in tracker} == {"icao24:aaaaaa", "icao24:bbbbbb"}


def test_a_callsign_far_from_its_aircraft_is_another_aircraft() -> None:
    """100 km apart: nobody knows that it is the same, and hiding one would be worse."""
    tracker = Tracker()
    one = report(0, identity=Identity.of(icao24="aaaaaa", callsign="TEST1"))
    far = [
        report(s, identity=Identity.of(callsign="TEST1"), lat_deg=48.0, feed="b") for s in (1, 2, 3)
    ]
    updates = follow(tracker, [one, *far])
    assert {track.id for track in tracker} == {"icao24:aaaaaa", "callsign:test1"}
    assert all(update.accepted == 1 for update in updates)


def test_two_tracks_that_turn_out_to_be_one_are_joined() -> None:
    tracker = Tracker()
    updates = follow(
        tracker,
        [
            report(0, identity=Identity.of(icao24="aaaaaa")),
            report(1, identity=Identity.of(uid="EFB-7"), feed="b"),
            report(2, identity=Identity.of(icao24="aaaaaa", uid="EFB-7"), feed="c"),
        ],
    )
    assert only(tracker).identity.uid == "EFB-7"
    assert kinds(updates) == ["appeared", "appeared", "joined"]


def test_many_callsigns_of_one_aircraft_leave_nothing_behind() -> None:
    tracker = Tracker()
    for second in range(300):
        one = report(second, identity=Identity.of(icao24="aaaaaa", callsign=f"X{second}Y"))
        tracker.update([one], one.time)
    assert len(tracker._names._tracks) == 2
    tracker.update([], at(2_000))
    assert len(tracker) == len(tracker._names._tracks) == len(tracker._names._names) == 0


# What is believed


def test_a_forged_position_is_set_aside_with_its_speed() -> None:
    """3,600 m/s, seen in real recordings: the track goes on as if it had not been."""
    tracker = Tracker()
    reports = list(flight("4b1617", 47.0, 7.5, 90.0, 200.0, seconds=20))
    away = Geodesic.WGS84.Direct(47.0, 7.5, 90.0, 10 * 200.0 + 3_600.0 + 420.0)
    reports[10] = report(10.5, lat_deg=away["lat2"], lng_deg=away["lon2"])
    updates = follow(tracker, reports)
    (refused,) = [one for update in updates for one in update.refused]
    assert refused.reason is Reason.JUMP
    assert refused.detail.startswith("implies 2,")
    assert "at most 700 m/s" in refused.detail
    track = only(tracker)
    assert track.doubts == 1
    assert track.doubt.reason is Reason.JUMP
    assert len(track.history) == 20
    assert track.speed_mps() == pytest.approx(200.0)


def test_the_bound_is_that_of_the_class() -> None:
    """400 m in a second: a jet can, a balloon (150 m/s) cannot; 220 m are for rounding."""
    for aircraft, believed in ((AircraftClass.AEROPLANE, 1), (AircraftClass.BALLOON, 0)):
        tracker = Tracker()
        start = report(0, aircraft=aircraft)
        north = Geodesic.WGS84.Direct(47.0, 7.5, 0.0, 400.0)
        then = report(1, lat_deg=north["lat2"], lng_deg=north["lon2"])
        assert follow(tracker, [start, then])[1].accepted == believed


def test_a_stated_speed_beyond_the_class_is_set_aside() -> None:
    (update,) = follow(Tracker(), [report(0)])
    assert update.accepted == 1
    tracker = Tracker()
    updates = follow(tracker, [report(0), report(1, speed_mps=3_600.0, track_deg=90.0)])
    assert updates[1].refused[0].reason is Reason.SPEED
    assert "3,600 m/s" in updates[1].refused[0].detail


def test_a_jump_of_altitude_is_set_aside() -> None:
    """One garbled Mode C code: 10,000 ft, 35,000 ft, 10,000 ft."""
    tracker = Tracker()
    feet = (10_000.0, 35_000.0, 10_000.0)
    updates = follow(tracker, [report(s, pressure_altitude_ft=f) for s, f in enumerate(feet)])
    assert [update.accepted for update in updates] == [1, 0, 1]
    assert "vertically" in updates[1].refused[0].detail


def test_the_zeros_of_altitude_are_never_compared() -> None:
    """10,000 ft of pressure, then 9,000 m over the ellipsoid: nothing is wrong with that."""
    tracker = Tracker()
    updates = follow(tracker, [report(0), report(1, pressure_altitude_ft=None, altitude_m=9_000.0)])
    assert updates[1].accepted == 1
    track = only(tracker)
    assert track.pressure_altitude_ft(15.0) == 10_000.0
    assert track.altitude_m(15.0) == 9_000.0
    assert track.pressure_altitude_ft(0.5) is None


def test_positions_that_agree_for_long_enough_begin_anew() -> None:
    """The first position was the wrong one: after three reports over 5 s it is given up."""
    tracker = Tracker()
    reports = [report(0, lat_deg=40.0), *(report(s, lat_deg=47.0) for s in range(1, 8))]
    updates = follow(tracker, reports)
    assert [update.accepted for update in updates] == [1, 0, 0, 0, 0, 0, 1, 1]
    assert kinds(updates) == ["appeared", "restarted"]
    assert only(tracker).latest.lat_deg == 47.0
    assert only(tracker).restarts == 1


def test_forged_positions_between_real_ones_never_win() -> None:
    """Nine forged ones a second agree with each other; one real one a second holds them off."""
    tracker = Tracker()
    for second in range(20):
        tracker.update([report(second)], at(second))
        for tenth in range(1, 10):
            forged = report(second + tenth / 10, lat_deg=48.0, feed="b")
            tracker.update([forged], forged.time)
    assert only(tracker).latest.lat_deg == 47.0
    assert only(tracker).restarts == 0


def test_scattered_nonsense_never_begins_anew() -> None:
    tracker = Tracker()
    tracker.update([report(0)], at(0))
    for second in range(1, 29):
        tracker.update([report(second, lat_deg=-60.0 + 4 * second)], at(second))
    assert only(tracker).latest.lat_deg == 47.0


# Several feeds, order, repetition


def test_a_wrong_beginning_heals_beside_forgeries_and_with_two_feeds() -> None:
    """The first position is wrong; then two feeds say the same, and a third one says nonsense."""
    tracker = Tracker()
    tracker.update([report(0, lat_deg=10.0)], at(0))
    second, updates = 0, []
    for second in range(1, 12):
        true = report(second)
        lie = report(second + 0.5, lat_deg=-60.0 + 10 * (second % 7), lng_deg=100.0, feed="c")
        for one in (true, replace(true, feed="b"), lie):
            updates.append(tracker.update([one], one.time))
        if only(tracker).restarts:
            break
    assert second == 6  # three that agree, over five seconds
    assert kinds(updates) == ["restarted"]
    assert only(tracker).latest.lat_deg == 47.0


def test_the_better_of_two_feeds_is_kept() -> None:
    """A second-old position to 10 m tells more than a fresh one to 500 m; to 12 m it does not."""
    tracker = Tracker()
    tracker.update([report(0, speed_mps=100.0, track_deg=0.0)], at(0))
    coarse = tracker.update([report(1, feed="mlat", accuracy_m=500.0)], at(1))
    assert coarse.counts[Reason.COARSER] == 1
    assert only(tracker).latest.feed == "a"
    assert tracker.update([report(1, feed="b", accuracy_m=12.0)], at(1)).accepted == 1
    assert tracker.update([report(25, feed="mlat", accuracy_m=500.0)], at(25)).accepted == 1


def test_a_repeated_report_changes_nothing() -> None:
    tracker = Tracker()
    updates = follow(tracker, [report(0)] * 3)
    assert updates[1].counts == updates[2].counts == {Reason.REPEATED: 1}
    assert len(only(tracker).history) == 1


def test_a_late_report_goes_to_its_place_in_the_history() -> None:
    tracker = Tracker()
    reports = list(flight("4b1617", 47.0, 7.5, 90.0, 200.0, seconds=10))
    order = [0, 1, 2, 4, 5, 3, 6, 3]
    updates = [tracker.update([reports[k]], at(6 + n)) for n, k in enumerate(order)]
    assert updates[5].counts[Reason.LATE] == 1
    assert updates[7].counts[Reason.REPEATED] == 1
    times = [fix.time for fix in only(tracker).history]
    assert times == [at(s) for s in range(7)]
    assert only(tracker).time == at(6)


def test_a_late_report_off_the_way_is_set_aside() -> None:
    tracker = Tracker()
    follow(tracker, [report(0), report(2)])
    update = tracker.update([report(1, lat_deg=48.0)], at(3))
    assert update.refused[0].reason is Reason.JUMP


# Clocks


def test_a_report_of_tomorrow_is_refused_and_says_why() -> None:
    update = Tracker().update([report(3_600)], at(0))
    assert update.refused[0].reason is Reason.AHEAD
    assert "3,600 s" in update.refused[0].detail


def test_a_clock_a_little_ahead_counts_as_now() -> None:
    tracker = Tracker()
    assert tracker.update([report(3)], at(0)).accepted == 1
    assert only(tracker).time == at(0)


def test_a_report_of_yesterday_is_refused() -> None:
    update = Tracker().update([report(0)], at(3_600))
    assert update.refused[0].reason is Reason.OLD


def test_our_clock_goes_back_by_an_hour_and_the_tracks_form_again() -> None:
    tracker = Tracker()
    tracker.update([report(3_600)], at(3_600))
    update = tracker.update([report(0)], at(0))
    assert [event.kind for event in update.events] == [
        TrackEventKind.FORGOTTEN,
        TrackEventKind.APPEARED,
    ]
    assert only(tracker).time == at(0)


def test_our_clock_goes_back_by_a_second_and_nothing_happens() -> None:
    tracker = Tracker()
    tracker.update([report(10)], at(10))
    update = tracker.update([report(10.5)], at(9))
    assert not update.events
    assert not update.refused
    assert tracker.update([report(11)], at(11)).accepted == 1


# Age, loss, bounds


def test_a_silent_track_is_lost_then_returns_or_is_forgotten() -> None:
    tracker = Tracker(TrackRules(lost_s=10, forget_s=60))
    steps = [([report(0)], 0), ([], 9), ([], 11), ([report(20)], 20), ([], 31), ([], 81)]
    updates = [tracker.update(batch, at(second)) for batch, second in steps]
    assert kinds(updates) == ["appeared", "lost", "returned", "lost", "forgotten"]
    assert len(tracker) == 0


def test_a_lost_aircraft_may_return_anywhere() -> None:
    tracker = Tracker(TrackRules(lost_s=10))
    updates = [
        tracker.update([report(0)], at(0)),
        tracker.update([], at(20)),
        tracker.update([report(21, lat_deg=48.0)], at(21)),
    ]
    assert kinds(updates) == ["appeared", "lost", "restarted"]
    assert only(tracker).latest.lat_deg == 48.0


def test_uncertainty_grows_with_age() -> None:
    """10 m stated, 100 m/s: after 4 s a turn of 5 m/s2 takes it 40 m aside; later 2 v t bounds."""
    tracker = Tracker()
    tracker.update([report(0, speed_mps=100.0, track_deg=0.0)], at(0))
    track = only(tracker)
    assert track.spread_m(at(0)) == 10.0
    assert track.spread_m(at(4)) == pytest.approx(10.0 + 40.0)
    assert track.spread_m(at(100)) == pytest.approx(10.0 + 205.0 * 100)
    spreads = [track.spread_m(at(s)) for s in range(200)]
    assert spreads == sorted(spreads)


def test_unknown_speed_is_any_speed_of_the_class() -> None:
    tracker = Tracker()
    tracker.update([report(0, aircraft=AircraftClass.ROTORCRAFT)], at(0))
    assert only(tracker).spread_m(at(10)) == pytest.approx(10.0 + 180.0 * 10)


def test_velocity_is_taken_from_positions_if_nobody_states_it() -> None:
    tracker = Tracker()
    reports = list(flight("4b1617", 47.0, 7.5, 60.0, 150.0, seconds=12, stated=False))
    climbing = [
        report(s, lat_deg=r.lat_deg, lng_deg=r.lng_deg, pressure_altitude_ft=10_000.0 + 20 * s)
        for s, r in enumerate(reports)
    ]
    follow(tracker, climbing)
    east, north = only(tracker).velocity_mps
    assert east == pytest.approx(150.0 * math.sin(math.radians(60.0)), rel=0.01)
    assert north == pytest.approx(150.0 * math.cos(math.radians(60.0)), rel=0.01)
    assert only(tracker).rate_mps == pytest.approx(20 * 0.3048)


def test_a_velocity_is_not_carried_on_for_ever() -> None:
    tracker = Tracker()
    tracker.update([report(0, speed_mps=100.0, track_deg=0.0)], at(0))
    tracker.update([report(25, lat_deg=47.02)], at(25))
    assert only(tracker).speed_mps() is None


def test_memory_is_bounded() -> None:
    rules = TrackRules(tracks_max=50, history_max=20, lost_s=10)
    tracker = Tracker(rules)
    crowd = [report(0, f"{number:06x}") for number in range(1, 101)]
    update = tracker.update(crowd, at(0))
    assert len(tracker) == 50
    assert update.counts[Reason.FULL] == 50
    for second in range(1, 100):
        tracker.update([report(second, "000001")], at(second))
    assert len(tracker.get("icao24:000001").history) <= 20  # type: ignore[union-attr]
    # those that were lost make room
    assert tracker.update([report(99, "abcdef")], at(99)).accepted == 1
    assert len(tracker) == 50


def test_history_is_bounded_in_time_too() -> None:
    tracker = Tracker(TrackRules(history_s=30))
    for second in range(0, 200, 10):
        tracker.update([report(second)], at(second))
    oldest = only(tracker).history[0].time
    assert at(190) - oldest <= timedelta(seconds=30)


@pytest.mark.parametrize(
    "bad", [{"lost_s": 0}, {"lost_s": NAN}, {"forget_s": 5}, {"tracks_max": 1}, {"ahead_max_s": -1}]
)
def test_rules_that_cannot_work_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        TrackRules(**bad)


def test_a_better_position_of_the_same_instant_replaces_the_other() -> None:
    tracker = Tracker()
    tracker.update([report(0, accuracy_m=500.0), report(0, feed="b", lat_deg=47.001)], at(0))
    (track,) = tracker
    assert [(fix.time, fix.lat_deg) for fix in track.history] == [(at(0), 47.001)]
    assert track.latest.lat_deg == 47.001
