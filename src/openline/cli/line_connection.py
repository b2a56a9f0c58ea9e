"""How the commands of the line reach their server: address, token or key, and the kept session."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from openline.cli.options import PATH

if TYPE_CHECKING:
    from openline.client import Client

_Function = TypeVar("_Function", bound=Callable[..., Any])
SESSION: Final = "session.json"
LANGUAGE: Final = "openline.language"  # of the words, in the context of a command
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
_OPTIONS: Final = (
    click.option("--officer", metavar="NAME", help="Who signs with --key."),
    click.option("--key", type=PATH, metavar="FILE", help="The party's own key: sign here."),
    click.option(
        "--token", envvar="OPENLINE_TOKEN", metavar="TOKEN", help="A token. Else OPENLINE_TOKEN."
    ),
    click.option(
        "--server",
        envvar="OPENLINE_SERVER",
        metavar="ADDRESS",
        help="The server. Else OPENLINE_SERVER, else that of `openline line login`.",
    ),
)


def connected(function: _Function) -> _Function:
    """The options that every command of the line has; they arrive as `client` and `as_json`."""
    from functools import wraps

    @wraps(function)
    def run(
        *args: Any,
        server: str | None,
        token: str | None,
        key: str | None,
        officer: str | None,
        **params: Any,
    ) -> Any:
        with open_client(server, token, key, officer) as client:
            return function(*args, client=client, **params)

    for option in (_JSON, *_OPTIONS):
        run = option(run)
    return run  # type: ignore[return-value]


def connecting(function: _Function) -> _Function:
    """As `connected`, for a command that makes clients itself: it gets `connect`."""
    from functools import wraps

    @wraps(function)
    def run(
        *args: Any,
        server: str | None,
        token: str | None,
        key: str | None,
        officer: str | None,
        **params: Any,
    ) -> Any:
        return function(*args, connect=lambda: open_client(server, token, key, officer), **params)

    return connection_options(run)  # type: ignore[return-value]


def connection_options(function: _Function) -> _Function:
    """The same options, each as it was given."""
    for option in _OPTIONS:
        function = option(function)
    return function


def open_client(
    server: str | None, token: str | None, key: str | None, officer: str | None
) -> "Client":
    """A client for what was given, else for the kept session. Raises: InvalidInput."""
    from openline.app.key_files import signer_of
    from openline.client import Client
    from openline.errors import InvalidInput

    kept = read_session()
    address = server or kept.get("server")
    if not address:
        raise InvalidInput(
            "no server is known", cure="openline line login --server ADDRESS, or OPENLINE_SERVER"
        )
    if token is None and address == kept.get("server"):
        token = kept.get("token")
    signer = signer_of(key) if key is not None else None
    return Client(address, token, signer=signer, officer=officer)


def renew_session(client: "Client") -> None:
    """A new token for a person who is logged in; the kept session gets it too.

    A token that is of no session stays as it is. Raises: Unreachable, StoreUnavailable.
    """
    from openline.errors import Unauthenticated

    try:
        session = client.renew()
    except Unauthenticated:
        return
    kept = read_session()
    if kept.get("user") == session.user and kept.get("server", "").rstrip("/") == client.url:
        keep_session(kept["server"], session.access_token, session.user)


def session_file() -> Path:
    """Where the session is kept: readable by its owner alone."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "openline" / SESSION


def read_session() -> dict[str, str]:
    """The kept session; empty if there is none that can be read."""
    import json

    try:
        found = json.loads(session_file().read_text())
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def keep_session(server: str, token: str, user: str) -> None:
    """Keep a session for the next command. Raises: Unreachable."""
    import json

    from openline.errors import Unreachable

    file = session_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump({"server": server, "token": token, "user": user}, out)
        os.replace(new, file)
    except OSError as error:
        raise Unreachable((error.strerror or str(error)).lower(), file=str(file)) from None
