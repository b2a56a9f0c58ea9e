"""Where labels go: never over each other where there is room, never outside the picture."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in picture units, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the insides have a point in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Box") -> bool:
        """Whether it lies within the other."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )

    def shared(self, other: "Box") -> float:
        """The area in common."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def centre(self) -> tuple[float, float]:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def box_around(x: float, y: float, width: float, height: float) -> Box:
    """The box of a size with its centre at x, y."""
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


@dataclass(slots=True)
class Placer:
    """Gives each label the first of its candidate places that is free. Order is priority."""

    bounds: Box
    taken: list[Box] = field(default_factory=list)

    def reserve(self, box: Box) -> None:
        """Keep the box free of labels."""
        self.taken.append(box)

    def place(
        self, width: float, height: float, centres: Iterable[tuple[float, float]]
    ) -> Box | None:
        """The first candidate that is free and in bounds, now taken; None if there is none."""
        for x, y in centres:
            box = box_around(x, y, width, height)
            if box.within(self.bounds) and not any(box.overlaps(other) for other in self.taken):
                self.taken.append(box)
                return box
        return None

    def place_anyway(
        self, width: float, height: float, centres: Iterable[tuple[float, float]]
    ) -> Box:
        """Like `place`; if nothing is free, the candidate, moved into bounds, that hides least."""
        candidates = list(centres)
        found = self.place(width, height, candidates)
        if found is not None:
            return found
        boxes = [self._moved_in(box_around(x, y, width, height)) for x, y in candidates]
        best = min(boxes, key=lambda box: sum(box.shared(other) for other in self.taken))
        self.taken.append(best)
        return best

    def _moved_in(self, box: Box) -> Box:
        right = max(0.0, self.bounds.left - box.left) - max(0.0, box.right - self.bounds.right)
        down = max(0.0, self.bounds.top - box.top) - max(0.0, box.bottom - self.bounds.bottom)
        return Box(box.left + right, box.top + down, box.right + right, box.bottom + down)
