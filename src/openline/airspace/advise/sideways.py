"""The same plan elsewhere or narrower: footprints to try, each asked of the exact detector.

Sideways is searched in twelve directions, in six for more than two volumes, by distances that grow;
where the first free one is found, the last gap is halved down to 100 m or 2 %. Where little is
around, what is nearer than that is searched again, in 36 directions and by distances that grow by
a tenth, and the last gap is halved in directions of 2.5 degrees down to 1 %. So the answer is free
for certain, and near the nearest; nothing is claimed about places between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from openline.airspace.advise.cost import Limits
from openline.airspace.advise.move import aside, centre_of, narrowed, placed, turn
from openline.airspace.advise.obstacles import Obstacles
from openline.airspace.advise.shift import Blocks
from openline.airspace.volume import Volume4D
from openline.airspace.volume_table import VolumeTable
from openline.errors import OpenlineError
from openline.geo.footprint import Footprint
from openline.geo.sphere import Vectors
from openline.geo.within import all_within

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


@dataclass(frozen=True, slots=True)
class Offset:
    """Some volumes moved sideways, and the blocks that are left there."""

    bearing_deg: float
    distance_m: float
    volumes: tuple[Volume4D, ...]
    blocks: Blocks


def offsets(
    volumes: Sequence[Volume4D],
    obstacles: Obstacles,
    limits: Limits,
    wanted: Sequence[tuple[float, float]],
    centre: Vectors | None = None,
) -> list[Offset]:
    """The volumes at each wanted (bearing, distance), where they are possible and in the area.

    centre: from where the distance counts, if it is not amid the volumes.
    """
    if centre is None:
        centre = centre_of(tuple(volume.footprint for volume in volumes))
    made: list[tuple[float, float, tuple[Volume4D, ...]]] = []
    for bearing_deg, distance_m in wanted:
        rotation = turn(centre, bearing_deg, distance_m)
        try:
            moved = tuple(placed(v, aside(v.footprint, rotation)) for v in volumes)
        except OpenlineError:
            continue  # no valid volume there, so no way out
        if limits.area is None or all_within(limits.area, [v.footprint for v in moved]):
            made.append((bearing_deg, distance_m, moved))
    if not made:
        return []
    table = VolumeTable.of([volume for _, _, moved in made for volume in moved])
    i, j = obstacles.close(table.footprints)
    blocks = obstacles.blocks(table, i, j)
    which, number = np.divmod(blocks.mine, len(volumes))
    result = []
    for at, (bearing_deg, distance_m, moved) in enumerate(made):
        of_this = blocks.where(which == at)
        own = Blocks(
            of_this.delay_low,
            of_this.delay_high,
            of_this.climb_low,
            of_this.climb_high,
            number[which == at],
            of_this.theirs,
        )
        result.append(Offset(bearing_deg, distance_m, moved, own))
    return result


def is_little(volumes: Sequence[Volume4D], obstacles: Obstacles) -> bool:
    """Whether so little is around that there is time to search finely."""
    return len(volumes) * len(obstacles.volumes) <= _LITTLE


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
    volumes: Sequence[Volume4D],
    obstacles: Obstacles,
    limits: Limits,
    most_m: float,
    blocked: Sequence[int],
) -> Offset | None:
    """The nearest found place where the volumes are free at their own time and height.

    blocked: numbers of those that are not free where they are; they are tried before the others.
    """
    before = 0.0
    little = is_little(volumes, obstacles)
    obstacles = obstacles.met_by(volumes, (0, 0), (0.0, 0.0))
    for distance_m in distances(most_m):
        wanted = [(float(bearing), distance_m) for bearing in bearings(len(volumes))]
        free = _free_of(volumes, obstacles, limits, wanted, blocked)
        if free:
            found = _nearer(volumes, obstacles, limits, free, before, blocked)
            return _finely(volumes, obstacles, limits, found, blocked) if little else found
        before = distance_m
    return None


def _finely(
    volumes: Sequence[Volume4D],
    obstacles: Obstacles,
    limits: Limits,
    best: Offset,
    blocked: Sequence[int],
) -> Offset:
    """What is nearer than the best; else the best."""
    before, at = 0.0, _FINE_FIRST * best.distance_m
    near = [best]
    while at < best.distance_m:
        wanted = [(n * _FINE_DEG, at) for n in range(round(360 / _FINE_DEG))]
        free = _free_of(volumes, obstacles, limits, wanted, blocked)
        if free:
            near = free
            break
        before, at = at, at * _FINE_GROWTH
    turns = [n * _FINEST_DEG for n in range(-3, 4)]
    found = near[0]
    while found.distance_m - before > max(_FINE_M, _FINE_SHARE * found.distance_m):
        middle_m = (found.distance_m + before) / 2
        around = {(one.bearing_deg + by) % 360 for one in near for by in turns}
        wanted = [(bearing, middle_m) for bearing in sorted(around)]
        free = _free_of(volumes, obstacles, limits, wanted, blocked)
        if free:
            near, found, turns = free, free[0], [0.0]
        else:
            before = middle_m
    return found


def _free_of(
    volumes: Sequence[Volume4D],
    obstacles: Obstacles,
    limits: Limits,
    wanted: Sequence[tuple[float, float]],
    blocked: Sequence[int],
) -> list[Offset]:
    """Of the wanted offsets those where all volumes are free."""
    if len(blocked) < len(volumes):
        centre = centre_of(tuple(volume.footprint for volume in volumes))
        some = [volumes[number] for number in blocked]
        first = offsets(some, obstacles, limits, wanted, centre)
        wanted = [(one.bearing_deg, one.distance_m) for one in first if _free(one)]
    return [one for one in offsets(volumes, obstacles, limits, wanted) if _free(one)]


def _free(offset: Offset) -> bool:
    return not offset.blocks.holds(0, 0.0).any()


def _nearer(
    volumes: Sequence[Volume4D],
    obstacles: Obstacles,
    limits: Limits,
    free: list[Offset],
    blocked_m: float,
    blocked: Sequence[int],
) -> Offset:
    """Halve the gap between blocked and free, in all directions that were free."""
    best = free[0]
    while best.distance_m - blocked_m > max(_NEAR_M, _NEAR_SHARE * best.distance_m):
        middle_m = (best.distance_m + blocked_m) / 2
        wanted = [(one.bearing_deg, middle_m) for one in free]
        nearer = _free_of(volumes, obstacles, limits, wanted, blocked)
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
