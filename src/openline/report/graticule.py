"""Lines of latitude and longitude in a map's frame, with their labels at its edge."""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from openline.geo.sphere import Vectors, positions_of, unit_vectors
from openline.report import svg
from openline.report.frame import Frame
from openline.report.labels import Placer, box_around
from openline.report.simplify import Points
from openline.report.words import text_width

_STEPS_ARCSEC: Final = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3600 * degrees for degrees in (1, 2, 5, 10, 15, 30)),
)
_LINES: Final = 4.5  # about how many lines cross the frame each way
_SAMPLES: Final = 13
_SIZE: Final = 12.0
_LATITUDE_END: Final = 90 * 3600.0


def draw(frame: Frame, placer: Placer) -> tuple[str, str]:
    """Faint lines over the frame, and labels just inside its edges where they have room."""
    lat, lng = _ranges(frame)
    lat_step = _step(lat[1] - lat[0])
    lng_step = _step(lng[1] - lng[0])
    lines: list[Points] = []
    labels: list[str] = []
    for value in _multiples(lng, lng_step):
        side = "W" if _wrapped(value) < 0 else "E"
        ends = (max(lat[0], -_LATITUDE_END), min(lat[1], _LATITUDE_END))
        track = np.column_stack((np.linspace(*ends, 91), np.full(91, value))) / 3600
        pieces = frame.lines([unit_vectors(track)], 200)
        lines.extend(pieces)
        label = _angle(abs(_wrapped(value)), lng_step, side)
        labels.append(_labelled(frame, placer, pieces, label, ("bottom", "top")))
    for value in _multiples(lat, lat_step):
        if abs(value) >= _LATITUDE_END:
            continue
        track = np.column_stack((np.full(181, value), np.linspace(*lng, 181))) / 3600
        pieces = frame.lines([unit_vectors(track)], 200)
        lines.extend(pieces)
        label = _angle(abs(value), lat_step, "S" if value < 0 else "N")
        labels.append(_labelled(frame, placer, pieces, label, ("left", "right")))
    grid = svg.tag("path", d=svg.path_data(lines, closed=False), class_="grid")
    return grid, "".join(labels)


def _ranges(frame: Frame) -> tuple[tuple[float, float], tuple[float, float]]:
    """Latitude and longitude (unwrapped) of what the frame shows, in arc seconds."""
    box = frame.box
    xs, ys = np.linspace(box.left, box.right, _SAMPLES), np.linspace(box.top, box.bottom, _SAMPLES)
    grid = np.array([(x, y) for x in xs for y in ys])
    vectors: Vectors = frame.vectors(grid)
    positions = np.array(positions_of(vectors)) * 3600
    centre = frame.projection.centre.lng_deg * 3600
    whole = 360 * 3600.0
    lng = (positions[:, 1] - centre + whole / 2) % whole - whole / 2 + centre
    low, high = float(positions[:, 0].min()), float(positions[:, 0].max())
    for pole in (90.0, -90.0):
        point = frame.units(unit_vectors([(pole, 0.0)]))[0]
        if frame.shows(float(point[0]), float(point[1]), -2.0):
            low, high = min(low, pole * 3600), max(high, pole * 3600)
            lng = np.array((centre - whole / 2, centre + whole / 2))
    margin = (high - low) * 0.1
    return (low - margin, high + margin), (float(lng.min()), float(lng.max()))


def _step(span: float) -> float:
    return next((step for step in _STEPS_ARCSEC if step >= span / _LINES), _STEPS_ARCSEC[-1])


def _multiples(span: tuple[float, float], step: float) -> Iterator[float]:
    first, last = math.ceil(span[0] / step), math.floor(span[1] / step)
    whole_turn = span[1] - span[0] >= 360 * 3600 - 1
    for number in range(first, last if whole_turn and last * step == span[1] else last + 1):
        yield number * step


def _wrapped(arcsec: float) -> float:
    return (arcsec + 180 * 3600) % (360 * 3600) - 180 * 3600


def _angle(arcsec: float, step: float, side: str) -> str:
    """`48°N`, `48°30′N`, `48°30′15″N`, with as many parts as the step needs."""
    thousandths = round(arcsec * 1000)
    degrees, rest = divmod(thousandths, 3_600_000)
    minutes, seconds = divmod(rest, 60_000)
    if rest == 0 and (degrees == 0 or (degrees == 180 and side in "EW")):
        side = ""
    words = f"{degrees}°"
    if step < 3600:
        words += f"{minutes:02d}′"
    if step < 60:
        whole, part = divmod(seconds, 1000)
        decimals = f".{part:03d}".rstrip("0").rstrip(".") if step < 1 else ""
        words += f"{whole:02d}{decimals}″"
    return words + side


def _labelled(
    frame: Frame, placer: Placer, pieces: list[Points], label: str, edges: tuple[str, ...]
) -> str:
    width, height = text_width(label, _SIZE), _SIZE + 2
    for edge in edges:
        for point in _crossings(frame, pieces, edge):
            x, y = _beside(point, edge, width, height, frame)
            if placer.place(width, height, [(x, y)]) is not None:
                return svg.text(label, x, y + _SIZE * 0.36, "tick on-map", "middle")
    return ""


def _beside(
    point: tuple[float, float], edge: str, width: float, height: float, frame: Frame
) -> tuple[float, float]:
    box = frame.box
    match edge:
        case "bottom":
            return point[0], box.bottom - height / 2 - 4
        case "top":
            return point[0], box.top + height / 2 + 4
        case "left":
            return box.left + width / 2 + 4, point[1]
        case _:
            return box.right - width / 2 - 4, point[1]


def _crossings(frame: Frame, pieces: list[Points], edge: str) -> Iterator[tuple[float, float]]:
    """Where the lines cross one edge of the frame."""
    axis = 1 if edge in ("top", "bottom") else 0
    bound: float = getattr(frame.box, edge)
    for piece in pieces:
        gap = piece[:, axis] - bound
        for number in np.flatnonzero(gap[1:] * gap[:-1] <= 0).tolist():
            step = gap[number] - gap[number + 1]
            share = gap[number] / step if step else 0.0
            x, y = piece[number] + share * (piece[number + 1] - piece[number])
            if frame.shows(float(x), float(y), -0.01):
                yield float(x), float(y)


def north_arrow(frame: Frame, x: float, y: float) -> str:
    """An arrow at x, y that points to geographic north as it is there in the picture."""
    lat, lng = positions_of(frame.vectors(np.array([[x, y]])))[0]
    ahead = min(lat + 1e-4, 90.0)
    points = frame.units(unit_vectors([(lat, lng), (ahead, lng)]))
    step = points[1] - points[0]
    turn = math.degrees(math.atan2(float(step[0]), -float(step[1]))) if ahead > lat else 0.0
    arrow = svg.tag("path", d="M0 -14L5 6L0 2L-5 6Z", class_="north")
    letter = svg.text("N", 0.0, 18.0, "tick", "middle")
    return svg.tag("g", arrow, letter, transform=f"translate({x:.1f} {y:.1f}) rotate({turn:.1f})")


def reserve_north_arrow(placer: Placer, x: float, y: float) -> None:
    """Keep the arrow's place free of labels."""
    placer.reserve(box_around(x, y, 34, 42))
