"""readsb and dump1090: `aircraft.json`, asked for once a second by HTTP or read from a file."""

import asyncio
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from openline.errors import InvalidInput, Unreachable
from openline.feeds.feed import Intake, words_of
from openline.formats import aircraft_json

PERIOD_S: Final = 1.0
_TIMEOUT_S: Final = 5.0
_CHUNK: Final = 1 << 16
_TOO_LONG: Final = f"more than {aircraft_json.BYTES_MAX:,} bytes"
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class ReadsbFeed:
    """All aircraft of a receiver, again and again."""

    def __init__(self, place: str, period_s: float = PERIOD_S) -> None:
        self.name = place
        self._period_s = period_s
        self._fetch = _fetcher(place)

    async def run(self, intake: Intake) -> None:
        """Ask once a period. An answer that cannot be understood is refused and asked again."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._period_s
            data = await asyncio.to_thread(self._fetch)
            try:
                intake.take(aircraft_json.read(data, self.name, intake.clock()))
            except InvalidInput as error:
                intake.refuse(str(error))
            await asyncio.sleep(max(due - loop.time(), 0.0))


def _fetcher(place: str) -> Callable[[], bytes]:
    if "://" not in place:
        return lambda: _read_file(place)
    if urlsplit(place).scheme not in ("http", "https"):
        raise InvalidInput(f"{place!r} is no address", cure="give http://…/data/aircraft.json")
    # What is on this machine is asked directly, whatever proxy is set for the rest.
    local = urlsplit(place).hostname in _LOOPBACK
    handlers = [urllib.request.ProxyHandler({})] if local else []
    opener = urllib.request.build_opener(*handlers)
    return lambda: _read_url(opener, place)


def _read_file(place: str) -> bytes:
    try:
        with Path(place).open("rb") as file:
            data = file.read(aircraft_json.BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise Unreachable(words_of(error), file=place) from None
    if len(data) > aircraft_json.BYTES_MAX:
        raise InvalidInput(_TOO_LONG, file=place)
    return data


def _read_url(opener: urllib.request.OpenerDirector, place: str) -> bytes:
    """The answer, within a time for the whole: a server that drips is as good as silent."""
    end = time.monotonic() + _TIMEOUT_S
    data = bytearray()
    try:
        with opener.open(place, timeout=_TIMEOUT_S) as answer:
            while chunk := answer.read1(_CHUNK):
                data += chunk
                if time.monotonic() > end:
                    raise Unreachable("no whole answer in time", file=place)
                if len(data) > aircraft_json.BYTES_MAX:
                    raise InvalidInput(_TOO_LONG, file=place)
    except (OSError, ValueError, HTTPException) as error:  # URLError and timeouts are among them
        raise Unreachable(words_of(error), file=place) from None
    return bytes(data)
