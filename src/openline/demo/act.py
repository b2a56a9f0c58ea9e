"""What an act of the demo is."""

from collections.abc import Callable
from dataclasses import dataclass

from openline.demo.scene import Scene


@dataclass(frozen=True, slots=True)
class Act:
    """A part of the story: its title, one sentence about it, and what happens.

    minute: when it begins, by the clock of the demo. sky: whether aircraft matter in it: then the
    clock runs slowly enough for their positions.
    """

    title: str
    sentence: str
    minute: float
    play: Callable[[Scene], None]
    sky: bool = False

    @property
    def name(self) -> str:
        """What it is called in every language."""
        return self.play.__name__
