"""A polygon on the Earth: rings of geodesic edges, any winding, the smaller side is inside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openline.errors import AreaTooLarge, InvalidGeometry
from openline.geo import ring_validity
from openline.geo.position import Position
from openline.limits import VERTICES_MAX

Ring = tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Polygon:
    """One outer ring and holes, each without its closing vertex; the edges are geodesics.

    The winding of a ring says nothing: inside is the side with the smaller area. Use `Polygon.of`,
    which accepts closed rings and plain pairs.

    Raises: InvalidGeometry (fewer than 3 points, duplicate vertices, self-crossing, a hole outside
    its ring, no area, not finite, out of range), AreaTooLarge (more than VERTICES_MAX vertices).
    """

    outer: Ring
    holes: tuple[Ring, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.outer) + sum(len(hole) for hole in self.holes)
        if count > VERTICES_MAX:
            raise AreaTooLarge(
                f"a polygon of {count:,} vertices; at most {VERTICES_MAX:,} are accepted",
                cure="simplify it or split it",
            )
        ring_validity.check(self.outer, self.holes)

    @classmethod
    def of(
        cls,
        outer: Iterable[Sequence[float]],
        holes: Iterable[Iterable[Sequence[float]]] = (),
    ) -> "Polygon":
        """A polygon from (latitude, longitude) pairs in degrees; a closing vertex is dropped."""
        return cls(_ring(outer), tuple(_ring(hole) for hole in holes))

    def rings(self) -> tuple[Ring, ...]:
        """The outer ring, then the holes."""
        return (self.outer, *self.holes)


def _ring(pairs: Iterable[Sequence[float]]) -> Ring:
    ring = tuple(Position.checked(pair[0], pair[1]) for pair in pairs)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring = ring[:-1]
    if len(ring) < 3:
        raise InvalidGeometry(
            f"a ring of {len(ring)} different points has no inside",
            cure="give at least 3 points",
        )
    return ring
