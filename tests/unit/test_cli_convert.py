"""`openline convert`: whole files, nothing replaced unasked, nothing lost in silence."""

import json
import os
import stat
from pathlib import Path

from tests.unit.command import feature, invoke, north, write_geojson


def _volumes(path: Path) -> list[tuple[object, ...]]:
    shown = json.loads(invoke("show", str(path), "--json", "--widen-agl").stdout)
    return [
        (entity["party"], entity["id"], *(volume[name] for name in ("time_start", "altitude")))
        for entity in shown[0]["entities"]
        for volume in entity["volumes"]
    ]


def test_the_suffix_says_the_format(tmp_path: Path) -> None:
    source = Path(north(tmp_path))
    for suffix in ("kml", "jsonl", "csv", "f3548"):
        target = tmp_path / f"north.{suffix}"
        result = invoke("convert", str(source), str(target))
        assert result.exit_code == 0, suffix
        assert _volumes(target) == _volumes(source), suffix
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_stdout_needs_a_format(tmp_path: Path) -> None:
    source = north(tmp_path)
    assert invoke("convert", source, "-").exit_code == 2
    result = invoke("convert", source, "-", "--to", "geojson")
    assert json.loads(result.stdout)["type"] == "FeatureCollection"
    assert result.exit_code == 0


def test_an_unknown_target_is_2_with_the_names(tmp_path: Path) -> None:
    for args in (("out.xyz",), ("out.xyz", "--to", "gpx"), ("out.txt", "--to", "nope")):
        result = invoke("convert", north(tmp_path), str(tmp_path / args[0]), *args[1:])
        assert result.exit_code == 2
        assert "geojson" in result.stderr
        assert not (tmp_path / args[0]).exists()


def test_a_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    target = tmp_path / "out.kml"
    target.write_text("mine")
    target.chmod(0o640)
    result = invoke("convert", north(tmp_path), str(target))
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert target.read_text() == "mine"
    assert invoke("convert", north(tmp_path), str(target), "--force").exit_code == 0
    assert target.read_text().startswith("<?xml")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_link_is_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "real.kml", tmp_path / "link.kml"
    target.write_text("old")
    link.symlink_to(target)
    assert invoke("convert", north(tmp_path), str(link), "--force").exit_code == 0
    assert link.is_symlink()
    assert target.read_text().startswith("<?xml")


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        invoke("convert", north(tmp_path), str(tmp_path / "out.kml"))
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "out.kml").stat().st_mode) == 0o640


def test_in_and_out_are_two_files(tmp_path: Path) -> None:
    source = north(tmp_path)
    assert invoke("convert", source, source, "--force").exit_code == 2


def test_what_the_target_cannot_hold_is_said(tmp_path: Path) -> None:
    zone = feature("Z-1", 7.5, kind="constraint", altitude_reference="AMSL")
    source = write_geojson(tmp_path / "mixed.geojson", zone, feature("N-1", 8.0))
    result = invoke("convert", source, str(tmp_path / "out.openair"))
    assert result.exit_code == 0
    assert "1 of 1 operational intents are not held" in result.stderr
    assert "1 more constraints than before" in result.stderr
    assert "party of 2 entities is lost or changed" in result.stderr


def test_nothing_is_written_if_nothing_can_be_held(tmp_path: Path) -> None:
    notice = feature("MSG", 0.0, kind="notice") | {"geometry": None}
    source = write_geojson(tmp_path / "notice.geojson", notice)
    for suffix in ("openair", "f3548"):
        target = tmp_path / f"out.{suffix}"
        result = invoke("convert", source, str(target))
        assert result.exit_code == 2
        assert "choose another format" in result.stderr
        assert not target.exists()


def test_a_place_that_is_not_there_is_3(tmp_path: Path) -> None:
    assert invoke("convert", str(tmp_path / "x.kml"), str(tmp_path / "y.kml")).exit_code == 3
    result = invoke("convert", north(tmp_path), str(tmp_path / "no" / "y.kml"))
    assert result.exit_code == 3
