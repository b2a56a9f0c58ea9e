"""What a change said it would touch, and whether it keeps to it.

A backend with several writers locks the cells a change names beforehand. A change that reads or
writes elsewhere would see what nobody keeps still, so every backend refuses it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from openline.airspace.extent import Extent
from openline.airspace.extents import cell_range
from openline.errors import InvariantBroken


class Touching:
    """The cells of some extents. Heights and times are not looked at: locks are on places."""

    def __init__(self, extents: Sequence[Extent]) -> None:
        self._extents = frozenset(extents)
        self._ranges: tuple[list[int], list[int]] | None = None

    def require(self, extents: Iterable[Extent]) -> None:
        """Return if all these extents lie in the cells named. Raises: InvariantBroken."""
        others = [extent for extent in extents if extent not in self._extents]
        if not others:
            return  # most changes ask for the very extents that they named
        if self._ranges is None:
            self._ranges = _ranges(self._extents)
        lows, highs = self._ranges
        for extent in others:
            for cell in extent.cells:
                low, high = cell_range(cell)
                at = bisect_right(lows, low) - 1
                if at < 0 or highs[at] < high:
                    raise InvariantBroken(
                        "a change reads or writes cells that it did not name beforehand",
                        cell=f"{cell:016x}",
                    )


def _ranges(extents: Iterable[Extent]) -> tuple[list[int], list[int]]:
    """First and last smallest cells of what the extents fill, ascending."""
    lows: list[int] = []
    highs: list[int] = []
    for low, high in sorted({cell_range(cell) for extent in extents for cell in extent.cells}):
        if highs and low <= highs[-1] + 2:  # smallest cells have odd numbers
            highs[-1] = max(highs[-1], high)
        else:
            lows.append(low)
            highs.append(high)
    return lows, highs
