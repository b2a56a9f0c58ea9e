"""`openline scan`: known losses, what is joined and set aside, interruption, real recordings."""

import csv
import io
import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from openline.airspace.encounter.recording import JoinRules, Legs, Samples, legs_of
from openline.airspace.separation import Separation
from openline.app import scan_tracks as scan_module
from openline.app.scan_tracks import ScanOptions, scan_tracks
from openline.errors import InvalidInput, Unreachable
from openline.formats.losses import Scan, write_csv, write_geojson, write_json
from openline.formats.tracks import AltitudeColumn, TrackOptions
from openline.units import METRES_PER_FOOT
from tests.unit.command import invoke, run

START = datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp()
FEET = METRES_PER_FOOT
RADAR = Separation(9260.0, 1000 * FEET)
RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "tracks"
Row = tuple[str, float, float, float, float]  # id, seconds from START, latitude, longitude, feet


def straight(
    name: str, lat: float, lng: float, azimuth: float, mps: float, feet: float, **extra: float
) -> list[Row]:
    """An aircraft that passes a place at 600 s, on the geodesic, a sample each 10 s for 1,200 s."""
    rows = []
    for second in range(0, 1201, 10):
        way = Geodesic.WGS84.Direct(
            lat, lng, azimuth, (second - 600 + extra.get("late_s", 0)) * mps
        )
        rows.append((name, float(second), way["lat2"], way["lon2"], feet))
    return rows


def write(path: Path, rows: Iterable[Row]) -> str:
    lines = ["icao24,timestamp,latitude,longitude,altitude_ft"]
    lines += [f"{n},{START + t},{lat!r},{lng!r},{ft!r}" for n, t, lat, lng, ft in rows]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def scan(path: Path, rows: Iterable[Row], minima: Separation = RADAR, **options: Any) -> Scan:
    return scan_tracks([write(path / "tracks.csv", rows)], ScanOptions(minima, **options))


@pytest.mark.parametrize(
    ("lat", "lng"), [(47.0, 8.0), (0.0, 180.0), (-33.0, -179.99), (89.97, 10.0), (-89.99, 0.0)]
)
def test_two_that_cross_at_a_right_angle(tmp_path: Path, lat: float, lng: float) -> None:
    """Both at 200 m/s, at the crossing at once: closer than 9,260 m for 9,260 sqrt(2) / 200 s."""
    rows = straight("aa", lat, lng, 0, 200, 30_000) + straight("bb", lat, lng, 90, 200, 30_000)
    (loss,) = scan(tmp_path, rows).losses
    half_s = 9260 / math.sqrt(2) / 200
    assert (loss.first, loss.second) == ("aa", "bb")
    assert loss.enter.timestamp() - START == pytest.approx(600 - half_s, abs=0.01)
    assert loss.exit.timestamp() - START == pytest.approx(600 + half_s, abs=0.01)
    assert loss.closest.timestamp() - START == pytest.approx(600, abs=0.01)
    assert loss.lateral_m < 0.5
    assert loss.severity > 0.999
    place = Geodesic.WGS84.Inverse(lat, lng, loss.latitude_deg, loss.longitude_deg)
    assert place["s12"] < 1.0
    assert loss.altitude_m == pytest.approx(30_000 * FEET)


def test_the_closest_point_is_the_worst_instant(tmp_path: Path) -> None:
    """One passes 20 s later: 4,000 m / sqrt(2) at the closest, 600 ft above: 600 / 1000 decides."""
    rows = straight("aa", 47, 8, 0, 200, 30_000)
    rows += straight("bb", 47, 8, 90, 200, 30_600, late_s=-20)
    (loss,) = scan(tmp_path, rows).losses
    assert loss.vertical_m == pytest.approx(600 * FEET)
    assert loss.severity == pytest.approx(0.4, abs=1e-6)
    # 600 ft decides for a while; the closest point of that while is the one to tell.
    assert loss.lateral_m == pytest.approx(4000 / math.sqrt(2), abs=1.0)
    assert loss.closest.timestamp() - START == pytest.approx(610, abs=0.1)


@pytest.mark.parametrize("feet", [1000, 999.5, -1000, -999.5])
def test_exactly_a_thousand_feet_is_separated_whoever_is_above(tmp_path: Path, feet: float) -> None:
    rows = straight("aa", 47, 8, 0, 200, 31_000) + straight("bb", 47, 8, 90, 200, 31_000 + feet)
    assert scan(tmp_path, rows).losses == ()
    nearer = rows[:121] + [
        (n, t, a, b, ft - math.copysign(25, feet)) for n, t, a, b, ft in rows[121:]
    ]
    assert len(scan(tmp_path, nearer).losses) == 1


def test_in_trail_and_hovering_are_found(tmp_path: Path) -> None:
    trail = straight("aa", 47, 8, 30, 200, 9000) + straight("bb", 47, 8, 30, 200, 9000, late_s=-20)
    hover = straight("cc", 50, 8, 0, 0, 300) + straight("dd", 50, 8.01, 0, 0, 300)
    found = scan(tmp_path, trail + hover).losses
    assert [(x.first, x.second, x.duration_s) for x in found] == [
        ("aa", "bb", 1200.0),
        ("cc", "dd", 1200.0),
    ]


def test_a_lone_sample_beside_gaps_is_tested(tmp_path: Path) -> None:
    lone: list[Row] = [("bb", 600.0, 47.0, 8.0, 30_000.0), ("bb", 1100.0, 52.0, 8.0, 30_000.0)]
    (loss,) = scan(tmp_path, straight("aa", 47, 8, 0, 200, 30_000) + lone).losses
    assert loss.duration_s == 0
    assert loss.closest.timestamp() - START == 600
    both = [("aa", 600.0, 47.0, 8.0, 30_000.0), *lone]
    assert len(scan(tmp_path, both).losses) == 1


def test_across_a_gap_nothing_is_joined(tmp_path: Path) -> None:
    rows = [r for r in straight("bb", 47, 8, 90, 200, 30_000) if abs(r[1] - 600) > 70]
    rows += straight("aa", 47, 8, 0, 200, 30_000)
    assert scan(tmp_path, rows).losses == ()
    assert len(scan(tmp_path, rows, join=JoinRules(gap_max_s=170)).losses) == 1


def test_a_jump_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    """A spoofed position beside another aircraft makes no loss, and its neighbours are joined."""
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 47, 8, 90, 200, 30_000)
    clean = scan(tmp_path, rows)
    far = straight("cc", 60, 8, 0, 200, 30_000)
    far[60] = ("cc", 600.0, 47.0, 8.0, 30_000.0)
    spoofed = scan(tmp_path, rows + far)
    assert spoofed.losses == clean.losses
    assert spoofed.set_aside == {"jump": 1}


def test_two_aircraft_under_one_name_are_not_thrown_away(tmp_path: Path) -> None:
    mixed = straight("xx", 47, 8, 0, 200, 30_000)
    mixed += [("xx", t + 5, a, b, ft) for _, t, a, b, ft in straight("xx", 60, 8, 0, 200, 30_000)]
    found = scan(tmp_path, mixed + straight("bb", 47, 8, 90, 200, 30_000))
    assert found.losses
    assert found.set_aside == {}


def test_missing_and_repeated_positions_are_counted(tmp_path: Path) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 47, 8, 90, 200, 30_000)
    extra = [rows[5], ("aa", 601.0, math.nan, 8.0, 30_000.0), ("aa", 602.0, 47.0, 8.0, 9e9)]
    found = scan(tmp_path, rows + extra)
    assert found.losses == scan(tmp_path, rows).losses
    assert found.set_aside == {"no usable position, time or altitude": 2, "repeated instant": 1}
    assert (found.samples, found.tracks) == (245, 2)


def test_the_order_of_rows_and_the_period_change_nothing(tmp_path: Path) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 47, 8, 90, 200, 30_000)
    expected = scan(tmp_path, rows)
    mixed = [rows[k] for k in np.random.default_rng(1).permutation(len(rows))]
    assert scan(tmp_path, mixed).losses == expected.losses
    for period_s in (480.0, 601.0, 86_400.0):
        other = scan(tmp_path, rows, period_s=period_s).losses
        assert len(other) == 1
        assert abs((other[0].enter - expected.losses[0].enter).total_seconds()) <= 0.002
        assert abs((other[0].exit - expected.losses[0].exit).total_seconds()) <= 0.002
        assert other[0].lateral_m == pytest.approx(expected.losses[0].lateral_m, abs=0.1)


def test_an_interrupted_scan_goes_on_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 47, 8, 90, 200, 30_000)
    file = write(tmp_path / "tracks.csv", rows)
    options, work = ScanOptions(RADAR, period_s=480.0), str(tmp_path / "work")
    expected = write_json(scan_tracks([file], options))

    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_tracks([file], options, work, interrupt)
    monkeypatch.setattr(scan_module, "track_blocks", None)  # nothing is read a second time
    assert write_json(scan_tracks([file], options, work)) == expected
    with pytest.raises(InvalidInput, match="other files or with other options"):
        scan_tracks([file], ScanOptions(RADAR, period_s=500.0), work)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="other things"):
        scan_tracks([file], options, str(tmp_path / "full"))


def test_a_scan_interrupted_while_reading_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 47, 8, 90, 200, 30_000)
    good = write(tmp_path / "tracks.csv", rows)
    work = str(tmp_path / "work")
    bad = tmp_path / "bad.csv"
    bad.write_text("icao24,timestamp,latitude,longitude,altitude_ft\naa,1,x,8,1\n")
    with pytest.raises(InvalidInput, match="line 2"):
        scan_tracks([good, str(bad)], ScanOptions(RADAR), work)
    found = scan_tracks([good], ScanOptions(RADAR), work)
    assert write_json(found) == write_json(scan_tracks([good], ScanOptions(RADAR)))


def test_the_same_from_csv_json_lines_and_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 47, 8, 90, 200, 30_000)
    expected = scan(tmp_path, rows).losses
    names = ("icao24", "timestamp", "latitude", "longitude", "altitude_ft")
    records = [dict(zip(names, (n, START + t, *rest), strict=True)) for n, t, *rest in rows]
    lines = tmp_path / "tracks.jsonl"
    lines.write_text("\n\n".join(json.dumps(record) for record in records))
    table = arrow.Table.from_pylist(records)
    instants = arrow.array([int(r["timestamp"] * 1e9) for r in records]).cast(
        arrow.timestamp("ns", tz="UTC")
    )
    table = table.set_column(1, "timestamp", instants)
    parquet.write_table(table, tmp_path / "tracks.parquet")
    semicolons = tmp_path / "semicolons.csv"
    semicolons.write_text(
        "\ufeffLON;lat;TIME;hex;alt_baro\n"
        + "".join(
            f"{b!r};{a!r};{datetime.fromtimestamp(START + t, UTC)};{n};{ft}\n"
            for n, t, a, b, ft in rows
        )
    )
    for path in (lines, tmp_path / "tracks.parquet", semicolons):
        assert scan_tracks([str(path)], ScanOptions(RADAR)).losses == expected
    assert scan_tracks([str(tmp_path)], ScanOptions(RADAR)).losses == expected  # all, repeated


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("icao24,time,lat,lon,altitude\na,1,2,3,4\n", "does not say its unit"),
        ("icao24,time,lat,lon,alt_m,alt_ft\na,1,2,3,4,5\n", "several altitudes"),
        ("icao24,time,lat,lon\na,1,2,3\n", "altitude"),
        ("time,lat,lon,alt_m\n1,2,3,4\n", "column for the id"),
        ("icao24,time,lat,lon,alt_m\na,1,2,3\n", "line 2"),
        ("icao24,time,lat,lon,alt_m\na,1,2,3,4\na,1,two,3,4\n", "line 3"),
        ("icao24,time,lat,lon,alt_m\na,2026-11-22T10:00:00,2,3,4\n", "no time zone"),
        ("icao24,time,lat,lon,alt_m\na,1700000000000,2,3,4\n", "divide milliseconds"),
        ("icao24,time,lat,lat,alt_m\na,1,2,3,4\n", "one name"),
        ('icao24,time,lat,lon,alt_m\n"a,1,2,3,4\n', "line"),
        ("icao24,time,lat,lon,alt_m\n" + "a" * (1 << 20), "too long"),
        ('{"hex":"a","time":1,"lat":2,"lon":3,"alt_m":4}\n[1]\n', "line 2"),
        ('{"hex":"a","time":1,"lat":2,"lon":3,"alt_m":4}\n{"hex":', "line 2"),
        ('{"hex":"a","time":true,"lat":2,"lon":3,"alt_m":4}\n', "line 1"),
        ('{"hex":"a","time":1,"lat":[],"lon":3,"alt_m":4}\n', "line 1"),
        ("PAR1 this is no parquet file", "not readable as Parquet"),
        ("", "empty"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    if text.startswith("PAR1"):
        pytest.importorskip("pyarrow")
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=words) as caught:
        scan_tracks([str(path)], ScanOptions(RADAR))
    assert "bad.csv" in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(b"icao24,time,lat,lon,alt_m\n\xff\xfe,1,2,3,4\n")
    with pytest.raises(InvalidInput, match="UTF-8"):
        scan_tracks([str(path)], ScanOptions(RADAR))
    with pytest.raises(Unreachable):
        scan_tracks([str(tmp_path / "none.csv")], ScanOptions(RADAR))
    with pytest.raises(Unreachable):
        scan_tracks(["a\0b"], ScanOptions(RADAR))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="ends in"):
        scan_tracks([str(tmp_path / "empty")], ScanOptions(RADAR))


@pytest.mark.parametrize(
    "options",
    [
        {"minima": Separation(9260.0, 0.0)},
        {"minima": Separation(0.0, 300.0)},
        {"vertical_tolerance_m": 400.0},
        {"vertical_tolerance_m": math.nan},
        {"period_s": 100.0},
        {"period_s": math.nan},
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        ScanOptions(**{"minima": RADAR, **options})
    for bad in (0.0, math.nan, math.inf, -1.0):
        with pytest.raises(InvalidInput):
            JoinRules(gap_max_s=bad)
        with pytest.raises(InvalidInput):
            JoinRules(speed_max_mps=bad)


def test_the_command(tmp_path: Path) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("=bb", 47, 8, 90, 200, 30_000)
    file = write(tmp_path / "tracks.csv", rows)
    done = run("scan", file, "--minima", "5nm/1000ft")
    assert done.returncode == 1
    assert b"aa" in done.stdout
    assert b"1 loss of separation; 242 positions of 2 aircraft" in done.stderr
    as_json = invoke("scan", file, "--minima", "5nm/1000ft", "--json", "-q")
    (loss,) = json.loads(as_json.stdout)["losses"]
    assert loss["closest"] == "2026-11-22T10:10:00Z"
    as_csv = invoke("scan", file, "--minima", "5nm/1000ft", "--csv", "-q")
    (row,) = csv.DictReader(io.StringIO(as_csv.stdout))
    assert row["first"] == "'=bb"  # a spreadsheet shall not run it
    out = tmp_path / "out.geojson"
    none = invoke("scan", file, "--minima", "5nm/1000ft", "--geojson", str(out))
    assert none.exit_code == 1
    (feature,) = json.loads(out.read_text())["features"]
    assert feature["geometry"]["coordinates"] == pytest.approx([8, 47], abs=1e-5)
    far = invoke("scan", file, "--minima", "5nm/1000ft", "--altitude", "altitude_ft")
    assert far.exit_code == 2
    apart = write(tmp_path / "apart.csv", [*rows[:100], *straight("cc", 60, 8, 0, 200, 30_000)])
    none = invoke("scan", apart, "--minima", "5nm/1000ft")
    assert none.exit_code == 0
    assert none.stdout == "No loss of separation.\n"
    two = invoke("scan", file, "--minima", "5nm/1000ft", "--json", "--csv")
    assert two.exit_code == 2


def test_nothing_to_compare_is_an_error_never_no_loss(tmp_path: Path) -> None:
    one = straight("aa", 47, 8, 0, 200, 30_000)
    unusable: list[Row] = [("bb", 5.0, math.nan, 8.0, 30_000.0)] * 3
    for rows in ([], one, unusable):
        with pytest.raises(InvalidInput, match="nothing to compare"):
            scan(tmp_path, rows)


def test_what_is_written_is_what_was_found(tmp_path: Path) -> None:
    rows = straight("aa", 47, 8, 0, 200, 30_000) + straight("bb", 47, 8, 90, 200, 30_000)
    found = scan(tmp_path, rows)
    document = json.loads(write_json(found))
    assert document["minima"]["vertical_tolerance_m"] == pytest.approx(0.3048)
    assert document["losses"][0] == json.loads(write_geojson(found))["features"][0]["properties"]
    row = next(csv.DictReader(io.StringIO(write_csv(found).decode())))
    assert float(row["lateral_m"]) == document["losses"][0]["lateral_m"]


@pytest.mark.parametrize(("name", "step_s"), [("switzerland", 10.0), ("calfire", 30.0)])
def test_no_loss_of_a_real_recording_is_missed(name: str, step_s: float) -> None:
    """Every pair at every step, without an index: all of it is in a loss that was found."""
    path = RECORDINGS / f"{name}.parquet"
    if not path.exists():
        pytest.skip("no recordings beside this checkout")
    pytest.importorskip("pyarrow")
    options = ScanOptions(RADAR, tracks=TrackOptions("icao24", AltitudeColumn("altitude", "ft")))
    found = scan_tracks([str(path)], options)
    spans: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for loss in found.losses:
        span = (loss.enter.timestamp() - 0.01, loss.exit.timestamp() + 0.01)
        spans.setdefault((loss.first, loss.second), []).append(span)
    names, legs = _real_legs(path, options)
    seen = 0
    for instant in np.arange(np.floor(legs.start_s.min()), legs.end_s.max(), step_s).tolist():
        for pair in _brute_force(legs, names, instant):
            seen += 1
            assert any(a <= instant <= b for a, b in spans.get(pair, ())), (pair, instant)
    assert seen > 500
    assert len(found.losses) > 100


def _real_legs(path: Path, options: ScanOptions) -> tuple[list[str], Legs]:
    from pyarrow import parquet

    table = parquet.read_table(path)
    names = sorted(set(table["icao24"].to_pylist()))
    track = [names.index(name) for name in table["icao24"].to_pylist()]
    time_s = table["timestamp"].to_numpy().astype("int64") / 1e9
    columns = [table[c].to_numpy() for c in ("latitude", "longitude", "altitude")]
    samples = Samples.of(track, track, time_s, columns[0], columns[1], columns[2] * FEET)
    legs, _ = legs_of(samples, options.join, time_s.min(), time_s.max() + 1)
    return names, legs


def _brute_force(legs: Legs, names: list[str], instant: float) -> list[tuple[str, str]]:
    now = np.flatnonzero((legs.start_s <= instant) & (legs.end_s >= instant))
    length = np.maximum(legs.end_s[now] - legs.start_s[now], 1e-9)
    share = ((instant - legs.start_s[now]) / length)[:, np.newaxis]
    place = legs.start_m[now] + share * (legs.end_m[now] - legs.start_m[now])
    climb = legs.end_altitude_m[now] - legs.start_altitude_m[now]
    height = legs.start_altitude_m[now] + share[:, 0] * climb
    first, second = np.triu_indices(len(now), 1)
    # A chord lies up to 30 m below the surface: 9,259 m in space is less than 9,260 m along it.
    near = ((place[first] - place[second]) ** 2).sum(axis=1) < 9259.0**2
    near &= np.abs(height[first] - height[second]) < 999 * FEET - 0.01
    near &= legs.track[now[first]] != legs.track[now[second]]
    pairs = zip(legs.track[now[first[near]]], legs.track[now[second[near]]], strict=True)
    return [tuple(sorted((names[a], names[b]))) for a, b in pairs]  # type: ignore[misc]
