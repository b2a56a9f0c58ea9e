"""Counts and times for Prometheus, of this process or, with several workers, of all of them."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from openline.errors import OpenlineError

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # the library's own variable
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_METHODS: Final = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD"})
_FIGURES_KEPT_S: Final = 10.0  # counting the rows of a large store takes time

Figures = Callable[[], Mapping[str, float]]
Gauges = Mapping[str, tuple[str, Callable[[], float]]]  # name: (words, value now)

# When each count began is told by the time series itself.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """Counts every request by method, route and status, and its time."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "openline_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "openline_request_seconds",
            "Time to answer, seconds.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._gauges = _GaugeCollector()
        self._registry.register(self._gauges)
        self._names: dict[object, str] = {}
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def name_routes(self, routes: list[BaseRoute]) -> None:
        """Remember the path of each endpoint; requests that reach none count as `other`."""
        for route in routes:
            if isinstance(route, Route):
                self._names.setdefault(route.endpoint, route.path)
            elif isinstance(route, Mount):
                self.name_routes(list(route.routes))

    def add_gauges(self, gauges: Gauges) -> None:
        """Values that are asked for when somebody looks."""
        self._gauges.gauges |= gauges

    def set_store_figures(self, figures: Figures) -> None:
        """How the store's own figures are asked for; they are kept for some seconds."""
        self._gauges.store_figures = figures

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one request."""
        route = self._names.get(scope.get("endpoint"), "other")
        method = scope["method"] if scope["method"] in _METHODS and route != "other" else "any"
        key = (method, route, status)
        children = self._children.get(key)
        if children is None:
            children = (
                self._requests.labels(method, route, str(status)),
                self._seconds.labels(method, route),
            )
            self._children[key] = children
        children[0].inc()
        children[1].observe(seconds)

    def text(self) -> bytes:
        """All of it in Prometheus's text format."""
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        shared.register(self._gauges)
        return generate_latest(shared)


class _GaugeCollector(Collector):
    def __init__(self) -> None:
        self.gauges: dict[str, tuple[str, Callable[[], float]]] = {}
        self.store_figures: Figures = dict
        self._last: tuple[float, Mapping[str, float]] | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (words, value) in self.gauges.items():
            yield GaugeMetricFamily(name, words, value=value())
        now_s = time.monotonic()
        if self._last is None or now_s - self._last[0] > _FIGURES_KEPT_S:
            try:
                self._last = (now_s, self.store_figures())
            except OpenlineError:  # /readyz tells of a store that does not answer
                self._last = (now_s, {})
        family = GaugeMetricFamily(
            "openline_store", "Rows of each table and sizes of the store.", labels=("figure",)
        )
        for name, figure in self._last[1].items():
            family.add_metric((name,), figure)
        yield family
