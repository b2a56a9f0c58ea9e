"""What a discovery service keeps of one volume: cells that contain it, its heights, its times."""

from dataclasses import dataclass
from datetime import datetime

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
