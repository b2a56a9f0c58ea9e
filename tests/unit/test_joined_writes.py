"""What is written together leaves together; nothing is kept back, lost or put in another order."""

import asyncio
from collections.abc import Callable
from typing import cast

from openline.api.joined_writes import JoinedWrites


class Wire:
    """A transport that notes what is done with it."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        assert not self.is_closed
        self.done.append(data)

    def close(self) -> None:
        self.is_closed = True
        self.done.append("closed")

    def is_closing(self) -> bool:
        return self.is_closed

    def get_extra_info(self, name: str) -> str:
        return f"info: {name}"

    def set_protocol(self, _protocol: object) -> None:
        self.done.append("another protocol")


def done(act: Callable[[JoinedWrites, Wire], None]) -> list[object]:
    """What reaches the wire in two turns of a loop."""
    wire = Wire()

    async def turns() -> None:
        loop = asyncio.get_running_loop()
        act(JoinedWrites(cast(asyncio.Transport, wire), loop), wire)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(turns())
    return wire.done


def test_head_and_body_leave_together() -> None:
    def act(joined: JoinedWrites, wire: Wire) -> None:
        joined.write(b"head ")
        assert wire.done == []
        joined.write(b"body")
        assert wire.done == [b"head body"]

    assert done(act) == [b"head body"]


def test_a_head_alone_leaves_when_the_loop_turns() -> None:
    assert done(lambda joined, _: joined.write(b"head")) == [b"head"]


def test_the_order_stays() -> None:
    def act(joined: JoinedWrites, _: Wire) -> None:
        for number in range(7):
            joined.write(str(number).encode())

    assert b"".join(cast(list[bytes], done(act))) == b"0123456"


def test_closing_sends_what_is_kept_first() -> None:
    def act(joined: JoinedWrites, _: Wire) -> None:
        joined.write(b"last words")
        joined.close()

    assert done(act) == [b"last words", "closed"]


def test_nothing_is_written_to_a_wire_that_closed_meanwhile() -> None:
    def act(joined: JoinedWrites, wire: Wire) -> None:
        joined.write(b"too late")
        wire.is_closed = True

    assert done(act) == []


def test_another_protocol_begins_after_what_is_kept() -> None:
    def act(joined: JoinedWrites, _: Wire) -> None:
        joined.write(b"switching")
        joined.set_protocol(asyncio.Protocol())
        assert joined.get_extra_info("peername") == "info: peername"

    assert done(act) == [b"switching", "another protocol"]
