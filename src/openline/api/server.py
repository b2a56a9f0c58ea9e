"""The HTTP application: every route, what stands before them, and what runs beside them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from openline.api import health, token_endpoint
from openline.api.auth.issuer import DevelopmentIssuer
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy, TokenVerifier
from openline.api.endpoints import OPEN_PATHS, exception_handlers, routes
from openline.api.frame import Frame
from openline.api.gate import Admission, Gate
from openline.api.housekeeping import remove_ended_for_ever
from openline.api.log import LineWriter
from openline.api.metrics import Gauges, Metrics
from openline.api.rate import RateLimit
from openline.app.services import Services
from openline.limits import BODY_BYTES_MAX

_LOG: Final = logging.getLogger("openline.api")


@dataclass(frozen=True, slots=True)
class Front:
    """What stands between the network and the use cases.

    Times in seconds, sizes in bytes. `issuer` hands out tokens for development, for `audience` if
    they ask for none. `rate_per_s` 0 is no limit; `writer` None is no access log. `at_end` is
    called last. `store_figures` are numbers of the store by name, for the metrics.
    """

    ring: KeyRing
    policy: TokenPolicy
    issuer: DevelopmentIssuer | None = None
    audience: str = ""
    tokens_remembered_max: int = 10_000
    jwks_refresh_s: float = 60.0
    body_bytes_max: int = BODY_BYTES_MAX
    request_timeout_s: float = 10.0
    requests_at_once_max: int = 1_000
    rate_per_s: float = 0.0
    rate_burst: int = 2_000
    expiry_interval_s: float = 60.0
    expiry_batch: int = 100
    writer: LineWriter | None = None
    at_end: Callable[[], None] = lambda: None
    store_figures: Callable[[], Mapping[str, float]] = dict


def create_app(services: Services, front: Front) -> Starlette:
    """The application; when its server ends, the store is closed."""
    metrics = Metrics()
    verifier = TokenVerifier(front.ring, front.policy, front.tokens_remembered_max)
    metrics.add_gauges(_own_gauges(front.ring, verifier))
    metrics.set_store_figures(front.store_figures)
    listed: list[BaseRoute] = [
        *health.health_routes(services, front.ring, metrics),
        *routes(services),
    ]
    open_paths = {*health.PATHS, *OPEN_PATHS}
    if front.issuer is not None:
        listed.append(token_endpoint.token_route(front.issuer, services.clock, front.audience))
        open_paths.add(token_endpoint.PATH)
    metrics.name_routes(listed)
    admission = Admission(
        verifier=verifier,
        clock=services.clock,
        open_paths=frozenset(open_paths),
        body_bytes_max=front.body_bytes_max,
        rate=RateLimit(front.rate_per_s, front.rate_burst) if front.rate_per_s > 0 else None,
    )
    return Starlette(
        routes=listed,
        exception_handlers=exception_handlers(),
        lifespan=lambda _app: _beside(services, front),
        middleware=[
            Middleware(
                Frame,
                timeout_s=front.request_timeout_s,
                at_once_max=front.requests_at_once_max,
                always=health.PATHS,
                observe=metrics.observe,
                access=front.writer,
            ),
            Middleware(Gate, admission=admission),
        ],
    )


@contextlib.asynccontextmanager
async def _beside(services: Services, front: Front) -> AsyncIterator[None]:
    """What runs beside the requests: fresh keys and expiry; at the end the store is closed."""
    await front.ring.refresh()
    work = [
        remove_ended_for_ever(services, front.expiry_interval_s, front.expiry_batch),
        *([front.ring.keep_fresh(front.jwks_refresh_s)] if front.ring.has_sets else []),
    ]
    tasks = [asyncio.create_task(one) for one in work]
    _LOG.info("started")
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(services.store.close)
        _LOG.info("stopped")
        front.at_end()


def _own_gauges(ring: KeyRing, verifier: TokenVerifier) -> Gauges:
    return {
        "openline_tokens_remembered": ("Verified tokens in memory.", lambda: verifier.remembered),
        "openline_key_set_age_seconds": ("Time since the oldest key set was read.", ring.age_s),
    }
