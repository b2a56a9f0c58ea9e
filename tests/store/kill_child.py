"""A process that writes intents as fast as it can and prints what is acknowledged, until killed.

    python -m tests.store.kill_child FILE FIRST

Each line of output is the number of an intent whose change was acknowledged.
"""

import itertools
import os
import sys
import threading
from concurrent.futures import Future

from openline.store.sqlite.store import SqliteStore
from tests.store.samples import intent, putting

CALLERS = 8


def main(path: str, first: int) -> None:
    """Write intents numbered from `first`, from several threads."""
    store = SqliteStore(path)
    numbers = itertools.count(first)

    def write() -> None:
        for number in numbers:
            one = intent(number)

            def acknowledge(_future: Future[str], number: int = number) -> None:
                os.write(1, f"{number}\n".encode())

            future = store.submit(one.extents, putting(one))
            future.add_done_callback(acknowledge)
            future.result()

    for _ in range(CALLERS):
        threading.Thread(target=write).start()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
