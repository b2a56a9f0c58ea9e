"""How far each receiver of alerts is, and which process sends to it: one document for each.

Whoever has the turn sends, and notes how far it came; a turn that is not renewed ends, and another
process takes it. So nothing is left out, and what was sent in the moment of a crash is sent twice.
A receiver that is new begins with what comes.
Laws, held by tests/unit/test_alert_turns.py: 1 of several processes at most one has the turn;
2 the noted number never falls while the record grows; 3 who has lost the turn notes nothing.
"""

import hashlib
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from openline.store.ports import Store, Transaction

KIND: Final = "alerts"
TURN: Final = timedelta(seconds=60)  # longer than one sending takes, with some skew of two clocks


@dataclass(frozen=True, slots=True)
class Turn:
    """Alerts of entries up to `position` are out; `holder` sends, until `until`."""

    position: int
    holder: str
    until: datetime


def take_turn(
    store: Store,
    place: str,
    holder: str,
    now: datetime,
    *,
    alone: bool = False,
    lasts: timedelta = TURN,
) -> "Future[int | None]":
    """Take the turn for a receiver: the number to go on after; None if another has it.

    alone: no other process can use this store, so whoever had the turn is gone. lasts: as long as
    it is not renewed.
    """

    def change(tx: Transaction) -> int | None:
        found = _turn(tx, place)
        if found is not None and found.holder != holder and now < found.until and not alone:
            return None
        # A record that was put back to an older copy is shorter than what was noted.
        last = tx.last_sequence()
        position = last if found is None else min(found.position, last)
        _keep(tx, place, Turn(position, holder, now + lasts))
        return position

    return store.submit((), change, _exclusive(place))


def note_position(
    store: Store, place: str, holder: str, position: int, now: datetime
) -> "Future[bool]":
    """Note how far the receiver is and renew the turn; false if another has it by now."""

    def change(tx: Transaction) -> bool:
        found = _turn(tx, place)
        if found is None or found.holder != holder:
            return False
        _keep(tx, place, Turn(max(position, found.position), holder, now + TURN))
        return True

    return store.submit((), change, _exclusive(place))


def end_turn(store: Store, place: str, holder: str, now: datetime) -> "Future[None]":
    """Let another process take the turn at once."""

    def change(tx: Transaction) -> None:
        found = _turn(tx, place)
        if found is not None and found.holder == holder:
            _keep(tx, place, Turn(found.position, holder, now))

    return store.submit((), change, _exclusive(place))


def _turn(tx: Transaction, place: str) -> Turn | None:
    body = tx.document(KIND, _name(place))
    return None if body is None else msgspec.json.decode(body, type=Turn)


def _keep(tx: Transaction, place: str, turn: Turn) -> None:
    tx.put_document(KIND, _name(place), msgspec.json.encode(turn))


def _name(place: str) -> str:
    """Its hash: an address may hold a secret."""
    return hashlib.sha256(place.encode()).hexdigest()


def _exclusive(place: str) -> str:
    return f"{KIND}/{_name(place)}"
