"""What a message of a live feed gives: position reports, and what was refused with the reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from openline.airspace.track.report import PositionReport
from openline.errors import InvalidInput, OpenlineError


@dataclass(slots=True)
class Reports:
    """Position reports of one message. `idle`: parts without a position, which is normal.

    taken: when the sender says that it wrote the message; None if it does not.
    """

    reports: list[PositionReport] = field(default_factory=list)
    refused: int = 0
    idle: int = 0
    reason: str = ""  # of the last refusal
    taken: datetime | None = None

    def refuse(self, error: OpenlineError) -> None:
        """Count one part that could not be understood."""
        self.refused += 1
        self.reason = str(error)


def optional_number(values: Mapping[str, Any], name: str, scale: float = 1.0) -> float | None:
    """A number of a JSON object times the scale; None if absent or null.

    Raises: InvalidInput for anything that is no finite number.
    """
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"a {type(value).__name__} is no number", field=name)
    if not math.isfinite(value):
        raise InvalidInput("the number is not finite", field=name)
    return float(value) * scale


def needed_number(values: Mapping[str, Any], name: str) -> float:
    """The same, for what must be there. Raises: InvalidInput."""
    value = optional_number(values, name)
    if value is None:
        raise InvalidInput("it is missing", field=name)
    return value


def optional_text(values: Mapping[str, Any], name: str) -> str | None:
    """A text of a JSON object; None if absent or null. Raises: InvalidInput for other types."""
    value = values.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"a {type(value).__name__} is no text", field=name)
    return value


def instant_of(seconds: float, name: str) -> datetime:
    """The instant so many seconds after 1970. Raises: InvalidInput beyond year 2200."""
    if not 0 <= seconds <= 7_258_118_400:
        raise InvalidInput(f"{seconds:g} is no number of seconds since 1970", field=name)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def track_of(degrees: float | None) -> float | None:
    """A course within [0, 360): 360 is 0, -10 is 350."""
    if degrees is None or not -360 <= degrees <= 720:
        return degrees
    return degrees % 360.0
