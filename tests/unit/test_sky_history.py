"""What the sky was: the same as was shown then, thinned with age, bounded, and nobody sees more."""

from itertools import pairwise
from typing import Any

import pytest

from openline.airspace.track import history
from openline.airspace.track.report import Identity, PositionReport
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch
from openline.errors import InvalidInput
from openline.formats.sky_events import loss_object, past_object, track_object
from tests.unit.track_samples import at, flight, report

_CLOSE = {"lat": 1e-6, "lng": 1e-6, "within_m": 0.2, "speed_mps": 0.02, "track_deg": 0.02}


def told(sky: SkyService, party: str, second: float) -> dict[str, dict[str, object]]:
    """What is shown now."""
    view = sky.view(party, at(second))
    return {t.id: track_object(t, view.now, view.carry_s) for t in view.tracks}


def past(sky: SkyService, party: str, second: float) -> dict[str, dict[str, object]]:
    """What is shown of an instant."""
    view = sky.view_at(party, at(second), at(second))
    return {t.id: past_object(t, view.time) for t in view.tracks}


def play(sky: SkyService, seconds: int) -> dict[int, dict[str, dict[str, object]]]:
    """Two that meet, one of north's own, one that is only seen; what north saw each second."""
    one = list(flight("aaaaaa", 47, 8, 0, 200, seconds=seconds, passes_s=100))
    other = list(flight("bbbbbb", 47, 8, 90, 200, seconds=seconds, passes_s=100))
    seen = {}
    for second in range(seconds):
        reports = [
            one[second],
            other[second],
            report(second, "cccccc", feed="north", party="north", altitude_m=900.0),
        ]
        if second % 3 == 0:  # says nothing of its speed, and not every second
            place = {"lat_deg": -33.0, "lng_deg": -179.9999, "pressure_altitude_ft": None}
            reports.append(report(second, "dddddd", on_ground=True, **place))
        sky.take(reports, at(second))
        sky.tick(at(second))
        seen[second] = told(sky, "north", second)
    return seen


def test_the_past_is_what_was_shown_then() -> None:
    sky = SkyService(SkyWatch())
    seen = play(sky, 40)
    for second in (0, 5, 20, 23, 39):
        kept = second - second % 5
        then = past(sky, "north", second)
        assert then.keys() == seen[kept].keys()
        for name, values in then.items():
            shown = seen[kept][name] | {"doubts": None}
            near = {key: pytest.approx(shown[key], abs=_CLOSE[key]) for key in _CLOSE if shown[key]}
            assert values == shown | near
    view = sky.view_at("north", at(39), at(39))
    assert view.time == at(35)
    assert [loss_object(one)["predicted_at"] for one in view.encounters] == ["2026-11-22T10:00:35Z"]


def test_nobody_sees_more_of_the_past_than_was_shown() -> None:
    sky = SkyService(SkyWatch())
    play(sky, 11)
    assert "icao24:cccccc" in past(sky, "north", 10)
    assert "icao24:cccccc" not in past(sky, "south", 10)
    # what somebody saw later does not show what was there before
    sky.take([report(11, "cccccc", altitude_m=900.0)], at(11))
    sky.tick(at(15))
    assert "icao24:cccccc" in past(sky, "south", 15)
    assert "icao24:cccccc" not in past(sky, "south", 14)


def test_an_encounter_of_the_past_is_of_those_who_had_it() -> None:
    sky = SkyService(SkyWatch())
    pair = zip(
        flight("aaaaaa", 47, 8, 0, 200, seconds=11, passes_s=100, party="north"),
        flight("bbbbbb", 47, 8, 90, 200, seconds=11, passes_s=100, party="south"),
        strict=True,
    )
    for second, reports in enumerate(pair):
        sky.take(list(reports), at(second))
        sky.tick(at(second))
    for party, count in (("north", 1), ("south", 1), ("east", 0)):
        assert len(sky.view_at(party, at(10), at(10)).encounters) == count


def test_older_pictures_are_fewer_and_all_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "ROWS_MAX", 190)
    sky = SkyService(SkyWatch())
    for second in range(0, 3_000, 5):
        sky.take([report(second)], at(second))
        sky.tick(at(second))
    # 121 pictures of ten minutes; before them one in 30 s, 69 more: 330, 360, … 2,370
    assert sky.view("north", at(2_995)).begins == at(330)
    times = {sky.view_at("north", at(s), at(2_995)).time for s in range(2_396, 2_996)}
    assert len(times) == 120 + 1
    before = sorted({sky.view_at("north", at(s), at(2_995)).time for s in range(1_000, 2_390)})
    steps = {(b - a).total_seconds() for a, b in pairwise(before)}
    assert steps == {30.0}
    kept = sky._history
    assert len(kept._fine) + len(kept._coarse) == kept._rows == 190
    with pytest.raises(InvalidInput, match="nothing is kept"):
        sky.view_at("north", at(100), at(2_995))


def test_a_day_is_kept_at_most() -> None:
    sky = SkyService(SkyWatch())
    for hour in range(30):
        sky.take([report(3_600 * hour)], at(3_600 * hour))
        sky.tick(at(3_600 * hour))
    assert sky.view("north", at(0)).begins == at(3_600 * 5)


@pytest.mark.parametrize("second", [-1, 75, 10_000])
def test_where_nothing_is_kept_it_says_so(second: float) -> None:
    sky = SkyService(SkyWatch())
    with pytest.raises(InvalidInput, match="ask later"):
        sky.view_at("north", at(second), at(11))
    play(sky, 11)
    with pytest.raises(InvalidInput, match="10:00:00Z to 2026-11-22T10:00:10Z"):
        sky.view_at("north", at(second), at(11))


def test_if_our_clock_goes_back_the_past_is_forgotten() -> None:
    sky = SkyService(SkyWatch())
    for second in (0, 5, 10, 10 - 3_600):
        sky.take([report(second)], at(second))
        sky.tick(at(second))
    assert sky.view("north", at(10 - 3_600)).begins == at(10 - 3_600)
    with pytest.raises(InvalidInput):
        sky.view_at("north", at(5), at(10))


def test_what_is_not_known_is_none() -> None:
    sky = SkyService(SkyWatch())
    values: dict[str, Any] = {"pressure_altitude_ft": None, "accuracy_m": None}
    sky.take([report(0, **values)], at(0))
    sky.tick(at(0))
    (track,) = sky.view_at("north", at(0), at(0)).tracks
    assert (track.pressure_altitude_ft, track.altitude_m) == (None, None)
    assert (track.speed_mps, track.track_deg, track.spread_m) == (None, None, 100.0)


def test_names_that_were_learnt_later_are_not_of_before() -> None:
    sky = SkyService(SkyWatch())
    for second, callsign in ((0, None), (5, "SWR1")):
        identity = Identity.of(icao24="4b1617", callsign=callsign)
        one: PositionReport = report(second, identity=identity)
        sky.take([one], at(second))
        sky.tick(at(second))
    names = [next(iter(past(sky, "north", s).values()))["callsign"] for s in (4, 5)]
    assert names == [None, "SWR1"]
