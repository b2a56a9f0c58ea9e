"""The numbers of conformance: tolerances, how many samples, how many seconds."""

from dataclasses import dataclass, fields
from typing import Final

from openline.errors import InvalidInput

WINDOW_MAX: Final = 60  # samples
NUMBER_MAX: Final = 1e6  # seconds or metres: beyond it a mistake


@dataclass(frozen=True, slots=True)
class ConformancePolicy:
    """When a difference between the declared and the observed counts, and when it is over.

    Times in seconds, lengths in metres. Raises: InvalidInput for numbers that are negative, not
    finite or contradict each other.
    """

    lateral_accuracy_m: float = 15.0  # assumed where a source does not say
    vertical_accuracy_m: float = 25.0
    lateral_accuracy_max_m: float = 200.0  # a position worse than this is none
    vertical_accuracy_max_m: float = 200.0
    early_s: float = 10.0  # so much before a volume begins is still in time
    late_s: float = 10.0  # so much after it ended
    needed: int = 3  # of the last `window` samples say that it is so
    window: int = 5
    unbroken_s: float = 10.0  # or two and more in a row that last so long: for slow sources
    inside_after_s: float = 5.0  # back for so long before it is over
    lost_after_s: float = 15.0  # without a usable position in the air
    contingent_after_s: float = 60.0  # Nonconforming for so long is Contingent
    not_seen_after_s: float = 60.0  # declared as flying and never seen
    transit_max_s: float = 60.0  # between the ground and the floor of the first or last volume
    pad_reach_m: float = 30.0  # a first sight this near a first volume may be on the ground
    airborne_lateral_m: float = 30.0  # so far from where it stood, beyond its accuracy, it flies
    airborne_height_m: float = 15.0
    match_reach_m: float = 100.0  # so near a volume of its party a track may be of that operation
    match_early_s: float = 300.0
    skew_max_s: float = 5.0  # positions from further in the future are not used
    forget_after_s: float = 600.0  # without a position a track, after its end an operation

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) <= NUMBER_MAX:
                raise InvalidInput("a number of 0 or more is needed", field=field.name)
        if not 1 <= self.needed <= self.window <= WINDOW_MAX:
            raise InvalidInput(
                f"{self.needed} of {self.window} samples cannot be asked for", field="needed"
            )
        if not 0 < self.lost_after_s <= self.forget_after_s:
            raise InvalidInput(
                "a track is lost after more than 0 s and before it is forgotten",
                field="lost_after_s",
            )
        if self.lateral_accuracy_m > self.lateral_accuracy_max_m:
            raise InvalidInput("positions without accuracy were never used", field="lateral")
        if self.vertical_accuracy_m > self.vertical_accuracy_max_m:
            raise InvalidInput("altitudes without accuracy were never used", field="vertical")
