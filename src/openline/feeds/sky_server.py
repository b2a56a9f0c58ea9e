"""The tracks that an Openline server shows us, asked for once a second."""

from typing import Final

from openline.feeds.polled import PERIOD_S, PolledFeed, by_http
from openline.formats import sky_tracks

TRACKS_PATH: Final = "/sky/v1/tracks"
_BYTES_MAX: Final = 64 * 1024 * 1024


class ServerFeed(PolledFeed):
    """The sky of a server. Raises: InvalidInput for an address that is none, or not safe."""

    def __init__(self, server: str, token: str | None, period_s: float = PERIOD_S) -> None:
        fetch = by_http(server.rstrip("/") + TRACKS_PATH, token, _BYTES_MAX)
        super().__init__(server, fetch, sky_tracks.read, period_s)
