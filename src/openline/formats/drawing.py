"""Footprints as rings for drawing on a flat map: GeoJSON and KML viewers.

Frame: rings are closed lists of (longitude, latitude) in degrees within [-180, 180] x [-90, 90].
Edges are cut so short that a straight line on the map follows the geodesic. A ring across the
180th meridian is cut there; one around a pole is led along the map's edge.
For the eye alone: circles are drawn as in `geo.outline`, and nothing is decided from a drawing.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from openline.geo.circle import Circle
from openline.geo.footprint import Footprint
from openline.geo.outline import capsule, outline
from openline.geo.polygon import Polygon
from openline.geo.position import Position

Point = tuple[float, float]  # longitude, latitude
FlatRing = list[Point]
FlatPolygon = list[FlatRing]  # outer ring, then holes

_STEP_RAD: Final = math.radians(0.5)
_DIGITS: Final = 7


def flat_polygons(footprint: Footprint) -> list[FlatPolygon]:
    """The footprint as polygons; a corridor is one per leg, overlapping at its corners."""
    if isinstance(footprint, Polygon):
        rings = [_unrolled(_dense(ring)) for ring in footprint.rings()]
        return _cut(_with_holes_near(rings))
    if isinstance(footprint, Circle):
        return _cut([_unrolled(outline(footprint)[0])])
    legs = (_dense(capsule(*leg, footprint.half_width_m)) for leg in pairwise(footprint.path))
    return [part for leg in legs for part in _cut([_unrolled(leg)])]


def flat_line(start: Position, end: Position) -> list[FlatRing]:
    """The line between two points, in two pieces if it passes the 180th meridian."""
    points = _unrolled([*_between(start, end), end], closed=False)
    pieces = [[points[0]]]
    turned = 0.0
    for (lng_1, lat_1), (lng_2, lat_2) in pairwise(points):
        if abs(lng_2 - turned) > 180:
            edge = math.copysign(180.0, lng_2 - turned)
            share = (edge + turned - lng_1) / (lng_2 - lng_1)
            lat = lat_1 + share * (lat_2 - lat_1)
            pieces[-1].append((edge, lat))
            pieces.append([(-edge, lat)])
            turned += 2 * edge
        pieces[-1].append((lng_2 - turned, lat_2))
    return [_tidy(piece) for piece in pieces]


def _dense(ring: Sequence[Position]) -> list[Position]:
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return [point for start, end in pairs for point in _between(start, end)]


def _between(start: Position, end: Position) -> list[Position]:
    """From the start up to, not including, the end, along the great circle."""
    a, b = _vector(start), _vector(end)
    cross = math.hypot(*(a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)))
    angle = math.atan2(cross, sum(x * y for x, y in zip(a, b, strict=True)))
    count = max(1, math.ceil(angle / _STEP_RAD))
    points = [start]
    for step in range(1, count):
        from_start, from_end = (
            math.sin(angle * (1 - step / count)),
            math.sin(angle * step / count),
        )
        x, y, z = (from_start * p + from_end * q for p, q in zip(a, b, strict=True))
        lat = math.degrees(math.atan2(z, math.hypot(x, y)))
        points.append(Position(lat, math.degrees(math.atan2(y, x))))
    return points


def _vector(position: Position) -> tuple[float, float, float]:
    lat, lng = math.radians(position.lat_deg), math.radians(position.lng_deg)
    return math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)


def _unrolled(ring: Sequence[Position], *, closed: bool = True) -> FlatRing:
    """Longitudes made continuous, beyond 180 where need be; a ring round a pole takes it in."""
    points: FlatRing = [(ring[0].lng_deg, ring[0].lat_deg)]
    for position in ring[1:]:
        last = points[-1][0]
        points.append((last + math.remainder(position.lng_deg - last, 360.0), position.lat_deg))
    if not closed:
        return points
    (first, first_lat), (last, _) = points[0], points[-1]
    home = last + math.remainder(first - last, 360.0)
    if abs(home - first) > 180:
        pole = math.copysign(90.0, sum(lat for _, lat in points))
        points += [(home, first_lat), (home, pole), (first, pole)]
    return points


def _with_holes_near(rings: list[FlatRing]) -> list[FlatRing]:
    """Holes moved by whole turns so that they lie within their unrolled outer ring."""
    outer = rings[0]
    middle = (min(lng for lng, _ in outer) + max(lng for lng, _ in outer)) / 2
    moved = [outer]
    for hole in rings[1:]:
        centre = sum(lng for lng, _ in hole) / len(hole)
        turns = 360.0 * round((middle - centre) / 360.0)
        moved.append([(lng + turns, lat) for lng, lat in hole])
    return moved


def _cut(rings: list[FlatRing]) -> list[FlatPolygon]:
    """The polygon within the map, and what hangs over at either side, moved back in."""
    west = min(lng for lng, _ in rings[0])
    east = max(lng for lng, _ in rings[0])
    polygons = []
    for turn in range(math.floor((west + 180) / 360), math.ceil((east - 180) / 360) + 1):
        shifted = [[(lng - 360.0 * turn, lat) for lng, lat in ring] for ring in rings]
        clipped = [_clipped(_clipped(ring, -180.0, 1), 180.0, -1) for ring in shifted]
        if len(clipped[0]) >= 3:
            drawn = [_closed(ring) for ring in clipped if len(ring) >= 3]
            polygons.append([_wound(ring, -1 if hole else 1) for hole, ring in enumerate(drawn)])
    return polygons


def _clipped(ring: FlatRing, edge: float, side: int) -> FlatRing:
    """What lies east (side 1) or west (side -1) of a meridian; Sutherland and Hodgman's way."""
    if all((lng - edge) * side >= 0 for lng, _ in ring):
        return ring
    kept: FlatRing = []
    for (lng_1, lat_1), (lng_2, lat_2) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        inside_1, inside_2 = (lng_1 - edge) * side >= 0, (lng_2 - edge) * side >= 0
        if inside_1:
            kept.append((lng_1, lat_1))
        if inside_1 != inside_2:
            share = (edge - lng_1) / (lng_2 - lng_1)
            kept.append((edge, lat_1 + share * (lat_2 - lat_1)))
    return [] if all(lng == edge for lng, _ in kept) else kept


def _closed(ring: FlatRing) -> FlatRing:
    points = _tidy(ring)
    return [*points, points[0]] if points[0] != points[-1] else points


def _wound(ring: FlatRing, sign: int) -> FlatRing:
    """Anticlockwise for sign 1, clockwise for -1, as RFC 7946 asks of outer rings and holes."""
    doubled = sum(
        lng_1 * lat_2 - lng_2 * lat_1 for (lng_1, lat_1), (lng_2, lat_2) in pairwise(ring)
    )
    return ring if doubled * sign > 0 else ring[::-1]


def _tidy(points: Iterable[Point]) -> FlatRing:
    return [(round(lng, _DIGITS), round(lat, _DIGITS)) for lng, lat in points]
