"""Volumes carried sideways among obstacles: what is left in their way at many places at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from openline.airspace.advise.carried import Moving, Place
from openline.airspace.advise.cost import Limits
from openline.airspace.advise.move import carried
from openline.airspace.advise.obstacles import STAY, Obstacles, ShiftRange
from openline.airspace.advise.planar import Planar, drift_m
from openline.airspace.advise.shift import Blocks
from openline.airspace.volume import Volume4D
from openline.geo.convolution import Plane
from openline.geo.ellipsoid import surface_points
from openline.geo.footprint_table import Booleans, Integers


@dataclass(frozen=True, slots=True)
class Offset:
    """Some volumes at another place, and the blocks that are left there. made: if they are made."""

    bearing_deg: float
    distance_m: float
    made: tuple[Volume4D, ...] | None
    blocks: Blocks


class _Asked(NamedTuple):
    """Places that are not known to be impossible, with the volumes there if they are made; and what
    may be in the way: numbers of the place and of the pair, and the block.
    """

    places: list[Place]
    made: list[tuple[Volume4D, ...]] | None
    at: Integers
    pair: Integers
    blocks: Blocks
    to: Plane


@dataclass(frozen=True, slots=True)
class Sliding:
    """Volumes that are carried together among obstacles.

    blocks: those of each pair, where they are the same at all places.
    """

    moving: Moving
    obstacles: Obstacles
    planar: Planar
    blocks: Blocks | None

    @classmethod
    def of(cls, moving: Moving, obstacles: Obstacles, most_m: float) -> "Sliding":
        """By ways of at most so many metres. Raises: EnoughEffort."""
        obstacles.check_effort()
        planar = Planar.of(
            moving.centre,
            moving.table.footprints,
            obstacles.table.footprints,
            obstacles.numbers,
            obstacles.separation.lateral_m,
            most_m,
        )
        pairs, blocks = planar.pairs, None
        if moving.flat:
            blocks = obstacles.blocks(moving.table, pairs.mine, pairs.theirs)
        return cls(moving, obstacles, planar, blocks)

    def offsets(self, places: Sequence[Place], within: ShiftRange) -> list[Offset]:
        """What is left at each place of the blocks that reach into a range of shifts.

        Whether a place is allowed is not asked. Raises: EnoughEffort.
        """
        asked = self._asked(places, within)
        close, apart = self._certain(asked)
        doubtful = np.flatnonzero(~(close | apart))
        close[self._exactly(asked, doubtful)] = True
        blocks, made = asked.blocks.where(close), asked.made
        ends = np.searchsorted(asked.at[close], np.arange(len(asked.places) + 1)).tolist()
        return [
            Offset(*place, made[n] if made else None, blocks.where(slice(ends[n], ends[n + 1])))
            for n, place in enumerate(asked.places)
        ]

    def free(self, places: Sequence[Place], limits: Limits) -> list[Place]:
        """The allowed places where the volumes are free at their own time and height.

        Raises: EnoughEffort.
        """
        asked = self._asked(places, STAY)
        close, apart = self._certain(asked)
        blocked = np.zeros(len(asked.places), np.bool_)
        blocked[asked.at[close]] = True
        doubtful = np.flatnonzero(~(close | apart | blocked[asked.at]))
        blocked[asked.at[self._exactly(asked, doubtful)]] = True
        free = [place for n, place in enumerate(asked.places) if not blocked[n]]
        return [place for place in free if self.moving.allowed(place, limits)]

    def _asked(self, places: Sequence[Place], within: ShiftRange) -> _Asked:
        self.obstacles.check_effort()
        kept, made, bands = self.moving.standing(places)
        pairs, to = self.planar.pairs, self._ways(kept)
        if self.blocks is not None:
            at, pair = self.planar.near(to, np.flatnonzero(within.reached_by(self.blocks)))
            return _Asked(kept, made, at, pair, self.blocks.where(pair), to)
        at, pair = self.planar.near(to, np.arange(len(pairs)))
        mine = at * len(self.moving.volumes) + pairs.mine[pair]
        blocks = self.obstacles.blocks(bands, mine, pairs.theirs[pair])
        met = np.flatnonzero(within.reached_by(blocks))
        return _Asked(kept, made, at[met], pair[met], blocks.where(met), to)

    def _ways(self, places: Sequence[Place]) -> Plane:
        """Where amid the volumes comes to lie in the plane."""
        if not places:
            return np.empty((0, 2))
        return self.planar.ground.seen(surface_points(carried(self.moving.centre, places)))

    def _certain(self, asked: _Asked) -> tuple[Booleans, Booleans]:
        away_m = np.array([distance_m for _, distance_m in asked.places])
        slack_m = drift_m(self.planar.spread_m, away_m)[asked.at]
        return self.planar.certain(asked.to[asked.at], slack_m, asked.pair)

    def _exactly(self, asked: _Asked, some: Integers) -> Integers:
        """Of some of the pairs those that are too close, by the exact detector."""
        if not len(some):
            return some
        at, pair = asked.at[some], asked.pair[some]
        which, turned_at = np.unique(at, return_inverse=True)
        turned = self.moving.turned([asked.places[n] for n in which.tolist()]).footprints
        i = turned_at * len(self.moving.volumes) + self.planar.pairs.mine[pair]
        return some[self.obstacles.too_close(turned, i, self.planar.pairs.theirs[pair])]
