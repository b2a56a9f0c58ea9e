"""Which volumes of a conflict a map shows, how large they are and which part is framed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from openline.airspace.conflict import Conflict
from openline.airspace.entity import Entity
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.sphere import EARTH_RADIUS_M, Vectors, angle_rad, positions_of, unit_vectors
from openline.report.outline import outline_of
from openline.report.projection import middle

BOLD_MAX: Final = 24  # conflicting volumes of one side that are drawn
THIN_MAX: Final = 60  # other volumes of the same side
ZOOM_RATIO: Final = 12.0  # sizes further apart than this: the map frames the smaller one
_COARSE: Final = 1 / 100  # outlines for measuring alone, as a share of the footprint's size


@dataclass(frozen=True, slots=True)
class SideShapes:
    """The footprints of one side: those in conflict, and others for context."""

    bold: tuple[Footprint, ...]
    thin: tuple[Footprint, ...]
    left_out: int


def side_shapes(entity: Entity, numbers: Sequence[int]) -> SideShapes:
    """The conflicting volumes (by number, worst first) and the others, evenly thinned out.

    Volumes with the same footprint are drawn once.
    """
    wanted = list(dict.fromkeys(numbers))
    bold = tuple(dict.fromkeys(entity.volumes[n].footprint for n in wanted[:BOLD_MAX]))
    seen = set(bold)
    rest: list[Footprint] = []
    for number in [*wanted[BOLD_MAX:], *range(len(entity.volumes))]:
        footprint = entity.volumes[number].footprint
        if footprint not in seen:
            seen.add(footprint)
            rest.append(footprint)
    step = max(1, -(-len(rest) // THIN_MAX))
    thin = tuple(rest[::step])
    return SideShapes(bold, thin, len(rest) - len(thin))


def shapes_of(conflict: Conflict) -> tuple[SideShapes, SideShapes]:
    """What is drawn of both sides."""
    return (
        side_shapes(conflict.a, [part.a_volume for part in conflict.parts]),
        side_shapes(conflict.b, [part.b_volume for part in conflict.parts]),
    )


def extent(footprint: Footprint) -> Vectors:
    """Points (n, 3) around the footprint, coarse, for measuring how much room it takes."""
    return outline_of(footprint, coarse_rad(footprint)).points()


def coarse_rad(footprint: Footprint) -> float:
    """A tolerance that keeps the footprint's shape and needs few points."""
    match footprint:
        case Circle():
            size_m = footprint.radius_m
        case Corridor():
            size_m = footprint.half_width_m
        case _:
            size_m = 1.0  # a polygon's outline has no curves to approximate
    return size_m * _COARSE / EARTH_RADIUS_M


def reach_m(points: Vectors) -> float:
    """The largest distance of the points (n, 3) from their middle, metres on the sphere."""
    centre = unit_vectors([middle([points])])[0]
    far = points[int(np.argmin(points @ centre))]
    here, there = positions_of(np.stack((centre, far)))
    return angle_rad(here, there) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class Focus:
    """What the map frames. `whole` is everything of both sides if the frame leaves it out."""

    framed: tuple[Vectors, ...]
    whole: tuple[Vectors, ...] | None


def focus_of(conflict: Conflict, a: SideShapes, b: SideShapes) -> Focus:
    """Both sides' conflicting volumes; if one is 12 times larger, the smaller and the place."""
    worst = conflict.parts[0]
    spot = unit_vectors([worst.where, worst.closest_a, worst.closest_b])
    bold_a = np.concatenate([extent(footprint) for footprint in a.bold])
    bold_b = np.concatenate([extent(footprint) for footprint in b.bold])
    thin = [extent(footprint) for footprint in (*a.thin, *b.thin)]
    reach_a, reach_b = reach_m(bold_a), reach_m(bold_b)
    framed: tuple[Vectors, ...] = (bold_a, bold_b, spot)
    if max(reach_a, reach_b) > ZOOM_RATIO * min(reach_a, reach_b):
        framed = (bold_a if reach_a < reach_b else bold_b, spot)
    whole = (bold_a, bold_b, spot, *thin)
    shown = reach_m(np.concatenate(framed))
    too_much = reach_m(np.concatenate(whole)) > 3 * shown
    return Focus(framed, whole if too_much else None)
