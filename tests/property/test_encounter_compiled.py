"""Compiled intervals are those of numpy to the last bit, however the states are given."""

from typing import Any

import numpy as np
import pytest

from openline.airspace.encounter import compiled_interval, detector
from openline.airspace.encounter.arrays import States
from openline.airspace.encounter.compiled import in_loops
from openline.airspace.encounter.cylinder import Cylinders
from openline.airspace.encounter.well_clear import NAMED
from openline.encounter import Cylinder, Detector, WellClear, loss_intervals
from tests.property.test_encounter_pruning import DETECTORS, traffic

VOLUMES: tuple[Detector, ...] = (
    Cylinder(9260, 304.8),
    Cylinder(150, 30),
    *NAMED.values(),
    WellClear(3e4, 3e3, 60, 60),
)


def states(count: int) -> tuple[Any, Any, Any, Any]:
    """Random states, and as many on a coarse grid: standing, level, touching, tangent, in trail."""
    random = np.random.default_rng(count)
    reach, speed = (4e4, 4e4, 2e3), (300, 300, 20)
    arrays = [random.uniform(-1, 1, (count, 3)) * scale for scale in (reach, speed, reach, speed)]
    for k in (0, 2):
        arrays[k][: count // 2] = np.round(arrays[k][: count // 2] / 926) * 926
        arrays[k][: count // 2, 2] = np.round(arrays[k][: count // 2, 2] / 152.4) * 152.4
        arrays[k + 1][: count // 2] = np.round(arrays[k + 1][: count // 2] / 50) * 50
    return arrays[0], arrays[1], arrays[2], arrays[3]


@pytest.mark.parametrize("volume", VOLUMES, ids=repr)
def test_the_compiled_interval_is_that_of_numpy_to_the_last_bit(volume: Detector) -> None:
    given = states(40_000)
    limits = detector.thresholds_of(volume)
    assert limits is not None
    for shortened in ([], [0], [1, 3], [2, 3], [0, 1, 2, 3]):  # of these one row stands for all
        for step in (1, -2):  # in a row in memory, and not
            arrays = [a[:1] if k in shortened else a[::step] for k, a in enumerate(given)]
            whole = States.of(*arrays)
            by_loops = compiled_interval.spans_of_states(whole, limits, 180.0)
            by_numpy = volume.spans(whole.relative(), 180.0)
            np.testing.assert_array_equal(by_loops, by_numpy)
            assert by_loops[0].shape == (whole.pairs,)
    none = States.of(np.empty((0, 3)), given[1][:1], given[2][:1], given[3][:1])
    assert compiled_interval.spans_of_states(none, limits, 180.0)[0].shape == (0,)


def test_after_many_pairs_the_loops_take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    class Told:
        @staticmethod
        def spans_of_states(given: States, *more: object) -> object:
            calls.append(given.pairs)
            return compiled_interval.spans_of_states(given, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(detector, "_loops", lambda: Told)
    monkeypatch.setattr(detector._asked, "pairs", detector._COMPILED_FROM - 1)
    given = states(100)
    before = loss_intervals(*given, VOLUMES[0], 180.0)
    assert calls == []
    np.testing.assert_array_equal(loss_intervals(*given, VOLUMES[0], 180.0), before)
    assert calls == [100]


def test_a_detector_of_another_kind_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Never(Cylinder):
        def spans(self, pairs, lookahead_s):  # type: ignore[no-untyped-def]
            return np.full((2, len(pairs.east_m)), np.nan)

    monkeypatch.setattr(detector._asked, "pairs", detector._COMPILED_FROM)
    given = states(100)
    assert np.isnan(loss_intervals(*given, Never(9260, 3000), 180.0)).all()
    assert np.isfinite(loss_intervals(*given, Cylinder(9260, 3000), 180.0)).any()


@pytest.mark.parametrize("around", [(47.0, 8.0), (-89.9, 0.0), (90.0, 0.0), (0.0, 180.0)])
@pytest.mark.parametrize("volume", DETECTORS, ids=repr)
def test_the_compiled_losses_of_pairs_are_those_of_numpy(
    around: tuple[float, float], volume: Detector
) -> None:
    aircraft = traffic(4, 300, around, 0.5)
    second, first = np.triu_indices(300, 1)
    limits = detector.thresholds_of(volume)
    assert limits is not None
    each = Cylinders(np.full(len(first), 5000.0), np.linspace(-10, 900, len(first)))
    for asked in (limits, each.thresholds()):
        low, high, enter, leave = in_loops.losses(aircraft, first, second, asked, 300.0)
        whole = volume if asked is limits else each
        expected = np.array(whole.spans(aircraft.relative(first, second), 300.0))
        hit = np.flatnonzero(np.isfinite(expected[0]))
        assert len(hit)
        np.testing.assert_array_equal((low, high), (second[hit], first[hit]))
        np.testing.assert_allclose((enter, leave), expected[:, hit], rtol=1e-9, atol=1e-6)
