"""The overview: all volumes in conflict on one map, and the conflicts along the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from openline.airspace.entity import Entity, EntityKind
from openline.geo.footprint import Footprint
from openline.geo.sphere import Vectors
from openline.limits import TIME_MIN
from openline.report import graticule, scale_bar, svg, words
from openline.report.axis import Scale, Span, seconds, time_label, time_ticks
from openline.report.frame import Frame, frame_around
from openline.report.labels import Box, Placer, box_around
from openline.report.map_shapes import extent
from openline.report.model import ConflictView
from openline.report.outline import outline_of

WIDTH: Final = 480.0
HEIGHT: Final = 440.0
_MAP: Final = Box(1.0, 1.0, WIDTH - 1, 375.0)
_OUTLINES_MAX: Final = 600
_POINTS_OUTLINE: Final = 120
_SIZE: Final = 12.0
_LANES_MAX: Final = 50
_ROW: Final = 28.0  # or less, for the picture to stay as high as the map
_ROWS_MAX: Final = 16  # more conflicts share lanes
_PLOT: Final = Box(1.0, 24.0, WIDTH - 1, 400.0)
_CLASSES: Final = {
    EntityKind.INTENT: "intent-area",
    EntityKind.CONSTRAINT: "constraint-area",
    EntityKind.NOTICE: "notice-area",
}


@dataclass(slots=True)
class Cluster:
    """Conflicts whose markers would lie over each other: one marker for all of them."""

    numbers: list[int]
    x: float
    y: float

    @property
    def label(self) -> str:
        """The worst number, and how many more."""
        more = len(self.numbers) - 1
        return f"{self.numbers[0]}" + (f" +{more}" if more else "")

    @property
    def box(self) -> Box:
        """The room of the marker."""
        width = max(20.0, words.text_width(self.label, _SIZE) + 10)
        return box_around(self.x, self.y, width, 20.0)


def clusters(places: Sequence[tuple[int, float, float]]) -> list[Cluster]:
    """Markers for (number, x, y), worst first, merged until none overlaps another."""
    found = [Cluster([number], x, y) for number, x, y in places]
    merged = True
    while merged:
        merged = False
        kept: list[Cluster] = []
        for cluster in found:
            host = next((other for other in kept if other.box.overlaps(cluster.box)), None)
            if host is None:
                kept.append(cluster)
                continue
            host.numbers = sorted(host.numbers + cluster.numbers)
            merged = True
        found = kept
    return found


def _areas(views: Sequence[ConflictView]) -> tuple[dict[Footprint, EntityKind], int]:
    """The footprints of all volumes in conflict, and how many are left out."""
    found: dict[Footprint, EntityKind] = {}
    for view in views:
        sides: tuple[tuple[Entity, list[int]], ...] = (
            (view.conflict.a, [part.a_volume for part in view.conflict.parts]),
            (view.conflict.b, [part.b_volume for part in view.conflict.parts]),
        )
        for entity, numbers in sides:
            for number in numbers:
                found.setdefault(entity.volumes[number].footprint, entity.kind)
    shown = dict(list(found.items())[:_OUTLINES_MAX])
    return shown, len(found) - len(shown)


def _path(frame: Frame, footprint: Footprint, kind: EntityKind) -> str:
    outline = outline_of(footprint, frame.tolerance_rad)
    rings = svg.path_data(frame.rings(outline, _POINTS_OUTLINE), closed=True)
    lines = svg.path_data(frame.lines(outline.strokes, _POINTS_OUTLINE), closed=False)
    if not rings:
        return ""
    rule = "evenodd" if outline.even_odd else "nonzero"
    name = _CLASSES[kind]
    fill = svg.tag("path", d=rings, fill_rule=rule, class_=f"{name}-fill")
    return fill + svg.tag("path", d=lines, class_=f"{name}-line")


def draw_overview(views: Sequence[ConflictView]) -> str:
    """The map of all located conflicts, numbered; empty if there is none."""
    located = [view for view in views if view.conflict.where is not None]
    areas, left_out = _areas(located)
    if not areas:
        return ""
    points: list[Vectors] = [extent(footprint) for footprint in areas]
    frame = frame_around(points, _MAP, 0.06)
    placer = Placer(Box(_MAP.left + 3, _MAP.top + 3, _MAP.right - 3, _MAP.bottom - 3))
    arrow = (_MAP.right - 20, _MAP.top + 24)
    graticule.reserve_north_arrow(placer, *arrow)
    places = [
        (view.number, *frame.at(view.conflict.where)) for view in located if view.conflict.where
    ]
    markers = clusters(places)
    for marker in markers:
        placer.reserve(marker.box)
    grid, ticks = graticule.draw(frame, placer)
    shapes = "".join(_path(frame, footprint, kind) for footprint, kind in areas.items())
    inside = svg.tag(
        "g",
        *(svg.rect(*_MAP, "ground"), grid, shapes, ticks),
        *(_marker(marker) for marker in markers),
        graticule.north_arrow(frame, *arrow),
        clip_path="url(#overview-frame)",
    )
    clip = svg.tag("clipPath", svg.rect(*_MAP, "clip"), id="overview-frame")
    more = f" {words.count(left_out, 'further volume')} not drawn." if left_out else ""
    return svg.picture(
        "overview",
        "Overview map",
        f"{words.count(len(located), 'conflict')} with a place, and the volumes in conflict, on a "
        f"map {words.distance(frame.ruler_m(WIDTH))} wide.{more}",
        *(WIDTH, HEIGHT - 20, svg.tag("defs", clip), inside, svg.rect(*_MAP, "edge")),
        scale_bar.draw(frame.ruler_m(1.0), 2.0, 391.0, 150.0) + _legend(areas),
    )


def _marker(marker: Cluster) -> str:
    box = marker.box
    plate = svg.tag(
        "rect",
        x=box.left,
        y=box.top,
        width=box.right - box.left,
        height=box.bottom - box.top,
        rx=10.0,
        class_="marker",
    )
    label = svg.text(marker.label, marker.x, marker.y + 4.3, "marker-text", "middle")
    return svg.tag("a", plate, label, href=f"#conflict-{marker.numbers[0]}")


def _legend(areas: dict[Footprint, EntityKind]) -> str:
    kinds = [kind for kind in EntityKind if kind in set(areas.values())]
    parts: list[str] = []
    for number, kind in enumerate(kinds):
        y = 382.0 + number * 14
        name = _CLASSES[kind]
        parts += [svg.rect(300.0, y, 318.0, y + 10, f"{name}-{what}") for what in ("fill", "line")]
        parts.append(svg.text(f"volume of {_ARTICLES[kind]}", 326.0, y + 9, "small"))
    return "".join(parts)


_ARTICLES: Final = {
    EntityKind.INTENT: "an intent",
    EntityKind.CONSTRAINT: "a constraint",
    EntityKind.NOTICE: "a notice",
}


def draw_timeline(views: Sequence[ConflictView]) -> str:
    """The conflicts along the time, worst first from the top, as many as there is room for."""
    if not views:
        return ""
    spans = {
        view.number: Span(seconds(view.conflict.time_start), seconds(view.conflict.time_end))
        for view in views
    }
    whole = Span(min(s.low for s in spans.values()), max(s.high for s in spans.values()))
    scale = Scale(whole.padded(0.04), _PLOT.left + 6, _PLOT.right - 6)
    if len(views) <= _ROWS_MAX:
        bars, bottom, left_out = _rows(views, spans, scale)
    else:
        bars, bottom, left_out = _lanes(views, spans, scale)
    more = f"{words.count(left_out, 'conflict')} not drawn for want of room." if left_out else ""
    return svg.picture(
        "timeline",
        "Conflicts over time",
        f"{words.count(len(views), 'conflict')} between {_instant(whole.low)} and "
        f"{_instant(whole.high)}; each bar runs from the first to the last instant. {more}",
        *(WIDTH, bottom + (42 if more else 24)),
        svg.tag("g", svg.rect(_PLOT.left, _PLOT.top, _PLOT.right, bottom, "ground")),
        _time_axis(scale, bottom),
        *bars,
        svg.rect(_PLOT.left, _PLOT.top, _PLOT.right, bottom, "edge"),
        svg.text(more, _PLOT.left, bottom + 36, "small") if more else "",
    )


def _instant(value: float) -> str:
    return words.instant(TIME_MIN + timedelta(seconds=round(value, 3)))


_Drawn = tuple[list[str], float, int]  # the bars, where they end, how many are left out


def _rows(views: Sequence[ConflictView], spans: dict[int, Span], scale: Scale) -> _Drawn:
    """One row for each conflict, with its parties."""
    parts: list[str] = []
    height = min(_ROW, 384 / len(views))
    for row, view in enumerate(views):
        span, y = spans[view.number], _PLOT.top + 6 + row * height
        start, end = scale.at(span.low), max(scale.at(span.high), scale.at(span.low) + 3)
        names = [words.fitted(side.party, 12.0, 205.0) for side in (view.a, view.b)]
        label = f"{words.isolated(names[0])} – {words.isolated(names[1])}"
        width = words.text_width("".join(names) + f"{view.number}  – ", 12.0)
        x = min(start, _PLOT.right - 6 - width)
        text = svg.side_label(str(view.number), label, max(x, 6.0), y + 10, "small", "start")
        name = "bar" if view.located else "bar bar-unlocated"
        bar = svg.tag("rect", x=start, y=y + 14, width=end - start, height=7.0, rx=2.0, class_=name)
        parts.append(svg.tag("a", bar, text, href=f"#{view.anchor}"))
    return parts, _PLOT.top + 6 + len(views) * height, 0


def _lanes(views: Sequence[ConflictView], spans: dict[int, Span], scale: Scale) -> _Drawn:
    """Bars with numbers, packed: each in the first lane where it is free."""
    lanes: list[list[Span]] = []
    placed: list[tuple[ConflictView, float, float, int]] = []
    for view in views:
        span = spans[view.number]
        start, end = scale.at(span.low), max(scale.at(span.high), scale.at(span.low) + 3)
        width = words.text_width(str(view.number), 10.0) + 6
        room = Span(start, end if end - start >= width else end + width)
        lane = next((n for n, taken in enumerate(lanes) if _free(taken, room)), len(lanes))
        if lane >= _LANES_MAX:
            continue
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(room)
        placed.append((view, start, end, lane))
    height = min(20.0, max(12.0, 360 / len(lanes)))
    bars = [
        _bar(view, start, end, _PLOT.top + 6 + lane * height, height - 2)
        for view, start, end, lane in placed
    ]
    return bars, _PLOT.top + 10 + len(lanes) * height, len(views) - len(placed)


def _free(taken: list[Span], room: Span) -> bool:
    return all(room.high + 3 < other.low or other.high + 3 < room.low for other in taken)


def _bar(view: ConflictView, start: float, end: float, y: float, height: float) -> str:
    name = "bar" if view.located else "bar bar-unlocated"
    bar = svg.tag("rect", x=start, y=y, width=end - start, height=height, rx=2.0, class_=name)
    label = str(view.number)
    inside = end - start >= words.text_width(label, 10.0) + 6
    x, name = (start + 4, "bar-text") if inside else (end + 3, "bar-number")
    text = svg.text(label, x, y + height / 2 + 3.6, name)
    return svg.tag("a", bar, text, href=f"#{view.anchor}")


def _time_axis(scale: Scale, bottom: float) -> str:
    ticks, step = time_ticks(scale.span, 6)
    lines, parts, date = "", [], ""
    for value in ticks:
        x = scale.at(value)
        lines += f"M{x:.1f} {_PLOT.top}V{bottom:.1f}"
        label = time_label(value, step)
        if 20 < x < WIDTH - 20:
            parts.append(svg.text(label, x, bottom + 15, "tick", "middle"))
        day = time_label(value, 86_400)
        if step < 86_400 and day != date and x < WIDTH - 34:
            date = day
            parts.append(svg.text(day, max(x, 36.0), 16.0, "tick", "middle"))
    return svg.tag("path", d=lines, class_="grid") + "".join(parts)
