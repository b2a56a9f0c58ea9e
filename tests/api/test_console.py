"""The page of the console over HTTP: its files, what stands before them, what is said of it."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openline.api.console import Console
from openline.api.map_tiles import MapTiles, tiles_of
from openline.errors import InvalidInput
from tests.api.line_app import LineApp
from tests.line_server import START

TILES = "https://tiles.example:8443/{z}/{x}/{y}.png?key=1"
SCRIPT = b"console.log(1)" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(b"<!doctype html><title>Openline</title>")
    (tmp_path / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "assets" / "map.topojson").write_bytes(b"{}")
    (tmp_path / "icon.svg").write_bytes(b"<svg/>")
    (tmp_path / "line").write_bytes(b"no interface is hidden")
    (tmp_path.parent / "secret.txt").write_bytes(b"secret")
    (tmp_path / "assets" / "out").symlink_to(tmp_path.parent / "secret.txt")
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Iterator[LineApp]:
    made = LineApp(Console(folder, lambda: 20.0, demo=True))
    yield made
    made.close()


@pytest.fixture
def unbuilt(tmp_path: Path) -> Iterator[LineApp]:
    made = LineApp(Console(tmp_path / "nothing"))
    yield made
    made.close()


def test_the_page_needs_no_token_and_loads_nothing_from_elsewhere(app: LineApp) -> None:
    answer = app.get("/", None)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "<title>Openline" in answer.text
    policy = {
        name: rest.split()
        for name, _, rest in (
            part.strip().partition(" ")
            for part in answer.headers["content-security-policy"].split(";")
        )
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["connect-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    for sources in policy.values():
        for source in sources:
            assert source in ("'none'", "'self'", "data:", "blob:"), source
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_assets_are_kept_for_ever_and_come_packed(app: LineApp) -> None:
    packed = app.get("/assets/app-1a2b.js", None, headers={"Accept-Encoding": "gzip, br;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == SCRIPT  # the client unpacks
    assert packed.headers["content-type"].startswith("text/javascript")
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["vary"] == "Accept-Encoding"
    plain = app.get("/assets/app-1a2b.js", None, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.content == SCRIPT
    assert plain.headers["etag"] != packed.headers["etag"]


def test_what_nobody_packed_is_packed_on_its_way(app: LineApp, folder: Path) -> None:
    text = b'{"type": "Topology"}' * 1_000
    (folder / "assets" / "land.json").write_bytes(text)
    (folder / "assets" / "font.woff2").write_bytes(bytes(5_000))
    packed = app.get("/assets/land.json", None, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(text) / 10
    assert packed.content == text
    again = app.get("/assets/land.json", None, headers={"Accept-Encoding": "gzip"})
    assert again.headers["etag"] == packed.headers["etag"]
    for path in ("/assets/font.woff2", "/assets/map.topojson"):
        answer = app.get(path, None, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in answer.headers, "packed already, or too small"


def test_what_the_client_has_is_not_sent_again(app: LineApp) -> None:
    for path in ("/", "/assets/map.topojson", "/icon.svg"):
        first = app.get(path, None)
        tag = first.headers["etag"]
        again = app.get(path, None, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "content-security-policy" in again.headers
        other = app.get(path, None, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200


def test_a_new_page_is_served_once_it_is_there(app: LineApp, folder: Path) -> None:
    (folder / "index.html").write_bytes(b"<!doctype html><title>New</title>")
    assert "New" in app.get("/", None).text


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/none.js",
        "/assets/app-1a2b.js/more",
        "/assets/../index.html",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/..%5csecret.txt",
        "/assets//etc/passwd",
        "/assets/%00",
        "/assets/out",
        "/assets/.hidden",
        "/assets/" + "a" * 5_000,
        "/assets/" + "a/" * 100,
    ],
)
def test_nothing_else_is_reached_by_the_way_of_assets(app: LineApp, path: str) -> None:
    answer = app.get(path, None)
    assert answer.status_code in (401, 404), answer.text
    assert b"secret" not in answer.content


def test_no_file_of_the_page_opens_an_interface(app: LineApp) -> None:
    for path in ("/line/v1/board", "/line/v1/me", "/dss/v1/uss_availability/x", "/assets"):
        assert app.get(path, None).status_code == 401, path


def test_the_config_says_what_the_page_has_to_know(app: LineApp) -> None:
    answer = app.get("/console/config", None)
    values: dict[str, Any] = answer.json()
    assert values["speed"] == 20.0
    assert values["demo"] is True
    assert values["line"] is True
    assert values["sky"] is False
    assert "en" in values["languages"]
    assert values["now"] == START.isoformat().replace("+00:00", "Z")
    assert values["version"]


def test_a_console_that_is_not_built_says_so(unbuilt: LineApp) -> None:
    answer = unbuilt.get("/", None)
    assert answer.status_code == 200
    assert "make console" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "content-security-policy" in answer.headers
    assert unbuilt.get("/assets/app.js", None).status_code == 404
    assert unbuilt.get("/line/v1/board").status_code == 200


def test_a_server_without_a_console_has_no_page() -> None:
    app = LineApp()
    try:
        assert app.get("/", None).status_code == 401
        assert app.get("/assets/app.js", None).status_code == 401
        assert app.get("/console/config").status_code == 404
        assert app.get("/line/v1/board").status_code == 200
    finally:
        app.close()


def test_pictures_of_a_map_come_from_the_named_server_alone(folder: Path) -> None:
    made = LineApp(Console(folder, tiles=MapTiles.of(TILES, "Own survey")))
    try:
        (pictures,) = (
            part.split()[1:]
            for part in made.get("/", None).headers["content-security-policy"].split("; ")
            if part.startswith("img-src")
        )
        told = made.get("/console/config", None).json()["tiles"]
    finally:
        made.close()
    assert pictures == ["'self'", "data:", "blob:", "https://tiles.example:8443"]
    assert told == {"url": TILES, "credit": "Own survey"}


@pytest.mark.parametrize(
    "address",
    [
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/{z}/{x}/{y}/{y}.png",
        "tiles.example/{z}/{x}/{y}.png",
        "ftp://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example; script-src */{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}.png; script-src *",
        "https://'self'/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}.png\n",
    ],
)
def test_what_is_no_address_of_tiles_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="no address of map tiles"):
        tiles_of(address, "")


def test_no_tiles_without_an_address(app: LineApp) -> None:
    assert tiles_of("", "nobody") is None
    assert app.get("/console/config", None).json()["tiles"] is None
    with pytest.raises(InvalidInput, match="at most 120"):
        tiles_of(TILES, "x" * 121)
