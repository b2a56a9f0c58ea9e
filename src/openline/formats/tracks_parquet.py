"""Recorded positions in Apache Parquet, read batch by batch; needs the extra `parquet`.

Source: Apache Parquet; the columns: `tracks`.
Read: the columns that are needed and no other. Times are timestamps (without a time zone they are
    UTC, as Parquet's are unless said otherwise), numbers of seconds, or RFC 3339 text.
Refused: columns of other types, files that are damaged.
Errs toward: refusing. Null is a missing value.
"""

from array import array
from collections.abc import Iterator
from typing import Any, BinaryIO

from openline.errors import InvalidInput, UnknownFormat
from openline.formats.tracks import (
    ROWS_PER_BLOCK,
    TIME_MAX_S,
    Doubles,
    TrackColumns,
    TrackOptions,
    TrackRows,
    columns_of,
    instant_s,
)


def read_parquet(file: BinaryIO, source: str, options: TrackOptions) -> Iterator[TrackRows]:
    """Blocks of rows. Raises: InvalidInput with the file and column, UnknownFormat."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise UnknownFormat(
            "Parquet needs a library that is not installed",
            cure="install openline[parquet]",
            file=source,
        ) from None
    try:
        reader = parquet.ParquetFile(file)
        columns = columns_of(reader.schema_arrow.names, options)
        for batch in reader.iter_batches(ROWS_PER_BLOCK, columns=columns.names()):
            yield _rows(batch, columns)
    except InvalidInput as error:
        raise error.at(file=source) from None
    except (arrow.ArrowException, OSError) as error:
        problem = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InvalidInput(f"not readable as Parquet: {problem}", file=source) from None


def _rows(batch: Any, columns: TrackColumns) -> TrackRows:
    tracks, track = _words(batch, columns.id)
    labels, label = [""], array("d", bytes(8 * batch.num_rows))
    if columns.label is not None:
        labels, label = _words(batch, columns.label)
    rows = TrackRows(tracks, labels, track, label, altitude_name=columns.altitude.name)
    rows.time_s = _times(batch, columns.time)
    rows.latitude_deg = _numbers(batch, columns.latitude)
    rows.longitude_deg = _numbers(batch, columns.longitude)
    altitude, metres = _numbers(batch, columns.altitude.name), columns.altitude.metres
    rows.altitude_m = array("d", (value * metres for value in altitude))
    if "" in tracks:
        nobody = tracks.index("")
        for row, name in enumerate(track):
            if name == nobody:
                rows.time_s[row] = float("nan")
    return rows


def _words(batch: Any, name: str) -> tuple[list[str], Doubles]:
    """The distinct texts of a column, and for each row the number of its text."""
    import pyarrow as arrow

    column = batch.column(name)
    try:
        encoded = column.cast(arrow.string()).fill_null("").dictionary_encode()
    except arrow.ArrowException:
        raise InvalidInput(f"type {column.type} is no text", field=name) from None
    texts = [text.strip()[:100] for text in encoded.dictionary.to_pylist()]
    return texts, _doubles(encoded.indices)


def _numbers(batch: Any, name: str) -> Doubles:
    import pyarrow as arrow

    column = batch.column(name)
    kinds = arrow.types
    if not (kinds.is_floating(column.type) or kinds.is_integer(column.type)):
        raise InvalidInput(f"type {column.type} is no number", field=name)
    return _doubles(column)


def _times(batch: Any, name: str) -> Doubles:
    import pyarrow as arrow

    column = batch.column(name)
    if arrow.types.is_timestamp(column.type):
        whole = column.cast(arrow.timestamp("us"), safe=False).cast(arrow.int64())
        times = array("d", (value / 1e6 for value in _doubles(whole)))
    elif arrow.types.is_string(column.type) or arrow.types.is_large_string(column.type):
        return array("d", (instant_s(value) for value in column.to_pylist()))
    else:
        times = _numbers(batch, name)
    for value in times:
        if value < 0 or value > TIME_MAX_S:
            instant_s(value)  # raises: it says what is wrong
    return times


def _doubles(column: Any) -> Doubles:
    """A column of numbers as doubles; null becomes NaN."""
    import pyarrow as arrow

    floats = column.cast(arrow.float64(), safe=False).fill_null(float("nan"))
    numbers: Doubles = array("d")
    numbers.frombytes(memoryview(floats.to_numpy(zero_copy_only=False)).cast("B"))
    return numbers
