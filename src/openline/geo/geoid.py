"""Height of mean sea level over the WGS-84 ellipsoid: the EGM96 geoid.

Source       NGA/NASA EGM96, grid of 15 minutes (public domain); made by tools/make_geoid.py
Symbols      N undulation: height of the geoid over the ellipsoid, metres; h = H + N with h height
             over the ellipsoid and H height over mean sea level
Frame        geodetic latitude and longitude, WGS-84, degrees; any longitude is taken modulo 360
Between nodes  bilinear, as NGA's own INTPT program and PROJ do
Error        of the nodes 5 mm (stored as centimetres). Of the interpolation, against the full
             spherical harmonics of EGM96: at most 1.16 m, root mean square 0.04 m (Karney,
             GeographicLib, for this grid). EGM96 itself against the real sea: about 1 m.
Left out     EGM2008: it differs by less than 1 m over most land; AMSL of charts is neither.
"""

import math
import pkgutil
import zlib
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from openline.errors import InvariantBroken
from openline.geo.bounding_region import bounding_region
from openline.geo.footprint import Footprint

_ROWS: Final = 721  # 90N to 90S
_COLUMNS: Final = 1440  # from 0E eastwards
_NODES_PER_DEGREE: Final = 4

INTERPOLATION_ERROR_M: Final = 1.16

Metres = npt.NDArray[np.float64]


@cache
def _grid() -> npt.NDArray[np.int16]:
    """Undulations (721, 1441) in centimetres; the last column repeats the first."""
    packed = pkgutil.get_data("openline.geo", "data/egm96_15min.bin")
    if packed is None:
        raise InvariantBroken("the geoid grid is missing from the installation")
    planes = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(2, _ROWS, _COLUMNS)
    zigzag = planes[0].astype(np.int32) | (planes[1].astype(np.int32) << 8)
    residual = (zigzag >> 1) ^ -(zigzag & 1)
    grid = np.cumsum(np.cumsum(residual, axis=0), axis=1).astype(np.int16)
    return np.concatenate([grid, grid[:, :1]], axis=1)


def undulation_m(lat_deg: npt.ArrayLike, lng_deg: npt.ArrayLike) -> Metres:
    """Height of the EGM96 geoid over the WGS-84 ellipsoid, metres.

    Shape: that of the two arguments broadcast together. Latitudes within -90..90 and finite
    longitudes are the caller's duty (`Position` checks them).
    Errs toward: neither side; see the error in the header.
    """
    grid = _grid()
    row = (90.0 - np.asarray(lat_deg, dtype=np.float64)) * _NODES_PER_DEGREE
    column = np.mod(np.asarray(lng_deg, dtype=np.float64), 360.0) * _NODES_PER_DEGREE
    i = np.clip(np.floor(row), 0, _ROWS - 2).astype(np.intp)
    j = np.clip(np.floor(column), 0, _COLUMNS - 1).astype(np.intp)
    down, along = row - i, column - j
    upper = grid[i, j] * (1.0 - along) + grid[i, j + 1] * along
    lower = grid[i + 1, j] * (1.0 - along) + grid[i + 1, j + 1] * along
    centimetres: Metres = upper * (1.0 - down) + lower * down
    return centimetres / 100.0


def undulation_range_m(footprint: Footprint) -> tuple[float, float]:
    """The least and the greatest undulation over the footprint, metres.

    Errs toward: wider, for the box of latitudes and longitudes around the footprint is searched;
    no wider than that. The bounds are those of the interpolated surface `undulation_m`.
    Laws: (1) within the bounds at each point of the footprint; (2) a larger radius or half width
    never narrows them: tests/property/test_geoid.py.
    """
    south, north, west, width = bounding_region(footprint)
    top = (90.0 - north) * _NODES_PER_DEGREE
    bottom = (90.0 - south) * _NODES_PER_DEGREE
    left = (west % 360.0) * _NODES_PER_DEGREE
    right = left + width * _NODES_PER_DEGREE
    # Bilinear pieces have their extremes at corners: of the cells, or of the box cut into them.
    first_row = min(int(top), _ROWS - 2)
    last_row = max(math.ceil(bottom), first_row + 1)
    first_column = min(int(left), _COLUMNS - 1)
    last_column = max(math.ceil(right), first_column + 1)
    nodes = _window(first_row, last_row, first_column, last_column)
    across = _cut(nodes, left - first_column, right - first_column)
    extremes = _cut(across.T, top - first_row, bottom - first_row)
    return float(extremes.min()) / 100.0, float(extremes.max()) / 100.0


def _window(first_row: int, last_row: int, first_column: int, last_column: int) -> Metres:
    """Nodes in centimetres, both ends included; columns wrap round the Earth."""
    grid = _grid()
    if last_column <= _COLUMNS:
        window = grid[first_row : last_row + 1, first_column : last_column + 1]
    else:
        columns = np.arange(first_column, last_column + 1) % _COLUMNS
        window = grid[first_row : last_row + 1, columns]
    return window.astype(np.float64)


def _cut(nodes: Metres, start: float, end: float) -> Metres:
    """The nodes (m, n) with the first and last column replaced by the values at start and end.

    `start` lies within the first cell, `end` within the last one.
    """
    cut = nodes.copy()
    last = nodes.shape[1] - 2
    cut[:, 0] = nodes[:, 0] * (1.0 - start) + nodes[:, 1] * start
    along = end - last
    cut[:, -1] = nodes[:, last] * (1.0 - along) + nodes[:, last + 1] * along
    return cut
