"""JSON lines: one GeoJSON Feature a line, with our properties.

Source: RFC 8142 (GeoJSON text sequences, without requiring its separators), RFC 7946, and the
    profile in docs/formats.md.
Read: one Feature, FeatureCollection or geometry a line, as `geojson` reads it; blank lines and
    record separators are skipped.
Refused: what `geojson` refuses; a JSON value that spans lines. Every refusal names the line.
Left out: what `geojson` leaves out.
Errs toward: as `geojson`.
"""

from openline.formats import geojson, json_text
from openline.formats.traffic import ReadOptions, Traffic


def recognises(head: str) -> bool:
    """Whether the first line is a whole GeoJSON object and more follows, or the head ends in it."""
    first, line_break, rest = head.lstrip().partition("\n")
    if not geojson.recognises(first):
        return False
    if not line_break:
        return not first.rstrip().endswith("}")
    return bool(rest.strip()) and not geojson.recognises(head)


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Everything in a file of JSON lines. Raises: InvalidInput and its kinds, with the line."""
    reader = geojson.FeatureReader(source, options)
    reader.read_lines(data)
    return reader.finish()


def write(traffic: Traffic) -> bytes:
    """One feature a line for each volume, and one for each unlocated notice."""
    return "".join(f"{json_text.encode(f)}\n" for f in geojson.features(traffic)).encode()
