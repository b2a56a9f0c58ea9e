"""Positions out over real sockets: to servers, TAK clients, listeners of SBS-1."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from openline.errors import Unauthenticated, Unreachable
from openline.feeds.sbs import SbsFeed
from openline.feeds.senders import HttpSender, SbsServer, Sent, StreamSender, sender_to
from tests.unit.feed_world import Heard, free_port, listening, play
from tests.unit.track_samples import report


def test_positions_by_http_with_a_token_and_one_that_failed() -> None:
    async def test() -> None:
        seen: list[tuple[bytes, bytes]] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            seen.append((head, await reader.readexactly(length)))
            busy = len(seen) == 1
            body = b'{"accepted": 1, "refused": 1, "reason": "because"}'
            status = b"503 Busy" if busy else b"200 OK"
            writer.write(
                b"HTTP/1.1 "
                + status
                + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
                + body
            )
            await writer.drain()

        sent = Sent()
        async with listening(answer) as port:
            sender = sender_to(f"http://127.0.0.1:{port}", sent, "abc")
            await sender.send([report(0), report(1)], None)
        assert len(seen) == 2
        assert seen[0][0].startswith(b"POST /sky/v1/positions ")
        assert b"Bearer abc" in seen[0][0]
        positions = json.loads(seen[1][1])["positions"]
        assert [p["icao24"] for p in positions] == ["4b1617"] * 2
        assert positions[0]["pressure_altitude_ft"] == 10_000.0
        assert "altitude_m" not in positions[0]
        assert (sent.positions, sent.accepted, sent.refused, sent.reason) == (2, 1, 1, "because")

    play(test)


def test_a_server_that_refuses_says_why() -> None:
    async def test() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            body = b'{"detail": "who are you?"}'
            writer.write(b"HTTP/1.1 401 No\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()

        async with listening(answer) as port:
            sender = HttpSender(f"http://127.0.0.1:{port}/x", Sent(), None)
            with pytest.raises(Unauthenticated, match="who are you"):
                await sender.send([report(0)], None)

    play(test)


def test_sbs_lines_go_to_everybody_who_listens() -> None:
    async def test() -> None:
        sent = Sent()
        server = SbsServer("127.0.0.1", 0, sent)
        now = datetime.now(UTC)
        await server.send([], None)
        listeners = [Heard(SbsFeed("127.0.0.1", server.port)) for _ in range(2)]
        while not all(one.reports for one in listeners):
            await server.send([report(0)], now)
            await asyncio.sleep(0.01)
        for one in listeners:
            assert one.reports[0].identity.icao24 == "4b1617"
            await one.stop()
        await server.close()

    play(test)


def test_a_stream_of_events_is_made_again() -> None:
    async def test() -> None:
        got: list[bytes] = []

        async def read(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            got.append(await reader.readuntil(b"</event>"))

        async with listening(read) as port:
            sender = StreamSender("127.0.0.1", port, Sent())
            while len(got) < 2:
                await sender.send([report(0)], None)
                await asyncio.sleep(0.02)
            await sender.close()
        assert all(b"ICAO-4B1617" in event for event in got)

    play(test)


def test_nobody_there_is_unreachable() -> None:
    async def test() -> None:
        for place in (f"cot+tcp://127.0.0.1:{free_port()}", "cot+udp://no.such.host.invalid:1"):
            with pytest.raises(Unreachable):
                await sender_to(place, Sent()).send([report(0)], None)

    play(test)


def test_what_is_to_end_while_it_sends_ends() -> None:
    """At whatever step it is cancelled: a write that is done at that moment swallows nothing."""

    async def test() -> None:
        async def take(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            while await reader.read(1 << 16):
                pass

        async with listening(take) as port:
            for steps in range(12):
                sender = StreamSender("127.0.0.1", port, Sent())
                await sender.send_events([b"<event/>"])
                sending = asyncio.create_task(for_ever(sender))
                for _ in range(steps):
                    await asyncio.sleep(0)
                sending.cancel()
                await asyncio.wait({sending}, timeout=10.0)
                assert sending.cancelled(), f"it went on, {steps} steps after it began"
                await sender.close()

    play(test)


async def for_ever(sender: StreamSender) -> None:
    while True:
        await sender.send_events([b"<event/>"])
        await asyncio.sleep(0)
