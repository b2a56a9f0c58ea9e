"""Position reports as an Arrow stream: the columns are the members of `positions_json`.

Source: Apache Arrow columnar format, IPC streaming. Needs the extra `parquet`.
Read: one record batch or several; columns of the names and types there; `time` may be a timestamp.
Refused: as in `positions_json`, single rows with their number.
"""

from datetime import UTC, datetime
from typing import Any, Final

from openline.errors import AreaTooLarge, InvalidInput, UnknownFormat
from openline.formats.positions_json import POSITIONS_MAX, Positions, report_of
from openline.formats.reports import Reports

MEDIA_TYPE: Final = "application/vnd.apache.arrow.stream"


def read(data: bytes, feed: str, received: datetime, party: str | None = None) -> Positions:
    """The positions of a stream. Raises: InvalidInput, UnknownFormat without the library."""
    try:
        import pyarrow as arrow
    except ImportError:
        raise UnknownFormat(
            "Arrow needs a library that is not installed here", cure="send JSON"
        ) from None
    found = Reports()
    try:
        with arrow.ipc.open_stream(data) as stream:
            rows = 0
            for batch in stream:
                rows += batch.num_rows
                if rows > POSITIONS_MAX:
                    raise AreaTooLarge(
                        f"more than {POSITIONS_MAX:,} positions", cure="send them in parts"
                    )
                _take(batch.to_pylist(), rows - batch.num_rows, found, feed, received, party)
    except (arrow.ArrowException, OSError, ValueError) as error:
        problem = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InvalidInput(f"this is no Arrow stream: {problem}", file=feed) from None
    return Positions(found)


def _take(
    rows: list[dict[str, Any]],
    first: int,
    found: Reports,
    feed: str,
    received: datetime,
    party: str | None,
) -> None:
    for number, row in enumerate(rows, first):
        known = {name: value for name, value in row.items() if value is not None}
        time = known.get("time")
        if isinstance(time, datetime):
            aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
            known["time"] = aware.timestamp()
        try:
            found.reports.append(report_of(known, feed, received, party))
        except InvalidInput as error:
            found.refuse(error.at(element=f"row {number}"))
