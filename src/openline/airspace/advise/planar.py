"""Which footprints, carried sideways, are too close to others: decided in a plane, if certain.

Around what is carried the Earth is nearly a plane, and to be carried is nearly to slide over it
without turning. In the plane that touches the ellipsoid amid the footprints each pair is decided
for all ways of being carried together (`openline.geo.convolution`), unless it is nearer to the
verge than what the plane leaves out:

- The plane shortens: the way along the surface between points out to h from where they touch is at
  most _STEEP (h / R)^2 longer than in the plane, and never shorter.
- An edge rises over its chord; seen from above it leaves it by l^2 / 8 R times how far the ground
  there is tilted: at _FAR_M by less than 5 cm, for edges of 5 km.
- What is carried turns and stretches: after a turn of the globe by angle t a point at distance l
  from amid the footprints lies within t l (t / 2 + l / 2 R + e) of where sliding brings it: by the
  globe's curvature, and by the ellipsoid's radii, which change with place and direction by less
  than e = _FLATTENED for each radian.

What is not certain, reaches too far, has holes, or has very many edges is for the exact detector:
whoever asks lets that decide it.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from openline.geo.convolution import Convolution, Outlines, Plane
from openline.geo.ellipsoid import (
    CURVATURE_RADIUS_MIN_M,
    GEODESIC_STEP_M,
    Floats,
    surface_points,
)
from openline.geo.footprint_table import Booleans, FootprintTable, Integers
from openline.geo.sphere import Vectors
from openline.limits import RESOLUTION_M

_FAR_M: Final = 500_000.0  # how far the others may reach from amid the footprints
_NEAR_M: Final = 200_000.0  # how far out what is too close is certain, with its reach
_STEEP: Final = 0.55
_FLATTENED: Final = 0.014
_MARGIN: Final = 1.2
_LONGER: Final = 1.01  # what is carried so far on the sphere moves at most so much farther
_TILT: Final = 0.085  # at _FAR_M, with what the ellipsoid's normals are off its centre
_EDGE_M: Final = GEODESIC_STEP_M**2 / CURVATURE_RADIUS_MIN_M / 8 * _TILT
_SLACK_M: Final = 0.15  # for edges of both, the resolution, and the errors of the detector
_LARGE: Final = 20_000  # edges times edges: the detector, which looks at parts, is faster
_WORK_MAX: Final = 2_000_000  # of all pairs together: those that follow are for the detector

assert 2 * _EDGE_M + 2 * RESOLUTION_M + 0.02 < _SLACK_M, "the slack must hold what it is for"


@dataclass(frozen=True, slots=True)
class Ground:
    """The plane that touches the ellipsoid at a point. axes (2, 3): two directions in it."""

    at: Vectors
    axes: Vectors

    @classmethod
    def below(cls, normal: Vectors) -> "Ground":
        """Where the ellipsoid has that normal, (3,)."""
        aside = np.eye(3)[np.argmin(np.abs(normal))]
        one = np.cross(aside, normal)
        one /= np.linalg.norm(one)
        return cls(surface_points(normal[None, :])[0], np.stack((one, np.cross(normal, one))))

    def seen(self, points: Vectors) -> Plane:
        """Surface points (n, 3) as points of the plane."""
        result: Plane = (points - self.at) @ self.axes.T
        return result


@dataclass(frozen=True, slots=True)
class _Side:
    """Footprints seen from above: outlines, boxes of them (n, 2), and how far out they reach."""

    outlines: Outlines
    low: Plane
    high: Plane
    out_m: Floats

    @classmethod
    def of(cls, table: FootprintTable, ground: Ground) -> "_Side":
        points = ground.seen(table.vertex)
        starts, first = points[table.edge_from], table.edge_offset[:-1]
        out_m = np.linalg.norm(table.vertex - ground.at, axis=1)[table.edge_from]
        return cls(
            Outlines.of(table, points),
            np.minimum.reduceat(starts, first, axis=0),
            np.maximum.reduceat(starts, first, axis=0),
            np.maximum.reduceat(out_m, first),
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """k pairs of a carried footprint (mine) and another (theirs) that can come too close.

    reach_m (k,): closer is too close. slack_m (k,): what the plane leaves out, but for what comes
    of being carried. low, high (k, 2): a box of the ways that can bring them too close.
    known (k,): whether the plane can tell, by convolution number which (k,).
    here_m, inside (k,): how far the cores are now from beginning, or ceasing, to meet.
    """

    mine: Integers
    theirs: Integers
    reach_m: Floats
    slack_m: Floats
    low: Plane
    high: Plane
    known: Booleans
    which: Integers
    here_m: Floats
    inside: Booleans

    def __len__(self) -> int:
        return len(self.mine)

    def where(self, keep: Booleans | Integers) -> "Pairs":
        """Those pairs alone."""
        return Pairs(*(getattr(self, one.name)[keep] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Planar:
    """Footprints that are carried together among others, by at most so far, in the plane.

    spread_m: how far the footprints reach from amid them.
    """

    ground: Ground
    spread_m: float
    pairs: Pairs
    convolution: Convolution

    @classmethod
    def of(
        cls,
        amid: Vectors,
        mine: FootprintTable,
        theirs: FootprintTable,
        among: Integers,
        lateral_m: float,
        most_m: float,
    ) -> "Planar":
        """amid: the normal amid the footprints that are carried, (3,). among: numbers of theirs."""
        most_m *= _LONGER
        ground = Ground.below(amid)
        ours, others = _Side.of(mine, ground), _Side.of(theirs, ground)
        spread_m = float(ours.out_m.max())
        i, j = np.repeat(np.arange(len(mine)), len(among)), np.tile(among, len(mine))
        reach_m = mine.buffer_m[i] + theirs.buffer_m[j] + lateral_m
        around_m = np.minimum(spread_m + most_m + reach_m, _NEAR_M)
        known = (others.out_m[j] < _FAR_M) & (spread_m < _NEAR_M)
        known &= ours.outlines.usable[i] & others.outlines.usable[j]
        work = np.diff(mine.edge_offset)[i] * np.diff(theirs.edge_offset)[j]
        known &= work <= _LARGE
        slack_m = _SLACK_M + _STEEP * reach_m * (around_m / CURVATURE_RADIUS_MIN_M) ** 2
        wide = (reach_m + slack_m + drift_m(spread_m, np.array(most_m)))[:, None]
        low, high = others.low[j] - ours.high[i] - wide, others.high[j] - ours.low[i] + wide
        low[~known], high[~known] = -np.inf, np.inf
        away = np.maximum(np.maximum(low, -high), 0.0)
        met = np.flatnonzero(np.linalg.norm(away, axis=1) <= most_m)
        i, j, known = i[met], j[met], known[met]
        known &= np.cumsum(np.where(known, work[met], 0)) <= _WORK_MAX
        which = np.cumsum(known) - 1
        convolution = Convolution.of(ours.outlines, i[known], others.outlines, j[known])
        here_m, inside = np.zeros(len(i)), np.zeros(len(i), np.bool_)
        here_m[known], inside[known] = convolution.around(
            which[known], np.zeros((np.count_nonzero(known), 2))
        )
        pairs = Pairs(
            i, j, reach_m[met], slack_m[met], low[met], high[met], known, which, here_m, inside
        )
        ever = ~known | inside | (here_m - most_m <= wide[met, 0])
        return cls(ground, spread_m, pairs.where(ever), convolution)

    def near(self, to: Plane, some: Integers) -> tuple[Integers, Integers]:
        """Numbers of the ways and of those of the pairs they may bring too close, in this order."""
        pairs = self.pairs
        meet = np.ones((len(to), len(some)), np.bool_)
        for axis in range(2):
            meet &= pairs.low[some, axis] <= to[:, axis, None]
            meet &= to[:, axis, None] <= pairs.high[some, axis]
        at, number = np.nonzero(meet)
        return at, some[number]

    def certain(self, to: Plane, slack_m: Floats, pair: Integers) -> tuple[Booleans, Booleans]:
        """Per pair carried by way to[k]: whether it is certainly too close, and certainly not.

        slack_m (k,): what comes of being carried so far (`drift_m`).
        """
        pairs = self.pairs
        known, reach_m = pairs.known[pair], pairs.reach_m[pair]
        slack_m = slack_m + pairs.slack_m[pair]
        here_m, far_m = pairs.here_m[pair], np.linalg.norm(to, axis=1)
        close, apart = _sure(here_m - far_m, here_m + far_m, pairs.inside[pair], reach_m, slack_m)
        # Farther out ways along the surface are too much longer than in the plane.
        near = known & (far_m + self.spread_m + reach_m < _NEAR_M)
        close, apart = close & near, apart & known
        left = np.flatnonzero(known & ~(close | apart))
        distance_m, inside = self.convolution.around(pairs.which[pair[left]], to[left])
        close[left], apart[left] = _sure(
            distance_m, distance_m, inside, reach_m[left], slack_m[left]
        )
        return close & near, apart


def drift_m(spread_m: float, distance_m: Floats) -> Floats:
    """How far footprints that reach so far come to lie from where sliding brings them, at most.

    distance_m (k,): how far they are carried.
    """
    turn = distance_m / CURVATURE_RADIUS_MIN_M
    flat = turn / 2 + spread_m / 2 / CURVATURE_RADIUS_MIN_M + _FLATTENED
    drift: Floats = _MARGIN * turn * spread_m * flat
    return drift


def _sure(
    least_m: Floats, most_m: Floats, inside: Booleans, reach_m: Floats, slack_m: Floats
) -> tuple[Booleans, Booleans]:
    """Certainly too close, certainly not; by how far the verge is at least and at most."""
    close = (inside & (least_m > slack_m)) | (most_m < reach_m - slack_m)
    return close, ~inside & (least_m > reach_m + slack_m)
