"""What stands before the endpoints: body sizes, tokens, fair shares, time, ids, log lines."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from openline.api.auth.key_ring import KeyRing
from openline.api.auth.keys import keys_of_pem
from openline.api.auth.tokens import TokenPolicy, TokenVerifier
from openline.api.frame import Frame
from openline.api.gate import Admission, Gate
from openline.api.log import LineWriter
from openline.api.metrics import Metrics
from openline.api.rate import RateLimit
from openline.limits import PARTIES_MAX
from tests.api.tokens_samples import AUDIENCE, NOW_S, claims, ed_key, public_pem, signed

BODY_MAX = 1_000


class FixedClock:
    def now(self) -> datetime:
        return datetime.fromtimestamp(NOW_S, UTC)


async def echo(request: Request) -> Response:
    body = await request.body()
    return JSONResponse({"party": request.state.caller.sub, "size": len(body)})


async def public(request: Request) -> Response:
    return JSONResponse({"caller": hasattr(request.state, "caller")})


async def slow(request: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


async def broken(request: Request) -> Response:
    raise ZeroDivisionError("a fault")


async def own_timeout(request: Request) -> Response:
    raise TimeoutError("not ours")


def server(
    *, rate: RateLimit | None = None, at_once_max: int = 100, log: io.StringIO | None = None
) -> tuple[Starlette, Metrics, Callable[[], None]]:
    ring = KeyRing(keys_of_pem(public_pem(ed_key()), "k.pem"))
    admission = Admission(
        verifier=TokenVerifier(ring, TokenPolicy(frozenset({AUDIENCE}))),
        clock=FixedClock(),
        open_paths=frozenset({"/public", "/alive"}),
        body_bytes_max=BODY_MAX,
        rate=rate,
    )
    writer = LineWriter(log) if log is not None else None
    metrics = Metrics()
    routes = [
        Route("/echo/{name}", echo, methods=["GET", "PUT", "POST"]),
        Route("/public", public),
        Route("/alive", public),
        Route("/slow", slow),
        Route("/broken", broken),
        Route("/own-timeout", own_timeout),
    ]
    metrics.name_routes(list(routes))
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(
                Frame,
                timeout_s=0.2,
                at_once_max=at_once_max,
                always=("/alive",),
                observe=metrics.observe,
                access=writer,
            ),
            Middleware(Gate, admission=admission),
        ],
    )
    return app, metrics, writer.close if writer else lambda: None


@asynccontextmanager
async def client(app: Starlette, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://dss.example", headers=headers
    ) as made:
        yield made


def bearer(**changed: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed(claims(**changed), ed_key()).decode()}"}


def ask(app: Starlette, method: str, path: str, **options: Any) -> httpx.Response:
    async def once() -> httpx.Response:
        async with client(app) as made:
            return await made.request(method, path, **options)

    return asyncio.run(once())


def test_a_token_becomes_the_caller() -> None:
    app, _, _ = server()
    answer = ask(app, "PUT", "/echo/a", content=b"12345", headers=bearer())
    assert answer.json() == {"party": "uss1", "size": 5}
    lower = {"authorization": bearer()["Authorization"].replace("Bearer", "bEARER")}
    assert ask(app, "GET", "/echo/a", headers=lower).status_code == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer a.b.c", "Bearer é"]
)
def test_without_a_token_it_is_401_with_words_and_a_challenge(authorization: str | None) -> None:
    app, _, _ = server()
    headers = {"Authorization": authorization.encode("latin-1")} if authorization else {}
    for path in ("/echo/a", "/nowhere"):
        answer = ask(app, "GET", path, headers=headers)
        assert answer.status_code == 401
        assert set(answer.json()) == {"message"}
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_401_comes_before_the_body_is_looked_at() -> None:
    app, _, _ = server()
    assert ask(app, "PUT", "/echo/a", content=b"{").status_code == 401


def test_an_open_path_needs_no_token() -> None:
    app, _, _ = server()
    assert ask(app, "GET", "/public").json() == {"caller": False}
    assert ask(app, "GET", "/public/").status_code != 200


def test_an_unknown_path_is_404_with_a_token() -> None:
    app, _, _ = server()
    assert ask(app, "GET", "/nowhere", headers=bearer()).status_code == 404


@pytest.mark.parametrize("known_length", [True, False])
@pytest.mark.parametrize(("size", "status"), [(BODY_MAX, 200), (BODY_MAX + 1, 413)])
def test_a_body_is_bounded(known_length: bool, size: int, status: int) -> None:
    app, _, _ = server()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    content: Any = b"x" * size if known_length else pieces()
    answer = ask(app, "PUT", "/echo/a", content=content, headers=bearer())
    assert answer.status_code == status
    if status == 413:
        assert "1000 bytes" in answer.json()["message"]


@pytest.mark.parametrize("length", ["-1", "1e3", "99999999999999999999", "1_0"])
def test_an_odd_length_is_refused(length: str) -> None:
    app, _, _ = server()
    headers = {"content-length": length, **bearer()}
    assert ask(app, "PUT", "/echo/a", headers=headers).status_code == 413


def test_each_party_has_its_share_and_is_told_when_to_try_again() -> None:
    seconds = [0.0]
    app, _, _ = server(rate=RateLimit(0.5, 3, lambda: seconds[0]))
    answers = [ask(app, "GET", "/echo/a", headers=bearer()) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "2"
    assert set(answers[-1].json()) == {"message"}
    assert ask(app, "GET", "/echo/a", headers=bearer(sub="uss2")).status_code == 200
    assert ask(app, "GET", "/public").status_code == 200
    seconds[0] = 2.0
    assert ask(app, "GET", "/echo/a", headers=bearer()).status_code == 200
    assert ask(app, "GET", "/echo/a", headers=bearer()).status_code == 429


def test_a_party_that_only_reads_429_is_not_kept_waiting_longer() -> None:
    seconds = [0.0]
    limit = RateLimit(1.0, 1, lambda: seconds[0])
    assert limit.take("a") == 0
    for tenth in range(1, 10):
        seconds[0] = tenth / 10
        assert limit.take("a") == pytest.approx(1 - tenth / 10)
    seconds[0] = 1.001
    assert limit.take("a") == 0


def test_the_buckets_are_bounded() -> None:
    limit = RateLimit(1.0, 1, lambda: 0.0)
    for number in range(PARTIES_MAX + 50):
        limit.take(f"party {number}")
    assert len(limit._buckets) == PARTIES_MAX


def test_a_request_that_takes_too_long_is_503() -> None:
    app, _, _ = server()
    answer = ask(app, "GET", "/slow", headers=bearer())
    assert answer.status_code == 503
    assert answer.json() == {"message": "request timeout"}
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("path", ["/broken", "/own-timeout"])
def test_a_fault_is_500_with_the_id_that_its_log_line_has(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    app, _, _ = server()
    answer = ask(app, "GET", path, headers=bearer())
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.json()["error_message"]
    assert caplog.records[-1].request_id == answer.headers["x-request-id"]  # type: ignore[attr-defined]
    assert caplog.records[-1].exc_info


def test_beyond_the_requests_at_once_it_is_503_and_soon_free_again() -> None:
    app, _, _ = server(at_once_max=2)

    async def story() -> None:
        async with client(app, **bearer()) as made:
            busy = [asyncio.create_task(made.get("/slow")) for _ in range(2)]
            await asyncio.sleep(0.05)
            answer = await made.get("/public")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            assert (await made.get("/alive")).status_code == 200
            await asyncio.gather(*busy)
            assert (await made.get("/public")).status_code == 200

    asyncio.run(story())


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-1", True), ("x" * 128, True), ("x" * 129, False), ("a b", False), ("", False)],
)
def test_the_clients_request_id_is_kept_if_it_is_plain(given: str, kept: bool) -> None:
    app, _, _ = server()
    answer = ask(app, "GET", "/public", headers={"X-Request-Id": given})
    assert (answer.headers["x-request-id"] == given) is kept


def test_request_ids_differ() -> None:
    app, _, _ = server()
    ids = {ask(app, "GET", "/public").headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


def test_each_request_leaves_one_line_of_json() -> None:
    log = io.StringIO()
    app, _, close = server(log=log)
    ask(app, "GET", "/echo/a?secret=1", headers=bearer() | {"X-Request-Id": "r1"})
    ask(app, "GET", "/nowhere")
    close()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(e["request_id"], e["status"], e["party"], e["path"]) for e in lines[:1]] == [
        ("r1", 200, "uss1", "/echo/a")
    ]
    assert (lines[1]["status"], lines[1]["party"]) == (401, None)
    assert all(line["ms"] >= 0 for line in lines)
    assert "secret" not in log.getvalue()
    assert "Bearer" not in log.getvalue()


def test_a_line_break_in_a_path_stays_in_its_line() -> None:
    log = io.StringIO()
    app, _, close = server(log=log)
    ask(app, "GET", '/a%0A{"event":"forged"}')
    close()
    assert len(log.getvalue().splitlines()) == 1


def test_requests_are_counted_by_route_not_by_path() -> None:
    app, metrics, _ = server()
    for name in ("a", "b", "c"):
        ask(app, "GET", f"/echo/{name}", headers=bearer())
        ask(app, "GET", f"/nowhere/{name}", headers=bearer())
    text = metrics.text().decode()
    count = 'openline_requests_total{method="GET",route="/echo/{name}",status="200"} 3.0'
    assert count in text
    assert 'route="other",status="404"} 3.0' in text
    assert "/nowhere" not in text


def test_a_log_that_nobody_reads_drops_lines_and_says_how_many() -> None:
    class Stuck(io.StringIO):
        def write(self, text: str) -> int:
            gate.wait(5)
            return super().write(text)

    import threading

    from openline.limits import LOG_LINES_MAX as LINES_MAX

    gate = threading.Event()
    stream = Stuck()
    writer = LineWriter(stream)
    writer.put('{"first": 1}')
    for _ in range(LINES_MAX * 2 + 5):
        writer.put("{}")
    gate.set()
    writer.close()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    dropped = sum(line.get("count", 0) for line in lines)
    assert dropped >= 5
    assert sum(1 for line in lines if line == {}) + dropped == LINES_MAX * 2 + 5


def test_half_of_a_surrogate_pair_is_no_fault_of_the_log() -> None:
    from openline.api.log import line_of

    line = json.loads(line_of("info", "request", path="/\ud800", count=1, party=None))
    assert line["path"] == "/?"
    assert line["event"] == "request"
