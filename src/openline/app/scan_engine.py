"""Who computes the periods of a scan: this process, several on this machine, or a cluster.

A period is computed from the files of the scan's folder and kept in it, so it does not matter who
does it, in which order, or whether twice after somebody was killed.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import get_context
from typing import Any, Final

from openline.errors import InvalidInput, Unreachable

PROCESSES_MAX: Final = 256
SAMPLES_EACH_MIN: Final = 250_000  # fewer are done before another process has started

Work = Callable[[int], int]


class EngineName(StrEnum):
    """Where the work is done."""

    PROCESSES = "processes"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Engine:
    """Who computes. processes: None: as many as there are cores and work for. cluster: the address
    of a dask scheduler; None: whichever its own settings name. Raises: InvalidInput."""

    name: EngineName = EngineName.PROCESSES
    processes: int | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.processes is not None and not 1 <= self.processes <= PROCESSES_MAX:
            raise InvalidInput(f"1 to {PROCESSES_MAX} processes are possible", field="processes")
        if self.cluster is not None and self.name is not EngineName.DASK:
            raise InvalidInput("only dask has a cluster", cure="add --engine dask", field="cluster")

    def run(self, work: Work, periods: Sequence[int], samples: int) -> Iterator[int]:
        """Do the work of each period; yields each as it is done, in any order.

        Raises: Unreachable if those who compute are gone; what is done is kept.
        """
        if self.name is EngineName.DASK:
            yield from _on_cluster(work, periods, self.cluster)
            return
        count = min(self.processes or _sensible(samples), len(periods))
        if count > 1:
            yield from _in_processes(work, periods, count)
        else:
            yield from map(work, periods)


def _sensible(samples: int) -> int:
    return max(1, min(_cores(), samples // SAMPLES_EACH_MIN))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(work: Work, periods: Sequence[int], count: int) -> Iterator[int]:
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(work, period) for period in periods]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise Unreachable(
                "a process that was computing is gone: killed, or out of memory",
                cure="repeat it with --work DIR and a shorter --period or fewer --processes",
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _on_cluster(work: Work, periods: Sequence[int], address: str | None) -> Iterator[int]:
    try:
        import distributed
    except ImportError:
        raise InvalidInput(
            "the engine dask is not installed", cure="install openline[dask]", field="engine"
        ) from None
    dask: Any = distributed  # has no types
    try:
        client = dask.Client(address, timeout="15s")
    except (OSError, ValueError, TimeoutError) as error:
        raise Unreachable(
            f"no dask scheduler answers: {str(error)[:200]}", cure="check --cluster"
        ) from None
    with client:
        # A worker that dies takes its periods with it: the scheduler gives them to another.
        futures = client.map(work, periods, pure=False, retries=3)
        try:
            for future in dask.as_completed(futures):
                yield future.result()
        except dask.KilledWorker:
            raise Unreachable(
                "workers of the cluster die over one period", cure="a shorter --period"
            ) from None
