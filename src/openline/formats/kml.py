"""KML and KMZ: the way in (kml_reader) and out (kml_writer)."""

from openline.formats.kml_reader import read
from openline.formats.kml_writer import write

__all__ = ["read", "recognises", "write"]


def recognises(head: str) -> bool:
    """Whether it looks like KML."""
    return "<kml" in head or ":kml " in head
