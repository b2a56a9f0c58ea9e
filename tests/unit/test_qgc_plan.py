"""QGroundControl plans: where the aircraft can be, and when."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from openline.airspace.entity import OperationalIntent
from openline.errors import AreaTooLarge, InvalidAltitude, InvalidInput, InvalidTimeRange
from openline.formats import qgc_plan
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.geoid import undulation_m

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples" / "plan"
SHARED = ROOT.parent / "shared" / "data" / "plan"
TAKEOFF = datetime(2026, 6, 15, 8, tzinfo=UTC)
READY = ReadOptions(takeoff=TAKEOFF)
# 0.01 degrees of latitude: 1,111.95 m on the sphere of mean radius
LEG_M = 1111.95
GEOID_M = float(undulation_m(46.0, 8.0))  # tested by itself against published values


def simple(
    command: int, params: list[float | None], frame: int = 3, **more: object
) -> dict[str, Any]:
    item = {"type": "SimpleItem", "command": command, "frame": frame, "autoContinue": True}
    return item | {"params": params} | more


def waypoint(
    lat: float, lng: float = 8.0, height: float | None = 50.0, **more: Any
) -> dict[str, Any]:
    return simple(more.pop("command", 16), [0, 0, 0, None, lat, lng, height], **more)


def take_off(height: float = 50.0) -> dict[str, Any]:
    return waypoint(46.0, height=height, command=22)


def plan(*items: object, options: ReadOptions = READY, **mission: object) -> Traffic:
    document = {
        "fileType": "Plan",
        "mission": {
            "items": list(items),
            "plannedHomePosition": [46.0, 8.0, 400.0],
            "vehicleType": 2,
            "hoverSpeed": 5,
            "cruiseSpeed": 20,
            **mission,
        },
    }
    return qgc_plan.read(json.dumps(document).encode(), "survey.plan", options)


def intent(*items: object, options: ReadOptions = READY, **mission: object) -> OperationalIntent:
    (only,) = plan(*items, options=options, **mission).intents
    return only


def seconds(instant: datetime) -> float:
    return (instant - TAKEOFF).total_seconds()


def test_no_takeoff_is_refused_with_the_cure() -> None:
    with pytest.raises(InvalidTimeRange, match="--takeoff 2026-06-15T08:00Z"):
        plan(take_off(), options=ReadOptions())


def test_a_leg_by_hand() -> None:
    found = intent(take_off(), waypoint(46.01))
    up, *pieces = found.volumes
    assert (found.id, found.party) == ("survey", "survey")
    # up 50 m at 1 to 10 m/s: at most 50 s, and the margin of 30 s and 5 %
    assert up.footprint == Circle.of(46.0, 8.0, 30.0)
    assert str(up.altitude) == "385 m AMSL to 465 m AMSL"
    assert (seconds(up.time_start), seconds(up.time_end)) == (-30, 50 + 30 + 2.5)
    # then 1,112 m at 5 m/s: 222.4 s in four pieces
    assert len(pieces) == 4
    assert seconds(pieces[0].time_start) == pytest.approx(5 - 30 - 0.25)
    assert seconds(pieces[-1].time_end) == pytest.approx((50 + LEG_M / 5) * 1.05 + 30, abs=0.1)
    assert all(str(piece.altitude) == "435 m AMSL to 465 m AMSL" for piece in pieces)
    paths = [piece.footprint.path for piece in pieces if isinstance(piece.footprint, Corridor)]
    assert (paths[0][0].lat_deg, paths[-1][-1].lat_deg) == (46.0, 46.01)
    assert all(one[1] == other[0] for one, other in pairwise(paths))
    assert paths[0][1].lat_deg == pytest.approx(46.0025)


def test_a_steady_flight_at_the_speed_of_the_plan_stays_inside() -> None:
    """Straight legs at hoverSpeed after a climb at 2.5 m/s, sampled every second."""
    found = intent(take_off(), waypoint(46.01), waypoint(46.01, 8.02, 80.0))
    climb = 50 / 2.5
    north = LEG_M / 5
    east = LEG_M * 2 * 0.694658 / 5  # cos 46.01
    for second in range(round(climb + north + east)):
        elapsed = second - climb
        if elapsed < 0:
            lat, lng, height = 46.0, 8.0, 400 + 2.5 * second
        elif elapsed < north:
            lat, lng, height = 46.0 + 0.01 * elapsed / north, 8.0, 450.0
        else:
            share = (elapsed - north) / east
            lat, lng, height = 46.01, 8.0 + 0.02 * share, 450 + 30 * share
        instant = TAKEOFF + timedelta(seconds=second)
        assert any(
            v.time_start <= instant <= v.time_end
            and v.altitude_lower_m <= height + GEOID_M <= v.altitude_upper_m
            and _near(v.footprint, lat, lng)
            for v in found.volumes
        ), second


def _near(footprint: object, lat: float, lng: float) -> bool:
    """Within 20 m, by a box around axis-parallel legs."""
    points = [footprint.centre] if isinstance(footprint, Circle) else []
    points += list(footprint.path) if isinstance(footprint, Corridor) else []
    slack = 20 / 111_000
    lats, lngs = [p.lat_deg for p in points], [p.lng_deg for p in points]
    return (
        min(lats) - slack <= lat <= max(lats) + slack
        and min(lngs) - slack <= lng <= max(lngs) + slack
    )


def test_frames_of_height() -> None:
    found = intent(
        waypoint(46.001, height=900, frame=0),
        waypoint(46.002, height=None, frame=0, Altitude=80, AltitudeMode=3),
        waypoint(46.003, height=700, frame=0, Altitude=80, AltitudeMode=3),
        waypoint(46.004, height=60, frame=10),
        options=ReadOptions(takeoff=TAKEOFF, altitude=AltitudePolicy(ground_amsl_m=(390.0, 410.0))),
    )
    # in fives of metres over the sea: the lower of both ends less 15 m, the higher plus 15 m
    bands = dict.fromkeys(
        (_fives(v.altitude_lower_m), _fives(v.altitude_upper_m)) for v in found.volumes
    )
    assert list(bands) == [(385, 915), (455, 915), (455, 715), (435, 715)]


def _fives(height_m: float) -> int:
    return 5 * round((height_m - GEOID_M) / 5)


def test_heights_over_terrain_need_the_ground() -> None:
    with pytest.raises(InvalidAltitude, match="ground") as caught:
        plan(waypoint(46.01, frame=10))
    assert caught.value.facts["element"] == "mission.items[0]"


def test_speed_comes_from_the_vehicle_and_changes() -> None:
    fixed = intent(waypoint(46.01), vehicleType=1)
    assert seconds(fixed.volumes[-1].time_end) == pytest.approx(LEG_M / 20 * 1.05 + 30, abs=0.1)
    unknown = intent(waypoint(46.01), vehicleType=0)
    assert seconds(unknown.volumes[-1].time_end) == pytest.approx(LEG_M / 5 * 1.05 + 30, abs=0.1)
    faster = simple(178, [1, 10, -1, 0, 0, 0, 0], frame=2)
    changed = intent(faster, waypoint(46.01))
    assert seconds(changed.volumes[-1].time_end) == pytest.approx(LEG_M / 10 * 1.05 + 30, abs=0.1)


def test_a_loiter_is_a_circle_and_widens_its_legs() -> None:
    loiter = simple(19, [60, 0, -40, 0, 46.005, 8.0, 50])
    found = intent(take_off(), loiter, waypoint(46.01), options=ReadOptions(takeoff=TAKEOFF))
    circles = [v for v in found.volumes if v.footprint == Circle.of(46.005, 8.0, 70.0)]
    assert len(circles) == 1
    assert (circles[0].time_end - circles[0].time_start).total_seconds() > 60
    widths = {v.footprint.half_width_m for v in found.volumes if isinstance(v.footprint, Corridor)}
    assert widths == {70.0}


def test_a_jump_repeats_and_ends() -> None:
    jump = simple(177, [1, 2, 0, 0, 0, 0, 0], frame=2)
    found = intent(waypoint(46.001, doJumpId=1), waypoint(46.002, doJumpId=2), jump)
    ends = [
        v.footprint.path[-1].lat_deg for v in found.volumes if isinstance(v.footprint, Corridor)
    ]
    assert ends == [46.001, 46.002] * 3


def test_a_return_to_launch_goes_home_and_lands() -> None:
    traffic = plan(take_off(), waypoint(46.01), simple(20, [0] * 7, frame=2))
    last = traffic.intents[0].volumes[-1]
    assert last.footprint == Circle.of(46.0, 8.0, 30.0)
    assert str(last.altitude) == "385 m AMSL to 515 m AMSL"
    assert not any("ends in the air" in words for words in traffic.warnings)


def test_a_plan_that_ends_in_the_air_says_so() -> None:
    assert any("ends in the air" in words for words in plan(take_off()).warnings)


def test_a_landing_elsewhere_reaches_below_what_the_plan_says() -> None:
    found = intent(take_off(), waypoint(46.01, height=0, command=21))
    assert str(found.volumes[-1].altitude) == "285 m AMSL to 465 m AMSL"


def test_splines_are_wider_than_straight_legs() -> None:
    found = intent(waypoint(46.01, command=82))
    assert isinstance(found.volumes[0].footprint, Corridor)
    assert found.volumes[0].footprint.half_width_m == pytest.approx(30 + 0.6 * LEG_M, abs=0.1)


def test_the_samples_read_with_their_margins_stated() -> None:
    for name, volumes in (("multicopter", 23), ("survey_fixed_wing", 13)):
        data = (SAMPLES / f"{name}.plan").read_bytes()
        traffic = qgc_plan.read(data, f"{name}.plan", READY)
        assert len(traffic.intents[0].volumes) == volumes
        assert any("30 s and 5%" in words for words in traffic.warnings)
        assert any("15 m below and above" in words for words in traffic.warnings)
    fence = (SAMPLES / "multicopter.plan").read_bytes()
    assert any("geofence" in words for words in qgc_plan.read(fence, "p", READY).warnings)


def test_the_width_of_the_caller_counts() -> None:
    options = ReadOptions(takeoff=TAKEOFF, half_width_m=75.0)
    assert intent(take_off(), options=options).volumes[0].footprint == Circle.of(46.0, 8.0, 75.0)


@pytest.mark.parametrize(
    ("items", "mission", "error", "words"),
    [
        ([], {}, InvalidInput, "no items"),
        ([simple(17, [0, 0, 0, 0, 46, 8, 50])], {}, InvalidTimeRange, "unlimited loiter"),
        ([simple(192, [0] * 7)], {}, InvalidInput, "command 192"),
        ([simple(31_000, [0] * 7)], {}, InvalidInput, "command 31000"),
        ([simple(177, [9, 1, 0, 0, 0, 0, 0])], {}, InvalidInput, "no item 9"),
        ([simple(177, [1, -1, 0, 0, 0, 0, 0])], {}, InvalidInput, "endless"),
        ([simple(93, [-1, 8, 0, 0, 0, 0, 0])], {}, InvalidTimeRange, "time of day"),
        ([simple(93, [1e9, 0, 0, 0, 0, 0, 0])], {}, AreaTooLarge, "longer than 3 days"),
        ([waypoint(46.1, frame=1)], {}, InvalidAltitude, "frame 1"),
        ([waypoint(46.1, height=None)], {}, InvalidAltitude, "no altitude"),
        ([waypoint(0.0, 0.0)], {}, InvalidInput, "without a position"),
        ([waypoint(146.1)], {}, InvalidInput, "latitude"),
        ([simple(16, [0, 0, 0])], {}, InvalidInput, "7 params"),
        ([{"type": "ComplexItem", "complexItemType": "StructureScan"}], {}, InvalidInput, "path"),
        ([7], {}, InvalidInput, "not an object"),
        ([take_off()], {"hoverSpeed": 0}, InvalidInput, "speed"),
        ([take_off()], {"hoverSpeed": None}, InvalidInput, "not a number"),
        ([take_off()], {"vehicleType": [2]}, InvalidInput, "vehicleType"),
        ([take_off()], {"vehicleType": 10}, InvalidInput, "does not fly"),
        ([take_off()], {"plannedHomePosition": [46, 8, None]}, InvalidInput, "launch position"),
        ([simple(206, [0] * 7)], {}, InvalidInput, "nothing in the plan"),
    ],
)
def test_what_cannot_be_followed_is_refused(
    items: list[object], mission: dict[str, object], error: type[InvalidInput], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        plan(*items, **mission)
    assert caught.value.facts["file"] == "survey.plan"


def test_jumps_within_jumps_end() -> None:
    jumps = [simple(177, [1, 30_000, 0, 0, 0, 0, 0], frame=2)] * 3
    with pytest.raises(AreaTooLarge):
        plan(simple(206, [0] * 7, doJumpId=1), *jumps)


@pytest.mark.parametrize("head", ['{"filetype": "plan"', '{ "groundstation":"qgroundcontrol"'])
def test_plans_are_recognised(head: str) -> None:
    assert qgc_plan.recognises(head)
    assert not qgc_plan.recognises('{"type": "FeatureCollection"}'.lower())


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not beside the checkout")
def test_plans_by_others() -> None:
    square = qgc_plan.read((SHARED / "simple_square.plan").read_bytes(), "s.plan", READY)
    assert len(square.intents[0].volumes) == 5
    mixed = (SHARED / "multirotor_mixed_frames.plan").read_bytes()
    with pytest.raises(InvalidAltitude, match=r"mission\.items\[5\].*--ground"):
        qgc_plan.read(mixed, "m.plan", READY)
    ground = AltitudePolicy(ground_amsl_m=(380.0, 700.0))
    read = qgc_plan.read(mixed, "m.plan", ReadOptions(takeoff=TAKEOFF, altitude=ground))
    assert len(read.intents[0].volumes) > 20
