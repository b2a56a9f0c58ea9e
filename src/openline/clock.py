"""The clock as a value that is handed in: domain code never reads the time itself."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Something that knows the current instant; the only way time enters a use case."""

    def now(self) -> datetime:
        """The current instant, aware UTC."""
        ...
