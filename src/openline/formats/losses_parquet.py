"""Losses of separation of a scan as Apache Parquet; needs the extra `parquet`.

Written: one row for each loss, with the columns of the CSV; instants as timestamps in UTC with
    milliseconds, lengths in metres, degrees of WGS-84. What was asked is in the file's metadata.
"""

import io
from dataclasses import fields
from datetime import datetime
from typing import Any

from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.losses import RecordedLoss, Scan, head


def write_losses_parquet(scan: Scan) -> bytes:
    """The losses as a Parquet file. Raises: InvalidInput if the library is not installed."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise InvalidInput(
            "Parquet needs a library that is not installed", cure="install openline[parquet]"
        ) from None
    kinds: dict[Any, Any] = {
        str: arrow.string(),
        float: arrow.float64(),
        datetime: arrow.timestamp("ms", tz="UTC"),
    }
    columns = [(field.name, kinds[field.type]) for field in fields(RecordedLoss)]
    arrays = [
        arrow.array([getattr(loss, name) for loss in scan.losses], kind) for name, kind in columns
    ]
    arrays.append(arrow.array([loss.duration_s for loss in scan.losses], arrow.float64()))
    facts = {"openline.scan": json_text.encode(head(scan))}
    schema = arrow.schema([*columns, ("duration_s", arrow.float64())], facts)
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_arrays(arrays, schema=schema), out)
    return out.getvalue()
