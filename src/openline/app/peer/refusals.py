"""What one server took and another refuses goes on both records, once, with its reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from openline.app.line.services import LineServices
from openline.app.peer.outbox import TOLD_AFTER, Refused
from openline.formats.peer_exchange import Outcome
from openline.store.ports import Transaction

REFUSED: Final = "peer.refused"  # entries of the record
_KEPT: Final = 1_000
_FOR_GOOD: Final = 1_000_000  # in place of a count of tries: what is refused so is told once


class Refusals:
    """Of the exchange between a party of this server, `own`, and the server of `peer`."""

    def __init__(self, line: LineServices, own: str, peer: str) -> None:
        self._line = line
        self._own = own
        self._peer = peer
        self._tries: dict[str, int] = {}  # of messages that came, by their hash
        self._untold: list[Refused] = []  # by the peer, and not on our record yet

    def here(self, outcomes: Sequence[Outcome], tokens: Sequence[bytes], now: datetime) -> None:
        """Put on the record what was refused here, with the bytes as they came; what may be taken
        later only if it came several times. Raises: StoreUnavailable."""
        bodies = []
        for outcome, token in zip(outcomes, tokens, strict=True):
            if outcome.result != "refused" or not self._counts(outcome):
                continue
            told = {
                "by": self._own,
                "from": self._peer,
                "sha256": outcome.sha256,
                "reason": outcome.reason,
                "again": outcome.again,
                "message": token.decode(),
            }
            bodies.append(msgspec.json.encode(told))
        self._append(bodies, now)

    def there(self, refused: Sequence[Refused], now: datetime) -> None:
        """Put on the record what the peer refused, also what a store that failed did not take.

        Raises: StoreUnavailable; the next call tries again.
        """
        self._untold += refused
        bodies = [
            msgspec.json.encode(
                {
                    "by": self._peer,
                    "from": self._own,
                    "entry": one.entry,
                    "id": one.id,
                    "reason": one.reason,
                    "again": not one.final,
                }
            )
            for one in self._untold
        ]
        self._append(bodies, now)
        self._untold = []

    def _counts(self, outcome: Outcome) -> bool:
        """Whether this refusal is to be told: one for good once, one for now when it lasts."""
        before = self._tries.get(outcome.sha256, 0)
        tries = before + 1 if outcome.again else _FOR_GOOD
        self._tries[outcome.sha256] = tries
        while len(self._tries) > _KEPT:
            del self._tries[next(iter(self._tries))]
        return before < _FOR_GOOD and not (outcome.again and tries != TOLD_AFTER)

    def _append(self, bodies: list[bytes], now: datetime) -> None:
        if not bodies:
            return
        origin = self._line.origin

        def change(tx: Transaction) -> None:
            for body in bodies:
                tx.append_record(now, origin, REFUSED, body)

        self._line.store.submit((), change).result()
