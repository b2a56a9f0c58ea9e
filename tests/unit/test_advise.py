"""Advice on scenes whose answers are worked out by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from geographiclib.geodesic import Geodesic

from openline.airspace.advise.advice import Advice, advise
from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.move import Change, raised
from openline.airspace.advise.obstacles import Asking, Sky
from openline.airspace.advise.turn import who_moves
from openline.airspace.advise.windows import free_windows
from openline.airspace.advise.words import change_words, duration
from openline.airspace.entity import Constraint, Entity, IntentState, Notice, OperationalIntent
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.geo.altitude import Altitude, AltitudeBand, AltitudeReference, AltitudeUnit
from openline.geo.circle import Circle

TEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
HERE = Circle.of(47.0, 8.0, 500.0)
STILL = Limits(sideways_m=0.0, climb_m=0.0)
Minutes = tuple[int, int]


def _volume(minutes: Minutes, band: tuple[float, float] = (100.0, 200.0)) -> Volume4D:
    start, end = (TEN + timedelta(minutes=number) for number in minutes)
    return Volume4D.over_ellipsoid(HERE, *band, start, end)


def _intent(name: str, *volumes: Volume4D, priority: int = 0) -> OperationalIntent:
    return OperationalIntent(name, f"party {name}", volumes, priority=priority)


def _advice(
    plan: OperationalIntent,
    *others: Entity,
    limits: Limits = STILL,
    separation: Separation | None = None,
) -> Advice:
    return advise(Asking(plan, Sky.of(others), separation or Separation()), limits, most=20)


def _only(advice: Advice, fact: str) -> list[object]:
    return [getattr(a.changes[0], fact) for a in advice.alternatives if getattr(a.changes[0], fact)]


def test_later_and_earlier_end_exactly_where_the_other_does() -> None:
    minima = Separation(time=timedelta(minutes=5))
    found = _advice(
        _intent("a", _volume((0, 30))), _intent("b", _volume((10, 40))), separation=minima
    )
    # Later: not before 10:40 + 5 min. Earlier: it lasts 30 min and ends by 10:10 - 5 min.
    assert sorted(map(str, _only(found, "delay"))) == ["-1 day, 23:35:00", "0:45:00"]


def test_higher_by_the_minimum_exactly() -> None:
    limits = Limits(sideways_m=0.0, later=timedelta(0), earlier=timedelta(0), height_step_m=0.0)
    minima = Separation(vertical_m=50.0)
    plan, other = _intent("a", _volume((0, 30))), _intent("b", _volume((0, 30), (150.0, 180.0)))
    found = _advice(plan, other, limits=limits, separation=minima)
    assert _only(found, "climb_m") == pytest.approx([130.0])  # 180 + 50 - 100
    found = _advice(plan, other, limits=replace(limits, floor_m=-50.0), separation=minima)
    assert sorted(_only(found, "climb_m")) == pytest.approx([-100.0, 130.0])  # 150 - 50 - 200


def test_both_together_where_that_is_cheaper() -> None:
    """A wall until 11:00 up to 5,000 m; after it low traffic up to 220 m until 20:00."""
    wall = _intent("wall", _volume((-600, 60), (0.0, 5_000.0)))
    low = _intent("low", _volume((60, 600), (0.0, 220.0)))
    limits = Limits(sideways_m=0.0)
    (best, *_) = _advice(_intent("a", _volume((0, 30))), wall, low, limits=limits).alternatives
    (change,) = best.changes
    assert (change.delay, change.climb_m) == (timedelta(hours=1), 120.0)
    assert best.cost == pytest.approx(3_600 + 240)


def test_a_split_leaves_out_what_is_taken() -> None:
    found = _advice(_intent("a", _volume((0, 120))), _intent("b", _volume((50, 60))))
    split = next(a for a in found.alternatives if a.changes[0].lost)
    assert split.changes[0].lost == timedelta(minutes=10)
    starts = [volume.time_start for volume in split.plan.volumes]
    assert starts == [TEN, TEN + timedelta(hours=1)]


def test_as_wide_as_it_can_stay() -> None:
    """Circles of 2,000 and 500 m whose centres are 2,350 m apart: one of 1,850 m would be free."""
    beside = Geodesic.WGS84.Direct(47.0, 8.0, 90.0, 2_350.0)
    there = Circle.of(beside["lat2"], beside["lon2"], 500.0)
    plan = _intent("a", replace(_volume((0, 30)), footprint=Circle.of(47.0, 8.0, 2_000.0)))
    other = _intent("b", replace(_volume((-600, 600)), footprint=there))
    limits = replace(STILL, later=timedelta(0), earlier=timedelta(0))
    # Tried in tenths between its width and half of it: 1,900 m meets the other, 1,800 m does not.
    assert _only(_advice(plan, other, limits=limits), "narrower_m") == pytest.approx([200.0])
    # Of 2,350 - 500 - 100 m with a minimum of 100 m only 1,700 m are left.
    minima = Separation(lateral_m=100.0)
    found = _advice(plan, other, limits=limits, separation=minima)
    assert _only(found, "narrower_m") == pytest.approx([300.0])


def test_one_volume_moves_where_that_is_enough() -> None:
    """In the second half somebody is there up to 150 m; over the first half, from 210 m on."""
    plan = _intent("a", _volume((0, 30)), _volume((30, 60)))
    other = _intent("b", _volume((30, 60), (100.0, 150.0)))
    roof = _intent("roof", _volume((-600, 30), (210.0, 9_000.0)))
    limits = replace(STILL, climb_m=600.0, later=timedelta(0), earlier=timedelta(0))
    found = _advice(plan, other, roof, limits=replace(limits, height_step_m=0.0))
    higher = [one for one in found.alternatives if one.changes[0].climb_m]
    assert [[change.volumes for change in one.changes] for one in higher] == [[(1,)]]
    assert higher[0].changes[0].climb_m == pytest.approx(50.0)
    assert higher[0].plan.volumes[0] == plan.volumes[0]


def test_the_rest_later() -> None:
    """The first volume cannot move: it sits between two others."""
    first, second = _volume((0, 10)), replace(_volume((10, 20)), footprint=Circle.of(47, 8.1, 500))
    plan = _intent("a", first, second)
    fences = _intent("b", _volume((-400, 0)), _volume((10, 500)))
    block = _intent("c", replace(second, time_end=TEN + timedelta(minutes=25)))
    found = _advice(plan, fences, block)
    assert _only(found, "delay") == [timedelta(minutes=15)]
    assert found.alternatives[0].changes[0].volumes == (1,)


def test_none_within_the_limits_names_what_blocks() -> None:
    notice = Notice("n", "authority", TEN, TEN + timedelta(hours=1))
    limits = Limits(later=timedelta(minutes=30), earlier=timedelta(minutes=5))
    found = _advice(_intent("a", _volume((0, 30))), notice, limits=limits)
    assert found.alternatives == ()
    assert found.blockers == (notice,)
    assert found.summary == (
        "Intent a of party a has no way out within the limits: blocked by notice n of authority."
    )


def test_the_window_of_the_limits_holds() -> None:
    limits = replace(STILL, earliest=TEN, latest=TEN + timedelta(minutes=74))
    plan, other = _intent("a", _volume((0, 30))), _intent("b", _volume((10, 45)))
    assert not _advice(plan, other, limits=limits).alternatives
    limits = replace(limits, latest=TEN + timedelta(minutes=75))
    assert _only(_advice(plan, other, limits=limits), "delay") == [timedelta(minutes=45)]


def test_nothing_to_do() -> None:
    found = _advice(_intent("a", _volume((0, 30))), _intent("b", _volume((30, 60))))
    assert (found.conflicts, found.alternatives) == ((), ())
    assert found.summary == "Intent a of party a is in nobody's way as it is."


def test_a_flight_level_moves_by_levels_and_gets_wider() -> None:
    level = AltitudeReference.FL
    lower, upper = (Altitude(v, level, AltitudeUnit.FT) for v in (5_000.0, 6_000.0))
    band = AltitudeBand(lower, upper, 1_400.0, 2_000.0)
    up = raised(band, 304.8)
    assert (str(up.lower), str(up.upper)) == ("FL060", "FL070")
    assert (up.altitude_lower_m, up.altitude_upper_m) == pytest.approx(
        (1_400 + 0.8 * 304.8, 2_000 + 1.2 * 304.8)
    )


def test_what_stands_on_the_ground_is_not_raised() -> None:
    band = AltitudeBand(Altitude(0.0, AltitudeReference.AGL), Altitude(120.0), 10.0, 120.0)
    plan = _intent("a", replace(_volume((0, 30)), altitude=band))
    limits = Limits(sideways_m=0.0, later=timedelta(0), earlier=timedelta(0), narrowest=1.0)
    assert not _advice(plan, _intent("b", _volume((0, 30))), limits=limits).alternatives


def test_who_moves() -> None:
    a, b = _intent("a", _volume((0, 30))), _intent("b", _volume((0, 30)))
    filed = {(a.party, "a"): 0, (b.party, "b"): 1}
    assert who_moves(a, b, filed).mover is who_moves(b, a, filed).mover is b
    assert "filed first" in who_moves(a, b, filed).reason
    assert who_moves(a, replace(b, priority=5), filed).mover is a
    assert who_moves(a, replace(b, state=IntentState.ACTIVATED), filed).mover is a
    assert who_moves(a, replace(b, state=IntentState.CONTINGENT, priority=-9), filed).mover is a
    fixed = Constraint("c", "authority", a.volumes)
    assert who_moves(fixed, a, filed).mover is a
    both = replace(a, state=IntentState.NONCONFORMING)
    assert who_moves(both, fixed, filed).mover is None


def test_free_windows_of_a_day() -> None:
    day = datetime(2026, 11, 22, tzinfo=UTC)
    found = free_windows(
        _volume((0, 1)),
        (day, day + timedelta(days=1)),
        Sky.of(
            (_intent("b", _volume((0, 30)), _volume((20, 60))), _intent("c", _volume((90, 95))))
        ),
        Separation(time=timedelta(minutes=10)),
    )
    hours = [(start.strftime("%d %H:%M"), end.strftime("%d %H:%M")) for start, end in found.free]
    assert hours == [("22 00:00", "22 09:50"), ("22 11:10", "22 11:20"), ("22 11:45", "23 00:00")]
    assert [one.entity.id for one in found.taken] == ["b", "b", "c"]


def test_words() -> None:
    change = Change((0,), timedelta(minutes=65), -30.48, 900.0, 90.0)
    assert change_words(change) == (
        "1 h 05 min later and 100 ft (30 m) lower and 900 m towards 090 degrees (east)"
    )
    assert change_words(Change((0,), climb_m=300.0)) == "300 m (984 ft) higher"
    assert duration(timedelta(seconds=45)) == "45 s"
    assert duration(timedelta(minutes=12, seconds=5)) == "12 min 5 s"


@pytest.mark.parametrize("wrong", [{"later": -1.0}, {"up": float("nan")}, {"sideways": 0.0}])
def test_bad_costs_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Costs(**wrong)
    assert caught.value.facts["field"] in wrong


@pytest.mark.parametrize(
    "wrong",
    [
        {"climb_m": float("inf")},
        {"narrowest": 0.0},
        {"floor_m": 500.0, "ceiling_m": 400.0},
        {"later": timedelta(days=-1)},
        {"earliest": TEN.replace(tzinfo=None)},
    ],
)
def test_bad_limits_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Limits(**wrong)  # type: ignore[arg-type]
