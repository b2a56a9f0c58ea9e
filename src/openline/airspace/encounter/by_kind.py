"""Encounters where each pair of kinds of aircraft has minima of its own, in one search.

To each kind belongs a half of how near is too near, so that the halves of two kinds are together
never less than the minima between them. So drones among each other are looked for near by, and far
around only where a jet is.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import (
    LOOKAHEAD_MAX_S,
    FloatArray,
    IndexArray,
    positive,
)
from openline.airspace.encounter.cylinder import Cylinders
from openline.airspace.encounter.join import Search, Sweep
from openline.airspace.encounter.pruning import Encounters, Reach, find_within
from openline.airspace.encounter.snapshot import Snapshot
from openline.airspace.separation import Separation

_LEAST_M: Final = 1e-3  # of a half: a kind without minima still has a place in the cells


class MinimaTable(NamedTuple):
    """Minima between k kinds: lateral_m, vertical_m (k, k), symmetric."""

    lateral_m: FloatArray
    vertical_m: FloatArray

    @classmethod
    def of(
        cls,
        names: Sequence[str | None],
        between: Callable[[str | None, str | None], Separation],
        tolerance_m: float = 0.0,
    ) -> "MinimaTable":
        """By what somebody says of two names; heights less by the tolerance."""
        said = [[between(one, other) for other in names] for one in names]
        return cls(
            np.array([[one.lateral_m for one in row] for row in said]),
            np.array([[one.vertical_m - tolerance_m for one in row] for row in said]),
        )

    def taller(self, margin_m: float) -> "MinimaTable":
        """The same with greater heights."""
        return MinimaTable(self.lateral_m, self.vertical_m + margin_m)

    def between(self, one: IndexArray, other: IndexArray) -> Cylinders:
        """Of pairs of kinds."""
        return Cylinders(self.lateral_m[one, other], self.vertical_m[one, other])


def halves_m(limits_m: FloatArray, count: IndexArray) -> FloatArray:
    """Of each kind (k,): the sum of two is at least what is between them in limits_m (k, k).

    Where two are not enough, the kind with fewer aircraft gets more.
    Law: never less; held by tests/property/test_by_kind.
    """
    half = np.maximum(np.diagonal(limits_m) / 2, _LEAST_M)
    for one, other in np.argwhere(np.triu(np.ones_like(limits_m, dtype=bool), 1)).tolist():
        lacking = float(limits_m[one, other] - half[one] - half[other])
        if lacking > 0:
            half[one if count[one] <= count[other] else other] += lacking
    return half * (1 + 1e-12)


def find_encounters_by_kind(
    aircraft: Snapshot,
    kind: IndexArray,
    minima: MinimaTable,
    lookahead_s: float,
    search: Search | Sweep | None = None,
) -> Encounters:
    """Every pair closer than the minima between its kinds within the look-ahead.

    Args: `kind`: of each aircraft, a row of the table.
    Raises: InvalidInput for a bad look-ahead.
    Law: the same as asking each pair by brute force; held by tests/property/test_by_kind.
    """
    horizon_s = positive(lookahead_s, "lookahead_s", LOOKAHEAD_MAX_S)
    count = np.bincount(kind, minlength=len(minima.lateral_m))
    velocity = aircraft.velocity_mps
    reach = Reach(
        np.sqrt(np.einsum("ij,ij->i", velocity, velocity)),
        halves_m(minima.lateral_m, count)[kind],
        halves_m(minima.vertical_m, count)[kind],
    )

    def asked(first: IndexArray, second: IndexArray) -> Cylinders:
        return minima.between(kind[first], kind[second])

    return find_within(aircraft, reach, asked, horizon_s, search)
