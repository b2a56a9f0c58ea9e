"""The application as it is served: open paths, readiness, the token endpoint, what is beside it."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing, KeySet
from openline.api.auth.tokens import TokenPolicy
from openline.api.server import Front, create_app
from openline.app.services import Services, Settings
from openline.errors import StoreUnavailable
from openline.store.memory import MemoryStore
from openline.store.ports import NotAtHand
from tests.api.tokens_samples import NOW_S

STRATEGIC = "utm.strategic_coordination"


class FixedClock:
    def now(self) -> datetime:
        return datetime.fromtimestamp(NOW_S, UTC)


class SlowStore:
    """A store whose commits wait until they may go on; it can also be down."""

    def __init__(self) -> None:
        self._store = MemoryStore()
        self.may_commit = threading.Event()
        self.may_commit.set()
        self.down = False
        self.closed = False
        self.workers: list[threading.Thread] = []

    def read(self, query: Any) -> Any:
        if self.down:
            raise StoreUnavailable("the disk is away")
        return self._store.read(query)

    def read_at_hand(self, query: Any) -> Any:
        raise NotAtHand

    def submit(self, touching: Any, change: Any, exclusive: str | None = None) -> Any:
        future: Future[Any] = Future()

        def commit() -> None:
            self.may_commit.wait(10)
            future.set_result(self._store.submit(touching, change, exclusive).result())

        self.workers.append(threading.Thread(target=commit))
        self.workers[-1].start()
        return future

    def check(self) -> None:
        if self.down:
            raise StoreUnavailable("the disk is away")

    def close(self) -> None:
        self.closed = True


@asynccontextmanager
async def running(
    store: Any, *, sets: tuple[KeySet, ...] = (), dev: bool = True, **front: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, between its start and its end."""
    issuer = TokenIssuer(new_key()) if dev else None
    ring = KeyRing([issuer.trusted_key] if issuer else [], sets)
    policy = TokenPolicy(frozenset({"dss.example", "second.example"}))
    settings = Settings(allow_http_base_urls=True)
    app = create_app(
        Services(store, FixedClock(), settings),
        Front(ring, policy, issuer, audience="dss.example", **front),
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://dss.example") as client,
    ):
        yield client


async def authorize(client: httpx.AsyncClient, sub: str = "uss1", scope: str = STRATEGIC) -> None:
    answer = await client.get("/token", params={"sub": sub, "scope": scope})
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def test_what_is_open_and_what_is_not() -> None:
    async def story() -> None:
        async with running(MemoryStore()) as client:
            for path in ("/healthy", "/readyz", "/metrics", "/openapi.json", "/aux/v1/version"):
                assert (await client.get(path)).status_code == 200, path
            for path in ("/dss/v1/uss_availability/a", "/versions/a", "/aux/v1/pool", "/none"):
                assert (await client.get(path)).status_code == 401, path
            assert (await client.get("/healthy")).text == "ok"

    asyncio.run(story())


def test_ready_means_that_the_store_works_and_a_key_is_known() -> None:
    async def story() -> None:
        store = SlowStore()
        async with running(store) as client:
            assert (await client.get("/readyz")).status_code == 200
            store.down = True
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["message"]) == (503, "the disk is away")
            await authorize(client)
            answer = await client.get("/dss/v1/uss_availability/uss1")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert store.closed

        def down() -> bytes:
            raise OSError("down")

        async with running(MemoryStore(), dev=False, sets=(KeySet("k", down),)) as client:
            answer = await client.get("/readyz")
            assert answer.status_code == 503
            assert "key" in answer.json()["message"]
            assert (await client.get("/healthy")).status_code == 200

    asyncio.run(story())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_token_endpoint_speaks_as_the_fields_test_issuer(method: str) -> None:
    fields = {
        "grant_type": "client_credentials",
        "sub": "uss1",
        "scope": STRATEGIC,
        "intended_audience": "second.example",
        "issuer": "dummy",
    }

    async def story() -> None:
        async with running(MemoryStore()) as client:
            asked = {"params": fields} if method == "GET" else {"data": fields}
            answer = await client.request(method, "/token", **asked)  # type: ignore[arg-type]
            assert answer.json()["token_type"] == "Bearer"
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            path = "/dss/v1/uss_availability/uss1"
            assert (await client.get(path, headers=headers)).status_code == 200
            other = await client.get("/token", params=fields | {"intended_audience": "elsewhere"})
            headers = {"Authorization": f"Bearer {other.json()['access_token']}"}
            assert (await client.get(path, headers=headers)).status_code == 401

    asyncio.run(story())


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sub=",
        "sub=%0A",
        "sub=" + "x" * 300,
        "sub=a&scope=" + "x" * 3_000,
        "sub=a&intended_audience=%00",
        "sub=%ff%fe%00",
    ],
)
def test_a_bad_request_for_a_token_is_400(query: str) -> None:
    async def story() -> None:
        async with running(MemoryStore()) as client:
            for answer in (
                await client.get(f"/token?{query}"),
                await client.post("/token", content=query.encode()),
            ):
                assert answer.status_code == 400
                assert answer.json()["message"]

    asyncio.run(story())


def test_without_dev_there_is_no_token_endpoint() -> None:
    async def story() -> None:
        async with running(MemoryStore(), dev=False) as client:
            assert (await client.get("/token?sub=a")).status_code == 401

    asyncio.run(story())


def test_a_change_goes_on_when_nobody_waits_for_it(caplog: pytest.LogCaptureFixture) -> None:
    """The answer is 503, the change is made as a whole, and nothing complains."""
    body = {"availability": "Down", "old_version": ""}

    async def story() -> None:
        store = SlowStore()
        async with running(store, request_timeout_s=0.2) as client:
            await authorize(client, "arbiter", "utm.availability_arbitration")
            store.may_commit.clear()
            answer = await client.put("/dss/v1/uss_availability/uss9", json=body)
            assert answer.status_code == 503
            store.may_commit.set()
            await asyncio.to_thread(store.workers[-1].join)
            found = (await client.get("/dss/v1/uss_availability/uss9")).json()
            assert found["status"]["availability"] == "Down"

    with caplog.at_level(logging.WARNING):
        asyncio.run(story())
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


def test_a_rate_limit_reaches_the_endpoints() -> None:
    async def story() -> None:
        async with running(MemoryStore(), rate_per_s=0.1, rate_burst=2) as client:
            await authorize(client)
            path = "/dss/v1/uss_availability/uss1"
            statuses = [(await client.get(path)).status_code for _ in range(3)]
            assert statuses == [200, 200, 429]

    asyncio.run(story())
