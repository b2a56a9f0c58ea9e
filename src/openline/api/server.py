"""The HTTP application: every route, what stands before them, and what runs beside them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from openline.api import health, token_endpoint
from openline.api.auth.issuer import TokenIssuer
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy, TokenVerifier
from openline.api.console import (
    ASSETS,
    Console,
    config_operation,
    open_page_paths,
    page_routes,
)
from openline.api.demo import STORY_PATHS, DemoBoard, demo_operation, story_routes
from openline.api.endpoints import OPERATIONS, exception_handlers, open_paths, routes
from openline.api.frame import Frame
from openline.api.gate import Admission, Gate
from openline.api.housekeeping import remove_ended_for_ever
from openline.api.line import people, stream
from openline.api.line.clockwork import tick_for_ever
from openline.api.line.couriers import AlertPlan, Couriers
from openline.api.line.feed import Feed
from openline.api.line.messages import URGENT_MESSAGE_PATH, URGENT_PATH
from openline.api.line.private import PATH as PRIVATE_PATH
from openline.api.line.private import private_route
from openline.api.line.sessions import Sessions
from openline.api.log import LineWriter
from openline.api.metrics import Gauges, Metrics
from openline.api.operation import Operation
from openline.api.peer.exchange import PATHS as PEER_PATHS
from openline.api.peer.exchange import carry_for_ever, peer_routes
from openline.api.rate import RateLimit
from openline.api.sealing import fold_at_end, gauges, seal_at_end, seal_for_ever
from openline.api.sky import stream as sky_stream
from openline.api.sky.clockwork import SkyFollower, compare_for_ever
from openline.api.stopping import when_stopping
from openline.app.peer.carry import Carriers
from openline.app.services import Services
from openline.clock import REAL_TIME, Clock
from openline.limits import BODY_BYTES_MAX

_LOG: Final = logging.getLogger("openline.api")
_URGENT_PER_S: Final = 20.0  # of each party, whatever else it sends: nobody types faster
_URGENT_BURST: Final = 100


@dataclass(frozen=True, slots=True)
class Front:
    """What stands between the network and the use cases.

    Times in seconds, sizes in bytes. `issuer` hands out tokens for development, for `audience` if
    they ask for none. `sessions` hands them out to people with an account. `alerts`: where those of
    the line go. `console`: the page, if it is served. `demo`: what is played here. `token_clock`:
    what tokens expire by, if not the clock of all. `rate_per_s` 0 is no limit; `writer` None is no
    access log. `at_end` is called last. `store_figures` are numbers of the store by name, for the
    metrics. `beside`: what else runs as long as the server does.
    """

    ring: KeyRing
    policy: TokenPolicy
    issuer: TokenIssuer | None = None
    audience: str = ""
    sessions: Sessions | None = None
    alerts: AlertPlan | None = None
    demo: DemoBoard | None = None
    token_clock: Clock | None = None
    console: Console | None = None
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
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()


def create_app(services: Services, front: Front) -> Starlette:
    """The application; when its server ends, the store is closed."""
    metrics = Metrics()
    verifier = TokenVerifier(front.ring, front.policy, front.tokens_remembered_max)
    metrics.add_gauges(_own_gauges(front.ring, verifier))
    if services.record is not None:
        metrics.add_gauges(gauges(services.record))
    metrics.set_store_figures(front.store_figures)
    operations = OPERATIONS + _chosen(front)
    feed = Feed(services.line) if services.line is not None else None
    listed: list[BaseRoute] = [
        *health.health_routes(services, front.ring, metrics),
        *routes(services, operations),
    ]
    if services.line is not None and feed is not None:
        listed.append(stream.stream_route(services.line, feed))
    if services.peering is not None and feed is not None:
        listed += peer_routes(services.peering, feed)
    if services.private is not None:
        listed.append(private_route(services.private, services.clock))
    couriers = _couriers(services, feed, front.alerts)
    if couriers is not None:
        metrics.add_gauges(couriers.gauges())
    eyes = SkyFollower(services.sky, services.clock) if services.sky is not None else None
    if services.sky is not None and eyes is not None:
        listed.append(sky_stream.stream_route(services.sky, eyes))
    paths = {*health.PATHS, *open_paths(operations), *PEER_PATHS, PRIVATE_PATH}
    if front.issuer is not None:
        listed.append(token_endpoint.token_route(front.issuer, services.clock, front.audience))
        paths.add(token_endpoint.PATH)
    if front.demo is not None:
        listed += story_routes(front.demo)
        paths.update(STORY_PATHS)
    if front.console is not None:  # last: no name of a file hides an interface
        listed += page_routes(front.console)
        paths.update(open_page_paths(front.console))
    metrics.name_routes(listed)
    return Starlette(
        routes=listed,
        exception_handlers=exception_handlers(),
        lifespan=lambda _app: _beside(services, front, feed, eyes, couriers),
        middleware=[
            Middleware(
                Frame,
                timeout_s=front.request_timeout_s,
                at_once_max=front.requests_at_once_max,
                always=health.PATHS,
                streams=(stream.PATH, sky_stream.PATH, PRIVATE_PATH),
                observe=metrics.observe,
                access=front.writer,
            ),
            Middleware(Gate, admission=_admission(services, front, verifier, frozenset(paths))),
        ],
    )


def _chosen(front: Front) -> tuple[Operation, ...]:
    """The operations of what not every server has: accounts of people, the console, a demo."""
    chosen = people.operations(front.sessions) if front.sessions is not None else ()
    shown = (config_operation(front.console),) if front.console is not None else ()
    played = (demo_operation(front.demo),) if front.demo is not None else ()
    return chosen + shown + played


def _admission(
    services: Services, front: Front, verifier: TokenVerifier, paths: frozenset[str]
) -> Admission:
    urgent = RateLimit(_URGENT_PER_S, _URGENT_BURST)
    return Admission(
        verifier=verifier,
        clock=front.token_clock or services.clock,
        open_paths=paths,
        body_bytes_max=front.body_bytes_max,
        rate=RateLimit(front.rate_per_s, front.rate_burst) if front.rate_per_s > 0 else None,
        own_rates=dict.fromkeys((URGENT_PATH, URGENT_MESSAGE_PATH), urgent),
        open_folders=(ASSETS,) if front.console is not None else (),
    )


@contextlib.asynccontextmanager
async def _beside(
    services: Services,
    front: Front,
    feed: Feed | None,
    eyes: SkyFollower | None,
    couriers: Couriers | None,
) -> AsyncIterator[None]:
    """What runs beside the requests: fresh keys, expiry, the seals of the record, the clock of the
    line and its alerts; at the end the store is closed."""
    await front.ring.refresh()
    pace = REAL_TIME if front.demo is None else front.demo.pace
    work: list[Coroutine[Any, Any, None]] = [
        remove_ended_for_ever(services, front.expiry_interval_s, front.expiry_batch)
    ]
    if front.ring.has_sets:
        work.append(front.ring.keep_fresh(front.jwks_refresh_s))
    if services.record is not None:
        work.append(seal_for_ever(services.record))
    if services.line is not None and feed is not None:
        when_stopping(feed.stop)
        work += [feed.follow(), tick_for_ever(services.line, pace, feed)]
    if couriers is not None:
        work.append(couriers.follow())
    if services.peering is not None:
        peering = services.peering
        work.append(carry_for_ever(Carriers(peering, alone=peering.alone, pace=pace)))
    if eyes is not None:
        when_stopping(eyes.stop)
        work.append(eyes.follow())
    if services.conformance is not None:
        often = (front.demo.beat_s,) if front.demo is not None else ()
        work.append(compare_for_ever(services.conformance, services.clock, *often))
    work += [run() for run in front.beside]
    tasks = [asyncio.create_task(one) for one in work]
    _LOG.info("started")
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if services.record is not None:
            await seal_at_end(services.record)
            if services.line is not None:
                await fold_at_end(services.line, services.record)
        await asyncio.to_thread(services.store.close)
        _LOG.info("stopped")
        front.at_end()


def _couriers(services: Services, feed: Feed | None, plan: AlertPlan | None) -> Couriers | None:
    if services.line is None or feed is None or plan is None or not plan.senders:
        return None
    return Couriers(services.line, feed, plan)


def _own_gauges(ring: KeyRing, verifier: TokenVerifier) -> Gauges:
    return {
        "openline_tokens_remembered": ("Verified tokens in memory.", lambda: verifier.remembered),
        "openline_key_set_age_seconds": ("Time since the oldest key set was read.", ring.age_s),
    }
