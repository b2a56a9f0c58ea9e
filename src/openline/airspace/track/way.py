"""Where an aircraft turns next, as far as its operation declares it: the paths of its corridors.

An aircraft flies its way if it is within the half width of one of its legs, or as far beside it as
it is uncertain, and heads along it. Then it is taken to go straight to the next turning point and
on from there, at the ground speed and the vertical rate of now; nothing is said about after the
last one, and nothing of one who flies otherwise.

Turning points are left out where that moves the path by less than a twentieth of the half width.
Error of a leg against its geodesic: below 10 m in 100 km.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import BoolArray, FloatArray, IndexArray
from openline.airspace.track.states import States, carried
from openline.airspace.volume import Volume4D
from openline.geo.corridor import Corridor
from openline.geo.ellipsoid import normals_of, surface_distance_m, surface_points
from openline.geo.position import Position
from openline.geo.sphere import unit_vectors

LEGS_MAX: Final = 16  # of one aircraft: what comes after is not looked at
SPREAD_MAX_M: Final = 2_000.0  # who is less certain than this does not fly along anything
_SAME_M: Final = 1.0
_FLAT_SHARE: Final = 0.05
_FLAT_LEAST_M: Final = 5.0
_ALONG: Final = 0.5  # cosine: within 60 degrees of the leg
_LEAST_MPS: Final = 1.0


class Way(NamedTuple):
    """k legs in order: start_m, end_m (k, 3) surface points; half_width_m, goes_on (k,): whether
    the next leg begins where it ends."""

    start_m: FloatArray
    end_m: FloatArray
    half_width_m: FloatArray
    goes_on: BoolArray

    @classmethod
    def of(cls, volumes: Iterable[Volume4D]) -> "Way | None":
        """The way through the corridors among the volumes, in order of time; None: there is none.

        A corridor goes on with the next one if that begins within its half width of its end.
        """
        ordered = sorted(volumes, key=lambda one: (one.time_start, one.time_end))
        legs: list[tuple[FloatArray, FloatArray, float]] = []
        for corridor in (one.footprint for one in ordered):
            if isinstance(corridor, Corridor):
                points = _simplified(corridor.path, corridor.half_width_m)
                if legs and _near(legs[-1][1], points[0], corridor.half_width_m):
                    points[0] = legs[-1][1]
                pairs = pairwise(points)
                legs += [
                    (a, b, corridor.half_width_m) for a, b in pairs if not _near(a, b, _SAME_M)
                ]
        if not legs:
            return None
        start, end = np.array([leg[0] for leg in legs]), np.array([leg[1] for leg in legs])
        goes_on = np.append((start[1:] == end[:-1]).all(axis=1), False)
        return cls(start, end, np.array([leg[2] for leg in legs]), goes_on)


class Ahead(NamedTuple):
    """k straight pieces to come: of which state, where its line is at the instant of the states,
    with which velocity, and from when to when it holds; arrays (k,)."""

    row: IndexArray
    lat_deg: FloatArray
    lng_deg: FloatArray
    east_mps: FloatArray
    north_mps: FloatArray
    from_s: FloatArray
    to_s: FloatArray

    def taken(self, rows: BoolArray) -> "Ahead":
        """Those pieces."""
        return Ahead._make(column[rows] for column in self)


def pieces_ahead(states: States, row: IndexArray, ways: Sequence[Way], lookahead_s: float) -> Ahead:
    """The pieces of the aircraft `row`, each with its way, within the look-ahead.

    Law: walking along geodesics finds the same places; held by tests/property/test_track_way.
    """
    table, first = _joined(ways)
    speed = np.hypot(states.velocity_mps[row, 0], states.velocity_mps[row, 1])
    here = surface_points(unit_vectors(np.column_stack((states.lat_deg[row], states.lng_deg[row]))))
    leg = _leg_of(states, row, here, table, first)
    alive = np.flatnonzero((leg >= 0) & (speed > _LEAST_MPS))
    at_s, point, leg = np.zeros(len(alive)), here[alive], leg[alive]
    found: list[Ahead] = []
    for _ in range(LEGS_MAX):
        if not len(alive):
            break
        fast = speed[alive]
        to_s = at_s + surface_distance_m(point, table.end_m[leg]) / fast
        lat, lng, east, north = _line(point, table.end_m[leg], fast, at_s)
        found.append(Ahead(row[alive], lat, lng, east, north, at_s, to_s))
        on = np.flatnonzero(table.goes_on[leg] & (to_s < lookahead_s))
        alive, at_s, leg = alive[on], to_s[on], leg[on] + 1
        point = table.start_m[leg]
    if not found:
        none = np.empty(0)
        return Ahead(np.empty(0, np.int64), none, none, none, none, none, none)
    return Ahead._make(np.concatenate(columns) for columns in zip(*found, strict=True))


def _line(
    point: FloatArray, toward: FloatArray, speed: FloatArray, at_s: FloatArray
) -> tuple[FloatArray, ...]:
    """Where who is at the point then, on the way to another, would be at 0: place, velocity."""
    normal = normals_of(point)
    x, y, z = normal.T
    level = np.maximum(np.hypot(x, y), 1e-15)
    east_axis = np.column_stack((-y / level, x / level, np.zeros(len(x))))
    north_axis = np.cross(normal, east_axis)
    way = toward - point
    east, north = _dot(way, east_axis), _dot(way, north_axis)
    length = np.maximum(np.hypot(east, north), 1e-9)
    lat, lng = np.degrees(np.arctan2(z, level)), np.degrees(np.arctan2(y, x))
    return carried(lat, lng, speed * east / length, speed * north / length, -at_s)


def _leg_of(
    states: States, row: IndexArray, here: FloatArray, table: Way, first: IndexArray
) -> IndexArray:
    """The leg of its way that each flies: the nearest of those that it flies along; -1: none."""
    count = np.diff(first)
    owner = np.repeat(np.arange(len(row)), count)
    leg = np.arange(len(owner))  # the ways lie one after the other, in the order of the aircraft
    along = table.end_m - table.start_m
    length2 = _dot(along, along)
    gap = here[owner] - table.start_m[leg]
    share = _dot(gap, along[leg]) / length2[leg]
    across = np.cross(table.start_m, table.end_m)
    across /= np.maximum(np.sqrt(_dot(across, across)), 1e-9)[:, None]
    aside = _dot(across[leg], here[owner])
    beyond = np.maximum(np.maximum(-share, share - 1.0), 0.0) * np.sqrt(length2[leg])
    away = np.hypot(aside, beyond)
    velocity = states.snapshot(np.zeros(len(states))).velocity_mps[row]
    speed = np.maximum(np.sqrt(_dot(velocity, velocity)), 1e-9)
    heads = _dot(velocity[owner], along[leg]) >= _ALONG * speed[owner] * np.sqrt(length2[leg])
    spread = np.minimum(states.spread_m[row], SPREAD_MAX_M)[owner]
    fits = heads & (away <= table.half_width_m[leg] + spread)
    found = np.full(len(row), -1, np.int64)
    chosen = np.flatnonzero(fits)
    order = chosen[np.lexsort((leg[chosen], away[chosen]))][::-1]
    found[owner[order]] = leg[order]  # the last one written is the nearest
    return found


def _joined(ways: Sequence[Way]) -> tuple[Way, IndexArray]:
    """All of them as one, and where each begins."""
    first = np.cumsum([0, *(len(way.goes_on) for way in ways)])
    return Way._make(np.concatenate(columns) for columns in zip(*ways, strict=True)), first


def _simplified(path: Sequence[Position], half_width_m: float) -> FloatArray:
    """The path with few points (Douglas and Peucker)."""
    points = surface_points(unit_vectors(list(path)))
    tolerance = max(_FLAT_SHARE * half_width_m, _FLAT_LEAST_M)
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    asked = [(0, len(points) - 1)]
    while asked:
        low, high = asked.pop()
        if high - low < 2:
            continue
        inner = points[low + 1 : high]
        along = points[high] - points[low]
        share = np.clip((inner - points[low]) @ along / max(float(along @ along), 1e-9), 0.0, 1.0)
        off = inner - points[low] - share[:, None] * along
        # A geodesic rises over its chord: only what is beside it counts.
        up = inner / np.sqrt(_dot(inner, inner))[:, None]
        off -= _dot(off, up)[:, None] * up
        away = _dot(off, off)
        far = int(np.argmax(away))
        if away[far] > tolerance * tolerance:
            keep[low + 1 + far] = True
            asked += [(low, low + 1 + far), (low + 1 + far, high)]
    simple: FloatArray = points[keep]
    return simple


def _near(one: FloatArray, other: FloatArray, distance_m: float) -> bool:
    return float(np.sqrt(((one - other) ** 2).sum())) <= distance_m


def _dot(one: FloatArray, other: FloatArray) -> FloatArray:
    product: FloatArray = np.einsum("ij,ij->i", one, other)
    return product
