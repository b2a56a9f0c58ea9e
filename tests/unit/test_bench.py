"""The benchmark's traffic is what it says, its ways of checking agree, and it runs."""

import json
from pathlib import Path

import pytest
from pyproj import Geod

from bench import baselines, cases, cells, run, traffic
from bench.measure import Spread, percentile
from openline.airspace.volume import Volume4D
from openline.formats.traffic import Traffic
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint

_GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def sky() -> Traffic:
    """Many volumes within half an hour: dense enough to be full of conflicts."""
    return traffic.generate(2000, seed=5, days=0.02)


def _across_m(footprint: Footprint) -> float:
    """The greatest width, by an independent geodesic."""
    if isinstance(footprint, Circle):
        return 2 * footprint.radius_m
    corridor = isinstance(footprint, Corridor)
    points = footprint.path if corridor else footprint.outer
    width = 2 * footprint.half_width_m if corridor else 0.0
    longest = max(_GEOD.inv(a[1], a[0], b[1], b[0])[2] for a in points for b in points)
    return float(longest) + width


def test_the_traffic_has_the_number_of_volumes_that_was_asked_for() -> None:
    for volumes in (1, 2, 199, 1000):
        assert traffic.generate(volumes, seed=1).volume_count == volumes


def test_the_same_seed_makes_the_same_traffic() -> None:
    assert traffic.generate(50, seed=3) == traffic.generate(50, seed=3)
    assert traffic.generate(50, seed=3) != traffic.generate(50, seed=4)


def test_the_traffic_is_as_its_header_says() -> None:
    sky = traffic.generate(2000, seed=2)
    volumes = [volume for intent in sky.intents for volume in intent.volumes]
    assert len(sky.constraints) == 10
    assert all(25_000 <= _across_m(c.volumes[0].footprint) <= 302_000 for c in sky.constraints)
    assert all(180 <= _across_m(volume.footprint) <= 8_100 for volume in volumes)
    assert all(29.8 <= v.altitude_upper_m - v.altitude_lower_m <= 300.2 for v in volumes)
    assert all(4.9 <= _minutes(volume) <= 120.1 for volume in volumes)
    assert len({type(volume.footprint) for volume in volumes}) == 3
    assert len({intent.party for intent in sky.intents}) > 50
    near = sum(_from_metropolis_m(volume) < 60_000 for volume in volumes)
    assert 0.45 < near / len(volumes) < 0.60


def _minutes(volume: Volume4D) -> float:
    return (volume.time_end - volume.time_start).total_seconds() / 60


def _from_metropolis_m(volume: Volume4D) -> float:
    footprint = volume.footprint
    if isinstance(footprint, Circle):
        lat, lng = footprint.centre
    else:
        lat, lng = footprint.path[0] if isinstance(footprint, Corridor) else footprint.outer[0]
    centre = traffic.METROPOLIS
    return float(_GEOD.inv(lng, lat, centre.lng_deg, centre.lat_deg)[2])


def test_brute_force_agrees_with_the_index_and_with_the_call_for_two(sky: Traffic) -> None:
    entities = sky.entities()
    exact = cases.pairs_of(cases.find(sky), entities)
    assert len(exact) > 20
    assert baselines.brute_force(entities) == exact
    few = sorted({number for pair in sorted(exact)[:20] for number in pair})
    among = {(few.index(a), few.index(b)) for a, b in exact if a in few and b in few}
    assert baselines.one_by_one([entities[number] for number in few]) == among


def test_the_usual_ways_agree_with_each_other_and_nearly_with_the_exact_answer(
    sky: Traffic,
) -> None:
    entities = sky.entities()
    exact = cases.pairs_of(cases.find(sky), entities)
    columns = baselines.Columns.of(entities)
    usual = baselines.StrTreeCheck(columns).pairs()
    assert usual == baselines.vectorised_pairs(columns)
    assert len(usual ^ exact) <= 0.02 * len(exact)


def test_boxes_and_cells_report_more_and_miss_nothing(sky: Traffic) -> None:
    entities = sky.entities()
    exact = cases.pairs_of(cases.find(sky), entities)
    boxes, by_cell = baselines.box_pairs(entities), cells.cell_pairs(entities)
    assert exact < boxes
    assert exact < by_cell


def test_the_usual_query_finds_what_the_usual_check_finds(sky: Traffic) -> None:
    entities = sky.entities()
    tree = baselines.StrTreeCheck(baselines.Columns.of(entities))
    pairs = tree.pairs()
    first = min(pairs)[0]
    entity = entities[first]
    shapes = [(baselines.shape_of(v.footprint), v) for v in entity.volumes]
    found = {n for shape, volume in shapes for n in tree.query(shape, volume)}
    others = {n for n in found if entities[n].party != entity.party}
    assert others == {b for a, b in pairs if a == first} | {a for a, b in pairs if b == first}


def test_the_spread_is_median_least_and_greatest() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0, 3)
    assert percentile([float(n) for n in range(100)], 0.99) == 99.0
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0


def test_the_quick_run_writes_its_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = "all_pairs,brute_force,one_new_volume,false_conflicts,curve"
    assert run.main(["--quick", "--only", names, "--sizes", "300", "--out", str(tmp_path)]) == 0
    facts = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert set(facts["cases"]) == set(names.split(","))
    assert facts["cases"]["brute_force"]["identical"] is True
    assert facts["cases"]["curve"][0]["volumes"] == 300
    assert facts["cases"]["curve"][0]["peak_mib"] > 20
    assert facts["cases"]["one_new_volume"]["same_answer_share"] > 0.95
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert page.strip() == capsys.readouterr().out.strip()
    assert "## Growth" in page
