"""A scale bar: how long things are in a map, in nautical miles (or feet) and in metres."""

from typing import Final

from openline.report import svg
from openline.units import METRES_PER_FOOT, METRES_PER_KILOMETRE, METRES_PER_NAUTICAL_MILE

_SIZE: Final = 12.0


def draw(metres_per_unit: float, x: float, y: float, widest: float) -> str:
    """Two bars from x, one over the other, at most `widest` units long, labels to their right."""
    span_m = metres_per_unit * widest
    imperial = METRES_PER_NAUTICAL_MILE if span_m >= 0.1 * METRES_PER_NAUTICAL_MILE else None
    rows = (
        (imperial or METRES_PER_FOOT, "NM" if imperial else "ft"),
        (METRES_PER_KILOMETRE, "km") if span_m >= METRES_PER_KILOMETRE else (1.0, "m"),
    )
    parts = []
    for number, (unit_m, unit) in enumerate(rows):
        value = _round_below(span_m / unit_m)
        length = value * unit_m / metres_per_unit
        top = y + number * 18
        path = f"M{x:.1f} {top - 4:.1f}v8h{length:.1f}v-8"
        parts.append(svg.tag("path", d=path, class_="scale"))
        label = f"{value:,g} {unit}"
        parts.append(svg.text(label, x + length + 6, top + _SIZE * 0.36, "tick"))
    return "".join(parts)


def _round_below(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above the value."""
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return max(step * power for step in (1, 2, 5) if step * power <= value)
