"""Messages that are offered to a peer and not settled: as many as are held in memory."""

from dataclasses import dataclass, field
from typing import Final

from openline.line.message.envelope import Message

WINDOW: Final = 400  # messages offered and not settled
WINDOW_BYTES: Final = 4_194_304


@dataclass(slots=True)
class Offer:
    """A message that the peer has not settled. until_s: in flight until then."""

    entry: int
    token: bytes
    message: Message
    digest: str
    until_s: float = 0.0
    tries: int = 0


@dataclass(slots=True)
class Queue:
    """Offers of one sort, by entry, and how far the record was looked through for them."""

    scanned: int
    open: dict[int, Offer] = field(default_factory=dict)
    size: int = 0  # bytes of all tokens

    @property
    def settled_to(self) -> int:
        """All entries up to this one are settled or of another sort."""
        return min(self.open, default=self.scanned + 1) - 1

    def is_full(self) -> bool:
        """Whether there is no room for more."""
        return len(self.open) >= WINDOW or self.size >= WINDOW_BYTES

    @property
    def room(self) -> int:
        """How many more messages may be offered."""
        return WINDOW - len(self.open)

    def put(self, offer: Offer) -> None:
        """Offer it."""
        self.open[offer.entry] = offer
        self.size += len(offer.token)

    def drop(self, entry: int) -> None:
        """Offer it no more; nothing happens if it was not offered."""
        offer = self.open.pop(entry, None)
        if offer is not None:
            self.size -= len(offer.token)
