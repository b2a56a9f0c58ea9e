"""Couriers on one event loop: two processes of a server, a slow receiver, a refused alert."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from openline.api.line import couriers as under_test
from openline.api.line.couriers import AlertPlan, Couriers
from openline.api.line.feed import Feed
from openline.app.line.alerts import Alert
from openline.app.line.compose import Saying, compose
from openline.app.line.services import LineServices
from openline.errors import InvalidInput, Unreachable
from openline.line.message.bodies import Urgent
from openline.line.message.kind import UrgentAction
from tests.line_server import HandClock, make_line


class Receiver:
    """Takes alerts; `faults` are raised first, one for each try."""

    def __init__(self, name: str, faults: list[Exception] | None = None) -> None:
        self.address = self.shown = name
        self.got: list[Alert] = []
        self.faults = faults or []
        self.held = threading.Event()
        self.held.set()

    def send(self, alert: Alert, sign: Callable[[bytes], str], now: datetime) -> None:
        self.held.wait(10)
        assert sign(b"x").startswith("ed25519=")
        if self.faults:
            raise self.faults.pop(0)
        self.got.append(alert)


def call(line: LineServices) -> None:
    saying = Saying(Urgent(UrgentAction.STOP), "Ada", ("south",))
    compose(line, "north", saying, line.clock.now()).result()


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


def run(
    line: LineServices,
    processes: list[list[Receiver]],
    test: Callable[[list[Couriers]], Awaitable[None]],
    *,
    alone: bool = True,
) -> None:
    async def all_of_it() -> None:
        made, tasks = [], []
        for receivers in processes:
            feed = Feed(line)
            couriers = Couriers(line, feed, AlertPlan(receivers, "test.example", alone))
            made.append(couriers)
            tasks += [asyncio.create_task(feed.follow()), asyncio.create_task(couriers.follow())]
        await asyncio.sleep(0.2)  # every receiver has its beginning
        try:
            await test(made)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(all_of_it())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(under_test, "_RENEW_S", 0.05)


def test_a_slow_receiver_holds_up_no_other() -> None:
    line = make_line()
    slow, quick = Receiver("slow"), Receiver("quick")
    slow.held.clear()

    async def test(made: list[Couriers]) -> None:
        for _ in range(3):
            call(line)
        await until(lambda: len(quick.got) == 3)
        assert not slow.got
        await until(lambda: made[0].gauges()["openline_alerts_behind"][1]() > 0)
        slow.held.set()
        await until(lambda: len(slow.got) == 3)
        await until(lambda: made[0].gauges()["openline_alerts_behind"][1]() == 0)

    run(line, [[slow, quick]], test)
    assert slow.got == quick.got


def test_of_two_processes_one_sends_and_the_other_goes_on_when_it_ends() -> None:
    clock = HandClock()
    line = make_line(clock=clock)
    first, second = Receiver("same"), Receiver("same")

    async def test(made: list[Couriers]) -> None:
        call(line)
        await until(lambda: bool(first.got or second.got))
        await asyncio.sleep(0.2)
        assert len(first.got) + len(second.got) == 1
        clock.sleep(seconds=61)  # whoever sends renews its turn by then
        await asyncio.sleep(0.3)
        call(line)
        await until(lambda: len(urgent()) == 2)

    def urgent() -> list[str]:
        return [one.id for one in first.got + second.got if one.name == "URGENT"]

    run(line, [[first], [second]], test, alone=False)
    assert len(set(urgent())) == 2
    sent = [one.id for one in first.got + second.got]
    assert len(sent) == len(set(sent)), "sent twice"


def test_a_fault_is_tried_again_and_a_refusal_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "LAST_WAIT_S", 0.02)
    line = make_line()
    flaky = Receiver("flaky", [Unreachable("away")] * 7)
    strict = Receiver("strict", [InvalidInput("no")] * 5)

    async def test(made: list[Couriers]) -> None:
        call(line)
        call(line)
        await until(lambda: len(flaky.got) == 2 and len(strict.got) == 1)
        figures = {name: value() for name, (_, value) in made[0].gauges().items()}
        assert figures["openline_alerts_given_up"] == 1
        assert figures["openline_alerts_failed"] == 12
        assert figures["openline_alerts_sent"] == 3

    run(line, [[flaky, strict]], test)
    assert flaky.got[1] == strict.got[0], "the first one was given up, the second one came"


def test_what_came_while_nobody_ran_is_sent_at_the_next_start() -> None:
    line = make_line()
    receiver = Receiver("same")

    async def nothing(_made: list[Couriers]) -> None:
        return None

    run(line, [[receiver]], nothing)
    call(line)
    line.clock.sleep(hours=1)  # type: ignore[attr-defined]

    async def test(_made: list[Couriers]) -> None:
        await until(lambda: len(receiver.got) == 1)

    run(line, [[receiver]], test)
    assert receiver.got[0].time == line.clock.now() - timedelta(hours=1)
