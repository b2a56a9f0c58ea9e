"""Volumes carried sideways.

A place that is tried is a turn of the globe, applied to arrays where it is applied at all; real
volumes are made only of places that are worth it, or of all where limits follow the geoid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from openline.airspace.advise.cost import Limits
from openline.airspace.advise.move import aside, centre_of, placed, turn, turns
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.errors import OpenlineError
from openline.geo.altitude import AltitudeReference
from openline.geo.ellipsoid import normals_of, surface_points
from openline.geo.sphere import Vectors
from openline.geo.within import all_within

Place = tuple[float, float]
"""A bearing in degrees and a distance in metres."""


@dataclass(frozen=True, slots=True)
class Moving:
    """Volumes that are carried together. flat: their limits are over the ellipsoid everywhere.

    normals (v, 3): of the vertices of the table. several: the table so many times over, once made.
    """

    volumes: tuple[Volume4D, ...]
    table: VolumeTable
    centre: Vectors
    flat: bool
    normals: Vectors
    several: dict[int, VolumeTable]

    @classmethod
    def of(cls, volumes: Sequence[Volume4D]) -> "Moving":
        """These volumes; distances count from amid them."""
        bands = [volume.altitude for volume in volumes]
        references = {limit.reference for band in bands for limit in (band.lower, band.upper)}
        table = VolumeTable.of(volumes)
        return cls(
            tuple(volumes),
            table,
            centre_of(tuple(volume.footprint for volume in volumes)),
            references == {AltitudeReference.W84},
            normals_of(table.footprints.vertex),
            {},
        )

    def volumes_at(self, place: Place) -> tuple[Volume4D, ...] | None:
        """The volumes at a place; None if they are no valid volumes there."""
        rotation = turn(self.centre, *place)
        try:
            return tuple(placed(v, aside(v.footprint, rotation)) for v in self.volumes)
        except OpenlineError:
            return None

    def turned(self, places: Sequence[Place]) -> VolumeTable:
        """The volumes at each place, as they are but for their footprints.

        Cuts of long edges are carried along: within 1 mm of cutting anew.
        """
        several = self._times(len(places))
        turned = self.normals @ turns(self.centre, places).transpose(0, 2, 1)
        vertex = surface_points(turned.reshape(-1, 3))
        return replace(several, footprints=several.footprints.over(vertex))

    def _times(self, count: int) -> VolumeTable:
        """The table so many times over."""
        if count not in self.several:
            self.several[count] = VolumeTable.joined([self.table] * count)
        return self.several[count]

    def allowed(self, place: Place, limits: Limits) -> bool:
        """Whether there are valid volumes there, in the area."""
        there = self.volumes_at(place)
        if there is None:
            return False
        area = limits.area
        return area is None or all_within(area, [volume.footprint for volume in there])

    def standing(
        self, places: Sequence[Place]
    ) -> tuple[list[Place], list[tuple[Volume4D, ...]] | None, VolumeTable]:
        """The places that are not known to be impossible, the volumes if they are made, and a table
        of them at each of the places, but for their footprints.
        """
        if self.flat:
            return list(places), None, self.table
        both = [(place, self.volumes_at(place)) for place in places]
        kept = [place for place, there in both if there is not None]
        made = [there for _, there in both if there is not None]
        bands = [volume.altitude for there in made for volume in there]
        low_m = np.array([band.altitude_lower_m for band in bands])
        high_m = np.array([band.altitude_upper_m for band in bands])
        return kept, made, self._times(len(kept)).between(low_m, high_m)
