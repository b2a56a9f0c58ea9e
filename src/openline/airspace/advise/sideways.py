"""The same plan elsewhere or narrower: footprints to try, each asked of the exact detector.

Sideways is searched in twelve directions, in six for more than two volumes, by distances that grow;
where the first free one is found, the last gap is halved down to 100 m or 2 %. Where little is
around, what is nearer than that is searched again, in 36 directions and by distances that grow by
a tenth, and the last gap is halved in directions of 2.5 degrees down to 1 %. So the answer is free
for certain, and near the nearest; nothing is claimed about places between.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from openline.airspace.advise.carried import Moving, Place
from openline.airspace.advise.cost import Limits
from openline.airspace.advise.move import narrowed
from openline.airspace.advise.obstacles import STAY, Obstacles
from openline.airspace.advise.sliding import Sliding
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.errors import OpenlineError
from openline.geo.footprint import Footprint

_BEARING_STEPS_DEG: Final = (30, 60)  # of a few volumes, and of many, whose search costs more
_FEW: Final = 2
_FIRST_M: Final = 250.0
_GROWTH: Final = 2.2
_NEAR_M: Final = 100.0
_NEAR_SHARE: Final = 0.02
_SHARES: Final = 10
_LITTLE: Final = 60  # volumes that move times those around: up to so many are searched finely
_FINE_DEG: Final = 10.0
_FINEST_DEG: Final = 2.5
_FINE_FIRST: Final = 0.25  # of what was found: where that is free, the gap below is halved
_FINE_GROWTH: Final = 1.1
_FINE_SHARE: Final = 0.01
_FINE_M: Final = 2.0


def is_little(moving: Moving, obstacles: Obstacles) -> bool:
    """Whether so little is around that there is time to search finely."""
    return len(moving.volumes) * len(obstacles) <= _LITTLE


def bearings(volumes: int) -> range:
    """The directions that are tried for so many volumes, in degrees."""
    return range(0, 360, _BEARING_STEPS_DEG[volumes > _FEW])


def distances(most_m: float) -> Iterator[float]:
    """The distances that are tried, the nearer first; the last is the limit itself."""
    at = _FIRST_M
    while at < most_m:
        yield at
        at *= _GROWTH
    if most_m > 0:
        yield most_m


def nearest_free(
    moving: Moving, obstacles: Obstacles, limits: Limits, most_m: float
) -> tuple[Place, tuple[Volume4D, ...]] | None:
    """The nearest found place where the volumes are free at their own time and height."""
    before = 0.0
    little = is_little(moving, obstacles)
    sliding = Sliding.of(moving, obstacles.met_by(moving.table, STAY), most_m)
    looking = _Looking(sliding, limits)
    for distance_m in distances(most_m):
        free = looking.free([(float(one), distance_m) for one in bearings(len(moving.volumes))])
        if free:
            found = _nearer(looking, free, before)
            found = _finely(looking, found) if little else found
            volumes = moving.volumes_at(found)
            return None if volumes is None else (found, volumes)
        before = distance_m
    return None


class _Looking(NamedTuple):
    """What is moved among what, within which limits."""

    sliding: Sliding
    limits: Limits

    def free(self, places: Sequence[Place]) -> list[Place]:
        """Those of the places that are allowed, and where nothing is in the way."""
        return self.sliding.free(places, self.limits)


def _finely(looking: _Looking, best: Place) -> Place:
    """What is nearer than the best; else the best."""
    before, at = 0.0, _FINE_FIRST * best[1]
    near = [best]
    while at < best[1]:
        free = looking.free([(n * _FINE_DEG, at) for n in range(round(360 / _FINE_DEG))])
        if free:
            near = free
            break
        before, at = at, at * _FINE_GROWTH
    turns = [n * _FINEST_DEG for n in range(-3, 4)]
    found = near[0]
    while found[1] - before > max(_FINE_M, _FINE_SHARE * found[1]):
        middle_m = (found[1] + before) / 2
        around = {(one[0] + by) % 360 for one in near for by in turns}
        free = looking.free([(bearing, middle_m) for bearing in sorted(around)])
        if free:
            near, found, turns = free, free[0], [0.0]
        else:
            before = middle_m
    return found


def _nearer(looking: _Looking, free: list[Place], blocked_m: float) -> Place:
    """Halve the gap between blocked and free, in all directions that were free."""
    best = free[0]
    while best[1] - blocked_m > max(_NEAR_M, _NEAR_SHARE * best[1]):
        middle_m = (best[1] + blocked_m) / 2
        nearer = looking.free([(one[0], middle_m) for one in free])
        if nearer:
            free, best = nearer, nearer[0]
        else:
            blocked_m = middle_m
    return best


def narrowest_needed(
    volume: Volume4D, obstacles: Obstacles, limits: Limits
) -> tuple[Volume4D, float] | None:
    """The volume as wide as it can stay, and how far its boundary comes inward; None for no way.

    Tried in ten steps down to the least share of the limits.
    """
    made: list[tuple[Volume4D, float]] = []
    for step in range(1, _SHARES + 1):
        share = 1 - step * (1 - limits.narrowest) / _SHARES
        try:
            smaller: tuple[Footprint, float] | None = narrowed(volume.footprint, share)
        except OpenlineError:
            continue
        if smaller is not None:
            # Its limits stay as they are: over a smaller place they are wide enough.
            made.append(
                (
                    Volume4D(smaller[0], volume.altitude, volume.time_start, volume.time_end),
                    smaller[1],
                )
            )
    if not made:
        return None
    table = VolumeTable.of([one for one, _ in made])
    i, j = obstacles.close(table.footprints)
    blocks = obstacles.blocks(table, i, j)
    blocked = set(blocks.mine[blocks.holds(0, 0.0)].tolist())
    return next((one for at, one in enumerate(made) if at not in blocked), None)
