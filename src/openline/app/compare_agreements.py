"""What a new version of an agreement changes, value by value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from openline.formats.agreement_toml import agreement_values
from openline.line.agreement import Agreement

_NOTHING: Final = object()
# Where a smaller number is closer, and a larger one keeps more apart or gives more time.
_WIDER: Final = ("lateral_m", "vertical_m", "time_s", "lead_time_s")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs; None for a value that was not, or is no more, there."""

    field: str
    old: Any
    new: Any

    def direction(self) -> str | None:
        """For minima and lead times: `wider` or `narrower`."""
        numbers = isinstance(self.old, (int, float)) and isinstance(self.new, (int, float))
        if not numbers or self.field.rpartition(".")[2] not in _WIDER:
            return None
        return "wider" if self.new > self.old else "narrower"


def compare_agreements(old: Agreement, new: Agreement) -> tuple[Change, ...]:
    """Every value that differs, in the order of the file."""
    return tuple(_changes(agreement_values(old), agreement_values(new), ""))


def _changes(old: Any, new: Any, path: str) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict) and path != "area":
        for name in dict.fromkeys((*old, *new)):
            below = f"{path}.{name}" if path else name
            yield from _changes(old.get(name, _NOTHING), new.get(name, _NOTHING), below)
    elif old != new:
        known = (None if value is _NOTHING else value for value in (old, new))
        yield Change(path, *known)
