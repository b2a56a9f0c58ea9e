"""Fewer points for drawing: the Douglas-Peucker rule, with a bound on the number of points.

Source: Douglas and Peucker, Cartographica 10(2), 1973.
"""

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]  # (n, 2) or (n, 3)


def simplified(line: Points, tolerance: float, most: int) -> Points:
    """The open line with points left out that lie within the tolerance of it; its ends stay.

    If more than `most` points remain, the tolerance is doubled until they do not.
    """
    if len(line) <= 2:
        return line
    kept = line[_kept(line, tolerance)]
    while len(kept) > max(most, 2):
        tolerance = max(tolerance * 2, 1e-12)
        kept = line[_kept(line, tolerance)]
    return kept


def simplified_ring(ring: Points, tolerance: float, most: int) -> Points:
    """The closed ring (first point not repeated), simplified from two points far apart."""
    if len(ring) <= 4:
        return ring
    far = int(np.argmax(((ring - ring[0]) ** 2).sum(axis=1)))
    if far == 0:
        return ring[:1]
    one = simplified(ring[: far + 1], tolerance, most // 2 + 1)
    other = simplified(np.concatenate((ring[far:], ring[:1])), tolerance, most // 2 + 1)
    return np.concatenate((one, other[1:-1]))


def _kept(line: Points, tolerance: float) -> npt.NDArray[np.bool_]:
    keep = np.zeros(len(line), dtype=bool)
    keep[0] = keep[-1] = True
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        gaps = _distances(line[first + 1 : last], line[first], line[last])
        worst = int(np.argmax(gaps))
        if gaps[worst] > tolerance:
            split = first + 1 + worst
            keep[split] = True
            stack.append((first, split))
            stack.append((split, last))
    return keep


def _distances(points: Points, start: Points, end: Points) -> Points:
    """Distance of each point from the segment."""
    along = end - start
    length = float(along @ along)
    if length == 0:
        share = np.zeros(len(points))
    else:
        share = np.clip((points - start) @ along / length, 0.0, 1.0)
    result: Points = np.linalg.norm(points - start - np.outer(share, along), axis=1)
    return result
