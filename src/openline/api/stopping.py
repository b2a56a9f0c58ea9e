"""Hear of the end of the server before it waits for requests: those that never end must."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def when_stopping(tell: Callable[[], None]) -> None:
    """Call that on the running loop as soon as a signal says stop; the server hears it as well.

    Only the main thread hears signals: elsewhere, as in tests, nothing happens.
    """
    loop = asyncio.get_running_loop()

    def hook(number: signal.Signals) -> None:
        before = signal.getsignal(number)

        def heard(signum: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(tell)
            if callable(before):
                before(signum, frame)

        signal.signal(number, heard)

    try:
        for number in _SIGNALS:
            hook(number)
    except ValueError:  # not the main thread
        return
