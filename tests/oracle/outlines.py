"""Outlines in a plane, metres east and north: the shapes that the generator puts on the Earth."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.oracle.cores import CoreKind, Floats

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Outline:
    """Parts (n, 2) metres around (0, 0), as in `Core`. `reach_m`: no point is farther out."""

    kind: CoreKind
    parts: tuple[Floats, ...]
    radius_m: float
    reach_m: float


def _turned(points: Floats, angle: float) -> Floats:
    cos, sin = math.cos(angle), math.sin(angle)
    turned: Floats = points @ np.array([[cos, sin], [-sin, cos]])
    return turned


def _polygon(rng: Rng, rings: list[Floats], turn: bool = True) -> Outline:
    """Turned at random, each ring wound and begun at random."""
    angle = rng.uniform(0, 2 * math.pi) if turn else 0.0
    parts = []
    for ring in rings:
        placed = np.roll(_turned(ring, angle), int(rng.integers(len(ring))), axis=0)
        parts.append(placed[::-1] if rng.random() < 0.5 else placed)
    reach = max(float(np.hypot(*ring.T).max()) for ring in rings)
    return Outline(CoreKind.POLYGON, tuple(parts), 0.0, reach)


def _polar(angles: Floats, radii: Floats | float) -> Floats:
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def circle(rng: Rng, size_m: float) -> Outline:
    """A circle of this radius."""
    return Outline(CoreKind.POINT, (np.zeros((1, 2)),), max(size_m, 0.1), max(size_m, 0.1))


def corridor(rng: Rng, size_m: float) -> Outline:
    """A path of 2 to 6 points at random, which may cross itself."""
    half_width = max(0.1, size_m * 10 ** rng.uniform(-2.5, -0.5))
    path = rng.uniform(-0.7, 0.7, (int(rng.integers(2, 7)), 2)) * size_m
    reach = float(np.hypot(*path.T).max()) + half_width
    return Outline(CoreKind.LINE, (path,), half_width, reach)


def line(rng: Rng, size_m: float) -> Outline:
    """A straight narrow corridor through the middle."""
    half_width = max(0.1, size_m * 10 ** rng.uniform(-3, -1.5))
    path = _turned(np.array([[-size_m, 0.0], [size_m, 0.0]]), rng.uniform(0, 2 * math.pi))
    return Outline(CoreKind.LINE, (path,), half_width, size_m + half_width)


def convex(rng: Rng, size_m: float) -> Outline:
    """3 to 12 corners on a circle."""
    count = int(rng.integers(3, 13))
    angles = (np.arange(count) + rng.uniform(0, 0.7, count)) * 2 * math.pi / count
    return _polygon(rng, [_polar(angles, size_m)])


def box(rng: Rng, size_m: float) -> Outline:
    """A rectangle along the axes: its corners are where bounding boxes lie."""
    angle = rng.uniform(0.3, 1.27)
    x, y = size_m * math.cos(angle), size_m * math.sin(angle)
    return _polygon(rng, [np.array([[-x, -y], [x, -y], [x, y], [-x, y]])], turn=False)


def strip(rng: Rng, size_m: float) -> Outline:
    """A long thin rectangle."""
    x, y = size_m, max(0.05, size_m * 10 ** rng.uniform(-2.5, -1))
    return _polygon(rng, [np.array([[-x, -y], [x, -y], [x, y], [-x, y]])])


def star(rng: Rng, size_m: float) -> Outline:
    """Spikes with notches between them."""
    count = 2 * int(rng.integers(3, 8))
    angles = np.arange(count) * 2 * math.pi / count
    inner = rng.uniform(0.2, 0.7)
    return _polygon(rng, [_polar(angles, np.where(np.arange(count) % 2, inner, 1.0) * size_m)])


def blob(rng: Rng, size_m: float) -> Outline:
    """Corners at random distances, seen from the middle one after the other."""
    count = int(rng.integers(4, 16))
    angles = (np.arange(count) + rng.uniform(0, 0.8, count)) * 2 * math.pi / count
    return _polygon(rng, [_polar(angles, rng.uniform(0.25, 1.0, count) * size_m)])


def ell(rng: Rng, size_m: float) -> Outline:
    """An L; its notch is the quarter that is missing."""
    a, w = 0.7 * size_m, rng.uniform(-0.5, 0.3) * size_m
    ring = np.array([[-a, -a], [a, -a], [a, w], [w, w], [w, a], [-a, a]])
    return _polygon(rng, [ring])


def see(rng: Rng, size_m: float) -> Outline:
    """A C around the middle: open on one side, empty at (0, 0)."""
    a, w = 0.7 * size_m, rng.uniform(0.3, 0.6) * size_m
    ring = np.array([[a, -a], [a, -w], [-w, -w], [-w, w], [a, w], [a, a], [-a, a], [-a, -a]])
    return _polygon(rng, [ring])


def holed(rng: Rng, size_m: float) -> Outline:
    """A ring-shaped area with a hole in the middle, at times a second hole beside it."""
    outer = np.arange(8) * math.pi / 4
    corners = int(rng.integers(3, 7))
    hole: Floats = np.arange(corners) * 2 * math.pi / corners + rng.uniform(0, 6)
    rings = [
        _polar(outer, size_m),
        _polar(hole, rng.uniform(0.3, 0.5) * size_m),
    ]
    if rng.random() < 0.4:
        beside = _polar(np.arange(4) * math.pi / 2, 0.12 * size_m)
        rings.append(beside + np.array([0.7 * size_m, 0.0]))
    return _polygon(rng, rings)


def comb(rng: Rng, size_m: float) -> Outline:
    """A bar with teeth; the gaps between them are notches."""
    teeth = int(rng.integers(2, 8))
    edges = np.linspace(-0.7, 0.7, 2 * teeth) * size_m
    base, gum, tip = -0.7 * size_m, float(rng.uniform(-0.6, 0.3)) * size_m, 0.7 * size_m
    ring = [(edges[0], base)]
    for tooth in range(teeth):
        left, right = edges[2 * tooth], edges[2 * tooth + 1]
        ring += [(left, gum)] if tooth else []
        ring += [(left, tip), (right, tip)]
        ring += [(right, gum)] if tooth < teeth - 1 else []
    ring.append((edges[-1], base))
    return _polygon(rng, [np.array(ring)])


def beaded(rng: Rng, size_m: float) -> Outline:
    """A triangle with many more points along its sides."""
    corners = _polar(np.array([0.3, 2.0, 4.4]), size_m)
    count = int(rng.integers(2, 25))
    share = (np.arange(count) / count)[:, None]
    sides = [
        start + (end - start) * share
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True)
    ]
    return _polygon(rng, [np.concatenate(sides)])


def wedge(rng: Rng, size_m: float) -> Outline:
    """A corner in the middle: at a pole if the middle is."""
    angles = np.array([0.0, float(rng.uniform(0.1, 2.8))])
    ring = np.concatenate([np.zeros((1, 2)), _polar(angles, size_m)])
    return _polygon(rng, [ring])


def half(rng: Rng, size_m: float) -> Outline:
    """An edge through the middle: over a pole if the middle is there."""
    return _polygon(rng, [_polar(np.array([0.0, 0.9, 2.2, math.pi]), size_m)])


Maker = Callable[[Rng, float], Outline]

ANY: tuple[Maker, ...] = (
    circle,
    circle,
    circle,
    corridor,
    corridor,
    convex,
    convex,
    box,
    strip,
    star,
    blob,
    blob,
    ell,
    see,
    holed,
    comb,
    beaded,
    wedge,
    half,
)
HOLLOW: tuple[Maker, ...] = (see, holed, star, ell, comb)
THIN: tuple[Maker, ...] = (line, strip)
AREAS: tuple[Maker, ...] = (circle, convex, box, blob, star)
