"""What is asked for again and again, by HTTP or from a file."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from openline.errors import InvalidInput, Unreachable
from openline.feeds.feed import Intake, words_of
from openline.feeds.http import opener_for, read_all
from openline.formats.reports import Reports

PERIOD_S: Final = 1.0
_TIMEOUT_S: Final = 5.0
Read: TypeAlias = Callable[[bytes, str, datetime], Reports]


class PolledFeed:
    """Asks once a second. An answer that cannot be understood is refused and asked for again."""

    def __init__(
        self, name: str, fetch: Callable[[], bytes], read: Read, period_s: float = PERIOD_S
    ) -> None:
        self.name = name
        self._fetch = fetch
        self._read = read
        self._period_s = period_s

    async def run(self, intake: Intake) -> None:
        """Ask until nobody answers."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._period_s
            data = await asyncio.to_thread(self._fetch)
            try:
                intake.take(self._read(data, self.name, intake.clock()))
            except InvalidInput as error:
                intake.refuse(str(error))
            await asyncio.sleep(max(due - loop.time(), 0.0))


def by_http(place: str, token: str | None, bytes_max: int) -> Callable[[], bytes]:
    """What fetches that address. Raises: InvalidInput for one that is none, or not safe."""
    opener = opener_for(place, token)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def fetch() -> bytes:
        request = urllib.request.Request(place, headers=headers)
        try:
            return read_all(opener, request, bytes_max, _TIMEOUT_S)
        except urllib.error.HTTPError as error:
            error.close()
            raise Unreachable(f"the server answers {error.code}", file=place) from None

    return fetch


def from_file(place: str, bytes_max: int) -> bytes:
    """What is in the file. Raises: Unreachable; InvalidInput if it is too long."""
    try:
        with Path(place).open("rb") as file:
            data = file.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        raise Unreachable(words_of(error), file=place) from None
    if len(data) > bytes_max:
        raise InvalidInput(f"more than {bytes_max:,} bytes", file=place)
    return data
