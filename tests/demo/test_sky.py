"""The sky of the demo: as many as are said, apart from each other, and the same for a seed."""

from datetime import timedelta
from typing import Any

from openline.airspace.encounter.alerting import AlertEventKind
from openline.airspace.separation import RADAR
from openline.airspace.track.pair_alerts import PairEvent
from openline.app.sky.watch import SkyWatch
from openline.demo.acts.traffic import level_off, stray, take_off
from openline.demo.region import AREA_EAST_NM, AREA_NORTH_NM, START, Place
from openline.demo.sky import Sky
from openline.formats.instants import format_instant
from openline.formats.positions_json import report_of

PLANS = {"nr12": "1", "sl40": "2", "nd5": "3", "sd3": "4"}
CLIMB_M = 510.0
STEP_S = 10.0


def seen(sky: Sky, time_s: float) -> list[dict[str, Any]]:
    when = format_instant(START + timedelta(seconds=time_s))
    return [one for part in (0, 1) for one in sky.seen(time_s, part, 2, when)]


def test_there_are_two_hundred_aircraft_and_two_dozen_drones() -> None:
    found = seen(Sky(1), 600.0)
    kinds = [one["class"] for one in found]
    assert 195 <= kinds.count("aeroplane") <= 210
    assert kinds.count("uncrewed") == 24
    assert len({one["icao24"] for one in found}) == len(found), "no address twice"


def test_none_of_the_background_is_in_the_agreed_area() -> None:
    middle = Place(0.0, 0.0).position
    for seed in (1, 2, 3):
        sky = Sky(seed)
        for minute in range(0, 100, 7):
            for one in seen(sky, minute * 60.0):
                north_nm = (one["lat"] - middle.lat_deg) * 60.0
                corner = Place(AREA_EAST_NM, north_nm).position.lng_deg - middle.lng_deg
                inside = abs(north_nm) < AREA_NORTH_NM
                assert not (inside and abs(one["lng"] - middle.lng_deg) < corner), one


def test_the_same_seed_is_the_same_sky_and_another_is_another() -> None:
    assert seen(Sky(5), 1_234.5) == seen(Sky(5), 1_234.5)
    assert seen(Sky(5), 1_234.5) != seen(Sky(6), 1_234.5)


def test_the_alert_of_the_story_is_the_only_one() -> None:
    """Whatever the seed: nobody of the background comes close to anybody."""
    for seed, first_min in ((1, 57), (2, 0)):  # the story flies from minute 57.2 on
        sky, watch = Sky(seed), SkyWatch(RADAR)
        take_off(sky, PLANS, CLIMB_M)
        alerts = []
        time_s, end_s = first_min * 60.0, (first_min + 24) * 60.0
        while time_s < end_s:
            now = START + timedelta(seconds=time_s)
            reports = [report_of(one, "radar", now, None) for one in seen(sky, time_s)]
            events = [*watch.take(reports, now), *watch.tick(now)]
            assert not [e for e in events if type(e).__name__ == "SetAside"], "none is doubted"
            alerts += [event for event in events if isinstance(event, PairEvent)]
            if time_s == 61.0 * 60:
                stray(sky, time_s)
            if time_s == 71.5 * 60:
                level_off(sky, time_s)
            time_s += STEP_S
        names = {frozenset((a.loss.first_shown, a.loss.second_shown)) for a in alerts}
        assert names == ({frozenset(("NR71", "AID2"))} if seed == 1 else set())
        ends = [a for a in alerts if a.kind is AlertEventKind.OVER]
        assert len(ends) == len(names), "and it is over, not lost"
