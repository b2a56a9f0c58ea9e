"""Well-known text to GeoJSON geometries and back.

Source: OGC 06-103r4 (Simple Features), section 7; the `SRID=4326;` prefix of PostGIS.
Read: POINT, LINESTRING, POLYGON and their MULTI forms, with Z or M values, longitude first.
Refused: other types, another SRID, EMPTY.
Errs toward: refusing. What comes out is checked as any GeoJSON geometry is.
"""

import re
from typing import Final, assert_never

from openline.errors import InvalidGeometry
from openline.formats.fields import finite, shown
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position

_HEAD: Final = re.compile(
    r"\s*(?:SRID\s*=\s*(?P<srid>\d{1,9})\s*;)?\s*"
    r"(?P<type>(?:MULTI)?(?:POINT|LINESTRING|POLYGON))\s*(?:Z|M|ZM)?\s*(?=\()",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"\s*([(),]|[^\s(),]+)")
_TYPES: Final = {
    "POINT": "Point",
    "LINESTRING": "LineString",
    "POLYGON": "Polygon",
    "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
}
_DEPTH_MAX: Final = 4
_CURE: Final = "write for example POLYGON((7 48, 8 48, 8 49, 7 48)), longitude first"


def geometry(text: str) -> dict[str, object]:
    """The GeoJSON geometry of well-known text. Raises: InvalidGeometry, InvalidInput."""
    head = _HEAD.match(text)
    if head is None:
        raise InvalidGeometry(f"{shown(text)} is not a shape that is read", cure=_CURE)
    if head["srid"] not in (None, "4326"):
        raise InvalidGeometry(
            f"SRID {head['srid']} is not WGS-84", cure="convert the shapes to SRID 4326"
        )
    kind = _TYPES[head["type"].upper()]
    members = _group(text, head.end())
    if kind == "Point":
        coordinates: object = members[0] if len(members) == 1 else []
    elif kind == "MultiPoint":  # both MULTIPOINT((1 2), (3 4)) and MULTIPOINT(1 2, 3 4) are in use
        coordinates = [
            m[0] if isinstance(m, list) and m and isinstance(m[0], list) else m for m in members
        ]
    else:
        coordinates = members
    return {"type": kind, "coordinates": coordinates}


def _group(text: str, start: int) -> list[object]:
    """The nested lists of a parenthesised body, which must end the text."""
    stack: list[list[object]] = []
    numbers: list[object] = []
    for token in _TOKEN.finditer(text.rstrip(), start):
        word = token[1]
        if word == "(":
            if numbers or len(stack) >= _DEPTH_MAX:
                break
            stack.append([])
        elif word in (",", ")"):
            if not stack:
                break
            if numbers:
                stack[-1].append(numbers)
                numbers = []
            if word == ")":
                done = stack.pop()
                if not stack:
                    if token.end() == len(text.rstrip()):
                        return done
                    break
                stack[-1].append(done)
        else:
            numbers.append(finite(word))
    raise InvalidGeometry(f"the brackets of {shown(text)} do not match", cure=_CURE)


def text_of(footprint: Footprint) -> str:
    """Well-known text of a footprint; radius and half width are not in it."""
    if isinstance(footprint, Polygon):
        rings = (f"({_line((*ring, ring[0]))})" for ring in footprint.rings())
        return f"POLYGON({', '.join(rings)})"
    if isinstance(footprint, Circle):
        return f"POINT({_line((footprint.centre,))})"
    if isinstance(footprint, Corridor):
        return f"LINESTRING({_line(footprint.path)})"
    assert_never(footprint)


def _line(positions: tuple[Position, ...]) -> str:
    return ", ".join(f"{float(lng)!r} {float(lat)!r}" for lat, lng in positions)
