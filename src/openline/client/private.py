"""A private check over the net: what is asked of the peer's server, and what it answers."""

import time
from typing import Final
from urllib.parse import urlsplit

import httpx

from openline.app.private.service import PATH
from openline.client.transport import error_of
from openline.errors import InvalidInput, LimitExceeded
from openline.formats.private_check import ENVELOPE_BYTES_MAX, encode_envelope
from openline.line.private.session import Envelope
from openline.line.private.verdict import Doubt, Reason

SECONDS_MAX: Final = 270.0  # the peer blinds twice
_CONNECT_S: Final = 10.0
_ERROR_BYTES_MAX: Final = 65_536


class PrivatePeer:
    """The server of another party. Each thing is sent once: what is lost is UNKNOWN.

    seconds: the longest an answer may take as a whole. Raises: InvalidInput for no address.
    """

    def __init__(
        self,
        url: str,
        transport: httpx.BaseTransport | None = None,
        seconds: float = SECONDS_MAX,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"{url!r} is no address", cure="write it with http:// or https://")
        self.url = url.rstrip("/")
        self._seconds = seconds
        timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_S))
        self._http = httpx.Client(base_url=self.url, timeout=timeout, transport=transport)

    def send(self, envelope: Envelope) -> bytes:
        """What the peer answered, not looked at. Raises: Doubt, LimitExceeded."""
        until = time.monotonic() + self._seconds
        try:
            with self._http.stream("POST", PATH, content=encode_envelope(envelope)) as answer:
                most = ENVELOPE_BYTES_MAX if answer.is_success else _ERROR_BYTES_MAX
                body = _body(answer, most, until)
        except httpx.HTTPError as error:
            words = str(error) or type(error).__name__
            raise Doubt(Reason.SILENT, f"{self.url}: {words}") from None
        if not answer.is_success:
            self._refuse(answer.status_code, answer.headers, body)
        return body

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _refuse(self, status: int, headers: httpx.Headers, body: bytes) -> None:
        error = error_of(httpx.Response(status, headers=_plain(headers), content=body))
        if isinstance(error, LimitExceeded):
            raise error
        raise Doubt(Reason.REFUSED, f"{self.url}: {error}")


def _body(answer: httpx.Response, most: int, until: float) -> bytes:
    """The body; given up when it is larger than it can be, or comes too slowly."""
    data = b""
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > most:
            raise Doubt(Reason.OVERSIZED)
        if time.monotonic() > until:
            raise Doubt(Reason.SILENT, "the answer came too slowly")
    return data


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """What matters of the headers: the body is decoded already."""
    return {"retry-after": headers["retry-after"]} if "retry-after" in headers else {}
