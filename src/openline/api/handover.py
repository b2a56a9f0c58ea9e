"""Work off the event loop, and its outcome back on it.

As `asyncio.to_thread` and `wrap_future`, at less cost: every wake-up of the loop takes a system
call and a turn of the interpreter's lock, and all outcomes that are there at one moment share one.
So do the answers of changes that were committed together.
Threads are those of the process: THREADS of them, made when the first work comes.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, ref

T = TypeVar("T")
Waiter = asyncio.Future[Any]

# They take turns with one interpreter lock: more of them wait for each other, and keep the store's
# writer waiting. Fewer would let a slow query hold up the rest.
THREADS: Final = 6


class Mailbox:
    """Outcomes for the waiters of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)  # a loop that is over must not be kept by its own mailbox
        self._arrived: deque[tuple[Waiter, Any, BaseException | None]] = deque()
        self._told = False

    def post(self, waiter: Waiter, value: Any, error: BaseException | None) -> None:
        """Give a waiter its outcome, from any thread; nothing happens if the loop has ended."""
        self._arrived.append((waiter, value, error))
        if not self._told:  # who finds it true is certain that the loop will look once more
            self._told = True
            loop = self._loop()
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                if loop is not None:
                    loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._told = False
        while self._arrived:
            waiter, value, error = self._arrived.popleft()
            if waiter.done():
                continue
            if error is None:
                waiter.set_result(value)
            else:
                waiter.set_exception(error)


class _Work(NamedTuple):
    mailbox: Mailbox
    waiter: Waiter
    call: Callable[[], Any]


class _Threads:
    """Daemons: they end with the process and hold nothing that must be finished."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._waiting: SimpleQueue[_Work] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = False

    def put(self, work: _Work) -> None:
        self._waiting.put(work)
        if not self._started:
            with self._lock:
                if not self._started:
                    for number in range(self._count):
                        name = f"request-{number}"
                        threading.Thread(target=self._run, name=name, daemon=True).start()
                    self._started = True

    def _run(self) -> None:
        while True:
            self._do(self._waiting.get())

    def _do(self, work: _Work) -> None:
        if work.waiter.cancelled():  # it waited so long that nobody wants it any more
            return
        try:
            value = work.call()
        except BaseException as error:  # whoever waits must hear of it
            work.mailbox.post(work.waiter, None, error)
        else:
            work.mailbox.post(work.waiter, value, None)


_threads: Final = _Threads(THREADS)
_first: Final = _Threads(1)  # for what must not wait behind a flood of anything else
_mailboxes: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Mailbox]] = WeakKeyDictionary()


def _at_home() -> tuple[Mailbox, Waiter]:
    """The mailbox of the running loop, and something to wait for."""
    loop = asyncio.get_running_loop()
    found = _mailboxes.get(loop)
    if found is None:
        found = _mailboxes[loop] = Mailbox(loop)
    return found, loop.create_future()


async def off_the_loop(call: Callable[[], T], *, first: bool = False) -> T:
    """What the call returns or raises, run by another thread.

    If the waiting ends before its turn comes, it is not run at all. first: by a thread of its own
    for what is urgent.
    """
    mailbox, waiter = _at_home()
    (_first if first else _threads).put(_Work(mailbox, waiter, call))
    result: T = await waiter
    return result


class _Turn:
    """Calls of one turn of a loop, which run when everything else of it has."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)
        self._waiting: list[tuple[Waiter, Callable[[], Any]]] = []

    def add(self, waiter: Waiter, call: Callable[[], Any]) -> None:
        loop = self._loop()
        if not self._waiting and loop is not None:
            loop.call_soon(self._run)
        self._waiting.append((waiter, call))

    def _run(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter, call in waiting:
            if waiter.cancelled():
                continue
            try:
                waiter.set_result(call())
            except BaseException as error:  # whoever waits must hear of it
                waiter.set_exception(error)


_turns: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Turn]] = WeakKeyDictionary()


async def at_the_end_of_the_turn(call: Callable[[], T]) -> T:
    """What the call returns or raises, run on the loop, one after the other with its like.

    Short calls alone: the loop waits for them. A processor that does the same for many requests in
    a row has code and data at hand.
    """
    loop = asyncio.get_running_loop()
    turn = _turns.get(loop)
    if turn is None:
        turn = _turns[loop] = _Turn(loop)
    waiter = loop.create_future()
    turn.add(waiter, call)
    result: T = await waiter
    return result


async def outcome(future: "Future[T]") -> T:
    """What a future of another thread ends with. Giving up the waiting does not touch it."""
    mailbox, waiter = _at_home()

    def tell(done: "Future[T]") -> None:
        error = CancelledError() if done.cancelled() else done.exception()
        mailbox.post(waiter, None if error is not None else done.result(), error)

    future.add_done_callback(tell)
    result: T = await waiter
    return result
