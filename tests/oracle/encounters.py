"""An independent answer to "when are two aircraft too close": exact, by steps, and as published.

Shares no code with `src`. A volume is (kind, distance, height, tau, coaltitude): "cylinder" is open
and has no times, "well clear" is closed.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

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


def published_interval(
    pair: Pair, volume: Volume, lookahead_s: float
) -> tuple[float, float] | None:
    """The interval as the papers state it, in plain floats, one pair, case by case.

    Well clear: vertical interval first, then the horizontal one from its beginning on. Cylinder:
    entry and exit times of the circle and of the slab.
    """
    find: Callable[[Pair, Volume, float], tuple[float, float] | None]
    find = _published_well_clear if volume.closed else _published_cylinder
    found = find(pair, volume, lookahead_s)
    if found is None or not found[0] < found[1]:
        return None
    return found


def _published_well_clear(
    pair: Pair, volume: Volume, lookahead_s: float
) -> tuple[float, float] | None:
    x, y, z, u, v, w = pair
    low, high = 0.0, lookahead_s
    if w == 0:
        if abs(z) > volume.height_m:
            return None
    else:
        tall = max(volume.height_m, abs(w) * volume.coaltitude_s)
        first = (-math.copysign(tall, w) - z) / w
        last = (math.copysign(volume.height_m, w) - z) / w
        if lookahead_s < first or last < 0:
            return None
        low, high = max(0.0, first), min(lookahead_s, last)
    x, y, left = x + low * u, y + low * v, high - low
    square, dot, speed2 = x * x + y * y, x * u + y * v, u * u + v * v
    distance2 = volume.distance_m**2
    if speed2 == 0:
        return (low, high) if square <= distance2 else None
    delta = distance2 * speed2 - (x * v - y * u) ** 2
    if square > distance2 and (dot >= 0 or delta < 0):
        return None
    circle = dot * dot - speed2 * (square - distance2)
    last = min(left, (-dot + math.sqrt(max(circle, 0.0))) / speed2)
    first = 0.0
    if square > distance2:
        b = 2 * dot + volume.tau_s * speed2
        c = square + volume.tau_s * dot - distance2
        discriminant = b * b - 4 * speed2 * c
        if discriminant < 0:
            return None
        first = max(0.0, (-b - math.sqrt(discriminant)) / (2 * speed2))
        if first > left:
            return None
    return first + low, last + low


def _published_cylinder(
    pair: Pair, volume: Volume, lookahead_s: float
) -> tuple[float, float] | None:
    x, y, z, u, v, w = pair
    first, last = 0.0, lookahead_s
    square, dot, speed2 = x * x + y * y, x * u + y * v, u * u + v * v
    distance2 = volume.distance_m**2
    if speed2 == 0:
        if not square < distance2:
            return None
    else:
        if not distance2 * speed2 - (x * v - y * u) ** 2 > 0:
            return None
        root = math.sqrt(max(dot * dot - speed2 * (square - distance2), 0.0))
        first, last = max(first, (-dot - root) / speed2), min(last, (-dot + root) / speed2)
    if w == 0:
        return (first, last) if abs(z) < volume.height_m else None
    slab = sorted(((-volume.height_m - z) / w, (volume.height_m - z) / w))
    return max(first, slab[0]), min(last, slab[1])
