"""readsb and dump1090: `aircraft.json`, asked for once a second by HTTP or read from a file."""

from functools import partial

from openline.feeds.polled import PERIOD_S, PolledFeed, by_http, from_file
from openline.formats import aircraft_json


class ReadsbFeed(PolledFeed):
    """All aircraft of a receiver. Raises: InvalidInput for an address that is none."""

    def __init__(self, place: str, period_s: float = PERIOD_S) -> None:
        bytes_max = aircraft_json.BYTES_MAX
        if "://" in place:
            fetch = by_http(place, None, bytes_max)
        else:
            fetch = partial(from_file, place, bytes_max)
        super().__init__(place, fetch, aircraft_json.read, period_s)
