"""The discovery service in process: the real routes over a store in memory, a stub for tokens."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from openline.api.endpoints import exception_handlers, routes
from openline.app.caller import Caller
from openline.app.services import Services, Settings
from openline.store.memory import MemoryStore
from openline.store.ports import Store

SC, CM, CP = (
    f"utm.{name}"
    for name in ("strategic_coordination", "constraint_management", "constraint_processing")
)
CMSA, AA = "utm.conformance_monitoring_sa", "utm.availability_arbitration"
EVERYTHING = (SC, CM, CP, CMSA, AA)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://uss1.example"


class SetClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


class StubGate:
    """Takes the caller from two headers instead of a token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if b"x-sub" in headers:
            scopes = headers[b"x-scopes"].decode().split()
            scope.setdefault("state", {})["caller"] = Caller(
                headers[b"x-sub"].decode(), frozenset(scopes)
            )
        await self._app(scope, receive, send)


class Dss:
    """A server to talk to. `call` is one request; `calls` sends many at once."""

    def __init__(self, store: Store | None = None, *, http: bool = False) -> None:
        self.clock = SetClock()
        self.store = store if store is not None else MemoryStore()
        self.services = Services(self.store, self.clock, Settings(allow_http_base_urls=http))
        self.app = Starlette(
            routes=routes(self.services),
            exception_handlers=exception_handlers(),
            middleware=[Middleware(StubGate)],
        )

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        sub: str | None = "uss1",
        scopes: Sequence[str] = EVERYTHING,
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else None
        if content is None and body is not None:
            content = json.dumps(body).encode()
        return self.calls([(method, path, content, sub, scopes)])[0]

    def calls(
        self, requests: Sequence[tuple[str, str, bytes | None, str | None, Sequence[str]]]
    ) -> list[httpx.Response]:
        async def send_all() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="https://dss") as client:
                return list(
                    await asyncio.gather(
                        *(
                            client.request(method, path, content=body, headers=_as(sub, scopes))
                            for method, path, body, sub, scopes in requests
                        )
                    )
                )

        return asyncio.run(send_all())

    def put_intent(
        self, intent_id: str, *, ovn: str = "", sub: str = "uss1", **changes: Any
    ) -> httpx.Response:
        path = f"{INTENTS}/{intent_id}" + (f"/{ovn}" if ovn else "")
        return self.call("PUT", path, intent(**changes), sub=sub)

    def put_subscription(
        self, subscription_id: str, *, version: str = "", sub: str = "uss1", **changes: Any
    ) -> httpx.Response:
        path = f"{SUBSCRIPTIONS}/{subscription_id}" + (f"/{version}" if version else "")
        return self.call("PUT", path, subscription(**changes), sub=sub)

    def put_constraint(
        self, constraint_id: str, *, ovn: str = "", sub: str = "uss1", **changes: Any
    ) -> httpx.Response:
        path = f"{CONSTRAINTS}/{constraint_id}" + (f"/{ovn}" if ovn else "")
        return self.call("PUT", path, constraint(**changes), sub=sub)


INTENTS = "/dss/v1/operational_intent_references"
CONSTRAINTS = "/dss/v1/constraint_references"
SUBSCRIPTIONS = "/dss/v1/subscriptions"


def _as(sub: str | None, scopes: Sequence[str]) -> Mapping[str, str]:
    return {} if sub is None else {"x-sub": sub, "x-scopes": " ".join(scopes)}


_IDS = Random(1)  # by seed, so that every process collects the same tests


def new_id() -> str:
    return str(UUID(int=_IDS.getrandbits(128), version=4))


def uuid7(at: datetime = NOW, low: int = 1) -> str:
    """A UUIDv7 of that instant."""
    ms = int(at.timestamp() * 1000)
    return str(UUID(int=(ms << 80) | (7 << 76) | (2 << 62) | low))


def at(minutes: float) -> dict[str, str]:
    """An instant on the wire, minutes from NOW."""
    text = (NOW + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    return {"value": text, "format": "RFC3339"}


def metres(value: float) -> dict[str, Any]:
    return {"value": value, "reference": "W84", "units": "M"}


def circle(lat: float = 53.6, lng: float = 7.0, radius: float = 200) -> dict[str, Any]:
    return {
        "outline_circle": {
            "center": {"lat": lat, "lng": lng},
            "radius": {"value": radius, "units": "M"},
        }
    }


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    return {"outline_polygon": {"vertices": [{"lat": lat, "lng": lng} for lat, lng in points]}}


def volume(
    outline: dict[str, Any] | None = None,
    low: float | None = 50,
    high: float | None = 100,
    start: float | None = 10,
    end: float | None = 40,
) -> dict[str, Any]:
    """A Volume4D: metres over the ellipsoid, minutes from NOW; None leaves out."""
    inner = dict(outline if outline is not None else circle())
    if low is not None:
        inner["altitude_lower"] = metres(low)
    if high is not None:
        inner["altitude_upper"] = metres(high)
    whole: dict[str, Any] = {"volume": inner}
    if start is not None:
        whole["time_start"] = at(start)
    if end is not None:
        whole["time_end"] = at(end)
    return whole


def intent(**changes: Any) -> dict[str, Any]:
    return {
        "extents": [volume()],
        "state": "Accepted",
        "uss_base_url": URL,
        "key": [],
        **changes,
    }


def constraint(**changes: Any) -> dict[str, Any]:
    return {"extents": [volume()], "uss_base_url": URL, **changes}


def subscription(**changes: Any) -> dict[str, Any]:
    return {
        "extents": volume(),
        "uss_base_url": URL,
        "notify_for_operational_intents": True,
        **changes,
    }


def new_subscription(constraints: bool = False) -> dict[str, Any]:
    return {"uss_base_url": URL, "notify_for_constraints": constraints}


def ovn_of(answer: httpx.Response) -> str:
    assert answer.status_code in (200, 201), answer.text
    return str(next(v for k, v in answer.json().items() if k.endswith("_reference"))["ovn"])
