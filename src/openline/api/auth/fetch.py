"""Fetching a key set from a file or an endpoint: bounded in size and time."""

import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from openline.errors import InvalidInput, Unreachable
from openline.limits import KEY_SET_BYTES_MAX

_TIMEOUT_S: Final = 5.0
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def fetcher(place: str, *, allow_http: bool) -> Callable[[], bytes]:
    """A function that fetches the key set from an `https://` address or a file.

    `http://` is taken only from this machine, or if `allow_http`: whoever sits on the way could put
    in keys of his own. Raises: InvalidInput for an address that cannot be used.
    """
    if "://" not in place:
        return partial(_read_file, place)
    parts = urlsplit(place)
    local = parts.hostname in _LOOPBACK
    if parts.scheme == "https" or (parts.scheme == "http" and (local or allow_http)):
        return partial(_read_url, place)
    raise InvalidInput(f"the key set {place!r} cannot be trusted", cure="use https://")


def _read_file(place: str) -> bytes:
    try:
        with Path(place).open("rb") as file:
            return _bounded(file.read(KEY_SET_BYTES_MAX + 1), place)
    except OSError as error:
        raise Unreachable((error.strerror or str(error)).lower(), file=place) from None


def _read_url(place: str) -> bytes:
    request = urllib.request.Request(place, headers={"Accept": "application/json"})
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
            return _bounded(answer.read(KEY_SET_BYTES_MAX + 1), place)
    except OSError as error:  # URLError and timeouts are among them
        raise Unreachable(str(getattr(error, "reason", error)), file=place) from None


def _bounded(data: bytes, place: str) -> bytes:
    if len(data) > KEY_SET_BYTES_MAX:
        raise InvalidInput(f"a key set of more than {KEY_SET_BYTES_MAX} bytes", file=place)
    return data


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An address of keys does not move: a redirect could lead from https to anywhere."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_NoRedirect)
