"""Skies in which two parties meet often, for the private check: one seed, one sky.

A sky is a place, two parties and their volumes: polygons (some with a hole), circles, corridors,
with heights in every datum, over one piece of ground and one air.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from openline.airspace.detector import detect
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.geo.altitude import SURFACE, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import Booleans
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.line.private.grid import Grid
from openline.line.private.items import Block, bare, block

POLICY = AltitudePolicy(ground_amsl_m=(0.0, 600.0), qnh_hpa=1013.0)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ITEMS_MAX = 10_000_000
_DATUMS = tuple(AltitudeReference)
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a sky and its volumes are: metres, metres, hours, seconds."""

    across_m: float
    size_m: float
    heights_m: float
    hours: float
    longest_s: float


MANNED = Extent(150_000.0, 30_000.0, 4_000.0, 3.0, 3_600.0)
DRONES = Extent(12_000.0, 2_500.0, 300.0, 1.0, 1_200.0)


@dataclass(frozen=True, slots=True)
class Sky:
    """The volumes of both sides."""

    north: tuple[Volume4D, ...]
    south: tuple[Volume4D, ...]

    def conflicts(self, minima: Separation) -> set[tuple[int, int]]:
        """The pairs that conflict, as the exact detector says."""
        i, j = np.divmod(np.arange(len(self.north) * len(self.south)), len(self.south))
        found = detect(VolumeTable.of(self.north), i, VolumeTable.of(self.south), j, minima)
        return set(zip(found.i.tolist(), found.j.tolist(), strict=True))

    def sharing(self, grid: Grid, minima: Separation) -> set[tuple[int, int]]:
        """The pairs whose items meet, north asking: what `shared` says of each pair."""
        asked = [block(one, grid, minima, ITEMS_MAX) for one in self.north]
        own = [bare(one, grid, ITEMS_MAX) for one in self.south]
        near = _overlaps([one.slots for one in asked], [one.slots for one in own])
        near &= _overlaps([one.slabs for one in asked], [one.slabs for one in own])
        cells = [frozenset(one.cells) for one in own]
        return {
            (i, j)
            for i, j in zip(*(side.tolist() for side in np.nonzero(near)), strict=True)
            if not cells[j].isdisjoint(asked[i].cells)
        }


def _overlaps(ones: Sequence[range], others: Sequence[range]) -> Booleans:
    """Of each with each: whether the two ranges have a number in common."""
    low, high = (np.array([(one.start, one.stop) for one in ones])[:, side] for side in (0, 1))
    start, stop = (np.array([(one.start, one.stop) for one in others])[:, side] for side in (0, 1))
    result: Booleans = (low[:, None] < stop[None, :]) & (start[None, :] < high[:, None])
    return result


def shared(one: Block, other: Block) -> bool:
    """Whether two blocks have an item in common."""
    return (
        _meet(one.slots, other.slots)
        and _meet(one.slabs, other.slabs)
        and not set(one.cells).isdisjoint(other.cells)
    )


def _meet(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def sky(seed: int, count: int, extent: Extent) -> Sky:
    """`count` volumes for each side, somewhere on Earth: at the poles and at 180 degrees too."""
    rng = np.random.default_rng(seed)
    lat = float(rng.choice([rng.uniform(-89.9, 89.9), rng.choice([90.0, -90.0, 0.0, 89.99])]))
    lng = float(rng.choice([rng.uniform(-180, 180), rng.choice([180.0, -180.0, 0.0, 45.0])]))
    sides = [tuple(_volume(rng, lat, lng, extent) for _ in range(count)) for _ in range(2)]
    return Sky(sides[0], sides[1])


def _volume(rng: Rng, lat: float, lng: float, extent: Extent) -> Volume4D:
    centre = _beside(lat, lng, rng.uniform(0, 360), extent.across_m * math.sqrt(rng.uniform()))
    footprint = _footprint(rng, centre, extent.size_m * rng.uniform(0.05, 1.0))
    start = NOON + timedelta(seconds=rng.uniform(0, 3600 * extent.hours))
    end = start + timedelta(seconds=rng.uniform(10, extent.longest_s))
    lower, upper = _limits(rng, extent.heights_m)
    return Volume4D(footprint, resolve_band(lower, upper, footprint, POLICY), start, end)


def _footprint(rng: Rng, centre: Position, size_m: float) -> Footprint:
    kind = rng.integers(4)
    if kind == 0:
        return Circle(centre, size_m / 2)
    turn, sides = rng.uniform(0, 360), int(rng.integers(3, 8))
    if kind == 1:
        path = [_beside(*centre, turn + rng.uniform(-60, 60), size_m * n) for n in range(3)]
        return Corridor(tuple(path), size_m * rng.uniform(0.02, 0.3))
    far = [rng.uniform(0.5, 1.0) for _ in range(sides)]
    rings = [
        [
            _beside(*centre, turn + 360 * n / sides, size_m * share * scale)
            for n, share in enumerate(far)
        ]
        for scale in ((1.0, 0.5) if kind == 3 else (1.0,))
    ]
    return Polygon.of(rings[0], rings[1:])


def _limits(rng: Rng, heights_m: float) -> tuple[Altitude, Altitude]:
    low, thick = rng.uniform(0, heights_m), heights_m * rng.uniform(0.02, 0.3)
    lower, upper = rng.choice(4, 2) if rng.uniform() < 0.3 else rng.choice(4, 1).repeat(2)
    if lower != upper:  # of two datums: far enough apart for the upper one to be above anywhere
        return SURFACE, Altitude(low + thick + 4_000.0, _DATUMS[upper], AltitudeUnit.M)
    return Altitude(low, _DATUMS[lower]), Altitude(low + thick, _DATUMS[upper])


def _beside(lat: float, lng: float, bearing_deg: float, distance_m: float) -> Position:
    """A place at a bearing and distance, on a sphere: exactness does not matter here."""
    angle, bearing = distance_m / 6_371_000.0, math.radians(bearing_deg)
    phi = math.radians(lat)
    sine = math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    east = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * sine
    )
    there = math.degrees(math.asin(max(-1.0, min(1.0, sine))))
    return Position(there, (lng + math.degrees(east) + 540.0) % 360.0 - 180.0)


@dataclass(slots=True)
class Tally:
    """Of pairs of volumes: true conflicts, those of them that share no item; pairs without
    conflict, those of them that share one."""

    conflicts: int = 0
    missed: int = 0
    apart: int = 0
    false: int = 0

    def add(self, one: Sky, grid: Grid, minima: Separation) -> set[tuple[int, int]]:
        """Count a sky; the pairs in it that were missed."""
        met, alarmed = one.conflicts(minima), one.sharing(grid, minima)
        self.conflicts += len(met)
        self.missed += len(met - alarmed)
        self.apart += len(one.north) * len(one.south) - len(met)
        self.false += len(alarmed - met)
        return met - alarmed

    @property
    def rate(self) -> float:
        """How often a pair without conflict shares an item."""
        return self.false / self.apart

    def __str__(self) -> str:
        return (
            f"{self.conflicts:,} conflicts, {self.missed} missed; "
            f"false alarms {self.false:,} of {self.apart:,} ({self.rate:.1%})"
        )


def tally(skies: Sequence[Sky], grid: Grid, minima: Separation) -> Tally:
    """The counts over some skies."""
    total = Tally()
    for one in skies:
        total.add(one, grid, minima)
    return total
