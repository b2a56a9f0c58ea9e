"""The frame of a map: which part of the Earth is shown where, in picture units."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from openline.geo.position import Position
from openline.geo.sphere import EARTH_RADIUS_M, Vectors, positions_of, unit_vectors
from openline.report.labels import Box
from openline.report.outline import Outline, radius_east_m
from openline.report.projection import Plane, Projection, middle
from openline.report.simplify import Points, simplified, simplified_ring

TOLERANCE: Final = 0.2  # picture units: what simplifying for the drawing may move
_SMALLEST_M: Final = 2.0  # a frame shows at least this much
_MARGIN: Final = 40.0  # picture units around the frame where lines are still drawn
FAR_RAD: Final = math.radians(150)  # beyond it the projection turns shapes inside out


@dataclass(frozen=True, slots=True)
class Frame:
    """A projection, the point of its plane in the middle of `box`, and metres per unit."""

    projection: Projection
    middle_x_m: float
    middle_y_m: float
    metres_per_unit: float
    box: Box

    @property
    def tolerance_rad(self) -> float:
        """The angle on the sphere that is not seen in the picture."""
        return TOLERANCE * self.metres_per_unit / EARTH_RADIUS_M

    def ruler_m(self, units: float) -> float:
        """How long a level line of some units in the middle is, on WGS-84."""
        lat = self.projection.centre.lat_deg
        return units * self.metres_per_unit * radius_east_m(lat) / EARTH_RADIUS_M

    def units(self, vectors: Vectors) -> Points:
        """Unit vectors (n, 3) to picture units (n, 2), y downwards."""
        x, y = self.box.centre()
        plane = self.projection.forward(vectors)
        scale = self.metres_per_unit
        return np.column_stack(
            (
                x + (plane[:, 0] - self.middle_x_m) / scale,
                y - (plane[:, 1] - self.middle_y_m) / scale,
            )
        )

    def at(self, where: Position) -> tuple[float, float]:
        """One position in picture units."""
        point = self.units(unit_vectors([where]))[0]
        return float(point[0]), float(point[1])

    def vectors(self, units: Points) -> Vectors:
        """Picture units (n, 2) to unit vectors (n, 3)."""
        x, y = self.box.centre()
        plane = np.column_stack(
            (
                (units[:, 0] - x) * self.metres_per_unit + self.middle_x_m,
                (y - units[:, 1]) * self.metres_per_unit + self.middle_y_m,
            )
        )
        return self.projection.inverse(plane)

    def shows(self, x: float, y: float, inset: float = 0.0) -> bool:
        """Whether a point in picture units is within the frame."""
        box = self.box
        return (
            box.left + inset <= x <= box.right - inset
            and box.top + inset <= y <= box.bottom - inset
        )

    def too_far(self, vectors: Vectors) -> bool:
        """Whether any point is so far from the centre that it cannot be drawn."""
        centre = unit_vectors([self.projection.centre])[0]
        return bool((vectors @ centre).min() < math.cos(FAR_RAD))

    def _reach(self) -> Box:
        box = self.box
        return Box(box.left - _MARGIN, box.top - _MARGIN, box.right + _MARGIN, box.bottom + _MARGIN)

    def rings(self, outline: Outline, most: int) -> list[Points]:
        """The outline's rings, clipped a little outside the frame and simplified."""
        if self.too_far(outline.points()):
            return []
        shown = (clipped_ring(self.units(ring), self._reach()) for ring in outline.rings)
        return [simplified_ring(ring, TOLERANCE, most) for ring in shown if len(ring) > 2]

    def lines(self, strokes: Iterable[Vectors], most: int) -> list[Points]:
        """Open lines, clipped a little outside the frame and simplified."""
        shown: list[Points] = []
        for stroke in strokes:
            if self.too_far(stroke):
                continue
            for piece in clipped_line(self.units(stroke), self._reach()):
                shown.append(simplified(piece, TOLERANCE, most))
        return shown


def frame_around(groups: Sequence[Vectors], box: Box, padding: float = 0.1) -> Frame:
    """The frame that shows all the points (unit vectors) with some room around them."""
    frame = _fitted(Projection(middle(groups)), groups, box, padding)
    for _ in range(2):  # centred on the middle of what is shown, distances are truest
        offset = math.hypot(frame.middle_x_m, frame.middle_y_m)
        if offset > EARTH_RADIUS_M / 2:
            break
        centre = frame.projection.inverse(np.array([[frame.middle_x_m, frame.middle_y_m]]))
        frame = _fitted(Projection(positions_of(centre)[0]), groups, box, padding)
    return frame


def _fitted(projection: Projection, groups: Sequence[Vectors], box: Box, padding: float) -> Frame:
    plane: Plane = np.concatenate([projection.forward(group) for group in groups])
    low, high = plane.min(axis=0), plane.max(axis=0)
    width = max(float(high[0] - low[0]), _SMALLEST_M)
    height = max(float(high[1] - low[1]), _SMALLEST_M)
    room = 1 - 2 * padding
    scale = max(width / (box.right - box.left), height / (box.bottom - box.top)) / room
    x, y = float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2
    return Frame(projection, x, y, scale, box)


def clipped_ring(ring: Points, box: Box) -> Points:
    """The part of a closed ring within the box; edges along the box are not part of the ring.

    Source: Sutherland and Hodgman, Communications of the ACM 17(1), 1974.
    """
    low, high = ring.min(axis=0), ring.max(axis=0)
    if box.left <= low[0] and high[0] <= box.right and box.top <= low[1] and high[1] <= box.bottom:
        return ring
    edges = ((0, box.left, 1), (0, box.right, -1), (1, box.top, 1), (1, box.bottom, -1))
    for axis, bound, sign in edges:
        if len(ring) == 0:
            break
        gap = (ring[:, axis] - bound) * sign
        after = np.roll(gap, -1)
        following = np.roll(ring, -1, axis=0)
        crossing = (gap >= 0) != (after >= 0)
        share = np.where(crossing, gap / np.where(crossing, gap - after, 1.0), 0.0)
        cut = ring + share.reshape(-1, 1) * (following - ring)
        both = np.stack((ring, cut), axis=1).reshape(-1, 2)
        keep = np.column_stack((gap >= 0, crossing)).reshape(-1)
        ring = both[keep]
    return ring


def clipped_line(line: Points, box: Box) -> list[Points]:
    """The parts of an open line within the box, by Liang and Barsky's rule per segment."""
    start, along = line[:-1], line[1:] - line[:-1]
    enter, leave = np.zeros(len(start)), np.ones(len(start))
    for axis, low, high in ((0, box.left, box.right), (1, box.top, box.bottom)):
        step, origin = along[:, axis], start[:, axis]
        flat = step == 0
        safe = np.where(flat, 1.0, step)
        one, other = (low - origin) / safe, (high - origin) / safe
        beside = flat & ((origin < low) | (origin > high))
        first = np.where(flat, np.where(beside, 2.0, 0.0), np.minimum(one, other))
        enter = np.maximum(enter, first)
        leave = np.minimum(leave, np.where(flat, 1.0, np.maximum(one, other)))
    shown = np.flatnonzero(enter <= leave)
    if len(shown) == 0:
        return []
    apart = (np.diff(shown) > 1) | (leave[shown[:-1]] < 1) | (enter[shown[1:]] > 0)
    begins = start + enter.reshape(-1, 1) * along
    ends = start + leave.reshape(-1, 1) * along
    return [
        np.concatenate((begins[run[:1]], ends[run]))
        for run in np.split(shown, np.flatnonzero(apart) + 1)
    ]
