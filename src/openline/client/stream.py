"""The stream of a line as the client sees it: events, and going on where it was cut off."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

READ_S: Final = 40.0  # more than two heartbeats of silence: the line is dead


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One entry as it was put on the record. name: message, event, agreement, or resync."""

    entry: int
    name: str
    data: dict[str, Any]


def events_of(lines: Iterable[str]) -> Iterator[StreamEvent | None]:
    """The events in the lines of an answer; None for every heartbeat."""
    entry, name, data = 0, "message", ""
    for line in lines:
        if line.startswith(":"):
            yield None
        elif line.startswith("id:"):
            text = line[3:].strip()
            entry = int(text) if text.isdecimal() else entry
        elif line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data += line[5:].strip()
        elif not line and data:
            value = msgspec.json.decode(data)
            yield StreamEvent(entry, name, value if isinstance(value, dict) else {})
            name, data = "message", ""
