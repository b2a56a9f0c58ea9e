"""HTTP as feeds use it: one request at a time, bounded in size and time.

What is on this machine is asked directly, whatever proxy is set for the rest. A request with a
token is not redirected, and goes over https or stays on this machine: whoever sits on the way could
take the token.
"""

import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Final
from urllib.parse import urlsplit

from openline.errors import InvalidInput, Unreachable
from openline.feeds.feed import words_of

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_CHUNK: Final = 1 << 16


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead a token to anywhere."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def opener_for(place: str, token: str | None) -> urllib.request.OpenerDirector:
    """What opens that address. Raises: InvalidInput for one that cannot be used, or not safely."""
    parts = urlsplit(place)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(f"{place!r} is no address", cure="give https://HOST/…")
    local = parts.hostname in _LOOPBACK
    handlers: list[urllib.request.BaseHandler] = []
    if local:
        handlers.append(urllib.request.ProxyHandler({}))
    if token is not None:
        if parts.scheme != "https" and not local:
            raise InvalidInput("a token is not sent over http", cure="use https://", file=place)
        handlers.append(_NoRedirect())
    return urllib.request.build_opener(*handlers)


def read_all(
    opener: urllib.request.OpenerDirector,
    request: urllib.request.Request,
    bytes_max: int,
    timeout_s: float,
) -> bytes:
    """The whole answer, within a time for the whole: a server that drips is as good as silent.

    Raises: urllib.error.HTTPError for a status of failure, Unreachable, InvalidInput if too long.
    """
    end = time.monotonic() + timeout_s
    data = bytearray()
    place = request.full_url
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            while chunk := answer.read1(_CHUNK):
                data += chunk
                if time.monotonic() > end:
                    raise Unreachable("no whole answer in time", file=place)
                if len(data) > bytes_max:
                    raise InvalidInput(f"more than {bytes_max:,} bytes", file=place)
    except urllib.error.HTTPError:
        raise
    except (OSError, ValueError, HTTPException) as error:  # URLError and timeouts are among them
        raise Unreachable(words_of(error), file=place) from None
    return bytes(data)
