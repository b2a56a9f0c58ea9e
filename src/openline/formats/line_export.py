"""What was said on a line as CSV and KML files, for other programs.

CSV: RFC 4180, UTF-8, a header and one row for each entry; text that a spreadsheet would take for a
formula gets an apostrophe in front. KML: what has a place, as `kml` writes it, so that it can be
read again, and a point for each conflict.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from openline.airspace.entity import Constraint, Entity, Notice, OperationalIntent
from openline.formats import kml
from openline.formats.instants import format_instant
from openline.formats.traffic import Traffic
from openline.formats.xml_out import content
from openline.geo.position import Position

COLUMNS: Final = (
    *("entry", "time", "kind", "by", "officer", "to", "thread", "name", "marks", "words"),
    "details",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Place = tuple[str, str, datetime, datetime, Position]


def write_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows, each with a value for every one of COLUMNS."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode("utf-8", "replace")


def write_kml(places: Iterable[Entity], conflicts: Iterable[Place]) -> bytes:
    """The entities with their volumes, and a point for each conflict: its name, its words, from
    when to when, and where it is closest."""
    listed = tuple(places)
    traffic = Traffic(
        tuple(one for one in listed if isinstance(one, OperationalIntent)),
        tuple(one for one in listed if isinstance(one, Constraint)),
        tuple(one for one in listed if isinstance(one, Notice)),
    )
    head, end, tail = kml.write(traffic).decode().rpartition("</Document>")
    points = "".join(_point(*one) for one in conflicts)
    if points:
        points = f"<Folder><name>Conflicts</name>\n{points}</Folder>\n"
    return f"{head}{points}{end}{tail}".encode()


def _point(name: str, words: str, start: datetime, end: datetime, where: Position) -> str:
    times = f"<begin>{format_instant(start)}</begin><end>{format_instant(end)}</end>"
    at = f"{where.lng_deg:.7f},{where.lat_deg:.7f}"
    return (
        f"<Placemark><name>{content(name)}</name><description>{content(words)}</description>"
        f"<TimeSpan>{times}</TimeSpan><Point><coordinates>{at}</coordinates></Point></Placemark>\n"
    )


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
