"""Many extents at once, column by column: how an index is loaded from a file."""

from array import array
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from openline.store.curve import Integers, Leaves, Slots, windows

Floats = npt.NDArray[np.float64]


@dataclass(slots=True)
class ExtentColumns:
    """Many extents, one value of each column for each; `cells` holds those of all, in order.

    Little-endian: `cells` as unsigned 8-byte integers. Unbounded heights are infinite.
    """

    key: "array[int]" = field(default_factory=lambda: array("q"))
    low_m: "array[float]" = field(default_factory=lambda: array("d"))
    high_m: "array[float]" = field(default_factory=lambda: array("d"))
    start_us: "array[int]" = field(default_factory=lambda: array("q"))
    end_us: "array[int]" = field(default_factory=lambda: array("q"))
    counts: "array[int]" = field(default_factory=lambda: array("i"))
    cells: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class ExtentRows:
    """The same as arrays, for computing. n extents: all (n,) but `cells`."""

    key: Integers
    low_m: Floats
    high_m: Floats
    start_us: Integers
    end_us: Integers
    counts: Slots
    cells: Leaves

    @classmethod
    def of(cls, columns: ExtentColumns) -> "ExtentRows":
        """A copy of the columns."""
        return cls(
            np.array(columns.key, np.int64),
            np.array(columns.low_m, np.float64),
            np.array(columns.high_m, np.float64),
            np.array(columns.start_us, np.int64),
            np.array(columns.end_us, np.int64),
            np.array(columns.counts, np.int32),
            np.frombuffer(columns.cells, "<u8").astype(np.uint64),
        )

    @property
    def place(self) -> Integers:
        """Where the cells of each begin."""
        return np.cumsum(self.counts, dtype=np.int64) - self.counts

    def only(self, chosen: npt.NDArray[np.bool_]) -> "ExtentRows":
        """Those that are chosen."""
        cells = self.cells[np.repeat(chosen, self.counts)]
        return self._taken(np.flatnonzero(chosen), self.counts[chosen], cells)

    def in_windows(self) -> "ExtentRows":
        """Each as so many as it has windows, with the cells of one."""
        places = zip(self.place.tolist(), self.counts.tolist(), strict=True)
        groups = [windows(tuple(self.cells[at : at + count].tolist())) for at, count in places]
        times = np.array([len(group) for group in groups])
        counts = np.array([len(window) for group in groups for window in group], np.int32)
        return self._taken(np.repeat(np.arange(len(times)), times), counts, self.cells)

    def _taken(self, at: npt.NDArray[np.intp], counts: Slots, cells: Leaves) -> "ExtentRows":
        return ExtentRows(
            self.key[at],
            self.low_m[at],
            self.high_m[at],
            self.start_us[at],
            self.end_us[at],
            counts,
            cells,
        )
