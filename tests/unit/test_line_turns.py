"""Turns at the line: urgent first, none lost, none run twice, whatever the store does."""

from concurrent.futures import Future
from typing import Any

import pytest

from openline.app.line.turns import Ticket, Turns
from openline.errors import StoreUnavailable


def drawn(turns: Turns, ran: list[str], name: str, *, urgent: bool = False) -> tuple[Ticket, Any]:
    def change(_tx: object) -> str:
        ran.append(name)
        return name

    ticket, job = turns.draw(change, urgent=urgent)
    return ticket, job.future


def come_up(ticket: Ticket) -> None:
    """The store runs the change of a ticket and tells that it is durable."""
    done: Future[Any] = Future()
    try:
        done.set_result(ticket.run(None))  # type: ignore[arg-type]
    except Exception as error:
        done.set_exception(error)
    ticket.settle(done)


def test_what_is_urgent_goes_before_all_that_waits() -> None:
    turns, ran = Turns(), []
    waiting = [drawn(turns, ran, f"notice {number}") for number in range(3)]
    waiting += [drawn(turns, ran, f"urgent {n}", urgent=True) for n in range(2)]
    for ticket, _ in waiting:
        come_up(ticket)
    assert ran == ["urgent 0", "urgent 1", "notice 0", "notice 1", "notice 2"]
    assert [future.result() for _, future in waiting] == [
        "notice 0",
        "notice 1",
        "notice 2",
        "urgent 0",
        "urgent 1",
    ]


def test_a_change_that_the_store_tries_again_is_the_same_one() -> None:
    turns, ran = Turns(), []
    first, future = drawn(turns, ran, "notice")
    first.run(None)  # type: ignore[arg-type]
    drawn(turns, ran, "urgent", urgent=True)
    come_up(first)
    assert ran == ["notice", "notice"]
    assert future.result() == "notice"


def test_a_store_that_takes_nothing_tells_everybody() -> None:
    turns, ran = Turns(), []
    waiting = [drawn(turns, ran, "notice"), drawn(turns, ran, "urgent", urgent=True)]
    for ticket, _ in waiting:
        refused: Future[Any] = Future()
        refused.set_exception(StoreUnavailable("closed"))
        ticket.settle(refused)
    assert not ran
    for _, future in waiting:
        with pytest.raises(StoreUnavailable):
            future.result()


def test_what_a_change_raises_is_for_who_sent_it() -> None:
    turns, ran = Turns(), []

    def refuse(_tx: object) -> None:
        raise ValueError("no")

    ticket, job = turns.draw(refuse, urgent=False)
    other, future = drawn(turns, ran, "urgent", urgent=True)
    come_up(ticket)
    come_up(other)
    assert future.result() == "urgent"
    with pytest.raises(ValueError, match="no"):
        job.future.result()
