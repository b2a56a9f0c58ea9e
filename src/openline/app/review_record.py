"""Review an exported record: verify it, and count what is in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openline.app.review_line import LineReading, line_values
from openline.app.verify_record import VerifiedExport, verify_file
from openline.formats.instants import format_instant
from openline.formats.record_lines import EntryLine
from openline.line.fingerprint import fingerprint
from openline.line.note import Note
from openline.line.record.review import Review, Reviewer
from openline.line.reviewed import LineReview

Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class ReviewedRecord:
    """A verified export and its review. `period` is None for all of it.

    line: what the line's entries in it amount to; None if there is no line. remarks: on these.
    """

    export: VerifiedExport
    review: Review
    period: Period | None
    line: LineReview | None = None
    remarks: tuple[str, ...] = ()


def review_file(name: str, period: Period | None = None) -> ReviewedRecord:
    """Verify an export and count the entries of a period. Raises: as `verify_file`."""
    reviewer, line = Reviewer(period), LineReading(period)

    def take(item: EntryLine | Note) -> None:
        if isinstance(item, EntryLine):
            time = datetime.fromisoformat(item.time)
            reviewer.take(item.sequence, time, item.party, item.kind, len(item.body))
            line.take(item, time)

    done = verify_file(name, seen=take)
    return ReviewedRecord(done, reviewer.result(), period, line.result(), line.remarks)


def review_values(reviewed: ReviewedRecord) -> dict[str, Any]:
    """The review as JSON values, the same for everybody who holds the same record."""
    header, record = reviewed.export.header, reviewed.export.record
    period = reviewed.period
    review = reviewed.review
    return {
        "record": record.origin,
        "key": str(header.key),
        "fingerprint": " ".join(fingerprint(header.key.public_key)),
        "size": record.head.size,
        "root": record.head.root.hex(),
        "checkpoints": record.checkpoints,
        "cosigned": [
            {
                "name": one.name,
                "size": one.size,
                "time": None if one.time is None else format_instant(one.time),
            }
            for one in record.cosigned
        ],
        "period": None if period is None else [format_instant(end) for end in period],
        "entries": review.entries,
        "parties": [
            {
                "party": one.party,
                "entries": one.entries,
                "kinds": dict(one.kinds),
                "body_bytes": one.body_bytes,
                "first": format_instant(one.first),
                "last": format_instant(one.last),
            }
            for one in review.parties
        ],
        "days": dict(review.days),
        "silences": [
            {
                "after_entry": one.after_entry,
                "start": format_instant(one.start),
                "end": format_instant(one.end),
                "duration_s": one.duration.total_seconds(),
            }
            for one in review.silences
        ],
        "line": None if reviewed.line is None else line_values(reviewed.line),
        "remarks": [*reviewed.export.remarks, *reviewed.remarks],
    }
