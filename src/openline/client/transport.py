"""HTTP under the client: the token, trying again where nothing can be done twice, plain errors."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from openline.errors import (
    AreaTooLarge,
    InvalidInput,
    LimitExceeded,
    NotFound,
    OpenlineError,
    PermissionDenied,
    StoreUnavailable,
    Unauthenticated,
    Unreachable,
    VersionMismatch,
)

T = TypeVar("T")

TRIES: Final = 4
FIRST_WAIT_S: Final = 0.2
PAUSE_S: Final = 1.0
_ANSWER_BYTES_MAX: Final = 256 * 1024 * 1024
_ERRORS: Final[Mapping[int, type[OpenlineError]]] = {
    400: InvalidInput,
    401: Unauthenticated,
    403: PermissionDenied,
    404: NotFound,
    409: VersionMismatch,
    412: VersionMismatch,
    413: AreaTooLarge,
    429: LimitExceeded,
    503: StoreUnavailable,
}
_AGAIN: Final = (429, 502, 503, 504)


class Transport:
    """Requests to one server. Not for several threads at once.

    wait: what is called with the seconds before another try.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        timeout_s: float,
        transport: httpx.BaseTransport | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"{url!r} is no address", cure="write it with http:// or https://")
        self.url = url.rstrip("/")
        self.token = token
        self._wait = wait
        self._http = httpx.Client(
            base_url=self.url,
            timeout=timeout_s,
            transport=transport,
            verify=parts.scheme
            == "https",  # nothing is to be verified of http, and loading takes time
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        again: bool = True,
    ) -> T:
        """The answer as a value of that type. Raises: as `answer`."""
        found = self.answer(method, path, body=body, headers=headers, query=query, again=again)
        try:
            return msgspec.json.decode(found, type=kind)
        except msgspec.MsgspecError as error:
            raise Unreachable(
                f"what {self.url} answered is not understood: {error}",
                cure="compare the versions of both sides",
            ) from None

    def answer(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        again: bool = True,
    ) -> bytes:
        """The body of the answer.

        again: the request may be sent again if its answer was lost: it changes nothing, or it
        carries what makes it count once. Raises: the error of the answer; Unreachable.
        """
        wait_s = FIRST_WAIT_S
        for left in reversed(range(TRIES if again else 1)):
            try:
                answer = self._http.request(
                    method,
                    path,
                    content=body,
                    headers={**self.headers(), **(headers or {})},
                    params=dict(query or {}),
                )
            except httpx.HTTPError as error:
                if not left:
                    raise unreachable(self.url, error) from None
            else:
                if answer.status_code not in _AGAIN or not left:
                    if not answer.is_success:
                        raise error_of(answer)
                    return answer.content
                wait_s = max(wait_s, _retry_after_s(answer))
            self._wait(wait_s)
            wait_s *= 2
        raise AssertionError

    def pause(self) -> None:
        """Wait a moment before the next try."""
        self._wait(PAUSE_S)

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str], read_s: float) -> Iterator[Any]:
        """An answer that goes on, as lines. Raises: as `ask`."""
        timeout = httpx.Timeout(10.0, read=read_s)
        try:
            with self._http.stream(
                "GET", path, headers={**self.headers(), **headers}, timeout=timeout
            ) as answer:
                if answer.status_code != 200:
                    answer.read()
                    raise error_of(answer)
                yield answer.iter_lines()
        except httpx.HTTPError as error:
            raise unreachable(self.url, error) from None


def error_of(answer: httpx.Response) -> OpenlineError:
    """The error that an answer stands for, in the server's words."""
    try:
        words = str(msgspec.json.decode(answer.content)["message"])
    except (msgspec.MsgspecError, KeyError, TypeError):
        words = f"the server answered {answer.status_code}"
    kind = _ERRORS.get(answer.status_code, Unreachable)
    if kind is LimitExceeded:
        return LimitExceeded(words, retry_after_s=_retry_after_s(answer))
    return kind(words)


def unreachable(url: str, error: httpx.HTTPError) -> Unreachable:
    """A server that cannot be reached."""
    return Unreachable(
        f"{url} does not answer: {str(error) or type(error).__name__}",
        cure="is the server running, and the address right?",
    )


def _retry_after_s(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "0")
    return min(float(text), 60.0) if text.isdecimal() else 0.0
