"""The example of a shared sky: what it holds, its conflicts and its near misses.

Authority: the design of the example, on paper, in kilometres and minutes (tools/shared_sky and
examples/shared-sky/README.md). The numbers below were worked out from there, not from results:
    rescue-2, RW-3      sqrt(2) * 955 m between the centres, less 800 m and 250 m
    AFW-9, relief-borkum  the area's corner is 300 m from the corridor, 1200 - 800 ft, 2 minutes
    M5, EMS001          0.46 km south of the corner, times the cosine of the slope, less 100 m
    AFN-4, seals-4      800 ft * 0.3048 - 120 m - 20 m
    rescue-5, parcel-5  290 - 120 - 40.3 m (EGM96 at Eemshaven, where it is greatest on the route)
"""

import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from openline.airspace.entity import Entity
from openline.airspace.find import Findings, find_conflicts
from openline.formats.quantities import parse_minima
from openline.formats.registry import detect, read
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.bounding_region import bounding_region

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples/shared-sky"
MINIMA = parse_minima("500m/500ft/5min")
OPTIONS = ReadOptions(
    takeoff=datetime(2026, 6, 15, 9, 30, tzinfo=UTC),
    altitude=AltitudePolicy(ground_amsl_m=(0.0, 20.0), qnh_hpa=1016.0),
    half_width_m=50.0,
)
FORMATS = {
    "air-force-north.geojson": "geojson",
    "air-force-west.csv": "csv",
    "borkum-parcel.kml": "kml",
    "dollart-dyke.plan": "plan",
    "ems-airspace.txt": "openair",
    "ems-coast-rescue.geojson": "geojson",
    "ems-med.json": "f3548",
    "ems-ports-zones.json": "ed318",
    "ems-watch.geojson": "geojson",
    "harbour-relief.jsonl": "jsonl",
    "juist-media.gpx": "gpx",
    "norddeich.notam": "notam",
    "riff-wind.csv": "csv",
    "seal-count.geojson": "geojson",
}
INTENTS = {
    "Air Force North": 9,
    "Air Force West": 9,
    "Ems Coast Rescue": 6,
    "Harbour Relief": 3,
    "Borkum Parcel": 8,
    "dollart-dyke": 1,
    "ems-med": 7,
    "juist-media": 3,
    "Riff Wind Inspection": 8,
    "Wadden Seal Count": 7,
}
M2, M3, M4, M5, M6 = (
    "44e1ed0c-1160-5cc3-8404-dd2a6e787a7b",
    "9faceb95-58f7-592c-b018-2d76e54e1494",
    "c243c897-abdd-5fca-8cd4-dbb9f20289fc",
    "4c83533a-ec0b-58e9-a6b6-bc2d6d19513b",
    "e7e81a39-619a-5159-ad9f-a3828fa4b802",
)
NOTICE = "EW-2026-166"
# Both ids; the minima infringed (empty: overlap, or no place); lateral m, vertical m, time s
CONFLICTS = [
    ("rescue-1", "Juist village", (), 0, 0, 0),
    ("parcel-3", "seals-2", (), 0, 0, 0),
    ("rescue-2", "RW-3", ("lateral",), 300.6, 0, 0),
    ("AFN-4", "seals-4", ("vertical",), 0, 103.8, 0),
    ("rescue-3", M2, ("time",), 0, 0, 180),
    ("AFW-9", "relief-borkum", ("lateral", "vertical", "time"), 300, 121.9, 120),
    ("AFN-2", "AFW-3", (), 0, 0, 0),
    ("AFN-9", "relief-out", (), 0, 0, 0),
    ("parcel-7", "ED-R 91 MEMMERT", (), 0, 0, 0),
    (M5, "EMS001", ("lateral",), 345, 0, 0),
    ("Norddeich kite festival", "D1204/26", (), 0, 0, 0),
    ("dollart-dyke", M4, (), 0, 0, 0),
    ("rescue-5", "parcel-5", ("vertical",), 0, 129.7, 0),
    (NOTICE, "AFN-7", (), None, None, 0),
    (NOTICE, "RW-8", (), None, None, 0),
]
BOXED_NEAR_MISSES = [
    ("AFW-8", "RW-5"),
    ("AFW-8", "seals-6"),
    ("seals-5", M3),
    ("AFN-3", "AFW-5"),
    ("AFN-5", "AFW-6"),
    ("relief-out", "rescue-4"),
    ("AFN-8", "AFW-7"),
]
OTHER_NEAR_MISSES = [("seals-1", "parcel-1"), ("rescue-6", M6), ("AFN-6", "AFW-4")]


@cache
def traffic() -> Traffic:
    together = Traffic()
    for name in FORMATS:
        together += read((FOLDER / name).read_bytes(), name, OPTIONS)
    return together


@cache
def found() -> Findings:
    everything = traffic()
    return find_conflicts(
        everything.intents, everything.constraints, MINIMA, notices=everything.notices
    )


def entity(name: str) -> Entity:
    (only,) = (e for e in traffic().entities() if e.id == name)
    return only


def test_every_file_is_recognised_by_its_content() -> None:
    assert {p.name for p in FOLDER.iterdir()} == {*FORMATS, "README.md"}
    for name, expected in FORMATS.items():
        assert detect((FOLDER / name).read_bytes(), name).name == expected


def test_what_each_party_sends() -> None:
    counts: dict[str, int] = {}
    for intent in traffic().intents:
        counts[intent.party] = counts.get(intent.party, 0) + 1
    assert counts == INTENTS
    parties = sorted(constraint.party for constraint in traffic().constraints)
    assert parties == ["EDWW", *["Ems Ports Authority"] * 3, *["ems-airspace"] * 4]
    (notice,) = traffic().notices
    assert (notice.id, notice.party, notice.located) == (NOTICE, "Ems Watch", False)


def test_the_conflicts_are_those_designed() -> None:
    pairs = {frozenset((conflict.a.id, conflict.b.id)) for conflict in found()}
    assert pairs == {frozenset(row[:2]) for row in CONFLICTS}
    assert len(found()) == len(CONFLICTS)


@pytest.mark.parametrize("row", CONFLICTS, ids=lambda row: f"{row[0][:12]}-{row[1][:12]}")
def test_how_close_they_come(
    row: tuple[str, str, tuple[str, ...], float | None, float | None, float],
) -> None:
    one, other, infringed, lateral_m, vertical_m, time_s = row
    (conflict,) = (c for c in found() if {c.a.id, c.b.id} == {one, other})
    assert conflict.infringed == infringed
    # 5 m for places rounded to 1e-5 degrees and the sums above; 1 m for the geoid's variation
    assert conflict.distance_m == (None if lateral_m is None else pytest.approx(lateral_m, abs=5))
    assert conflict.vertical_gap_m == (
        None if vertical_m is None else pytest.approx(vertical_m, abs=1)
    )
    assert conflict.time_gap_s == time_s


@pytest.mark.parametrize(("one", "other"), [*BOXED_NEAR_MISSES, *OTHER_NEAR_MISSES])
def test_near_misses_are_no_conflicts(one: str, other: str) -> None:
    assert entity(one).party != entity(other).party
    assert not [c for c in found() if {c.a.id, c.b.id} == {one, other}]


@pytest.mark.parametrize(("one", "other"), BOXED_NEAR_MISSES)
def test_one_box_an_intent_would_report_the_near_miss(one: str, other: str) -> None:
    for a, b in zip(_box(entity(one)), _box(entity(other)), strict=True):
        assert a[0] < b[1]
        assert b[0] < a[1]


def _box(thing: Entity) -> list[tuple[float, float]]:
    """Latitudes, longitudes, altitudes widened by the vertical minimum, seconds."""
    regions = [bounding_region(volume.footprint) for volume in thing.volumes]
    half_m = MINIMA.vertical_m / 2
    return [
        (min(r.south_deg for r in regions), max(r.north_deg for r in regions)),
        (min(r.west_deg for r in regions), max(r.west_deg + r.width_deg for r in regions)),
        (
            min(v.altitude_lower_m for v in thing.volumes) - half_m,
            max(v.altitude_upper_m for v in thing.volumes) + half_m,
        ),
        (
            min(v.time_start for v in thing.volumes).timestamp(),
            max(v.time_end for v in thing.volumes).timestamp(),
        ),
    ]


def test_each_near_miss_is_near() -> None:
    """The exact minimum in time; a datum that hides 40 m; the same hour and area at two levels."""
    (seals,), (parcel,) = entity("seals-1").volumes, entity("parcel-1").volumes
    assert parcel.time_start - seals.time_end == MINIMA.time
    (rescue,), (med,) = entity("rescue-6").volumes, entity(M6).volumes
    as_written_m = rescue.altitude.lower.metres() - med.altitude.upper.metres()
    assert as_written_m < MINIMA.vertical_m < rescue.altitude_lower_m - med.altitude_upper_m
    (high,), (low,) = entity("AFN-6").volumes, entity("AFW-4").volumes
    assert (high.time_start, high.time_end) == (low.time_start, low.time_end)
    assert high.footprint == low.footprint


def test_levels_stay_apart_in_any_weather() -> None:
    """AFN-6 and AFW-4 without QNH: the levels' widest bands are still apart."""
    unknown = ReadOptions(altitude=AltitudePolicy(ground_amsl_m=(0.0, 20.0)))
    names = ("air-force-north.geojson", "air-force-west.csv")
    north, west = (read((FOLDER / name).read_bytes(), name, unknown) for name in names)
    pairs = {
        frozenset((c.a.id, c.b.id))
        for c in find_conflicts(north.intents + west.intents, (), MINIMA)
    }
    assert pairs == {frozenset(("AFN-2", "AFW-3"))}


def test_the_readme_names_every_conflict_and_near_miss() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for one, other in [row[:2] for row in CONFLICTS] + BOXED_NEAR_MISSES + OTHER_NEAR_MISSES:
        short = [name.split("-")[0] if len(name) == 36 else name for name in (one, other)]
        assert any(all(word in line for word in short) for line in rows), f"{one}, {other}"


def test_the_files_are_those_of_the_generator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_shared_sky

    make_shared_sky.main(["--output", str(tmp_path)])
    for name in ["make_shared_sky", *(m for m in sys.modules if m.startswith("shared_sky"))]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in FORMATS:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
