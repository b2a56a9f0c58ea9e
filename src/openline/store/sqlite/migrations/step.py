"""One step between two versions of the schema."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """From `version - 1` to `version` by `up`, and back by `down`: statements, run in order.

    Both run inside one transaction. `down` keeps whatever the older schema can hold.
    """

    version: int
    title: str
    up: tuple[str, ...]
    down: tuple[str, ...]
