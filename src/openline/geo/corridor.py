"""A corridor on the Earth: all points within half its width of a polyline of geodesics."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openline.errors import AreaTooLarge, InvalidGeometry
from openline.geo.circle import check_radius
from openline.geo.position import Position
from openline.limits import VERTICES_MAX


@dataclass(frozen=True, slots=True)
class Corridor:
    """A polyline of geodesics and half the width in metres; round at its ends and corners.

    Raises: InvalidGeometry (fewer than 2 points, the same point twice in a row, bad half width),
    AreaTooLarge (more than VERTICES_MAX points).
    """

    path: tuple[Position, ...]
    half_width_m: float

    def __post_init__(self) -> None:
        if len(self.path) < 2:
            raise InvalidGeometry(
                "a corridor needs at least 2 points", cure="use a circle for a single point"
            )
        if len(self.path) > VERTICES_MAX:
            raise AreaTooLarge(
                f"a corridor of {len(self.path):,} points; at most {VERTICES_MAX:,} are accepted",
                cure="simplify it or split it",
            )
        for number, position in enumerate(self.path):
            Position.checked(*position)
            if number and position == self.path[number - 1]:
                raise InvalidGeometry(
                    f"points {number} and {number + 1} of the corridor are the same",
                    cure="remove one of them",
                )
        check_radius(self.half_width_m, "half width")

    @classmethod
    def of(cls, path: Iterable[Sequence[float]], half_width_m: float) -> "Corridor":
        """A corridor from (latitude, longitude) pairs in degrees and half its width in metres."""
        points = tuple(Position.checked(pair[0], pair[1]) for pair in path)
        return cls(points, float(half_width_m))
