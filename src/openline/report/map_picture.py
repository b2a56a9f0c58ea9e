"""The map of one conflict: both footprints, what they share or the way between them, the scale."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from openline.airspace.conflict import VolumeConflict
from openline.geo.footprint import Footprint
from openline.geo.sphere import unit_vectors
from openline.report import graticule, scale_bar, svg, words
from openline.report.frame import Frame, frame_around
from openline.report.labels import Box, Placer, box_around
from openline.report.map_shapes import Focus, SideShapes, focus_of, shapes_of
from openline.report.model import ConflictView, SideView
from openline.report.outline import Outline, outline_of, widened
from openline.report.simplify import Points

WIDTH: Final = 480.0
HEIGHT: Final = 440.0
_MAP: Final = Box(1.0, 1.0, WIDTH - 1, 345.0)
_INSET: Final = Box(WIDTH - 131, 353.0, WIDTH - 1, HEIGHT - 1)
_POINTS: Final = 4_000  # of all outlines in one picture
_POINTS_OUTLINE: Final = 500
_OVERLAPS_MAX: Final = 24
_POINTS_LABELS: Final = 60  # of an outline that labels keep off
_SIZE: Final = 12.5
_TINY: Final = 10.0  # a footprint smaller than this gets a ring around it


class _Map:
    """One map while it is drawn: the frame, the room for labels, the parts of the picture."""

    def __init__(self, view: ConflictView, key: str) -> None:
        self.view = view
        self.key = key
        self.a, self.b = shapes_of(view.conflict)
        self.focus: Focus = focus_of(view.conflict, self.a, self.b)
        close = self.focus.whole is not None
        self.frame: Frame = frame_around(self.focus.framed, _MAP, 0.25 if close else 0.12)
        self.placer = Placer(Box(_MAP.left + 3, _MAP.top + 3, _MAP.right - 3, _MAP.bottom - 3))
        drawn = sum(len(side.bold) + len(side.thin) for side in (self.a, self.b))
        self.most = int(max(24, min(_POINTS_OUTLINE, _POINTS / drawn)))
        self.ids: dict[Footprint, str] = {}
        self.outlines: dict[Footprint, Outline] = {}

    def draw(self) -> str:
        frame, placer = self.frame, self.placer
        arrow = (_MAP.right - 20, _MAP.top + 24)
        graticule.reserve_north_arrow(placer, *arrow)
        definitions = self._definitions()
        thin = self._thin(self.a, "a") + self._thin(self.b, "b")
        order = sorted((("a", self.a), ("b", self.b)), key=lambda side: -self._size(side[1]))
        bold = "".join(self._bold(side, letter) for letter, side in order)
        dashed = self._minimum()
        shared = self._shared()
        place = self._place()
        labels = self._side_label(self.view.a, self.a) + self._side_label(self.view.b, self.b)
        grid, ticks = graticule.draw(frame, placer)
        clip = svg.tag("clipPath", svg.rect(*_MAP, "clip"), id=f"{self.key}-frame")
        inside = svg.tag(
            "g",
            *(svg.rect(*_MAP, "ground"), grid, thin, bold, shared, dashed, ticks, place, labels),
            graticule.north_arrow(frame, *arrow),
            clip_path=f"url(#{self.key}-frame)",
        )
        return svg.picture(
            self.key,
            f"Map of conflict {self.view.number}",
            self._description(),
            *(WIDTH, HEIGHT, svg.tag("defs", clip, *definitions), inside),
            *(svg.rect(*_MAP, "edge"), self._legend(), self._inset()),
        )

    def _outline(self, footprint: Footprint) -> Outline:
        known = self.outlines.get(footprint)
        if known is None:
            known = outline_of(footprint, self.frame.tolerance_rad)
            self.outlines[footprint] = known
        return known

    def _path(self, footprint: Footprint) -> str:
        outline = self._outline(footprint)
        data = svg.path_data(self.frame.rings(outline, self.most), closed=True)
        return svg.tag(
            "path",
            id=self.ids[footprint],
            d=data,
            fill_rule="evenodd" if outline.even_odd else "nonzero",
            clip_rule="evenodd" if outline.even_odd else "nonzero",
        )

    def _definitions(self) -> list[str]:
        parts: list[str] = []
        for footprint in dict.fromkeys((*self.a.bold, *self.b.bold)):
            self.ids[footprint] = f"{self.key}-f{len(self.ids)}"
            parts.append(self._path(footprint))
        for footprint in self.b.bold:
            name = self.ids[footprint]
            use = svg.tag("use", href=f"#{name}")
            parts.append(svg.tag("clipPath", use, id=f"{name}-clip"))
        return parts

    def _stroke(self, footprint: Footprint, class_: str) -> str:
        outline = self._outline(footprint)
        lines = self.frame.lines(outline.strokes, self.most)
        data = svg.path_data(lines, closed=False)
        return svg.tag("path", d=data, class_=class_) if data else ""

    def _thin(self, side: SideShapes, letter: str) -> str:
        return "".join(self._stroke(footprint, f"thin {letter}-line") for footprint in side.thin)

    def _bold(self, side: SideShapes, letter: str) -> str:
        fills = [
            svg.tag("use", href=f"#{self.ids[f]}", class_=f"{letter}-{what}")
            for f in side.bold
            for what in ("fill", "pattern")
        ]
        return "".join(fills) + "".join(self._stroke(f, f"bold {letter}-line") for f in side.bold)

    def _keep_visible(self, footprint: Footprint) -> None:
        """Keep labels off the outline, where there is room elsewhere."""
        outline = self._outline(footprint)
        for line in self.frame.lines(outline.strokes, _POINTS_LABELS):
            for start, end in pairwise(line):
                steps = max(1, math.ceil(float(np.linalg.norm(end - start)) / 12))
                for share in range(min(steps, 60)):
                    x, y = start + (end - start) * share / steps
                    self.placer.reserve(box_around(float(x), float(y), 5, 5))

    def _size(self, side: SideShapes) -> float:
        """The diagonal of the side's conflicting volumes in the picture."""
        points = self._points(side.bold)
        return float(np.linalg.norm(points.max(axis=0) - points.min(axis=0)))

    def _points(self, footprints: Iterable[Footprint]) -> Points:
        found = [self.frame.units(self._outline(f).points()) for f in footprints]
        return np.concatenate(found)

    def _minimum(self) -> str:
        """A dashed line at the lateral minimum around A's worst volume."""
        lateral = self.view.conflict.separation.lateral_m
        if lateral / self.frame.metres_per_unit < 3:
            return ""
        worst = self.view.conflict.parts[0]
        footprint = self.view.conflict.a.volumes[worst.a_volume].footprint
        lines = self.frame.lines(
            widened(footprint, lateral, self.frame.tolerance_rad), _POINTS_OUTLINE
        )
        return svg.tag("path", d=svg.path_data(lines, closed=False), class_="minimum a-line")

    def _shared(self) -> str:
        """What overlaps, pair by pair: A's footprint cut by B's."""
        pairs: dict[tuple[str, str], None] = {}
        conflict = self.view.conflict
        for part in conflict.parts:
            one = self.ids.get(conflict.a.volumes[part.a_volume].footprint)
            other = self.ids.get(conflict.b.volumes[part.b_volume].footprint)
            if part.distance_m <= 0 and one and other:
                pairs[one, other] = None
        return "".join(
            svg.tag("use", href=f"#{one}", class_="shared", clip_path=f"url(#{other}-clip)")
            for one, other in list(pairs)[:_OVERLAPS_MAX]
        )

    def _place(self) -> str:
        """The way between the closest points with its length, or a mark in the overlap."""
        worst = self.view.conflict.parts[0]
        rings = "".join(self._ring(side) for side in (self.a, self.b))
        if worst.distance_m <= 0:
            return rings + self._mark(worst)
        one, other = self.frame.at(worst.closest_a), self.frame.at(worst.closest_b)
        for footprint in (*self.a.bold, *self.b.bold):
            self._keep_visible(footprint)
        lines = self.frame.lines([unit_vectors([worst.closest_a, worst.closest_b])], 10)
        label = words.distance(worst.distance_m)
        width, height = words.text_width(label, _SIZE) + 6, _SIZE + 6
        x, y = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
        for share in np.linspace(0, 1, 12).tolist():
            along = [p + (q - p) * share for p, q in zip(one, other, strict=True)]
            self.placer.reserve(box_around(along[0], along[1], 4, 4))
        box = self.placer.place_anyway(width, height, _around_point(x, y, width, height))
        middle_x, middle_y = box.centre()
        return "".join(
            (
                rings,
                svg.tag("path", d=svg.path_data(lines, closed=False), class_="way-halo"),
                svg.tag("path", d=svg.path_data(lines, closed=False), class_="way"),
                *(svg.tag("circle", cx=x, cy=y, r=3.0, class_="way-end") for x, y in (one, other)),
                svg.rect(*box, "plate"),
                svg.text(label, middle_x, middle_y + _SIZE * 0.36, "label strong", "middle"),
            )
        )

    def _mark(self, worst: VolumeConflict) -> str:
        x, y = self.frame.at(worst.where)
        self.placer.reserve(box_around(x, y, 18, 18))
        cross = f"M{x - 7:.1f} {y:.1f}h14M{x:.1f} {y - 7:.1f}v14"
        return svg.tag("path", d=cross, class_="mark-halo") + svg.tag(
            "path", d=cross, class_="mark"
        )

    def _ring(self, side: SideShapes) -> str:
        points = self._points(side.bold)
        low, high = points.min(axis=0), points.max(axis=0)
        if max(high - low) >= _TINY:
            return ""
        x, y = (float(v) for v in (low + high) / 2)
        self.placer.reserve(box_around(x, y, 20, 20))
        return svg.tag("circle", cx=x, cy=y, r=10.0, class_="ring")

    def _side_label(self, side: SideView, shapes: SideShapes) -> str:
        """The side's letter and party beside its footprint, or where it shows most."""
        label = words.fitted(side.party, _SIZE, 180)
        width, height = words.text_width(f"{side.letter} {label}", _SIZE) + 10, _SIZE + 7
        clipped = self._points(shapes.bold)
        box = self.frame.box
        within = (clipped >= (box.left, box.top)) & (clipped <= (box.right, box.bottom))
        clipped = clipped[within.all(axis=1)]
        if len(clipped) == 0:
            clipped = np.array([[_MAP.left, _MAP.top], [_MAP.right, _MAP.bottom]])
        low, high = clipped.min(axis=0), clipped.max(axis=0)
        centres = _around_box(Box(*map(float, (*low, *high))), width, height)
        box = self.placer.place_anyway(width, height, centres)
        x, y = box.centre()
        return svg.tag(
            "g",
            svg.tag(
                "rect",
                x=box.left,
                y=box.top,
                width=width,
                height=height,
                rx=3.0,
                class_=f"plate {side.letter.lower()}-plate",
            ),
            svg.side_label(side.letter, label, x, y + _SIZE * 0.36, "label", "middle"),
        )

    def _legend(self) -> str:
        """Under the map: scale, which side is which, what the lines mean."""
        room = (_INSET.left if self.focus.whole else WIDTH) - 8
        lateral = self.view.conflict.separation.lateral_m
        bars = scale_bar.draw(self.frame.ruler_m(1.0), 2.0, 364.0, 110.0)
        rows = []
        left = 190.0
        for number, side in enumerate((self.view.a, self.view.b)):
            y = 360.0 + number * 19
            rows.append(swatch(side.letter.lower(), left, y - 9))
            label = words.fitted(side.party, 12.0, room - left - 42)
            rows.append(svg.side_label(side.letter, label, left + 24, y + 1, "small", "start"))
        if lateral / self.frame.metres_per_unit >= 3:
            rows.append(svg.line(2.0, 412.0, 22.0, 412.0, "minimum a-line"))
            whose = whose_volume(self.a.bold, self.view.conflict.parts[0])
            label = f"minimum {words.distance(lateral)} around {whose}"
            rows.append(svg.text(words.fitted(label, 12.0, room - 28), 28.0, 416.0, "small"))
        return bars + "".join(rows)

    def _inset(self) -> str:
        if self.focus.whole is None:
            return ""
        return inset(self.key, self.focus, self.frame, (self.a, self.b), _INSET)

    def _description(self) -> str:
        view, worst = self.view, self.view.conflict.parts[0]
        between = (
            "They overlap"
            if worst.distance_m <= 0
            else f"Their closest points are {words.distance(worst.distance_m)} apart"
        )
        left = self.a.left_out + self.b.left_out
        more = f" {words.count(left, 'further volume')} not drawn." if left else ""
        ground_m = self.frame.ruler_m(WIDTH)
        return (
            f"Footprints of A, {view.a.party}, {view.a.label}, and B, {view.b.party}, "
            f"{view.b.label}. {between}, at {words.position(worst.where)}. The map is "
            f"{words.distance(ground_m)} wide, north is up in its middle.{more}"
        )


def draw_map(view: ConflictView) -> str:
    """The map of a located conflict as an SVG element."""
    return _Map(view, f"map-{view.number}").draw()


def whose_volume(volumes: Sequence[object], worst: VolumeConflict) -> str:
    """Around what a minimum is drawn: A, or its worst volume if it has several in conflict."""
    return "A" if len(volumes) == 1 else f"A's volume {worst.a_volume + 1}"


def swatch(letter: str, x: float, y: float) -> str:
    """A small sample of a side's colour and pattern."""
    box = (x, y, x + 18, y + 12)
    return "".join(svg.rect(*box, f"{letter}-{what}") for what in ("fill", "pattern")) + svg.rect(
        *box, f"bold {letter}-line"
    )


def inset(key: str, focus: Focus, frame: Frame, sides: Sequence[SideShapes], box: Box) -> str:
    """Everything of both sides, small, with the frame of the map marked in it."""
    assert focus.whole is not None
    small = frame_around(focus.whole, box, 0.08)
    parts: list[str] = []
    for letter, side in zip("ab", sides, strict=True):
        for class_, footprints in (("hair", side.thin), ("thin", side.bold)):
            for footprint in footprints:
                outline = outline_of(footprint, small.tolerance_rad)
                data = svg.path_data(small.lines(outline.strokes, 80), closed=False)
                if data:
                    parts.append(svg.tag("path", d=data, class_=f"{class_} {letter}-line"))
    corners = [(x, y) for x in (_MAP.left, _MAP.right) for y in (_MAP.top, _MAP.bottom)]
    window = small.units(frame.vectors(np.array(corners)))
    low, high = window.min(axis=0), window.max(axis=0)
    x, y = (float(v) for v in (low + high) / 2)
    if max(high - low) < 12:
        parts.append(svg.tag("circle", cx=x, cy=y, r=7.0, class_="ring"))
    else:
        parts.append(svg.rect(float(low[0]), float(low[1]), float(high[0]), float(high[1]), "ring"))
    clip = svg.tag("clipPath", svg.rect(*box, "clip"), id=f"{key}-inset")
    return svg.tag(
        "g",
        svg.tag("defs", clip),
        svg.rect(*box, "ground"),
        svg.tag("g", *parts, clip_path=f"url(#{key}-inset)"),
        svg.rect(*box, "edge"),
    )


def _around_point(x: float, y: float, width: float, height: float) -> Iterable[tuple[float, float]]:
    for away in (8.0, 16.0, 28.0, 44.0):
        for turn in range(8):
            angle = turn * math.pi / 4
            dx, dy = math.cos(angle), math.sin(angle)
            yield x + dx * (away + width / 2), y + dy * (away + height / 2)


def _around_box(box: Box, width: float, height: float) -> Iterable[tuple[float, float]]:
    """Above, below, beside; then inside along its edges; then over it."""
    x, y = box.centre()
    for away in (6.0, 16.0):
        yield x, box.top - away - height / 2
        yield x, box.bottom + away + height / 2
        yield box.left - away - width / 2, y
        yield box.right + away + width / 2, y
    for share in (0.5, 0.2, 0.8):
        across = box.left + (box.right - box.left) * share
        yield across, box.top + 6 + height / 2
        yield across, box.bottom - 6 - height / 2
    for x_share in (0.25, 0.5, 0.75):
        for y_share in (0.25, 0.5, 0.75, 0.1, 0.9):
            yield (
                _MAP.left + (_MAP.right - _MAP.left) * x_share,
                _MAP.top + (_MAP.bottom - _MAP.top) * y_share,
            )
