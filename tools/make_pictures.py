"""Put the pictures of the page into the documents: `python -m tools.make_pictures`.

The test of the demo takes them (out/console/console*.png). Here each gets a palette of 256 colours,
the most frequent ones, the others as their nearest: a third of the size.
"""

import struct
import sys
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np

ROOT: Final = Path(__file__).resolve().parent.parent
TAKEN: Final = ROOT / "out" / "console"
SHOWN: Final = ROOT / "docs" / "images"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_COLOURS: Final = 256


def main() -> int:
    """Write every picture; the number of the exit."""
    pictures = sorted(TAKEN.glob("console*.png"))
    for path in pictures:
        data = with_palette(pixels(path.read_bytes()))
        (SHOWN / path.name).write_bytes(data)
        print(f"{path.name}: {len(data) / 1_000:.0f} kB")
    if not pictures:
        print("no picture was taken: make pictures", file=sys.stderr)
    return 0 if pictures else 1


def pixels(data: bytes) -> Any:
    """Rows of pixels, three or four bytes each, of a PNG of 8 bits without interlacing.

    Raises: ValueError for any other file.
    """
    if not data.startswith(_SIGNATURE):
        raise ValueError("it is no PNG")
    parts: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        parts[kind] = parts.get(kind, b"") + data[at + 8 : at + 8 + length]
        at += 12 + length
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    if bits != 8 or colour not in (2, 6) or interlaced:
        raise ValueError("it is no PNG of 8 bits a channel")
    each = 3 if colour == 2 else 4
    raw = zlib.decompress(parts[b"IDAT"])
    stride = width * each
    rows, before = [], bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        before = _row(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, each)
        rows.append(before)
    return np.frombuffer(b"".join(rows), np.uint8).reshape(height, width, each)


def _row(kind: int, row: bytearray, up: bytearray, each: int) -> bytearray:
    """A row without its filter (PNG, 9.2)."""
    for at in range(len(row) if kind else 0):
        left = row[at - each] if at >= each else 0
        corner = up[at - each] if at >= each else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up[at]
        elif kind == 3:
            guess = (left + up[at]) // 2
        else:
            guess = _paeth(left, up[at], corner)
        row[at] = (row[at] + guess) & 255
    return row


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda one: abs(estimate - one))


def with_palette(found: Any) -> bytes:
    """A PNG of at most 256 colours."""
    height, width = found.shape[:2]
    flat = found[..., :3].reshape(-1, 3).astype(np.int64)
    keys, inverse, counts = np.unique(
        flat[:, 0] << 16 | flat[:, 1] << 8 | flat[:, 2], return_inverse=True, return_counts=True
    )
    colours = np.stack((keys >> 16, keys >> 8 & 255, keys & 255), axis=1)
    palette = colours[np.argsort(-counts, kind="stable")[:_COLOURS]]
    nearest = np.concatenate(
        [
            ((part[:, None, :] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
            for part in np.array_split(colours, max(1, len(colours) // 2_000))
        ]
    )
    numbers = nearest.astype(np.uint8)[inverse].reshape(height, width)
    rows = np.concatenate((np.zeros((height, 1), np.uint8), numbers), axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 9)
    parts = ((b"IHDR", head), (b"PLTE", palette.astype(np.uint8).tobytes()), (b"IDAT", body))
    return _SIGNATURE + b"".join(_chunk(*one) for one in (*parts, (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    sys.exit(main())
