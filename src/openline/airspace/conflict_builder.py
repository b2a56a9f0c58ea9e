"""From the columns of a detection to conflicts as values."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from openline.airspace.conflict import Conflict, VolumeConflict
from openline.airspace.detector import Detection
from openline.airspace.entity import Entity, Notice
from openline.airspace.separation import Separation
from openline.airspace.volume_table import VolumeTable, instant_of
from openline.geo.ellipsoid import Floats, normals_of
from openline.geo.footprint_table import Integers
from openline.geo.sphere import positions_of

_ID_LENGTH = 12
_NO_TIME = timedelta(0)


def conflict_id(a: Entity, b: Entity) -> str:
    """A name for the conflict of two entities, the same whichever side computes it."""
    return conflict_id_of((a.kind, a.party, a.id), (b.kind, b.party, b.id))


def conflict_id_of(a: tuple[str, str, str], b: tuple[str, str, str]) -> str:
    """The same for what is known of each side by its kind, party and id alone."""
    sides = sorted("\x1f".join(side) for side in (a, b))
    text = "\x1e".join(sides).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:_ID_LENGTH]


def volume_conflicts(
    a: VolumeTable, b: VolumeTable, found: Detection, a_number: Integers, b_number: Integers
) -> list[VolumeConflict]:
    """One value per detected pair. a_number, b_number (k,): what to call the volumes."""
    i, j = found.i, found.j
    starts = np.maximum(a.start_us[i], b.start_us[j])
    ends = np.minimum(a.end_us[i], b.end_us[j])
    lows, highs = _bands(a, i, b, j)
    closest_a, closest_b = normals_of(found.closest_a), normals_of(found.closest_b)
    columns = zip(
        a_number.tolist(),
        b_number.tolist(),
        np.minimum(starts, ends).tolist(),
        np.maximum(starts, ends).tolist(),
        np.maximum(found.time_gap_us, 0).tolist(),
        np.minimum(lows, highs).tolist(),
        np.maximum(lows, highs).tolist(),
        np.maximum(found.vertical_gap_m, 0.0).tolist(),
        found.distance_m.tolist(),
        positions_of(closest_a + closest_b),
        positions_of(closest_a),
        positions_of(closest_b),
        strict=True,
    )
    return [
        VolumeConflict(
            a_volume,
            b_volume,
            instant_of(start),
            instant_of(end),
            gap_us / 1_000_000,
            low,
            high,
            vertical_gap,
            distance,
            where,
            closest_to_b,
            closest_to_a,
        )
        for (
            a_volume,
            b_volume,
            start,
            end,
            gap_us,
            low,
            high,
            vertical_gap,
            distance,
            where,
            closest_to_b,
            closest_to_a,
        ) in columns
    ]


def _bands(a: VolumeTable, i: Integers, b: VolumeTable, j: Integers) -> tuple[Floats, Floats]:
    return np.maximum(a.low_m[i], b.low_m[j]), np.minimum(a.high_m[i], b.high_m[j])


def severity(
    distance_m: float, vertical_gap_m: float, time_gap_s: float, separation: Separation
) -> float:
    """How much of the minima is left, from 0 (volumes overlap) to 1: the smaller, the worse."""
    shares = (
        distance_m / separation.lateral_m if separation.lateral_m else 0.0,
        vertical_gap_m / separation.vertical_m if separation.vertical_m else 0.0,
        time_gap_s / separation.time_s if separation.time_s else 0.0,
    )
    return max(shares)


def located_conflict(
    a: Entity, b: Entity, separation: Separation, parts: Sequence[VolumeConflict]
) -> Conflict:
    """The conflict of two entities from its parts; at least one."""

    def rank(part: VolumeConflict) -> tuple[float, object, int, int]:
        gaps = (part.distance_m, part.vertical_gap_m, part.time_gap_s)
        return severity(*gaps, separation), part.time_start, part.a_volume, part.b_volume

    ordered = tuple(sorted(parts, key=rank)) if len(parts) > 1 else tuple(parts)
    return Conflict(
        conflict_id(a, b),
        a,
        b,
        separation,
        min(part.time_start for part in ordered),
        max(part.time_end for part in ordered),
        min(part.time_gap_s for part in ordered),
        min(part.altitude_lower_m for part in ordered),
        max(part.altitude_upper_m for part in ordered),
        min(part.vertical_gap_m for part in ordered),
        min(part.distance_m for part in ordered),
        ordered[0].where,
        ordered,
    )


def unlocated_conflict(a: Entity, b: Entity, separation: Separation) -> Conflict | None:
    """The conflict with a notice that names no place: in its time, wherever the other side is."""
    starts_a, ends_a = _windows(a)
    starts_b, ends_b = _windows(b)
    best: _Span | None = None
    for start_a, end_a in zip(starts_a, ends_a, strict=True):
        for start_b, end_b in zip(starts_b, ends_b, strict=True):
            start, end = max(start_a, start_b), min(end_a, end_b)
            gap = start - end
            if gap >= separation.time:
                continue
            span = (min(start, end), max(start, end), max(gap, _NO_TIME))
            best = span if best is None else _joined(best, span)
    if best is None:
        return None
    return Conflict(
        conflict_id(a, b),
        a,
        b,
        separation,
        best[0],
        best[1],
        best[2].total_seconds(),
        None,
        None,
        None,
        None,
        None,
        (),
    )


_Span = tuple[datetime, datetime, timedelta]


def _joined(one: _Span, other: _Span) -> _Span:
    return min(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2])


def _windows(entity: Entity) -> tuple[list[datetime], list[datetime]]:
    if isinstance(entity, Notice) and not entity.located:
        return [entity.time_start], [entity.time_end]
    return [v.time_start for v in entity.volumes], [v.time_end for v in entity.volumes]
