"""The altitude-over-time profile of one conflict: when and how high both sides are."""

from collections.abc import Callable, Sequence
from typing import Final

from openline.airspace.conflict import VolumeConflict
from openline.airspace.entity import Entity
from openline.airspace.volume import Volume4D
from openline.report import svg, words
from openline.report.axis import (
    Scale,
    Span,
    length_ticks,
    seconds,
    shown_span,
    time_label,
    time_ticks,
)
from openline.report.labels import Box, Placer
from openline.report.map_picture import HEIGHT, WIDTH, swatch, whose_volume
from openline.report.map_shapes import BOLD_MAX
from openline.report.model import ConflictView
from openline.units import METRES_PER_FOOT

_PLOT: Final = Box(54.0, 24.0, WIDTH - 58, 330.0)
_ACROSS: Final = (_PLOT.left, _PLOT.right)
_SIZE: Final = 12.5
_THIN_MAX: Final = 120


def _times(volume: Volume4D) -> Span:
    return Span(seconds(volume.time_start), seconds(volume.time_end))


def _heights(volume: Volume4D) -> Span:
    return Span(volume.altitude_lower_m, volume.altitude_upper_m)


class _Profile:
    """One profile while it is drawn."""

    def __init__(self, view: ConflictView) -> None:
        conflict = view.conflict
        self.view = view
        self.key = f"profile-{view.number}"
        self.worst: VolumeConflict = conflict.parts[0]
        shown = conflict.parts[:BOLD_MAX]
        self.bold_a = [conflict.a.volumes[n] for n in dict.fromkeys(p.a_volume for p in shown)]
        self.bold_b = [conflict.b.volumes[n] for n in dict.fromkeys(p.b_volume for p in shown)]
        time = Span(seconds(conflict.time_start), seconds(conflict.time_end))
        band = Span(
            min(part.altitude_lower_m for part in conflict.parts),
            max(part.altitude_upper_m for part in conflict.parts),
        )
        times = shown_span(_hull(self.bold_a, _times), _hull(self.bold_b, _times), time)
        heights = shown_span(_hull(self.bold_a, _heights), _hull(self.bold_b, _heights), band)
        self.x = Scale(times, _PLOT.left, _PLOT.right)
        self.y = Scale(heights, _PLOT.bottom, _PLOT.top)
        self.placer = Placer(Box(_PLOT.left + 2, _PLOT.top + 2, _PLOT.right - 2, _PLOT.bottom - 2))

    def draw(self) -> str:
        conflict = self.view.conflict
        highlight = self._highlight()
        gaps = self._gaps()
        for part in conflict.parts[:BOLD_MAX]:
            self._keep_visible(part)
        labels = self._label("a", self.bold_a) + self._label("b", self.bold_b)
        inside = svg.tag(
            "g",
            svg.rect(*_PLOT, "ground"),
            self._grid(),
            highlight,
            self._thin(conflict.a, self.bold_a, "a") + self._thin(conflict.b, self.bold_b, "b"),
            "".join(self._box(volume, "a") for volume in self.bold_a),
            "".join(self._box(volume, "b") for volume in self.bold_b),
            self._both(),
            self._envelope(),
            gaps + labels,
            clip_path=f"url(#{self.key}-plot)",
        )
        clip = svg.tag("clipPath", svg.rect(*_PLOT, "clip"), id=f"{self.key}-plot")
        return svg.picture(
            self.key,
            f"Altitude over time of conflict {self.view.number}",
            self._description(),
            *(WIDTH, HEIGHT, svg.tag("defs", clip), inside, svg.rect(*_PLOT, "edge")),
            *(self._axes(), self._legend()),
        )

    def _rect(self, times: Span, heights: Span, class_: str) -> str:
        x = (self._far(self.x, times.low), self._far(self.x, times.high))
        y = (self._far(self.y, heights.high), self._far(self.y, heights.low))
        return svg.rect(x[0], y[0], x[1], y[1], class_)

    @staticmethod
    def _far(scale: Scale, value: float) -> float:
        """The place of a value, at most a little outside the plot, so that edges stay hidden."""
        low, high = sorted((scale.start, scale.end))
        return min(max(scale.at(value), low - 20), high + 20)

    def _box(self, volume: Volume4D, letter: str) -> str:
        span = (_times(volume), _heights(volume))
        names = (f"{letter}-fill", f"{letter}-pattern", f"bold {letter}-line")
        return "".join(self._rect(*span, name) for name in names)

    def _thin(self, entity: Entity, bold: list[Volume4D], letter: str) -> str:
        rest = [volume for volume in entity.volumes if volume not in bold]
        step = max(1, -(-len(rest) // _THIN_MAX))
        name = f"thin {letter}-line"
        return "".join(self._rect(_times(v), _heights(v), name) for v in rest[::step])

    def _highlight(self) -> str:
        conflict = self.view.conflict
        time = Span(seconds(conflict.time_start), seconds(conflict.time_end))
        return self._rect(time, self.y.span.padded(1), "interval")

    def _both(self) -> str:
        """The time and the altitudes that both use, pair by pair."""
        return "".join(
            self._rect(
                Span(seconds(part.time_start), seconds(part.time_end)),
                Span(part.altitude_lower_m, part.altitude_upper_m),
                "shared-box",
            )
            for part in self.view.conflict.parts[:BOLD_MAX]
            if part.time_gap_s <= 0 and part.vertical_gap_m <= 0
        )

    def _keep_visible(self, part: VolumeConflict) -> None:
        """Keep labels off what both use, unless it is as large as the picture."""
        left, right = (self.x.within(seconds(t)) for t in (part.time_start, part.time_end))
        top, bottom = (self.y.within(m) for m in (part.altitude_upper_m, part.altitude_lower_m))
        if (right - left) * (bottom - top) < 20_000:
            self.placer.reserve(Box(left, top, right, bottom))

    def _envelope(self) -> str:
        """A's worst volume, widened by the vertical and the time minimum: B reaches into it."""
        minima = self.view.conflict.separation
        if not minima.vertical_m and not minima.time_s:
            return ""
        volume = self.view.conflict.a.volumes[self.worst.a_volume]
        times, heights = _times(volume), _heights(volume)
        return self._rect(
            Span(times.low - minima.time_s, times.high + minima.time_s),
            Span(heights.low - minima.vertical_m, heights.high + minima.vertical_m),
            "minimum a-line",
        )

    def _gaps(self) -> str:
        """Measured gaps of the worst pair: a bracket upwards, or along the time."""
        parts: list[str] = []
        worst = self.worst
        middle_t = (seconds(worst.time_start) + seconds(worst.time_end)) / 2
        middle_m = (worst.altitude_lower_m + worst.altitude_upper_m) / 2
        if worst.vertical_gap_m > 0:
            x = self.x.within(middle_t)
            y = (self.y.at(worst.altitude_upper_m), self.y.at(worst.altitude_lower_m))
            bracket = f"M{x - 5:.1f} {y[0]:.1f}h10m-5 0V{y[1]:.1f}m-5 0h10"
            self.placer.reserve(Box(x - 6, y[0], x + 6, y[1]))
            label = f"gap {words.height(worst.vertical_gap_m)}"
            parts.append(self._measure(bracket, label, x, sum(y) / 2))
        if worst.time_gap_s > 0:
            y_at = self.y.within(middle_m)
            x_at = (self.x.at(seconds(worst.time_start)), self.x.at(seconds(worst.time_end)))
            bracket = f"M{x_at[0]:.1f} {y_at - 5:.1f}v10m0 -5H{x_at[1]:.1f}m0 -5v10"
            self.placer.reserve(Box(x_at[0], y_at - 6, x_at[1], y_at + 6))
            label = f"gap {words.duration(worst.time_gap_s)}"
            parts.append(self._measure(bracket, label, sum(x_at) / 2, y_at))
        return "".join(parts)

    def _measure(self, bracket: str, label: str, x: float, y: float) -> str:
        width, height = words.text_width(label, _SIZE) + 6, _SIZE + 6
        beside = [
            (x + side * (10 + width / 2), y + down)
            for down in (0, -24, 24, -48, 48, -80, 80)
            for side in (1, -1)
        ]
        above = [(x, y - 16), (x, y + 16)]
        box = self.placer.place_anyway(width, height, [*beside, *above])
        return "".join(
            (
                svg.tag("path", d=bracket, class_="way-halo"),
                svg.tag("path", d=bracket, class_="way"),
                svg.rect(*box, "plate"),
                svg.text(label, box.centre()[0], box.centre()[1] + 4.5, "label strong", "middle"),
            )
        )

    def _label(self, letter: str, volumes: list[Volume4D]) -> str:
        side = self.view.a if letter == "a" else self.view.b
        times, heights = _hull(volumes, _times), _hull(volumes, _heights)
        left, right = self.x.within(times.low), self.x.within(times.high)
        top, bottom = self.y.within(heights.high), self.y.within(heights.low)
        label = words.fitted(side.party, _SIZE, 180)
        width, height = words.text_width(f"{side.letter} {label}", _SIZE) + 10, _SIZE + 7
        y, across = (top + bottom) / 2, (left + right) / 2
        inside = [
            (left + 6 + width / 2, top + 5 + height / 2),
            (right - 6 - width / 2, bottom - 5 - height / 2),
            (left + 6 + width / 2, bottom - 5 - height / 2),
        ]
        outside = [
            *((across, top - 6 - height / 2), (across, bottom + 6 + height / 2)),
            *((right + 6 + width / 2, y), (left - 6 - width / 2, y)),
            *((left + width / 2, top - 6 - height / 2), (left + width / 2, bottom + 16)),
        ]
        roomy = bottom - top > 3 * height and right - left > 1.3 * width
        anywhere = [(px, py) for px in (150.0, 240.0, 330.0) for py in range(50, 330, 20)]
        places = [*(inside if roomy else []), *outside, *inside, *anywhere]
        box = self.placer.place_anyway(width, height, places)
        plate = svg.tag(
            "rect",
            x=box.left,
            y=box.top,
            width=width,
            height=height,
            rx=3.0,
            class_=f"plate {letter}-plate",
        )
        x, y = box.centre()
        return plate + svg.side_label(side.letter, label, x, y + 4.5, "label", "middle")

    def _grid(self) -> str:
        lines = [
            f"M{_PLOT.left} {self.y.at(value):.1f}H{_PLOT.right}"
            for value in length_ticks(self.y.span, 7)
        ]
        ticks, _ = time_ticks(self.x.span, 5)
        lines += [f"M{self.x.at(value):.1f} {_PLOT.top}V{_PLOT.bottom}" for value in ticks]
        return svg.tag("path", d="".join(lines), class_="grid")

    def _axes(self) -> str:
        parts = [
            svg.text("m", _PLOT.left - 6, 14.0, "tick", "end"),
            svg.text("over the WGS-84 ellipsoid", sum(_ACROSS) / 2, 14.0, "tick", "middle"),
            svg.text("ft", _PLOT.right + 6, 14.0, "tick"),
        ]
        for value in length_ticks(self.y.span, 7):
            y = self.y.at(value) + 4
            parts.append(svg.text(_tick(value), _PLOT.left - 6, y, "tick", "end"))
        feet = Span(self.y.span.low / METRES_PER_FOOT, self.y.span.high / METRES_PER_FOOT)
        for value in length_ticks(feet, 7):
            y = self.y.at(value * METRES_PER_FOOT)
            parts.append(svg.line(_PLOT.right, y, _PLOT.right + 4, y, "scale"))
            parts.append(svg.text(_tick(value), _PLOT.right + 7, y + 4, "tick"))
        ticks, step = time_ticks(self.x.span, 5)
        date = ""
        for value in ticks:
            x = self.x.at(value)
            label = time_label(value, step)
            parts.append(svg.text(label, x, _PLOT.bottom + 16, "tick", "middle"))
            day = time_label(value, 86_400)
            if step < 86_400 and day != date:
                date = day
                parts.append(svg.text(day, x, _PLOT.bottom + 31, "tick", "middle"))
        return "".join(parts)

    def _legend(self) -> str:
        minima = self.view.conflict.separation
        sample = (2.0, 372.0, 20.0, 384.0)
        rows = [svg.rect(*sample, "interval")]
        if self.worst.time_gap_s <= 0 and self.worst.vertical_gap_m <= 0:
            rows.append(svg.rect(*sample, "shared-box"))
        word = "between them" if self.worst.time_gap_s > 0 else "conflict"
        rows.append(svg.text(f"{word}: {self.view.when}", 28.0, 382.0, "small"))
        if minima.vertical_m or minima.time_s:
            sizes = [words.height(minima.vertical_m)] if minima.vertical_m else []
            sizes += [words.duration(minima.time_s)] if minima.time_s else []
            whose = whose_volume(self.bold_a, self.worst)
            label = f"minimum {' and '.join(sizes)} around {whose}"
            rows.append(svg.line(2.0, 394.0, 22.0, 394.0, "minimum a-line"))
            rows.append(svg.text(label, 28.0, 398.0, "small"))
        base = 407.0 if minima.vertical_m or minima.time_s else 390.0
        for number, letter in enumerate("ab"):
            x = 2.0 + number * 240
            side = self.view.a if letter == "a" else self.view.b
            rows.append(swatch(letter, x, base))
            label = words.fitted(side.party, 12.0, 190)
            rows.append(svg.side_label(side.letter, label, x + 26, base + 10, "small", "start"))
        cut = self._cut_off()
        if cut:
            rows.append(svg.text(cut, 2.0, base + 29, "small"))
        return "".join(rows)

    def _cut_off(self) -> str:
        """Which side goes on beyond the picture, in words; empty if none does."""
        letters = []
        for side, volumes in ((self.view.a, self.bold_a), (self.view.b, self.bold_b)):
            times, heights = _hull(volumes, _times), _hull(volumes, _heights)
            inside = (
                self.x.span.low <= times.low
                and times.high <= self.x.span.high
                and self.y.span.low <= heights.low
                and heights.high <= self.y.span.high
            )
            letters += [] if inside else [side.letter]
        if not letters:
            return ""
        go = "goes" if len(letters) == 1 else "go"
        return f"{' and '.join(letters)} {go} on beyond the picture; the table has the limits."

    def _description(self) -> str:
        view = self.view
        sides = (
            f"{side.letter}, {side.party}: {side.window}, {side.ellipsoid} over the ellipsoid"
            for side in (view.a, view.b)
        )
        head = "Time runs to the right, altitude upwards."
        return f"{head} {'; '.join(sides)}. Conflict {view.when}. {self._cut_off()}".strip()


def _hull(volumes: Sequence[Volume4D], span_of: Callable[[Volume4D], Span]) -> Span:
    spans = [span_of(volume) for volume in volumes]
    return Span(min(span.low for span in spans), max(span.high for span in spans))


def _tick(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.3f}".rstrip("0")


def draw_profile(view: ConflictView) -> str:
    """The profile of a located conflict as an SVG element."""
    return _Profile(view).draw()
