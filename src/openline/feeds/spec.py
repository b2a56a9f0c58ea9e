"""Feeds as they are written on a command line: `readsb:http://…`, `sbs:host:port`, `cot+udp://…`."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from openline.errors import InvalidInput
from openline.feeds.cot import (
    TCP_PORT,
    TLS_PORT,
    UDP_PORT,
    CotDatagramFeed,
    CotStreamFeed,
    Credentials,
)
from openline.feeds.feed import Feed
from openline.feeds.readsb import ReadsbFeed
from openline.feeds.replay import check_speed
from openline.feeds.sbs import PORT as SBS_PORT
from openline.feeds.sbs import SbsFeed
from openline.feeds.sky_server import ServerFeed

SPECS: Final = (
    "readsb:http://HOST/data/aircraft.json",
    "file:PATH/aircraft.json",
    "sky:https://SERVER",
    "sbs:HOST:PORT",
    "cot+udp://HOST:PORT",
    "cot+tcp://HOST:PORT",
    "cot+tls://HOST:PORT?ca=FILE&cert=FILE&key=FILE",
    "replay:FILE@SPEED",
)
_COT_PORTS: Final = {"cot+udp": UDP_PORT, "cot+tcp": TCP_PORT, "cot+tls": TLS_PORT}


@dataclass(frozen=True, slots=True)
class ReplaySpec:
    """A recording, and how fast it is to be played; None: nobody said."""

    file: str
    speed: float | None


def parse_spec(text: str, token: str | None = None) -> Feed | ReplaySpec:
    """The feed that is meant; `token` is for a server. Raises: InvalidInput, saying what is one."""
    kind, colon, rest = text.partition(":")
    kind = kind.strip().lower()
    if not colon or not rest.strip("/"):
        raise InvalidInput(f"{text!r} is no feed", cure=f"write one of {', '.join(SPECS)}")
    if kind == "readsb":
        return ReadsbFeed(rest)
    if kind == "sky":
        return ServerFeed(rest, token)
    if kind == "file":
        return ReadsbFeed(rest.removeprefix("//"))
    if kind == "replay":
        return _replay(rest)
    if kind == "sbs":
        return SbsFeed(*address(f"sbs://{rest.removeprefix('//')}", SBS_PORT))
    if kind in _COT_PORTS:
        return _cot(kind, text)
    raise InvalidInput(f"{kind!r} is no kind of feed", cure=f"write one of {', '.join(SPECS)}")


def address(text: str, port: int) -> tuple[str, int]:
    """Host and port of `kind://HOST:PORT`. Raises: InvalidInput."""
    try:
        parts = urlsplit(text)
        host, given = parts.hostname, parts.port
    except ValueError:
        host = given = None
    if not host or (given is not None and not 0 < given < 65_536):
        raise InvalidInput(f"{text!r} has no host and port", cure="write HOST:PORT")
    return host, given or port


def _cot(kind: str, text: str) -> Feed:
    host, port = address(text, _COT_PORTS[kind])
    if kind == "cot+udp":
        return CotDatagramFeed(host, port)
    if kind == "cot+tcp":
        return CotStreamFeed(host, port)
    return CotStreamFeed(host, port, credentials_of(text))


def credentials_of(text: str) -> Credentials:
    """The files named after `?` in an address. Raises: InvalidInput for other names."""
    files = dict(parse_qsl(urlsplit(text).query))
    unknown = sorted(set(files) - {"ca", "cert", "key"})
    if unknown:
        raise InvalidInput(f"{unknown[0]!r} is none of ca, cert, key", cure="?ca=FILE&cert=FILE")
    return Credentials(files.get("ca"), files.get("cert"), files.get("key"))


def _replay(rest: str) -> ReplaySpec:
    file, at, speed = rest.rpartition("@")
    if not at:
        return ReplaySpec(rest, None)
    try:
        value = float(speed.strip().lower().removesuffix("x"))
    except ValueError:
        raise InvalidInput(f"{speed!r} is no speed", cure="write replay:FILE@20") from None
    check_speed(value)
    return ReplaySpec(file, value)
