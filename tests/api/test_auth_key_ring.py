"""Keys that are fetched: lookup by id, refresh, and what stays when the endpoint is down."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from openline.api.auth import key_ring
from openline.api.auth.fetch import fetcher
from openline.api.auth.key_ring import KeyRing, KeySet
from openline.api.auth.keys import keys_of_pem
from openline.api.auth.tokens import TokenPolicy, TokenVerifier
from openline.errors import InvalidInput, OpenlineError, Unauthenticated
from openline.limits import KEY_SET_BYTES_MAX
from tests.api.tokens_samples import (
    AUDIENCE,
    NOW_S,
    claims,
    ed_key,
    jwk,
    jwks,
    public_pem,
    rsa_key,
    signed,
)


class Endpoint:
    """A key set that can be changed, broken and counted."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.down: Exception | None = None
        self.asked = 0

    def __call__(self) -> bytes:
        self.asked += 1
        if self.down is not None:
            raise self.down
        return self.data


def verifier(ring: KeyRing) -> TokenVerifier:
    return TokenVerifier(ring, TokenPolicy(frozenset({AUDIENCE})))


def token(key: object, kid: str | None) -> bytes:
    return signed(claims(), key, {"kid": kid} if kid else {})


def test_the_key_id_chooses_the_key() -> None:
    endpoint = Endpoint(jwks(jwk(ed_key("a"), "a"), jwk(ed_key("b"), "b")))
    ring = KeyRing((), [KeySet("set", endpoint)])

    async def story() -> None:
        await ring.refresh()
        subject = verifier(ring)
        assert await subject.caller(token(ed_key("a"), "a"), NOW_S)
        assert await subject.caller(token(ed_key("b"), None), NOW_S)
        with pytest.raises(Unauthenticated, match="no trusted key"):
            await subject.caller(token(ed_key("a"), "b"), NOW_S)

    asyncio.run(story())


def test_a_new_key_is_fetched_when_its_first_token_comes() -> None:
    endpoint = Endpoint(jwks(jwk(ed_key("a"), "a")))
    ring = KeyRing((), [KeySet("set", endpoint)])

    async def story(monkeypatch: pytest.MonkeyPatch) -> None:
        await ring.refresh()
        subject = verifier(ring)
        monkeypatch.setattr(key_ring, "UNKNOWN_KID_WAIT_S", 0.0)
        endpoint.data = jwks(jwk(ed_key("a"), "a"), jwk(ed_key("b"), "b"))
        assert await subject.caller(token(ed_key("b"), "b"), NOW_S)
        assert endpoint.asked == 2

    with pytest.MonkeyPatch.context() as patch:
        asyncio.run(story(patch))


def test_unknown_key_ids_do_not_flood_the_endpoint() -> None:
    endpoint = Endpoint(jwks(jwk(ed_key("a"), "a")))
    ring = KeyRing((), [KeySet("set", endpoint)])

    async def story() -> None:
        await ring.refresh()
        subject = verifier(ring)
        for number in range(50):
            with pytest.raises(Unauthenticated):
                await subject.caller(token(ed_key("x"), f"k{number}"), NOW_S)

    asyncio.run(story())
    assert endpoint.asked == 1


@pytest.mark.parametrize(
    "fault", [OSError("down"), TimeoutError(), ValueError("odd"), RuntimeError("worse")]
)
def test_the_keys_known_before_stay_while_the_endpoint_is_down(fault: Exception) -> None:
    endpoint = Endpoint(jwks(jwk(ed_key(), "a")))
    ring = KeyRing((), [KeySet("set", endpoint)])

    async def story() -> None:
        await ring.refresh()
        endpoint.down = fault
        await ring.refresh()
        assert (await verifier(ring).caller(token(ed_key(), "a"), NOW_S)).sub == "uss1"
        endpoint.down = None
        endpoint.data = b'{"keys": []}'  # an empty set is a fault of the issuer too
        await ring.refresh()
        assert (await verifier(ring).caller(token(ed_key(), "a"), NOW_S)).sub == "uss1"

    asyncio.run(story())


def test_a_set_that_never_answered_leaves_the_ring_empty_and_files_in_force() -> None:
    endpoint = Endpoint(b"")
    endpoint.down = OSError("down")
    empty = KeyRing((), [KeySet("set", endpoint)])
    asyncio.run(empty.refresh())
    assert empty.is_empty
    assert empty.age_s() == float("inf")
    files = KeyRing(keys_of_pem(public_pem(rsa_key()), "k.pem"), [KeySet("set", endpoint)])
    asyncio.run(files.refresh())
    assert not files.is_empty
    assert asyncio.run(verifier(files).caller(token(rsa_key(), "any"), NOW_S)).sub == "uss1"


def test_an_unchanged_set_is_no_change() -> None:
    endpoint = Endpoint(jwks(jwk(ed_key(), "a"), jwk(rsa_key(), "b")))
    ring = KeyRing((), [KeySet("set", endpoint)])

    async def story() -> None:
        await ring.refresh()
        before = ring.generation
        await ring.refresh()
        assert ring.generation == before

    asyncio.run(story())


@pytest.mark.parametrize(
    ("place", "allow_http", "good"),
    [
        ("https://issuer.example/keys", False, True),
        ("http://issuer.example/keys", False, False),
        ("http://issuer.example/keys", True, True),
        ("http://127.0.0.1/keys", False, True),
        ("ftp://issuer.example/keys", True, False),
        ("file:///keys", True, False),
    ],
)
def test_keys_come_over_a_way_that_nobody_can_change(
    place: str, allow_http: bool, good: bool
) -> None:
    if good:
        assert callable(fetcher(place, allow_http=allow_http))
    else:
        with pytest.raises(InvalidInput, match="https"):
            fetcher(place, allow_http=allow_http)


def test_a_file_of_keys_is_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(jwks(jwk(ed_key(), "a")))
    assert fetcher(str(path), allow_http=False)() == path.read_bytes()
    with pytest.raises(OpenlineError, match="no such file"):
        fetcher(str(tmp_path / "none.json"), allow_http=False)()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        sizes = {"/good": 10, "/large": KEY_SET_BYTES_MAX + 1}
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
        elif self.path in sizes:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * sizes[self.path])
        else:
            self.send_error(500)

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def web() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_is_fetched_within_bounds(web: str) -> None:
    assert fetcher(f"{web}/good", allow_http=False)() == b"x" * 10
    for path in ("large", "moved", "broken"):
        with pytest.raises(OpenlineError):
            fetcher(f"{web}/{path}", allow_http=False)()
