"""Send a change to the store with everything it touches named beforehand.

A change to an existing entity also touches the place where the entity was. Where that is can only
be read, and may have changed by the time the change runs: then nothing is written and the change is
sent again with what it found.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, TypeVar

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
    answer: Future[T] = Future()
    touching = store.read(touching_of) if first_guess is None else first_guess
    _attempt(store, touching_of, change, touching, answer, ATTEMPTS_MAX)
    return answer


def _attempt(
    store: Store,
    touching_of: Callable[[Reader], Extents],
    change: Callable[[Transaction], T],
    touching: Extents,
    answer: "Future[T]",
    attempts_left: int,
) -> None:
    named = frozenset(touching)

    def guarded(tx: Transaction) -> T:
        found = touching_of(tx)
        if not named.issuperset(found):
            raise _Moved(found)
        return change(tx)

    def finish(done: "Future[T]") -> None:
        error = done.exception()
        if error is None:
            answer.set_result(done.result())
        elif not isinstance(error, _Moved):
            answer.set_exception(error)
        elif attempts_left == 0:
            answer.set_exception(
                VersionMismatch(
                    "others kept changing the same entity at the same time", cure="try again"
                )
            )
        else:
            _again(store, touching_of, change, error.touching, answer, attempts_left - 1)

    store.submit(touching, guarded).add_done_callback(finish)


def _again(
    store: Store,
    touching_of: Callable[[Reader], Extents],
    change: Callable[[Transaction], T],
    touching: Extents,
    answer: "Future[T]",
    attempts_left: int,
) -> None:
    try:
        _attempt(store, touching_of, change, touching, answer, attempts_left)
    except Exception as error:  # a callback has no caller: whoever waits must hear of it
        answer.set_exception(error)
