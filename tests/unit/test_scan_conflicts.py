"""`openline scan --lookahead`: what was predicted, when, and what became of it."""

import bisect
import csv
import io
import json
import math
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from jsonschema import Draft202012Validator, FormatChecker

from openline.airspace.encounter import predicted
from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.motions import motions_of
from openline.airspace.encounter.recording import JoinRules, Samples, cleaned
from openline.app import scan_tracks as scan_module
from openline.app.scan_engine import Engine
from openline.app.scan_tracks import ScanOptions, scan_tracks
from openline.errors import InvalidInput
from openline.formats.losses import Outcome, Scan, write_csv, write_geojson, write_json
from openline.formats.losses_parquet import write_losses_parquet
from openline.report.scan_page import render_scan
from tests.unit.command import invoke
from tests.unit.test_scan import FEET, RADAR, START, Row, straight, write

LOOKAHEAD_S = 120.0
HALF_S = 9260 / math.sqrt(2) / 200  # of a loss at a right angle, both at 200 m/s


def scan(path: Path, rows: list[Row], **options: Any) -> Scan:
    asked = ScanOptions(RADAR, **{"lookahead_s": LOOKAHEAD_S, **options})
    return scan_tracks([write(path / "tracks.csv", rows)], asked)


def since(instant: datetime) -> float:
    return instant.timestamp() - START


def turned(rows: list[Row], second: float, azimuth: float, mps: float) -> list[Row]:
    """The same aircraft, but on another course from a position on."""
    before = [row for row in rows if row[1] <= second]
    name, begin, lat, lng, feet = before[-1]
    after = []
    for _, time, *_ in rows[len(before) :]:
        way = Geodesic.WGS84.Direct(lat, lng, azimuth, (time - begin) * mps)
        after.append((name, time, way["lat2"], way["lon2"], feet))
    return before + after


@pytest.mark.parametrize(
    ("lat", "lng"), [(47.0, 8.0), (0.0, 180.0), (-33.0, -179.99), (89.97, 10.0), (-89.99, 0.0)]
)
def test_two_that_cross_are_predicted_the_lookahead_before(
    tmp_path: Path, lat: float, lng: float
) -> None:
    """Straight on, the loss begins 600 s less 32.7 s after the start: known 120 s before."""
    rows = straight("aa", lat, lng, 0, 200, 30_000) + straight("bb", lat, lng, 90, 200, 30_000)
    found = scan(tmp_path, rows)
    (conflict,), (loss,) = found.conflicts, found.losses
    assert (conflict.first, conflict.second) == ("aa", "bb")
    assert since(conflict.first_predicted) == pytest.approx(600 - HALF_S - 120, abs=0.05)
    assert since(conflict.last_predicted) == pytest.approx(600 - HALF_S, abs=0.05)
    assert since(conflict.enter) == pytest.approx(600 - HALF_S, abs=0.05)
    assert since(conflict.closest) == pytest.approx(600, abs=0.05)
    assert conflict.lateral_m < 1.0
    place = Geodesic.WGS84.Inverse(lat, lng, conflict.latitude_deg, conflict.longitude_deg)
    assert place["s12"] < 5.0
    assert (conflict.outcome, conflict.loss) == (Outcome.LOSS, 1)
    assert conflict.warning_s == pytest.approx(120, abs=0.1)
    assert loss.warning_s == conflict.warning_s


def test_who_turns_away_was_in_conflict_and_came_not_close(tmp_path: Path) -> None:
    """Seen 5 s to 10 s after the turn: the first position after it says how it flies now."""
    rows = straight("aa", 47, 8, 0, 200, 30_000)
    rows += turned(straight("bb", 47, 8, 90, 200, 30_000), 520, 270, 200)
    found = scan(tmp_path, rows)
    (conflict,) = found.conflicts
    assert found.losses == ()
    assert (conflict.outcome, conflict.loss, conflict.warning_s) == (Outcome.NONE, None, None)
    assert since(conflict.first_predicted) == pytest.approx(600 - HALF_S - 120, abs=0.05)
    assert since(conflict.last_predicted) == pytest.approx(530, abs=0.01)


def test_who_is_no_longer_followed_leaves_the_outcome_open(tmp_path: Path) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000)
    rows += [r for r in straight("bb", 47, 8, 90, 200, 30_000) if not 500 < r[1] < 700]
    (conflict,) = scan(tmp_path, rows).conflicts
    assert conflict.outcome is Outcome.UNKNOWN
    assert since(conflict.last_predicted) == 500


def test_a_loss_out_of_a_turn_was_not_predicted_in_time(tmp_path: Path) -> None:
    """Side by side, 12 km apart; one turns towards the other 20 s before it is too close."""
    rows = straight("aa", 47, 8, 0, 200, 30_000)
    beside = Geodesic.WGS84.Direct(47, 8, 90, 12_000)
    other = straight("bb", beside["lat2"], beside["lon2"], 0, 200, 30_000)
    found = scan(tmp_path, rows + turned(other, 600, 300, 200))
    (conflict,), (loss,) = found.conflicts, found.losses
    assert since(conflict.first_predicted) == pytest.approx(610, abs=0.01)
    assert loss.warning_s == pytest.approx(since(loss.enter) - 610, abs=0.01)
    assert loss.warning_s is not None
    assert 0 < loss.warning_s < 20


def test_what_already_is_a_loss_is_no_prediction(tmp_path: Path) -> None:
    trail = straight("aa", 47, 8, 30, 200, 9000) + straight("bb", 47, 8, 30, 200, 9000, late_s=-20)
    found = scan(tmp_path, trail)
    assert [loss.warning_s for loss in found.losses] == [None]
    assert found.conflicts == ()


def test_a_mistaken_position_is_counted_and_a_step_of_25_feet_is_level(tmp_path: Path) -> None:
    """1,500 ft apart; a single altitude 300 ft off is a climb of 30 ft/s for ten seconds."""
    rows = straight("aa", 47, 8, 0, 200, 30_000)
    rows += straight("bb", 47, 8, 90, 200, 31_500, late_s=-4.5)
    wrong = rows.copy()
    wrong[53] = (*rows[53][:4], 30_300.0)
    found = scan(tmp_path, wrong)
    assert found.losses == ()
    assert [c.positions for c in found.conflicts] == []
    assert found.fleeting == 1
    for step in range(40, 60, 2):
        wrong[step] = (*rows[step][:4], 30_025.0)
    wrong[53] = (*rows[53][:4], 30_025.0)
    assert (scan(tmp_path, wrong).conflicts, scan(tmp_path, wrong).fleeting) == ((), 0)


def traffic(seed: int, count: int, lat: float, lng: float, hours: float = 0.3) -> list[Row]:
    """Aircraft that turn, climb and are lost at random around a place."""
    dice = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(count):
        way = Geodesic.WGS84.Direct(lat, lng, dice.uniform(0, 360), dice.uniform(0, 30_000))
        at, azimuth, mps = (way["lat2"], way["lon2"]), dice.uniform(0, 360), dice.uniform(30, 250)
        feet, rate, turn, time = 1000.0 * dice.integers(20, 22), 0.0, 0.0, dice.uniform(0, 30)
        while time < 3600 * hours:
            rows.append((f"{number:02}", round(time, 3), *at, round(feet / 25) * 25.0))
            if dice.uniform() < 0.1:
                turn = float(dice.choice([0.0, 0.0, 3.0, -3.0, -1.0]))
                rate = float(dice.choice([0.0, 0.0, 20.0, -20.0]))
            step = 150.0 if dice.uniform() < 0.01 else float(dice.uniform(1, 25))
            azimuth += turn * min(step, 20)
            way = Geodesic.WGS84.Direct(*at, azimuth, mps * step)
            at, azimuth = (way["lat2"], way["lon2"]), way["azi2"]
            feet, time = feet + rate * step, time + step
    return rows


def asked(rows: list[Row], ahead_s: float) -> Any:
    """What `conflicts_among` is asked for rows whose names are numbers."""
    names, times, lats, lngs, feet = zip(*rows, strict=True)
    track = [int(name) for name in names]
    height = np.array(feet) * FEET
    samples = Samples.of(track, track, times, lats, lngs, height)
    clean, _ = cleaned(samples, JoinRules(), 0, 1e5)
    motions = motions_of(clean, JoinRules())
    return motions, Cylinder(9260.0, 999 * FEET), FEET, ahead_s, 0.0, 1e5


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every prediction for itself: breaks of a minute are not filled."""
    monkeypatch.setattr(predicted, "JOIN_S", 0.0)


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(("lat", "lng"), [(47.0, 8.0), (0.1, 179.9), (89.8, 0.0)])
def test_the_same_as_plain_stepping_through_time(lat: float, lng: float) -> None:
    """Every pair, every few seconds, geodesics and chords: no search, no bins, no closed form."""
    rows = traffic(5, 14, lat, lng)
    told: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for one in predicted.conflicts_among(*asked(rows, 100.0)):
        pair = (f"{one.first:02}", f"{one.second:02}")
        told.setdefault(pair, []).append((one.first_s, one.last_s))
    seen = refuted = 0
    for pair, instant, sure, possible in plain(rows, 100.0):
        is_told = any(a <= instant <= b for a, b in told.get(pair, ()))
        assert is_told or not sure, (pair, instant)
        assert possible or not is_told, (pair, instant)
        seen, refuted = seen + sure, refuted + (not possible)
    assert seen > 25
    assert refuted > 1000


Course = tuple[float, float, Any, Any, Any]


def plain(rows: list[Row], ahead_s: float) -> Iterator[tuple[tuple[str, str], float, bool, bool]]:
    """For pairs and instants: whether a loss ahead is certain, and whether it is possible."""
    courses: dict[str, list[Course]] = {}
    for name in sorted({row[0] for row in rows}):
        mine = sorted(row[1:] for row in rows if row[0] == name)
        for k in range(1, len(mine) - 1):
            if mine[k + 1][0] - mine[k][0] > 120:
                continue
            base = k
            while base and mine[base][0] - mine[base - 1][0] <= 120:
                if mine[k][0] - mine[base][0] >= 5 or mine[k][0] - mine[base - 1][0] > 120:
                    break
                base -= 1
            passed = mine[k][0] - mine[base][0]
            if passed < 1.5:
                continue
            way = Geodesic.WGS84.Inverse(*mine[base][1:3], *mine[k][1:3])
            climb = (mine[k][3] - mine[base][3]) / passed
            line = Geodesic.WGS84.Line(*mine[k][1:3], way["azi2"])
            rate = 0.0 if abs(climb * passed) <= 25.2 else climb
            begin, speed = mine[k][0], way["s12"] / passed
            grid = np.arange(math.ceil(begin / 4) * 4, mine[k + 1][0] + ahead_s, 4.0)
            at = [line.Position(speed * (t - begin)) for t in grid.tolist()]
            places = np.array([_space(p["lat2"], p["lon2"]) for p in at]).reshape(-1, 3)
            heights = mine[k][3] + rate * (grid - begin)
            course = (begin, mine[k + 1][0], grid, places, heights)
            courses.setdefault(name, []).append(course)
    names = sorted(courses)
    for instant in np.arange(8.0, max(row[1] for row in rows), 8.0).tolist():
        now = {name: _course(courses[name], instant) for name in names}
        for k, one in enumerate(names):
            for other in names[k + 1 :]:
                both = now[one], now[other]
                if both[0] is None or both[1] is None:
                    continue
                yield (one, other), instant, *_judged(*both, instant, ahead_s)


def _course(courses: list[Any], instant: float) -> Any:
    row = bisect.bisect_right([course[0] for course in courses], instant) - 1
    return courses[row] if row >= 0 and instant < courses[row][1] else None


def _judged(one: Any, other: Any, instant: float, ahead_s: float) -> tuple[bool, bool]:
    (grid, places, heights), (grid_2, places_2, heights_2) = one[2:], other[2:]
    common = np.intersect1d(grid, grid_2)
    common = common[(common >= instant) & (common <= instant + ahead_s + 4)]
    i, j = np.searchsorted(grid, common), np.searchsorted(grid_2, common)
    aside = np.sqrt(((places[i] - places_2[j]) ** 2).sum(axis=1))
    above = np.abs(heights[i] - heights_2[j])
    surely_close = (aside < 9260 - 20) & (above < 999 - 1)
    maybe_close = (aside < 9260 + 1100) & (above < 999 + 85)
    in_time = common <= instant + ahead_s - 0.1
    already = (aside[0] < 9260 + 20) & (above[0] < 999 + 1)
    return bool((surely_close & in_time).any() and not already), bool(maybe_close.any())


def _space(lat: float, lng: float) -> tuple[float, float, float]:
    a, e2 = 6_378_137.0, 0.00669437999014
    sin, cos = math.sin(math.radians(lat)), math.cos(math.radians(lat))
    n = a / math.sqrt(1 - e2 * sin * sin)
    along = math.radians(lng)
    return n * cos * math.cos(along), n * cos * math.sin(along), n * (1 - e2) * sin


@pytest.mark.parametrize("ahead_s", [30.0, 120.0, 900.0])
@pytest.mark.parametrize(("lat", "lng"), [(47.0, 8.0), (89.8, 0.0)])
def test_the_search_drops_no_pair(
    monkeypatch: pytest.MonkeyPatch, lat: float, lng: float, ahead_s: float
) -> None:
    """The same to the last bit if all pairs of a bin are asked."""
    question = asked(traffic(11, 30, lat, lng), ahead_s)
    pruned = predicted.conflicts_among(*question)
    searched: list[int] = []

    def all_pairs(snapshot: Any, *_: Any, group: Any, **__: Any) -> Iterator[Any]:
        one, other = np.triu_indices(len(snapshot), 1)
        same = group[one] == group[other]
        searched.append(len(one))
        yield one[same], other[same]

    monkeypatch.setattr(predicted, "may_meet", all_pairs)
    assert predicted.conflicts_among(*question) == pruned
    assert searched
    assert len(pruned) > 20


def everything(found: Scan) -> tuple[bytes, ...]:
    writers: Any = (write_json, write_csv, write_geojson, write_losses_parquet, render_scan)
    return tuple(write(found) for write in writers)


def test_the_order_of_rows_and_the_period_change_no_byte(tmp_path: Path) -> None:
    rows = traffic(7, 26, 47.0, 8.0)
    expected = scan(tmp_path, rows)
    assert len(expected.conflicts) > 20
    assert {one.outcome for one in expected.conflicts} == set(Outcome)
    mixed = [rows[k] for k in np.random.default_rng(1).permutation(len(rows))]
    assert write_json(scan(tmp_path, mixed)) == write_json(expected)
    for period_s in (480.0, 601.0, 86_400.0):
        other = scan(tmp_path, rows, period_s=period_s)
        assert write_json(other) == write_json(expected)


def test_an_interrupted_scan_goes_on_with_its_conflicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "tracks.csv", traffic(7, 12, 47.0, 8.0, 0.2))
    options = ScanOptions(RADAR, period_s=480.0, lookahead_s=LOOKAHEAD_S)
    expected = everything(scan_tracks([file], options))

    def interrupt(done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    work = str(tmp_path / "work")
    with pytest.raises(KeyboardInterrupt):
        scan_tracks([file], options, work, interrupt)
    with monkeypatch.context() as patch:
        patch.setattr(scan_module, "track_blocks", None)  # nothing is read a second time
        assert everything(scan_tracks([file], options, work)) == expected
    with pytest.raises(InvalidInput, match="with other options"):
        scan_tracks([file], ScanOptions(RADAR, period_s=480.0, lookahead_s=60.0), work)


def test_losses_are_the_same_with_and_without(tmp_path: Path) -> None:
    """And both forms keep to the schema that comes with the package."""
    rows = traffic(7, 26, 47.0, 8.0)
    plainly = json.loads(write_json(scan(tmp_path, rows, lookahead_s=None)))
    widely = json.loads(write_json(scan(tmp_path, rows)))
    assert len(plainly["losses"]) > 5
    assert "conflicts" not in plainly
    schema = files("openline.formats").joinpath("schema/scan.schema.json").read_text("utf-8")
    judge = Draft202012Validator(json.loads(schema), format_checker=FormatChecker())
    for document in (plainly, widely):
        judge.validate(document)
    told = set(json.loads(schema)["$defs"]["conflict"]["properties"])
    assert set(widely["conflicts"][0]) == told
    assert {"loss", "none", "unknown"} == {one["outcome"] for one in widely["conflicts"]}
    for number, (one, other) in enumerate(
        zip(plainly["losses"], widely["losses"], strict=True), start=1
    ):
        assert other["number"] == number
        assert one == {k: v for k, v in other.items() if k not in ("number", "warning_s")}


@pytest.mark.parametrize("ahead_s", [0.0, -1.0, 1801.0, math.nan, math.inf])
def test_a_lookahead_that_makes_no_sense_is_refused(ahead_s: float) -> None:
    with pytest.raises(InvalidInput, match="outside"):
        ScanOptions(RADAR, lookahead_s=ahead_s, engine=Engine())


def test_the_command_tells_both_and_how_they_belong_together(tmp_path: Path) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("=bb", 47, 8, 90, 200, 30_000)
    rows += turned(straight("cc", 50, 8, 90, 200, 30_000), 520, 270, 200)
    rows += straight("dd", 50, 8, 0, 200, 30_000)
    file = write(tmp_path / "tracks.csv", rows)
    asked = ("scan", file, "--minima", "5nm/1000ft", "--lookahead", "2min")
    done = invoke(*asked)
    assert done.exit_code == 1
    losses, conflicts = done.stdout.split("\n\n")
    assert losses.splitlines()[0].split()[0] == "loss"
    assert losses.splitlines()[1].endswith("120 s before")
    assert conflicts.splitlines()[1].endswith("loss 1, 120 s before")
    assert conflicts.splitlines()[2].endswith("no loss")
    assert "2 conflicts predicted within 120 s" in done.stderr
    assert "1 became a loss, 1 did not, of 0 it is not known" in done.stderr
    assert "0 of 1 losses not predicted before they began; the others 120 to" in done.stderr
    as_csv = list(csv.DictReader(io.StringIO(invoke(*asked, "--csv", "-q").stdout)))
    assert [(row["kind"], row["number"], row["outcome"], row["loss"]) for row in as_csv] == [
        ("loss", "1", "", ""),
        ("conflict", "1", "loss", "1"),
        ("conflict", "2", "none", ""),
    ]
    assert as_csv[0]["first"] == "'=bb"
    out, page = tmp_path / "out.geojson", tmp_path / "out.html"
    parquet = tmp_path / "out.parquet"
    written = ("--geojson", str(out), "--html", str(page), "--parquet", str(parquet))
    assert invoke(*asked, *written, "-q").exit_code == 1
    features = json.loads(out.read_text())["features"]
    assert [f["properties"]["kind"] for f in features] == ["loss", "conflict", "conflict"]
    html = page.read_text(encoding="utf-8")
    assert "2 conflicts" in html
    assert "no loss" in html
    from pyarrow import parquet as reader

    table = reader.read_table(parquet)
    assert table["outcome"].to_pylist() == [None, "loss", "none"]
    assert str(table.schema.field("first_predicted").type) == "timestamp[ms, tz=UTC]"
    assert b"lookahead_s" in table.schema.metadata[b"openline.scan"]


def test_no_conflict_is_said(tmp_path: Path) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 60, 8, 90, 200, 30_000)
    file = write(tmp_path / "tracks.csv", rows)
    done = invoke("scan", file, "--minima", "5nm/1000ft", "--lookahead", "5min")
    assert done.exit_code == 0
    assert done.stdout == "No loss of separation.\n\nNo conflict.\n"
    assert "0 conflicts predicted within 300 s" in done.stderr
