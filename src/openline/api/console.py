"""The console: the page that people at the desk keep open, as it was built into the package.

Its files are in the folder `console` of the package. Where they were not built, the page says how
to build them, and everything else works as ever. Names of assets hold a hash of their content: they
are kept for ever, in the form (`.br`, `.gz`) that the client takes. The page itself is asked for
anew each time. Nothing from another place is loaded or run, whatever comes into the page, but for
pictures of a map where the administrator named a server of them.
"""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from mimetypes import guess_type
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openline.api.encodings import taken
from openline.api.handover import off_the_loop
from openline.api.map_tiles import MapTiles, MapTilesView
from openline.api.operation import Call, Operation
from openline.formats.line_catalogue import languages

ASSETS: Final = "/assets/"
CONFIG_PATH: Final = "/console/config"
FOLDER: Final = Path(__file__).parent.parent / "console"
_INDEX: Final = "index.html"
_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_SECURE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SMALL_BYTES: Final = 1_024
_TEXTS: Final = ("text/", "application/json", "application/geo+json", "image/svg+xml")
_PACKED: Final = (("br", ".br"), ("gzip", ".gz"))  # the smaller one first
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_PARTS_MAX: Final = 8
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".topojson": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".html": "text/html",
}
_NOT_BUILT: Final = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Openline</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>Openline</h1>
<p>The server works. The console is not built: <code>make console</code> builds it.</p>
<p>The interface is described in <a href="/openapi.json">openapi.json</a>; the commands
<code>openline line board</code> and <code>openline line watch</code> show the line.</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Console:
    """What the page is told before anybody has logged in, and where its files are.

    speed: says how much faster than the world's the clock of this server runs. demo: whether
    everything on it is made up. tiles: pictures of the map from elsewhere; None for none.
    """

    folder: Path = FOLDER
    speed: Callable[[], float] = lambda: 1.0
    demo: bool = False
    languages: tuple[str, ...] = field(default_factory=languages)
    tiles: MapTiles | None = None

    @property
    def secure(self) -> dict[str, str]:
        """The headers of every answer: what the page may load and run."""
        pictures = f"img-src 'self' data: blob: {self.tiles.origin if self.tiles else ''}".rstrip()
        return {"Content-Security-Policy": "; ".join((*_POLICY, pictures)), **_SECURE}


class ConsoleConfig(Struct):
    """What the page has to know before anybody has logged in.

    now: the server's clock. speed: of the server's clock; 1 but in a demonstration. line, sky:
    whether the server carries a line, and follows live traffic. private: whether it makes private
    checks. tiles: pictures of the map from another server, if the administrator named one.
    """

    version: str
    speed: float
    demo: bool
    languages: list[str]
    now: datetime
    line: bool
    sky: bool
    private: bool
    tiles: MapTilesView | None


def config_operation(console: Console) -> Operation:
    """What the page asks first; it needs no token."""
    tiles = console.tiles

    def config(call: Call) -> ConsoleConfig:
        return ConsoleConfig(
            version("openline"),
            console.speed(),
            console.demo,
            list(console.languages),
            call.now,
            call.services.line is not None,
            call.services.sky is not None,
            call.services.private_desk is not None,
            MapTilesView(tiles.url, tiles.credit) if tiles is not None else None,
        )

    return Operation(
        name="getConsoleConfig",
        method="GET",
        path=CONFIG_PATH,
        summary="What the console has to know before anybody has logged in",
        handler=config,
        scopes=None,
        response=ConsoleConfig,
    )


def page_routes(console: Console) -> list[BaseRoute]:
    """The page, its assets, and the files beside it, such as its icon."""
    secure = console.secure

    async def page(request: Request) -> Response:
        found = await off_the_loop(lambda: _read(console.folder, _INDEX, request.headers))
        if found is None:
            headers = {"Cache-Control": _ASK_AGAIN, **secure}
            return Response(_NOT_BUILT, headers=headers, media_type="text/html")
        return _answer(found, request, _ASK_AGAIN, secure)

    async def asset(request: Request) -> Response:
        name = "assets/" + request.path_params["name"]
        found = await off_the_loop(lambda: _read(console.folder, name, request.headers))
        if found is None:
            raise HTTPException(404, "there is no such file")
        return _answer(found, request, _FOR_EVER, secure)

    async def beside(request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        found = await off_the_loop(lambda: _read(console.folder, name, request.headers))
        if found is None:
            raise HTTPException(404, "there is no such file")
        return _answer(found, request, _ASK_AGAIN, secure)

    return [
        Route("/", page, methods=["GET"]),
        Route(f"{ASSETS}{{name:path}}", asset, methods=["GET"]),
        *(Route(path, beside, methods=["GET"]) for path in beside_paths(console)),
    ]


def beside_paths(console: Console) -> tuple[str, ...]:
    """The files beside the page: those in its folder when the server starts."""
    if not console.folder.is_dir():
        return ()
    names = (file.name for file in console.folder.iterdir() if file.is_file())
    packed = tuple(suffix for _, suffix in _PACKED)
    return tuple(
        f"/{name}"
        for name in sorted(names)
        if name != _INDEX and name[0] not in "._" and not name.endswith(packed)
    )


def open_page_paths(console: Console) -> tuple[str, ...]:
    """What of the page is answered without a token; all below ASSETS is, too."""
    return ("/", *beside_paths(console))


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the page in the form that is sent. etag: of this form."""

    body: bytes
    media_type: str
    encoding: str | None
    etag: str


def _read(folder: Path, name: str, headers: Mapping[str, str]) -> _File | None:
    """The file in the smallest form that the client takes; None if there is none."""
    try:
        return _found(folder, name, headers)
    except OSError:  # a name that no file can have, or a file that may not be read
        return None


def _found(folder: Path, name: str, headers: Mapping[str, str]) -> _File | None:
    parts = PurePosixPath(name).parts
    if not 0 < len(parts) <= _PARTS_MAX or any(_is_odd(part) for part in parts):
        return None
    file = folder.joinpath(*parts)
    encodings = taken(headers.get("accept-encoding", ""))
    media_type = _type_of(file.name)
    for encoding, suffix in (*_PACKED, (None, "")):
        if encoding is not None and encoding not in encodings:
            continue
        packed = file.with_name(file.name + suffix)
        # a link or a name such as `assets/x/..` may not lead out of the folder
        if packed.is_file() and packed.resolve().is_relative_to(folder.resolve()):
            return _sent(packed.read_bytes(), media_type, encoding, "gzip" in encodings)
    return None


def _sent(body: bytes, media_type: str, encoding: str | None, zips: bool) -> _File:
    """A file as it is sent: one that nobody packed is packed now, where that helps."""
    if encoding is None and zips and _shrinks(media_type, body):
        return _sent(_zipped(body), media_type, "gzip", zips)
    return _File(body, media_type, encoding, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _shrinks(media_type: str, body: bytes) -> bool:
    return len(body) >= _SMALL_BYTES and media_type.startswith(_TEXTS)


@lru_cache(maxsize=64)  # by content: as many files as a page has
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _answer(found: _File, request: Request, keep: str, secure: Mapping[str, str]) -> Response:
    headers = {"ETag": found.etag, "Cache-Control": keep, "Vary": "Accept-Encoding", **secure}
    if found.encoding is not None:
        headers["Content-Encoding"] = found.encoding
    known = {one.strip().removeprefix("W/") for one in _list(request, "if-none-match")}
    if found.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(found.body, headers=headers, media_type=found.media_type)


def _list(request: Request, name: str) -> list[str]:
    return request.headers.get(name, "").split(",")


def _is_odd(part: str) -> bool:
    return part in ("", ".", "..") or part[0] == "." or "\\" in part or "\0" in part or ":" in part


def _type_of(name: str) -> str:
    known = _TYPES.get(PurePosixPath(name).suffix.lower()) or guess_type(name)[0]
    return known or "application/octet-stream"
