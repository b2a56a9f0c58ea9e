"""Recorded positions in CSV and JSON lines, read block by block.

Source: RFC 4180 (CSV), one JSON object a line (JSON lines); the columns: `tracks`.
Read: UTF-8; comma, semicolon, tab or bar between cells; cells or members in any order.
Refused: other encodings, cells that are no numbers, times without a time zone, lines beyond 1 MiB.
    Every refusal names the line.
Left out: columns that are not needed.
Errs toward: refusing. An empty cell is a missing value.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.tracks import (
    ROWS_PER_BLOCK,
    AltitudeColumn,
    RowBuilder,
    TrackColumns,
    TrackOptions,
    TrackRows,
    columns_of,
)

_LINE_MAX: Final = 1 << 20
_SEPARATORS: Final = ",;\t|"


def read_csv(file: BinaryIO, source: str, options: TrackOptions) -> Iterator[TrackRows]:
    """Blocks of rows. Raises: InvalidInput with file and line."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        lines = _lines(text)
        head = next(lines, "")
        separator = max(_SEPARATORS, key=head.count)
        names = next(csv.reader([head], delimiter=separator), [])
        if len(set(names)) != len(names):
            raise InvalidInput("two columns have one name", line=1)
        columns = columns_of(names, options)
        reader = csv.reader(lines, delimiter=separator, strict=True)
        places = {key: names.index(name) for key, name in _fields(columns).items()}
        yield from _csv_blocks(reader, places, len(names), columns.altitude)
    except InvalidInput as error:
        raise error.at(file=source) from None
    except UnicodeDecodeError:
        raise InvalidInput("the text is not UTF-8", cure="save it as UTF-8", file=source) from None
    finally:
        text.detach()


def _csv_blocks(
    reader: Any, places: dict[str, int], width: int, altitude: AltitudeColumn
) -> Iterator[TrackRows]:
    builder = RowBuilder(altitude)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise InvalidInput(f"not CSV: {error}", line=reader.line_num + 1) from None
        if row is None:
            break
        if not row:
            continue
        try:
            if len(row) != width:
                raise InvalidInput(f"the row has {len(row)} cells, the header {width}")
            builder.add({key: row[place] for key, place in places.items()})
        except InvalidInput as error:
            raise error.at(line=reader.line_num + 1) from None
        if len(builder.rows) >= ROWS_PER_BLOCK:
            yield builder.rows
            builder = RowBuilder(altitude)
    if len(builder.rows):
        yield builder.rows


def read_jsonl(file: BinaryIO, source: str, options: TrackOptions) -> Iterator[TrackRows]:
    """Blocks of rows; the first object says which members there are. Raises: InvalidInput."""
    builder: RowBuilder | None = None
    fields: dict[str, str] = {}
    altitude = AltitudeColumn("", "m")
    for line_number, line in enumerate(iter(lambda: file.readline(_LINE_MAX), b""), 1):
        if len(line) >= _LINE_MAX:
            raise InvalidInput("the line is too long", file=source, line=line_number)
        if not line.strip():
            continue
        value = json_text.decode(line, source, line_number)
        try:
            if not isinstance(value, dict):
                raise InvalidInput("the line holds no JSON object")
            if builder is None:
                columns = columns_of(value, options)
                fields, altitude = _fields(columns), columns.altitude
                builder = RowBuilder(altitude)
            builder.add({key: value.get(name) for key, name in fields.items()})
        except InvalidInput as error:
            raise error.at(file=source, line=line_number) from None
        if len(builder.rows) >= ROWS_PER_BLOCK:
            yield builder.rows
            builder = RowBuilder(altitude)
    if builder is not None and len(builder.rows):
        yield builder.rows


def _fields(columns: TrackColumns) -> dict[str, str]:
    fields = {
        "id": columns.id,
        "time": columns.time,
        "latitude": columns.latitude,
        "longitude": columns.longitude,
        "altitude": columns.altitude.name,
    }
    return fields if columns.label is None else fields | {"label": columns.label}


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    for line_number, line in enumerate(iter(lambda: text.readline(_LINE_MAX), ""), 1):
        if len(line) >= _LINE_MAX:
            raise InvalidInput("the line is too long", line=line_number)
        yield line
