"""The envelope that every message has: who says it to whom, under which agreement, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from openline.errors import InvalidInput, InvalidTimeRange
from openline.line.agreement import check_different, check_id
from openline.line.message.bodies import NAME_MAX, Body, check_text
from openline.line.message.kind import Kind

MESSAGE_BYTES_MAX: Final = 262_144
LIFETIME_MAX: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `thread` is the id of the message, or of the conflict, that began its thread.

    A message of a kind that begins a thread has its own id there. sequence: counts the sender's
    messages from 1. officer: who of the sender's people sent it; None for a machine.
    Raises: InvalidInput, InvalidTimeRange.
    """

    id: str
    agreement_id: str
    agreement_version: int
    sender: str
    recipients: tuple[str, ...]
    sequence: int
    time_sent: datetime
    time_expires: datetime
    thread: str
    body: Body
    officer: str | None = None

    def __post_init__(self) -> None:
        check_id(self.agreement_id, "agreement")
        check_id(self.sender, "from")
        for recipient in self.recipients:
            check_id(recipient, "to")
        check_different(self.recipients, "to")
        check_text(self.officer, "officer", NAME_MAX)
        if self.sender in self.recipients or not self.recipients:
            raise InvalidInput("a message goes to other parties, at least one", field="to")
        if self.sequence < 1:
            raise InvalidInput("a sequence counts from 1", field="sequence")
        if self.agreement_version < 1:
            raise InvalidInput("a version counts from 1", field="version")
        if not self.time_sent < self.time_expires <= self.time_sent + LIFETIME_MAX:
            raise InvalidTimeRange(
                "a message expires after it was sent, within a year", field="expires"
            )
        if self.kind.begins_thread != (self.thread == self.id):
            word = "begins" if self.kind.begins_thread else "does not begin"
            raise InvalidInput(f"a {self.kind} {word} a thread", field="thread")

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.body.kind
