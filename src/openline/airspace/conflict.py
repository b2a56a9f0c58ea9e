"""A conflict: two entities whose volumes come closer than the minima, with all its numbers."""

from dataclasses import dataclass
from datetime import datetime

from openline.airspace.entity import Entity
from openline.airspace.reason import sentence
from openline.airspace.separation import Separation
from openline.geo.outline import overlap
from openline.geo.polygon import Ring
from openline.geo.position import Position


@dataclass(frozen=True, slots=True)
class VolumeConflict:
    """One volume of each side that come closer than the minima.

    `time_start`..`time_end` is when both are there; if they are never there together it is the
    time between them and `time_gap_s` > 0. `altitude_lower_m`..`altitude_upper_m` is the band
    that both use, or the band between them and `vertical_gap_m` > 0. `distance_m` is the least
    horizontal distance, 0 where they overlap; `where` a point in the overlap, or midway between
    the closest points `closest_a` and `closest_b`.
    """

    a_volume: int
    b_volume: int
    time_start: datetime
    time_end: datetime
    time_gap_s: float
    altitude_lower_m: float
    altitude_upper_m: float
    vertical_gap_m: float
    distance_m: float
    where: Position
    closest_a: Position
    closest_b: Position


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two entities in each other's way. `parts` has one entry per pair of volumes, worst first.

    The other numbers span all parts: first and last instant, lowest and highest altitude, least
    distance and least vertical gap. A conflict with an unlocated notice has no parts, no altitude,
    no distance and no `where`: nothing more is known than the time.
    `id` depends only on the ids and parties of both sides.
    """

    id: str
    a: Entity
    b: Entity
    separation: Separation
    time_start: datetime
    time_end: datetime
    time_gap_s: float
    altitude_lower_m: float | None
    altitude_upper_m: float | None
    vertical_gap_m: float | None
    distance_m: float | None
    where: Position | None
    parts: tuple[VolumeConflict, ...]

    @property
    def located(self) -> bool:
        """False if a side is a notice without a place."""
        return bool(self.parts)

    @property
    def infringed(self) -> tuple[str, ...]:
        """Which minima are infringed rather than the volumes overlapping: lateral, vertical, time.

        Empty where the volumes themselves overlap in every dimension, or nothing is located.
        """
        gaps = (
            ("lateral", self.distance_m or 0.0),
            ("vertical", self.vertical_gap_m or 0.0),
            ("time", self.time_gap_s),
        )
        return tuple(word for word, gap in gaps if gap > 0)

    @property
    def overlap_region(self) -> tuple[Ring, ...]:
        """What the footprints of the worst part share, as rings for drawing; empty if apart."""
        if not self.parts:
            return ()
        worst = self.parts[0]
        a, b = self.a.volumes[worst.a_volume], self.b.volumes[worst.b_volume]
        return overlap(a.footprint, b.footprint) if worst.distance_m == 0 else ()

    @property
    def reason(self) -> str:
        """One English sentence that a duty officer can read out."""
        return sentence(self)
