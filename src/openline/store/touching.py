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
        ranges = sorted({cell_range(cell) for extent in extents for cell in extent.cells})
        self._low: list[int] = []
        self._high: list[int] = []
        for low, high in ranges:
            if self._high and low <= self._high[-1] + 2:  # smallest cells have odd numbers
                self._high[-1] = max(self._high[-1], high)
            else:
                self._low.append(low)
                self._high.append(high)

    def require(self, extents: Iterable[Extent]) -> None:
        """Return if all these extents lie in the cells named. Raises: InvariantBroken."""
        for extent in extents:
            for cell in extent.cells:
                low, high = cell_range(cell)
                at = bisect_right(self._low, low) - 1
                if at < 0 or self._high[at] < high:
                    raise InvariantBroken(
                        "a change reads or writes cells that it did not name beforehand",
                        cell=f"{cell:016x}",
                    )
