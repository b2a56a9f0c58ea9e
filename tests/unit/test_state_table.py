"""The table of states between two looks: tracks come and go by hundreds before anybody looks."""

from datetime import UTC, datetime, timedelta

from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.track.rules import TrackRules
from openline.airspace.track.tracker import Tracker

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def reports(names: range, now: datetime) -> list[PositionReport]:
    return [
        PositionReport(
            feed="",
            identity=Identity.of(uid=str(name)),
            time=now,
            lat_deg=name / 10,
            lng_deg=7.0,
            pressure_altitude_ft=1_000.0,
        )
        for name in names
    ]


def test_hundreds_are_lost_before_the_first_look() -> None:
    tracker = Tracker(TrackRules())
    tracker.update(reports(range(200), START), START)
    later = START + timedelta(seconds=40)
    tracker.update(reports(range(150, 200), later), later)
    assert sorted(tracker.states(later).ids) == sorted(f"uid:{name}" for name in range(150, 200))
