"""Losses of separation of a scan as Apache Parquet; needs the extra `parquet`.

Written: one row for each loss or conflict, with the columns of the CSV; instants as timestamps in
    UTC with milliseconds, lengths in metres, degrees of WGS-84. What was asked is in the file's
    metadata.
"""

import io
from typing import Any, Final

from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.losses import Scan, columns, head, rows

_TEXTS: Final = (*("kind", "first", "first_callsign", "second", "second_callsign", "outcome"),)
_COUNTS: Final = ("number", "positions", "loss")
_INSTANTS: Final = (
    *("enter", "exit", "closest", "first_predicted", "last_predicted", "predicted"),
)


def write_losses_parquet(scan: Scan) -> bytes:
    """The losses as a Parquet file. Raises: InvalidInput if the library is not installed."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise InvalidInput(
            "Parquet needs a library that is not installed", cure="install openline[parquet]"
        ) from None
    instant = arrow.timestamp("ms", tz="UTC")
    kinds: dict[str, Any] = dict.fromkeys(_INSTANTS, instant)
    kinds |= dict.fromkeys(_TEXTS, arrow.string()) | dict.fromkeys(_COUNTS, arrow.int64())
    names = columns(scan)
    found = list(rows(scan))
    schema = arrow.schema(
        [(name, kinds.get(name, arrow.float64())) for name in names],
        {"openline.scan": json_text.encode(head(scan))},
    )
    arrays = [arrow.array([row[name] for row in found], schema.field(name).type) for name in names]
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_arrays(arrays, schema=schema), out)
    return out.getvalue()
