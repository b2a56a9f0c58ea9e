"""Minima of live traffic: between which aircraft which, by their classes.

Who is of which class: what its operation was declared as, else what the aircraft says it is, where
the agreement has a class of that name. Of whom neither is known the widest minima count.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from openline.airspace.encounter.arrays import IndexArray
from openline.airspace.encounter.by_kind import MinimaTable
from openline.airspace.separation import Separation
from openline.airspace.track.track import Track
from openline.airspace.track.way import Way
from openline.errors import InvalidInput
from openline.units import METRES_PER_FOOT

VERTICAL_TOLERANCE_M: Final = METRES_PER_FOOT


class Flown(NamedTuple):
    """What an aircraft flies: which operation, whose, of which class, and its turning points."""

    operation: str | None = None
    party: str | None = None
    flight_class: str | None = None
    way: Way | None = None


Flights = Mapping[str, Flown]  # by the id of the track
NOTHING_FLOWN: Flights = {}


@dataclass(frozen=True, slots=True)
class LiveMinima:
    """names: the classes that have minima of their own; the last row of the table is of all others.

    widest: of each minimum. Heights in the table are less by a tolerance of one foot.
    """

    names: tuple[str, ...]
    table: MinimaTable
    widest: Separation

    @classmethod
    def alike(cls, minima: Separation) -> "LiveMinima":
        """The same between all. Raises: InvalidInput without a lateral or vertical distance."""
        return cls.between((), lambda _one, _other: minima)

    @classmethod
    def between(
        cls, names: Sequence[str], say: Callable[[str | None, str | None], Separation]
    ) -> "LiveMinima":
        """By what is said of two classes, None: not known.

        Raises: InvalidInput if no two classes have a lateral and a vertical distance.
        """
        widest = say(None, None)
        if widest.lateral_m <= 0 or widest.vertical_m <= VERTICAL_TOLERANCE_M:
            raise InvalidInput("a loss needs a lateral and a vertical minimum", cure="5nm/1000ft")
        table = MinimaTable.of((*names, None), say, VERTICAL_TOLERANCE_M)
        same = all((limits == limits[-1, -1]).all() for limits in table)
        if same:
            return cls((), MinimaTable.of((None,), say, VERTICAL_TOLERANCE_M), widest)
        return cls(tuple(names), table, widest)

    def kinds(self, tracks: Sequence[Track], flights: Flights) -> IndexArray:
        """The row of each track."""
        others = len(self.names)
        if not others:
            return np.zeros(len(tracks), np.int64)
        row = {name: number for number, name in enumerate(self.names)}
        found = [row.get(track.aircraft.value, others) for track in tracks]
        if flights:
            for number, track in enumerate(tracks):
                flown = flights.get(track.id)
                if flown is not None and flown.flight_class is not None:
                    found[number] = row.get(flown.flight_class, others)
        return np.array(found, np.int64)
