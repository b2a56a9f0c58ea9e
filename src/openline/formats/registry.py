"""Which formats there are, how a file's content is recognised, and the way in and out.

Each format is one module with some of
    read(data: bytes, source: str, options: ReadOptions) -> Traffic
    recognises(head: str) -> bool      head: the first 4,096 characters, lower case, no BOM
    write(traffic: Traffic) -> bytes
No network, no store; files are read by the caller.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from types import ModuleType
from typing import Final

from openline.errors import AreaTooLarge, UnknownFormat
from openline.formats.traffic import ReadOptions, Traffic
from openline.limits import FILE_BYTES_MAX

_HEAD_CHARACTERS: Final = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name on the command line, its module and its suffixes."""

    name: str
    module: str
    title: str
    suffixes: tuple[str, ...]
    readable: bool = True
    writable: bool = False

    def load(self) -> ModuleType:
        """The module, imported on first use."""
        return import_module(f"openline.formats.{self.module}")


# The order is the order of recognition: the most specific content first.
FORMATS: Final = (
    Format("kmz", "kml", "KML, zipped", (".kmz",)),
    Format("kml", "kml", "KML", (".kml",), writable=True),
    Format("gpx", "gpx", "GPX", (".gpx",)),
    Format("plan", "qgc_plan", "QGroundControl plan", (".plan",)),
    Format("ed318", "ed318", "ED-318 UAS zones", (".json", ".ed318")),
    Format("ed269", "ed269", "ED-269 UAS zones", (".json", ".ed269")),
    Format("geojson", "geojson", "GeoJSON", (".geojson", ".json"), writable=True),
    Format("f3548", "f3548", "F3548-21 JSON", (".json", ".f3548"), writable=True),
    Format("jsonl", "jsonl", "JSON lines", (".jsonl", ".ndjson"), writable=True),
    Format("openair", "openair", "OpenAir", (".openair", ".air", ".txt"), writable=True),
    Format("notam", "notam", "NOTAM text", (".notam", ".txt")),
    Format("csv", "csv_table", "CSV", (".csv",), writable=True),
)


def by_name(name: str) -> Format:
    """The format of that name. Raises: UnknownFormat."""
    for candidate in FORMATS:
        if candidate.name == name:
            return candidate
    names = ", ".join(f.name for f in FORMATS)
    raise UnknownFormat(f"there is no format {name!r}", cure=f"use one of {names}")


def detect(data: bytes, source: str) -> Format:
    """The format of a file by its content; the suffix only breaks a tie.

    Raises: UnknownFormat, naming what was tried.
    """
    head = data[: 4 * _HEAD_CHARACTERS].decode("utf-8-sig", "replace")[:_HEAD_CHARACTERS].lower()
    if data[:4] == b"PK\x03\x04":
        return by_name("kmz")
    matching = [f for f in FORMATS if f.name != "kmz" and f.load().recognises(head)]
    suffix = PurePath(source).suffix.lower()
    for candidate in matching:
        if suffix in candidate.suffixes:
            return candidate
    if matching:
        return matching[0]
    if not data.strip():
        raise UnknownFormat("the file is empty", cure="check how it was saved", file=source)
    names = ", ".join(f.title for f in FORMATS)
    raise UnknownFormat(
        "the content is none of the known formats",
        cure=f"known are {names}; name one with --format",
        file=source,
    )


def read(data: bytes, source: str, options: ReadOptions, name: str | None = None) -> Traffic:
    """Everything in one file. `source` is its name for messages and for the party.

    Raises: UnknownFormat, AreaTooLarge, and any InvalidInput with file and element.
    """
    if len(data) > FILE_BYTES_MAX:
        raise AreaTooLarge(
            f"{len(data):,} bytes; at most {FILE_BYTES_MAX:,} are read",
            cure="split it",
            file=source,
        )
    chosen = by_name(name) if name else detect(data, source)
    result: Traffic = chosen.load().read(data, source, options)
    return result


def write(traffic: Traffic, name: str) -> bytes:
    """The traffic in one of the writable formats. Raises: UnknownFormat."""
    chosen = by_name(name)
    if not chosen.writable:
        names = ", ".join(f.name for f in FORMATS if f.writable)
        raise UnknownFormat(f"{chosen.title} is not written", cure=f"use one of {names}")
    result: bytes = chosen.load().write(traffic)
    return result
