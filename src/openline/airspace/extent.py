"""What a discovery service keeps of one volume: cells that contain it, its heights, its times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

Cells = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """One volume, outward: never smaller than the volume it stands for, never its drawn shape.

    cells: S2 cell ids, ascending, none inside another (a normalised covering). Altitudes are metres
    over the WGS-84 ellipsoid; None is unbounded. All intervals are closed: extents that touch in
    cells, height and time are relevant to each other. Instants are aware UTC.
    """

    cells: Cells
    altitude_lower_m: float | None
    altitude_upper_m: float | None
    time_start: datetime
    time_end: datetime

    @property
    def around(self) -> Cells:
        """Cells that hold all of its cells."""
        return self.cells


class AskedExtent(Extent):
    """An extent that is only asked about: its cells are found once somebody needs them.

    `around` are a few cells that hold all those that `find_cells` gives. Where nothing is near
    them, the closer ones need not be found.
    """

    __slots__ = ("_around", "_find_cells", "_found")
    _around: Cells
    _find_cells: Callable[[], Cells]
    _found: Cells | None

    def __init__(
        self,
        around: Cells,
        find_cells: Callable[[], Cells],
        altitude_lower_m: float | None,
        altitude_upper_m: float | None,
        time_start: datetime,
        time_end: datetime,
    ) -> None:
        put = partial(object.__setattr__, self)
        put("_around", around)
        put("_find_cells", find_cells)
        put("_found", None)
        put("altitude_lower_m", altitude_lower_m)
        put("altitude_upper_m", altitude_upper_m)
        put("time_start", time_start)
        put("time_end", time_end)

    @property
    def around(self) -> Cells:
        """Cells that hold all of its cells."""
        return self._around

    @property
    def cells(self) -> Cells:
        """Its cells, found when this is first asked for."""
        found = self._found
        if found is None:
            found = self._find_cells()
            object.__setattr__(self, "_found", found)
        return found
