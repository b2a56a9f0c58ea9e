"""An independent answer to "when are two aircraft too close": exact, by steps, and as published.

Shares no code with `src`. A volume is (kind, distance, height, tau, coaltitude): "cylinder" is open
and has no times, "well clear" is closed.
"""

import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

_DIGITS = 1 << 120


class Volume(NamedTuple):
    """Thresholds in metres and seconds."""

    closed: bool
    distance_m: float
    height_m: float
    tau_s: float = 0.0
    coaltitude_s: float = 0.0


class Pair(NamedTuple):
    """Ownship relative to intruder: x, y, z in metres, u, v, w in metres per second."""

    x: float
    y: float
    z: float
    u: float
    v: float
    w: float


def is_loss(pair: Pair, volume: Volume, time_s: Fraction) -> bool:
    """Whether the pair is in loss at that instant: the definition, in rational numbers."""
    x, y, z, u, v, w = map(Fraction, pair)
    x, y, z = x + time_s * u, y + time_s * v, z + time_s * w
    distance, height, tau, coaltitude = map(Fraction, volume[1:])
    if not volume.closed:
        return x * x + y * y < distance**2 and abs(z) < height
    level = abs(z) <= height or (w != 0 and z * w <= 0 and -z / w <= coaltitude)
    if not level:
        return False
    if x * x + y * y <= distance**2:
        return True
    dot = x * u + y * v
    passes_within = (x * v - y * u) ** 2 <= distance**2 * (u * u + v * v)
    return dot < 0 and passes_within and (distance**2 - x * x - y * y) / dot <= tau


def exact_interval(
    pair: Pair, volume: Volume, lookahead_s: float
) -> tuple[Fraction, Fraction] | None:
    """[enter, exit] within the look-ahead from roots with 120 binary digits; None if there is none.

    By bisection-free algebra on the definition: tau <= TTHR while converging is a quadratic.
    """
    x, y, z, u, v, w = map(Fraction, pair)
    distance, height, tau, coaltitude = map(Fraction, volume[1:])
    enter, leave = Fraction(0), Fraction(lookahead_s)
    a, b, c = u * u + v * v, x * u + y * v, x * x + y * y - distance**2
    if a == 0:
        if c > 0 or (c == 0 and not volume.closed):
            return None
    else:
        quarter = b * b - a * c
        if quarter < 0 or (quarter == 0 and not volume.closed):
            return None
        enter = max(enter, _root(a, 2 * b + tau * a, c + tau * b, -1))
        leave = min(leave, _root(a, 2 * b, c, +1))
    if w == 0:
        if abs(z) > height or (abs(z) == height and not volume.closed):
            return None
    else:
        sign = 1 if w > 0 else -1
        enter = max(enter, (-sign * max(height, abs(w) * coaltitude) - z) / w)
        leave = min(leave, (sign * height - z) / w)
    return (enter, leave) if enter < leave else None


def _root(a: Fraction, b: Fraction, c: Fraction, sign: int) -> Fraction:
    square = b * b - 4 * a * c
    scaled = square * _DIGITS * _DIGITS
    root = Fraction(math.isqrt(scaled.numerator // scaled.denominator), _DIGITS)
    return (-b + sign * root) / (2 * a)


def stepped_interval(
    pair: Pair, volume: Volume, lookahead_s: float, step_s: float
) -> tuple[float, float] | None:
    """First and last step at which the pair is in loss, by walking through time."""
    steps = math.floor(lookahead_s / step_s)
    inside = [k * step_s for k in range(steps + 1) if is_loss(pair, volume, Fraction(k * step_s))]
    return (inside[0], inside[-1]) if inside else None


def published_intervals(states: Any, volume: Volume, lookahead_s: float) -> Any:
    """(enter, exit) of many pairs (n, 6) as the papers state it, in extended precision.

    Well clear: the vertical interval first, then the horizontal one from its beginning on.
    Cylinder: entry and exit times of the circle and of the slab. NaN where there is none.
    """
    x, y, z, u, v, w = np.asarray(states, np.longdouble).T
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = _published_slab(z, w, volume)
        low, high = np.maximum(low, 0), np.minimum(high, lookahead_s)
        within = low < high
        start = np.where(within, low, 0)
        first, last = _published_circle(x + start * u, y + start * v, u, v, volume)
        low, high = np.maximum(low, start + first), np.minimum(high, start + last)
    there = within & (low < high)
    return np.where(there, (low, high), np.nan)


def _published_slab(z: Any, w: Any, volume: Volume) -> Any:
    height = np.longdouble(volume.height_m)
    tall = np.maximum(height, np.abs(w) * volume.coaltitude_s)
    inside = np.abs(z) <= height if volume.closed else np.abs(z) < height
    first = np.where(w == 0, np.where(inside, -np.inf, np.inf), (-np.sign(w) * tall - z) / w)
    last = np.where(w == 0, np.where(inside, np.inf, -np.inf), (np.sign(w) * height - z) / w)
    return first, last


def _published_circle(x: Any, y: Any, u: Any, v: Any, volume: Volume) -> Any:
    """When within the distance or, converging, within its modified tau: from now on."""
    distance2, tau = np.longdouble(volume.distance_m) ** 2, volume.tau_s
    square, dot, speed2 = x * x + y * y, x * u + y * v, u * u + v * v
    delta = distance2 * speed2 - (x * v - y * u) ** 2
    inside = square <= distance2 if volume.closed else square < distance2
    meets = inside | ((dot < 0) & (delta >= 0 if volume.closed else delta > 0))
    last = (-dot + np.sqrt(np.maximum(dot * dot - speed2 * (square - distance2), 0))) / speed2
    b, c = 2 * dot + tau * speed2, square + tau * dot - distance2
    first = (-b - np.sqrt(np.maximum(b * b - 4 * speed2 * c, 0))) / (2 * speed2)
    first = np.where(inside, 0, np.maximum(first, 0))
    standing = speed2 == 0
    first = np.where(standing, np.where(inside, 0, np.inf), np.where(meets, first, np.inf))
    last = np.where(standing, np.where(inside, np.inf, -np.inf), np.where(meets, last, -np.inf))
    return first, last
