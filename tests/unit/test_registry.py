"""Detection by content over all samples, and the way in and out."""

from pathlib import Path

import pytest

from openline.errors import AreaTooLarge, UnknownFormat
from openline.formats import registry
from openline.formats.traffic import ReadOptions, Traffic
from tests.format_samples import OPTIONS, folders, samples


def _is_unmarked_utf8(data: bytes) -> bool:
    try:
        return not data.startswith(b"PK") and not data.decode().startswith("\ufeff")
    except UnicodeDecodeError:
        return False


SAMPLES = [(name, path) for name in folders() for path in samples(name)]
IDS = [f"{name}-{path.name}" for name, path in SAMPLES]
READABLE = [f.name for f in registry.FORMATS if f.readable]


@pytest.mark.parametrize("name", READABLE)
def test_every_format_has_samples(name: str) -> None:
    assert samples(name), f"add a file to tests/samples/{name}/"


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=IDS)
@pytest.mark.parametrize("source", ["{own}", "-", "file", "file.bin", "file.csv", "file.kml"])
def test_a_format_is_found_by_its_content(name: str, path: Path, source: str) -> None:
    found = registry.detect(path.read_bytes(), source.format(own=path.name))
    assert found.name == name


UTF8 = [(name, path) for name, path in SAMPLES if _is_unmarked_utf8(path.read_bytes())]


@pytest.mark.parametrize(("name", "path"), UTF8, ids=[path.name for _, path in UTF8])
def test_a_byte_order_mark_changes_nothing(name: str, path: Path) -> None:
    data = path.read_bytes()
    marked = b"\xef\xbb\xbf" + data
    assert registry.detect(marked, "-").name == name
    assert registry.read(marked, "-", OPTIONS) == registry.read(data, "-", OPTIONS)


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=IDS)
def test_every_sample_is_read(name: str, path: Path) -> None:
    traffic = registry.read(path.read_bytes(), path.name, OPTIONS)
    assert traffic.entities()
    assert all(entity.source and path.name in entity.source for entity in traffic.entities())


@pytest.mark.parametrize(("name", "path"), SAMPLES, ids=IDS)
def test_the_callers_party_overrides_the_files(name: str, path: Path) -> None:
    options = ReadOptions(
        "Caller", OPTIONS.takeoff, OPTIONS.altitude, OPTIONS.half_width_m, OPTIONS.between
    )
    traffic = registry.read(path.read_bytes(), path.name, options)
    assert {entity.party for entity in traffic.entities()} == {"Caller"}


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"\xef\xbb\xbf", b"hello", b"\x89PNG\r\n", b"{}", b"[]"]
)
def test_anything_else_is_no_format(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        registry.detect(data, "what.json")


def test_a_name_that_is_no_format_is_refused() -> None:
    with pytest.raises(UnknownFormat, match="geojson"):
        registry.by_name("shapefile")
    with pytest.raises(UnknownFormat):
        registry.write(Traffic(), "notam")


def test_a_file_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FILE_BYTES_MAX", 10)
    with pytest.raises(AreaTooLarge, match="11 bytes"):
        registry.read(b"12345678901", "a", OPTIONS)


def test_names_modules_and_suffixes_are_consistent() -> None:
    names = [f.name for f in registry.FORMATS]
    assert len(names) == len(set(names))
    for candidate in registry.FORMATS:
        module = candidate.load()
        assert hasattr(module, "read") == candidate.readable
        assert not candidate.writable or hasattr(module, "write")
        assert all(suffix.startswith(".") for suffix in candidate.suffixes)
