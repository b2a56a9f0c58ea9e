"""Conflicts between two volumes, or two entities: the calls that a person would make."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from openline.airspace.conflict import Conflict, VolumeConflict
from openline.airspace.conflict_builder import (
    located_conflict,
    unlocated_conflict,
    volume_conflicts,
)
from openline.airspace.detector import detect
from openline.airspace.entity import Entity, Notice
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.geo.footprint import Footprint


def volume_conflict(
    a: Volume4D, b: Volume4D, separation: Separation = INTERSECTION
) -> VolumeConflict | None:
    """The conflict of two volumes, or None if they are separated; exact in four dimensions.

    Errs toward: not reporting, by at most limits.RESOLUTION_M laterally and vertically.
    Laws: as of `conflict`.
    """
    found = _compare((a,), (b,), separation)
    return found[0] if found else None


def conflict(a: Entity, b: Entity, separation: Separation = INTERSECTION) -> Conflict | None:
    """The conflict of two entities, whosever they are, or None if all volumes are separated.

    An unlocated notice conflicts with everything in its time. Touching is separated.
    Laws: 1 symmetry: swapping a and b changes no number; 2 shrinking a volume never adds a
    conflict; 3 widening minima never removes one; 4 a shift in time or a turn around the Earth's
    axis changes nothing but the time and the place (tests/property/test_conflict_laws.py).
    """
    if is_unlocated(a) or is_unlocated(b):
        return unlocated_conflict(a, b, separation)
    parts = _compare(a.volumes, b.volumes, separation)
    return located_conflict(a, b, separation, parts) if parts else None


def is_unlocated(entity: Entity) -> bool:
    """Whether it is a notice that names no place."""
    return isinstance(entity, Notice) and not entity.located


def overlapping(footprint: Footprint, volumes: Sequence[Volume4D]) -> list[bool]:
    """For each volume whether its footprint overlaps the given one, whatever height or time."""
    start = min(volume.time_start for volume in volumes)
    end = max(volume.time_end for volume in volumes)
    area = Volume4D(footprint, volumes[0].altitude, start, end)
    flat = [Volume4D(v.footprint, volumes[0].altitude, start, end) for v in volumes]
    hits = {part.b_volume for part in _compare((area,), flat, INTERSECTION)}
    return [number in hits for number in range(len(volumes))]


def near_pairs(
    a: Sequence[Volume4D], b: Sequence[Volume4D], lateral_m: float = 0.0
) -> list[tuple[int, int]]:
    """The pairs, by their numbers, that share time and overlap on the ground, or come within
    `lateral_m`, whatever their heights. Errs as `volume_conflict`."""
    band = a[0].altitude
    flat_a, flat_b = ([replace(one, altitude=band) for one in volumes] for volumes in (a, b))
    found = _compare(flat_a, flat_b, Separation(lateral_m))
    return [(part.a_volume, part.b_volume) for part in found]


def _compare(
    a: Sequence[Volume4D], b: Sequence[Volume4D], separation: Separation
) -> tuple[VolumeConflict, ...]:
    table_a, table_b = VolumeTable.of(a), VolumeTable.of(b)
    i, j = np.divmod(np.arange(len(a) * len(b)), len(b))
    found = detect(table_a, i, table_b, j, separation)
    return tuple(volume_conflicts(table_a, table_b, found, found.i, found.j))
