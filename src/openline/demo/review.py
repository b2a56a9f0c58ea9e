"""The record of the demo as a file that anybody can verify, and its review as a page."""

from pathlib import Path
from typing import Final, NamedTuple

from openline.app.export_record import kept_export
from openline.app.peer.common import common_review
from openline.app.read_records import (
    chosen_checkpoints,
    key_of,
    last_sequence,
    records_of,
    source_of,
    witnesses_of,
)
from openline.app.review_record import review_file, review_values
from openline.formats.record_lines import Header
from openline.report.review_page import render_review

RECORD: Final = "record.jsonl"
REVIEW: Final = "review.html"
_BETWEEN: Final = 1_000  # entries between two checkpoints in the export


class Reviewed(NamedTuple):
    """How many entries were verified; where the files are; the page itself."""

    entries: int
    record: Path
    review: Path
    page: bytes


def write_review(db: str, folder: Path, whose: str = "") -> Reviewed:
    """Export what is sealed of the record, verify it, and write its review beside it.

    whose: the names of the files begin with it. Raises: InvalidInput if it does not verify,
    Unreachable, StoreUnavailable.
    """
    record, review = folder / f"{whose}{RECORD}", folder / f"{whose}{REVIEW}"
    with source_of(db) as source:
        size, checkpoints = chosen_checkpoints(source, _BETWEEN)
        header = Header(key_of(source), size, witnesses_of(source))
        with record.open("wb") as file:
            file.writelines(kept_export(header, records_of(source, size), checkpoints))
    page = render_review(review_values(review_file(str(record)))).encode("utf-8", "replace")
    review.write_bytes(page)
    return Reviewed(size, record, review, page)


def common_digest(db: Path, two: tuple[str, str]) -> str:
    """What names all that two parties said to each other, as a record has it.

    Raises: NotFound, Unreachable, StoreUnavailable.
    """
    with source_of(str(db)) as source:
        return str(common_review(records_of(source, last_sequence(source)), two)["digest"])
