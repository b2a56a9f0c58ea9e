"""Tables: one volume a row, columns found by their names.

Source: RFC 4180 (CSV) for quoting; the columns are ours, see docs/formats.md.
Read: comma, semicolon, tab or bar between cells, quoted cells with line breaks, a byte order mark,
    a `sep=;` line. A place is `lat`, `lng`, `radius_m`, or `wkt` (longitude first) with `radius_m`
    for a POINT and `half_width_m` for a LINESTRING. Other columns as the properties of `geojson`.
Refused: two columns for one thing, a row with more cells than the header, decimal commas, intents
    without times or altitudes.
Left out: columns that are not ours (one warning names them).
Errs toward: as `geojson`.
Written: text that a spreadsheet would take for a formula gets a leading apostrophe, which is
    removed again when read.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from openline.airspace.entity import Entity
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.formats import geojson_geometry, json_text, wkt
from openline.formats.collector import Collector
from openline.formats.fields import Fields, shown
from openline.formats.profile import ProfileReader, properties_of
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.footprint import Footprint
from openline.limits import FILE_BYTES_MAX

_ALIASES: Final = {
    "id": "id intent intent_id operational_intent flight flight_id constraint notice",
    "party": "party operator organisation organization manager",
    "name": "name title",
    "kind": "kind",
    "state": "state",
    "priority": "priority",
    "time_start": "time_start start start_time begin valid_from",
    "time_end": "time_end end end_time until valid_to valid_until",
    "altitude_lower": "altitude_lower lower floor altitude_min min_altitude lower_limit",
    "altitude_upper": "altitude_upper upper ceiling altitude_max max_altitude upper_limit",
    "altitude_unit": "altitude_unit",
    "altitude_reference": "altitude_reference altitude_datum datum",
    "lat": "lat latitude lat_deg",
    "lng": "lng lon long longitude lng_deg lon_deg",
    "wkt": "wkt geometry geom the_geom",
    "radius_m": "radius_m",
    "half_width_m": "half_width_m",
    "reason": "reason",
    "text": "text message",
    "notice_time_start": "notice_time_start",
    "notice_time_end": "notice_time_end",
}
_LIMITS: Final = ("altitude_lower", "altitude_upper")
_FIELDS: Final = {alias: name for name, words in _ALIASES.items() for alias in words.split()} | {
    f"{limit}_{part}": f"{limit}_{part}" for limit in _LIMITS for part in ("unit", "reference")
}
_UNIT_SUFFIX: Final = re.compile(r"(.+)_(m|ft)")
_SEPARATORS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(r"\s*sep=([,;\t|])\s*", re.IGNORECASE)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_WRITTEN: Final = (
    *("kind", "id", "party", "name", "state", "priority", "time_start", "time_end"),
    *("altitude_lower", "altitude_lower_unit", "altitude_lower_reference"),
    *("altitude_upper", "altitude_upper_unit", "altitude_upper_reference"),
    *("wkt", "radius_m", "half_width_m", "reason", "text"),
    *("notice_time_start", "notice_time_end"),
)
_TEXT: Final = ("id", "party", "name", "reason", "text")


def recognises(head: str) -> bool:
    """Whether the first line names a place and two other columns of ours."""
    lines = [line for line in head.split("\n") if line.strip()]
    if lines and _SEPARATOR_LINE.fullmatch(lines[0]):
        del lines[0]
    if not lines or (len(lines) == 1 and not head.endswith("\n")):
        return False
    names = set(_known(_cells(lines[0], _separator(lines[0]))))
    placed = "wkt" in names or {"lat", "lng"} <= names
    return placed and len(names) >= 3


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Everything in a table. Raises: InvalidInput and its kinds, with file and line."""
    rows = _rows(json_text.decode_text(data, source), source)
    collector = Collector(source, options)
    profile = ProfileReader(collector)
    geometry = geojson_geometry.GeometryReader(collector.warn, options.half_width_m)
    line, header = next(rows, (1, []))
    columns = _columns(header, source, line, collector)
    for line, cells in rows:
        with collector.element("row", line):
            fields = Fields(_values(columns, cells))
            place = f"line {line}"
            profile.add(fields, _footprints(fields, geometry), place, f"line-{line}")
    return profile.finish()


def write(traffic: Traffic) -> bytes:
    """A table with one row a volume, and one for each unlocated notice."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _WRITTEN, restval="", lineterminator="\n")
    writer.writeheader()
    for entity in traffic.entities():
        for volume in entity.volumes:
            writer.writerow(_row(entity, volume))
        if not entity.volumes:
            writer.writerow(_row(entity, None))
    return out.getvalue().encode()


def _row(entity: Entity, volume: Volume4D | None) -> dict[str, object]:
    row = properties_of(entity, volume)
    row["id"] = row.pop(entity.kind.value)
    if volume is not None:
        row["wkt"] = wkt.text_of(volume.footprint)
        row |= geojson_geometry.geometry_of(volume.footprint)[1]
    for name in _TEXT:
        value = row.get(name)
        if isinstance(value, str) and value.startswith(_FORMULA):
            row[name] = f"'{value}"
    return row


def _rows(text: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its first line."""
    lines = io.StringIO(text, newline="")
    first = lines.readline()
    declared = _SEPARATOR_LINE.fullmatch(first)
    skipped = 1 if declared else 0
    if not declared:
        lines.seek(0)
    separator = declared[1] if declared else _separator(first)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    limit = csv.field_size_limit(FILE_BYTES_MAX)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start + skipped, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(
            f"not a table: {error}",
            cure="check the quotes of this row",
            file=source,
            line=start + skipped,
        ) from None
    finally:
        csv.field_size_limit(limit)


def _separator(line: str) -> str:
    """The character that cuts the header into the most columns of ours; a comma for none."""
    return max(_SEPARATORS, key=lambda separator: len(_known(_cells(line, separator))))


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _field(title: str) -> tuple[str, str | None] | None:
    """The field of a column by its title, and the unit that the title states."""
    word = re.sub(r"[^a-z0-9]+", "_", title.strip().lower()).strip("_")
    if word in _FIELDS:
        return _FIELDS[word], None
    match = _UNIT_SUFFIX.fullmatch(word)
    if match is not None and _FIELDS.get(match[1]) in _LIMITS:
        return _FIELDS[match[1]], match[2]
    return None


def _known(titles: list[str]) -> list[str]:
    return [found[0] for title in titles if (found := _field(title)) is not None]


def _columns(
    header: list[str], source: str, line: int, collector: Collector
) -> list[tuple[str, str | None] | None]:
    columns = [_field(title) for title in header]
    known: dict[str, str] = {}
    for title, column in zip(header, columns, strict=True):
        if column is None:
            continue
        if column[0] in known:
            raise InvalidInput(
                f"columns {shown(known[column[0]])} and {shown(title)} mean the same",
                cure="remove or rename one of them",
                file=source,
                line=line,
            )
        known[column[0]] = title
    if not known:
        raise InvalidInput(
            "the first line names no known column",
            cure="name the columns id, time_start, time_end, altitude_lower, altitude_upper, wkt",
            file=source,
            line=line,
        )
    titles = zip(header, columns, strict=True)
    unused = [shown(title.strip()) for title, column in titles if not column and title.strip()]
    if unused:
        collector.warn(f"columns not used: {', '.join(unused[:20])}")
    return columns


def _values(columns: list[tuple[str, str | None] | None], cells: list[str]) -> dict[str, object]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise InvalidInput(
            f"{len(cells)} cells under {len(columns)} columns",
            cure="put cells that hold the separator in double quotes",
        )
    values: dict[str, object] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        name, unit = column
        quoted = name in _TEXT and cell.startswith("'") and cell[1:].startswith(_FORMULA)
        values[name] = cell[1:] if quoted else cell
        if unit is not None:
            values[f"{name}_unit"] = unit
    return values


def _footprints(fields: Fields, geometry: geojson_geometry.GeometryReader) -> list[Footprint]:
    text, lat, lng = fields.get("wkt"), fields.get("lat"), fields.get("lng")
    if text is not None:
        if lat is not None or lng is not None:
            raise InvalidInput("both wkt and lat, lng are given", cure="leave one of them empty")
        return geometry.footprints(wkt.geometry(str(text)), fields)
    if lat is None and lng is None:
        return []
    position = [fields.number("lng"), fields.number("lat")]
    if None in position:
        raise InvalidInput("one of lat and lng is missing", cure="give both, in decimal degrees")
    return geometry.footprints({"type": "Point", "coordinates": position}, fields)
