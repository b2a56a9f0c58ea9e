"""Single keys from the terminal, without waiting for a line; nothing where there is no terminal."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def keys_to(pressed: Callable[[str], None]) -> Iterator[None]:
    """While in this context each key goes to `pressed`; the terminal is put back at the end."""
    try:
        import termios
        import tty

        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
    except (ImportError, OSError, ValueError, AttributeError):  # no terminal, or another system
        yield
        return
    except Exception:  # termios.error is no OSError
        yield
        return
    loop = asyncio.get_running_loop()

    def read() -> None:
        for key in sys.stdin.read(1):
            pressed(key)

    tty.setcbreak(number)
    loop.add_reader(number, read)
    try:
        yield
    finally:
        loop.remove_reader(number)
        termios.tcsetattr(number, termios.TCSADRAIN, before)
