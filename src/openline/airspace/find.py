"""All conflicts among many entities: candidates from an index, exact refinement after it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from openline.airspace.conflict import Conflict
from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.airspace.separation import INTERSECTION, Separation
from openline.geo.footprint import Footprint

Progress = Callable[[int, int], None]  # done, total; in candidate pairs


@dataclass(frozen=True, slots=True)
class Findings:
    """The conflicts, worst first, and what was looked at. Iterates over the conflicts."""

    conflicts: tuple[Conflict, ...]
    separation: Separation
    intents: int
    volumes: int
    candidates: int

    def __iter__(self) -> Iterator[Conflict]:
        return iter(self.conflicts)

    def __len__(self) -> int:
        return len(self.conflicts)

    def __getitem__(self, index: int) -> Conflict:
        return self.conflicts[index]


def find_conflicts(
    intents: Iterable[OperationalIntent],
    constraints: Iterable[Constraint] = (),
    separation: Separation = INTERSECTION,
    *,
    notices: Iterable[Notice] = (),
    all_pairs: bool = False,
    agreed_area: Footprint | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Every pair of entities closer than the minima; of different parties unless `all_pairs`.

    Constraints are not compared with each other. An unlocated notice conflicts with everything of
    other parties within its time in the agreed area (everywhere, if none is given).
    """
    raise NotImplementedError
