"""Work off the event loop, and its outcome back on it."""

import asyncio
import gc
import threading
import weakref
from concurrent.futures import CancelledError, Future
from typing import Any

import pytest

from openline.api import handover
from openline.api.handover import off_the_loop, outcome


def test_work_runs_in_another_thread_and_its_value_comes_back() -> None:
    async def story() -> tuple[int, int]:
        return await off_the_loop(threading.get_ident), threading.get_ident()

    elsewhere, here = asyncio.run(story())
    assert elsewhere != here


def test_what_the_work_raises_comes_back() -> None:
    async def story() -> None:
        await off_the_loop(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(story())
    with pytest.raises(ZeroDivisionError):  # and the threads live on, in a new loop too
        asyncio.run(story())


def test_an_outcome_that_is_there_already_and_one_that_comes_later() -> None:
    async def story() -> list[Any]:
        ready: Future[int] = Future()
        ready.set_result(1)
        later: Future[int] = Future()
        threading.Timer(0.05, later.set_result, [2]).start()
        return [await outcome(ready), await outcome(later)]

    assert asyncio.run(story()) == [1, 2]


@pytest.mark.parametrize("error", [ValueError("no"), None])
def test_a_future_that_fails_or_is_cancelled(error: Exception | None) -> None:
    future: Future[int] = Future()
    if error is None:
        future.cancel()
    else:
        future.set_exception(error)
    with pytest.raises(CancelledError if error is None else ValueError):
        asyncio.run(outcome(future))


def test_giving_up_the_waiting_does_not_touch_the_future() -> None:
    future: Future[int] = Future()

    async def story() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(outcome(future), 0.05)
        assert not future.cancelled()
        future.set_result(1)
        await asyncio.sleep(0.05)

    asyncio.run(story())
    assert future.result() == 1


def test_work_that_nobody_waits_for_any_more_is_not_begun() -> None:
    begun: list[int] = []
    may_end = threading.Event()

    async def story() -> None:
        busy = [
            asyncio.create_task(off_the_loop(lambda: may_end.wait(10)))
            for _ in range(handover.THREADS)
        ]
        await asyncio.sleep(0.05)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(off_the_loop(lambda: begun.append(1)), 0.05)
        may_end.set()
        await asyncio.gather(*busy)
        await off_the_loop(lambda: None)

    asyncio.run(story())
    assert not begun


def test_outcomes_of_one_moment_wake_the_loop_once() -> None:
    async def story() -> tuple[list[int], int]:
        loop = asyncio.get_running_loop()
        wakes, wake = [], loop.call_soon_threadsafe

        def counted(*arguments: Any) -> Any:
            wakes.append(arguments)
            return wake(*arguments)

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign]
        futures: list[Future[int]] = [Future() for _ in range(20)]
        waiting = [asyncio.create_task(outcome(future)) for future in futures]
        await asyncio.sleep(0)
        for number, future in enumerate(futures):  # as the store's writer does after a commit
            future.set_result(number)
        return await asyncio.gather(*waiting), len(wakes)

    assert asyncio.run(story()) == (list(range(20)), 1)


def test_an_outcome_after_the_end_of_the_loop_is_no_fault() -> None:
    future: Future[int] = Future()

    async def story() -> None:
        task = asyncio.create_task(outcome(future))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(story())
    future.set_result(1)


def test_a_loop_that_is_over_is_not_kept() -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(off_the_loop(lambda: None))
    loop.close()
    gone = weakref.ref(loop)
    del loop
    gc.collect()
    assert gone() is None
