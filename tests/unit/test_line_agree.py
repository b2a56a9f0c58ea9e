"""Which agreement a server takes from its files, and what it says of one that it does not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openline.app.line.agree import read_signed
from openline.errors import InvalidInput
from tests.line_server import START, write_files


def test_a_signed_agreement_is_taken_with_its_files(tmp_path: Path) -> None:
    name = write_files(tmp_path)
    found, entry = read_signed(str(name), START)
    assert entry.read() == found.agreement
    assert entry.area_name == "area.geojson"
    assert entry.signatures == (tmp_path / "agreement.toml.v1.sig").read_bytes()


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 10, 31, tzinfo=UTC), "it begins at 2026-11-01T00:00:00Z"),
        (datetime(2027, 5, 1, tzinfo=UTC), "it ended at 2027-05-01T00:00:00Z"),
    ],
)
def test_an_agreement_out_of_its_time_says_when_it_is(
    tmp_path: Path, now: datetime, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_signed(str(write_files(tmp_path)), now)


def test_an_unsigned_agreement_says_who_is_missing(tmp_path: Path) -> None:
    name = write_files(tmp_path)
    (tmp_path / "agreement.toml.v1.sig").unlink()
    with pytest.raises(InvalidInput, match="north, south, east has not signed it"):
        read_signed(str(name), START)
