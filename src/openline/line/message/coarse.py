"""The coarse form of a notice: what its sender shows to whoever may not see all of it.

Across servers it is a message of its own, with the id, number and thread of the notice and signed
by the same key, and travels in its place.
"""

from dataclasses import dataclass, field
from typing import Final

from openline.errors import InvalidInput

# The finest cells that a coarse form has: S2 level 10 is 7 to 10 km wide.
CELL_LEVEL: Final = 10
CELLS_MAX: Final = 200
_CELL_DIGITS: Final = 16
_LEAST_BIT: Final = 1 << (2 * (30 - CELL_LEVEL))  # of the id of a cell of that level
_FACES: Final = 6
_DIGEST_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class CoarseForm:
    """What stands in a notice in place of what is hidden.

    sha256: of the hidden message as it was signed, so that it can be shown to be that one
    later. version: which version of the notice it is, counted from 1. cells: ids of S2 cells, 16
    hexadecimal digits each, ascending; they contain the place. Heights are metres over the WGS-84
    ellipsoid and contain all of its heights. No cells and no heights: nothing is told but that it
    is there. Raises: InvalidInput.
    """

    sha256: bytes = field(compare=False)  # the same form again is the same, whatever it was made of
    version: int
    cells: tuple[str, ...] = ()
    altitude_lower_m: float | None = None
    altitude_upper_m: float | None = None

    def __post_init__(self) -> None:
        if len(self.sha256) != _DIGEST_BYTES:
            raise InvalidInput("a SHA-256 has 32 bytes", field="sha256")
        if self.version < 1:
            raise InvalidInput("versions count from 1", field="version")
        if len(self.cells) > CELLS_MAX:
            raise InvalidInput(f"more than {CELLS_MAX} cells", field="cells")
        if list(self.cells) != sorted(set(self.cells)):
            raise InvalidInput("cells are ascending, each once", field="cells")
        for cell in self.cells:
            _check_cell(cell)
        low, high = self.altitude_lower_m, self.altitude_upper_m
        if (low is None) != (high is None) or (low is None) != (not self.cells):
            raise InvalidInput(
                "cells have a lower and an upper height, nothing else has", field="altitude_lower_m"
            )
        if low is not None and high is not None and not low < high:
            raise InvalidInput(
                "altitude_upper_m is not above altitude_lower_m", field="altitude_upper_m"
            )

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the cells as numbers."""
        return tuple(int(cell, 16) for cell in self.cells)


def _check_cell(text: str) -> None:
    try:
        cell = int(text, 16)
    except ValueError:
        cell = 0
    bit = cell & -cell
    is_cell = f"{cell:0{_CELL_DIGITS}x}" == text and cell >> 61 < _FACES
    if not is_cell or bit < _LEAST_BIT or bit.bit_length() % 2 == 0:
        raise InvalidInput(
            f"{text[:20]!r} is no S2 cell of level {CELL_LEVEL} or coarser", field="cells"
        )
