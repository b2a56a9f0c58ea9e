"""What a party filed with the discovery service of the same server, as the line knows it.

An operational intent or constraint stands on the line for the party that filed it, or that answers
for the member who did. Only cells that contain it are known, its heights and its times.
Errs toward: reporting. The cells are larger than what was filed, by up to their own width.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from openline.airspace.entity import Constraint, Entity, EntityKind, IntentState, OperationalIntent
from openline.airspace.extent import Extent
from openline.airspace.volume import Volume4D
from openline.geo.covering import cell_polygon
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M

_LEAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Filed:
    """An operational intent or constraint. entry: the record's number of what it is now.

    state: of an intent, as its manager set it.
    """

    id: str
    party: str
    kind: EntityKind
    entry: int
    extents: tuple[Extent, ...]
    state: IntentState | None = None

    @property
    def time_start(self) -> datetime:
        """When the first extent begins."""
        return min(extent.time_start for extent in self.extents)

    @property
    def time_end(self) -> datetime:
        """When the last extent ends."""
        return max(extent.time_end for extent in self.extents)

    def entity(self) -> Entity:
        """The entity that it is compared as: one volume for each cell."""
        volumes = tuple(
            Volume4D.over_ellipsoid(
                cell_polygon(cell), *_heights(extent), extent.time_start, _end(extent)
            )
            for extent in self.extents
            for cell in extent.cells
        )
        if self.kind is EntityKind.CONSTRAINT:
            return Constraint(self.id, self.party, volumes)
        return OperationalIntent(self.id, self.party, volumes)


def _heights(extent: Extent) -> tuple[float, float]:
    """The band of an extent; one of no height is a little higher, as volumes have some."""
    low = ALTITUDE_FLOOR_M if extent.altitude_lower_m is None else extent.altitude_lower_m
    high = ALTITUDE_CEILING_M if extent.altitude_upper_m is None else extent.altitude_upper_m
    low = min(max(low, ALTITUDE_FLOOR_M), ALTITUDE_CEILING_M - 1.0)
    return low, max(min(high, ALTITUDE_CEILING_M), low + 0.1)


def _end(extent: Extent) -> datetime:
    return max(extent.time_end, extent.time_start + _LEAST)
