"""Send a change to the store with everything it touches named beforehand.

A change to an existing entity also touches the place where the entity was. Where that is can only
be read, and may have changed by the time the change runs: then nothing is written and the change is
sent again with what it found.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from openline.airspace.extent import Extent
from openline.errors import VersionMismatch
from openline.store.ports import Reader, Store, Transaction

T = TypeVar("T")
Extents = Sequence[Extent]

ATTEMPTS_MAX: Final = 50


class _Moved(Exception):
    """The entity is no longer where it was when the change was sent."""

    def __init__(self, touching: Extents) -> None:
        super().__init__()
        self.touching = touching


@dataclass(slots=True)
class _Sending:
    """A change on its way: where it goes, and how often it may still be sent."""

    store: Store
    touching_of: Callable[[Reader], Extents]
    change: Callable[[Transaction], Any]
    touching: Extents
    attempts_left: int = ATTEMPTS_MAX
    answer: "Future[Any]" = field(default_factory=Future)

    def send(self) -> None:
        """Send it until it did not move, or until the store answers later."""
        while True:
            named = frozenset(self.touching)

            def guarded(tx: Transaction, named: frozenset[Extent] = named) -> Any:
                found = self.touching_of(tx)
                if not named.issuperset(found):
                    raise _Moved(found)
                return self.change(tx)

            sent = self.store.submit(self.touching, guarded)
            if not sent.done():
                sent.add_done_callback(self._answered_later)
                return
            if not self._must_go_again(sent):
                return

    def _answered_later(self, sent: "Future[Any]") -> None:
        # This runs in a thread of the store, which must not wait for itself.
        if self._must_go_again(sent):
            threading.Thread(target=self._send_again, name="openline-again", daemon=True).start()

    def _send_again(self) -> None:
        try:
            self.send()
        except Exception as error:  # this thread has no caller: whoever waits must hear of it
            self.answer.set_exception(error)

    def _must_go_again(self, sent: "Future[Any]") -> bool:
        error = sent.exception()
        if error is None:
            self.answer.set_result(sent.result())
        elif not isinstance(error, _Moved):
            self.answer.set_exception(error)
        elif self.attempts_left == 0:
            self.answer.set_exception(
                VersionMismatch(
                    "others kept changing the same entity at the same time", cure="try again"
                )
            )
        else:
            self.touching, self.attempts_left = error.touching, self.attempts_left - 1
            return True
        return False


def submit(
    store: Store,
    touching_of: Callable[[Reader], Extents],
    change: Callable[[Transaction], T],
    first_guess: Extents | None = None,
) -> "Future[T]":
    """Run the change; the future is done when its effects are durable.

    `touching_of` reads what the change will touch. `first_guess` saves that read where it is
    probably known: a new entity touches nothing but its own extents.
    Raises (in the future): what the change raises; VersionMismatch after ATTEMPTS_MAX moves.
    """
    touching = store.read(touching_of) if first_guess is None else first_guess
    sending = _Sending(store, touching_of, change, touching)
    sending.answer.set_running_or_notify_cancel()  # what was sent is not taken back
    sending.send()
    return sending.answer
