"""KMZ: the document inside, and archives that mean harm."""

import io
import zipfile
from pathlib import Path

import pytest

from openline.errors import AreaTooLarge, InvalidInput
from openline.formats import kml, kmz, registry
from openline.formats.traffic import ReadOptions
from openline.limits import ARCHIVE_BYTES_MAX

SAMPLES = Path(__file__).parents[1] / "samples"


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_kmz_reads_as_its_kml() -> None:
    zipped = registry.read((SAMPLES / "kmz" / "areas.kmz").read_bytes(), "areas", ReadOptions())
    plain = kml.read((SAMPLES / "kml" / "areas.kml").read_bytes(), "areas", ReadOptions())
    assert zipped == plain


def test_doc_kml_comes_first_then_the_first_kml() -> None:
    assert kmz.unpack(packed({"a.kml": b"a", "doc.kml": b"doc"}), "f") == b"doc"
    assert kmz.unpack(packed({"x.png": b"x", "b/b.kml": b"b", "a.kml": b"a"}), "f") == b"b"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_refused(method: int) -> None:
    with pytest.raises(InvalidInput, match="compression method"):
        kmz.unpack(packed({"doc.kml": b"<kml/>" * 100}, method), "f.kmz")


def test_no_kml_inside_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"no \.kml"):
        kmz.unpack(packed({"readme.txt": b"x"}), "f.kmz")


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(packed({"doc.kml": b"<kml/>"}))
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    with pytest.raises(InvalidInput, match="encrypted"):
        kmz.unpack(bytes(data), "f.kmz")


def test_a_bomb_is_refused() -> None:
    with pytest.raises(AreaTooLarge, match="unpacks to more than"):
        kmz.unpack(packed({"doc.kml": b" " * (ARCHIVE_BYTES_MAX + 1)}), "f.kmz")
    with pytest.raises(AreaTooLarge, match="times its size"):
        kmz.unpack(packed({"doc.kml": b" " * 4_000_000}), "f.kmz")


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(packed({"doc.kml": b" " * 4_000_000}))
    directory = data.index(b"PK\x01\x02")
    for offset in (22, directory + 24):
        data[offset : offset + 4] = (100).to_bytes(4, "little")
    with pytest.raises(InvalidInput):
        kmz.unpack(bytes(data), "f.kmz")


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(AreaTooLarge, match="entries"):
        kmz.unpack(packed(dict.fromkeys(map(str, range(10_001)), b"")), "f.kmz")


@pytest.mark.parametrize("keep", [4, 20, 60, 100])
def test_a_cut_archive_is_refused_with_the_file(keep: int) -> None:
    with pytest.raises(InvalidInput, match="damaged") as caught:
        kmz.unpack(packed({"doc.kml": b"<kml/>"})[:keep], "f.kmz")
    assert caught.value.facts["file"] == "f.kmz"
