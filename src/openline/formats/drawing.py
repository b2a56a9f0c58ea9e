"""Footprints as rings for drawing on a flat map: GeoJSON and KML viewers.

Frame: rings are closed lists of (longitude, latitude) in degrees within [-180, 180] x [-90, 90].
Edges are cut so short that a straight line on the map follows the geodesic. A ring across the
180th meridian is cut there; one around a pole is led along the map's edge.
For the eye alone: circles have 72 corners on the circle, and nothing is decided from a drawing.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M

Point = tuple[float, float]  # longitude, latitude
FlatRing = list[Point]
FlatPolygon = list[FlatRing]  # outer ring, then holes

_CORNERS: Final = 72
_STEP_RAD: Final = math.radians(0.5)
_DIGITS: Final = 7


def flat_polygons(footprint: Footprint) -> list[FlatPolygon]:
    """The footprint as polygons; a corridor is one per leg, overlapping at its corners."""
    if isinstance(footprint, Polygon):
        rings = [_unrolled(_dense(ring)) for ring in footprint.rings()]
        return _cut(_with_holes_near(rings))
    if isinstance(footprint, Circle):
        return _cut([_unrolled(_circle(footprint.centre, footprint.radius_m))])
    legs = pairwise(footprint.path)
    return [part for leg in legs for part in _cut([_unrolled(_capsule(footprint, *leg))])]


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


def _circle(centre: Position, radius_m: float) -> list[Position]:
    angles = (360.0 * corner / _CORNERS for corner in range(_CORNERS))
    return [_travelled(centre, angle, radius_m) for angle in angles]


def _capsule(corridor: Corridor, start: Position, end: Position) -> list[Position]:
    half, there, back = corridor.half_width_m, _bearing(start, end), _bearing(end, start)
    turns = [180.0 * corner / (_CORNERS // 2) for corner in range(_CORNERS // 2 + 1)]
    cap_end = [_travelled(end, back + 90 + turn, half) for turn in turns]
    cap_start = [_travelled(start, there + 90 + turn, half) for turn in turns]
    return _dense([*cap_end, *cap_start])


def _bearing(start: Position, end: Position) -> float:
    lat_1, lat_2 = math.radians(start.lat_deg), math.radians(end.lat_deg)
    turn = math.radians(end.lng_deg - start.lng_deg)
    east = math.sin(turn) * math.cos(lat_2)
    north = math.cos(lat_1) * math.sin(lat_2) - math.sin(lat_1) * math.cos(lat_2) * math.cos(turn)
    return math.degrees(math.atan2(east, north))


def _travelled(start: Position, bearing_deg: float, distance_m: float) -> Position:
    angle, bearing = distance_m / EARTH_RADIUS_M, math.radians(bearing_deg)
    lat_1 = math.radians(start.lat_deg)
    sin_lat = math.sin(lat_1) * math.cos(angle)
    sin_lat += math.cos(lat_1) * math.sin(angle) * math.cos(bearing)
    lat = math.asin(max(-1.0, min(1.0, sin_lat)))
    east = math.sin(bearing) * math.sin(angle) * math.cos(lat_1)
    turn = math.atan2(east, math.cos(angle) - math.sin(lat_1) * sin_lat)
    lng = math.remainder(start.lng_deg + math.degrees(turn), 360.0)
    return Position(math.degrees(lat), lng)


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
