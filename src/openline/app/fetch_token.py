"""Ask the `/token` of a server for a token."""

import json
import urllib.error
import urllib.request
from typing import Final
from urllib.parse import urlencode, urlsplit

from openline.errors import InvalidInput, Unreachable

_TIMEOUT_S: Final = 10.0
_ANSWER_BYTES_MAX: Final = 65_536


def fetch_token(
    url: str, sub: str, scope: str, audience: str | None, party: str | None = None
) -> str:
    """A token that the server at `url` signs for a party, or for a person who acts for `party`.

    Raises: InvalidInput, Unreachable.
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise InvalidInput(f"{url!r} is no address", cure="write it with http:// or https://")
    fields = {"grant_type": "client_credentials", "sub": sub, "scope": scope}
    if audience:
        fields["intended_audience"] = audience
    if party:
        fields["party"] = party
    request = urllib.request.Request(
        f"{url.rstrip('/')}/token", data=urlencode(fields).encode(), method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
            return _token(answer.read(_ANSWER_BYTES_MAX), url)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error, url) from None
    except OSError as error:
        reason = str(getattr(error, "reason", error)) or type(error).__name__
        raise Unreachable(
            f"{url} does not answer: {reason}", cure="start it: openline serve --dev"
        ) from None


def _token(body: bytes, url: str) -> str:
    try:
        token = json.loads(body)["access_token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str) or not token.isprintable():
        raise Unreachable(f"what {url} answered is no token", cure="is that openline serve --dev?")
    return token


def _refused(error: urllib.error.HTTPError, url: str) -> InvalidInput | Unreachable:
    if error.code == 400:
        try:
            words = str(json.loads(error.read(_ANSWER_BYTES_MAX))["message"])
        except (ValueError, KeyError, TypeError, RecursionError):
            words = "the server refused"
        return InvalidInput(words)
    if error.code in (401, 404):
        return Unreachable(f"{url} hands out no tokens", cure="they need openline serve --dev")
    return Unreachable(f"{url} answered {error.code}", cure="look at the server's log")
