"""Positions out: to a server by HTTP, to TAK clients and servers, as SBS-1 to whoever asks."""

import asyncio
import contextlib
import ipaddress
import socket
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from openline.airspace.track.report import PositionReport
from openline.errors import InvalidInput, PermissionDenied, Unauthenticated, Unreachable
from openline.feeds.cot import TCP_PORT, TLS_PORT, UDP_PORT
from openline.feeds.feed import words_of
from openline.feeds.http import opener_for, read_all
from openline.feeds.sbs import PORT as SBS_PORT
from openline.feeds.spec import address, credentials_of
from openline.feeds.stream import CONNECT_S
from openline.formats import json_text, positions_json
from openline.formats.cot_write import track_event
from openline.formats.sbs import lines_of

POSITIONS_PATH: Final = "/sky/v1/positions"
TARGETS: Final = ("https://SERVER", "cot+udp://HOST:PORT", "cot+tcp://…", "cot+tls://…", "sbs://…")
_TIMEOUT_S: Final = 10.0
_BATCH: Final = 5_000
_TRIES: Final = 5
_ANSWER_MAX: Final = 1 << 20
_WAITING_MAX: Final = 1 << 22  # bytes to a reader that does not read: then it is let go


@dataclass(slots=True)
class Sent:
    """What was sent, and what the other end said of it; `accepted` None: it says nothing."""

    positions: int = 0
    accepted: int | None = None
    refused: int = 0
    reason: str = ""


class Sender(Protocol):
    """Somewhere to send positions to."""

    async def send(self, reports: Sequence[PositionReport], now: datetime | None) -> None:
        """Send; `now`: the clock of a replay that is faster than once. Raises: Unreachable."""

    async def close(self) -> None:
        """Nothing more comes."""


def sender_to(text: str, sent: Sent, token: str | None = None) -> Sender:
    """The sender for an address. Raises: InvalidInput, saying what can be written."""
    kind = text.partition("://")[0].lower()
    if kind in ("http", "https"):
        return HttpSender(text, sent, token)
    if kind in ("udp", "cot+udp"):
        return DatagramSender(*address(text, UDP_PORT), sent)
    if kind == "cot+tcp":
        return StreamSender(*address(text, TCP_PORT), sent)
    if kind == "cot+tls":
        return StreamSender(*address(text, TLS_PORT), sent, credentials_of(text).context())
    if kind == "sbs":
        return SbsServer(*address(text, SBS_PORT), sent)
    raise InvalidInput(f"{text!r} is no address to send to", cure=f"one of {', '.join(TARGETS)}")


class HttpSender:
    """`POST /sky/v1/positions` of a server, in batches; a failure is tried again a few times."""

    def __init__(self, place: str, sent: Sent, token: str | None) -> None:
        parts = urlsplit(place)
        path = parts.path if parts.path.strip("/") else POSITIONS_PATH
        self._url = parts._replace(path=path).geturl()
        self._sent = sent
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._opener = opener_for(self._url, token)

    async def send(self, reports: Sequence[PositionReport], now: datetime | None) -> None:
        """Send in batches. Raises: Unreachable, InvalidInput, PermissionDenied, Unauthenticated."""
        # A second of a replay without positions is sent too: it moves the clock.
        for begin in range(0, len(reports) or (now is not None), _BATCH):
            batch = reports[begin : begin + _BATCH]
            body = positions_json.write(batch, now)
            self._sent.positions += len(batch)
            self._note(await self._tried(body))

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _tried(self, body: bytes) -> bytes:
        for attempt in range(_TRIES):
            try:
                return await asyncio.to_thread(self._post, body)
            except Unreachable:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(0.5 * 2.0**attempt)
        raise AssertionError  # the loop returns or raises

    def _post(self, body: bytes) -> bytes:
        request = urllib.request.Request(self._url, body, self._headers, method="POST")
        try:
            return read_all(self._opener, request, _ANSWER_MAX, _TIMEOUT_S)
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(_ANSWER_MAX), self._url) from None

    def _note(self, answer: bytes) -> None:
        try:
            said = json_text.decode(answer)
        except InvalidInput:
            return
        if not isinstance(said, dict):
            return
        accepted, refused = said.get("accepted"), said.get("refused")
        if isinstance(accepted, int):
            self._sent.accepted = (self._sent.accepted or 0) + accepted
        if isinstance(refused, int):
            self._sent.refused += refused
        if isinstance(said.get("reason"), str) and said["reason"]:
            self._sent.reason = said["reason"]


def _refusal(status: int, body: bytes, url: str) -> Exception:
    problem = body[:500].decode("utf-8", "replace").strip() or f"status {status}"
    try:
        said = json_text.decode(body)
        if isinstance(said, dict):
            problem = str(said.get("detail") or said.get("message") or problem)
    except InvalidInput:
        pass
    words = f"the server answers {status}: {problem}"
    if status == 401:
        return Unauthenticated(f"{words}; is --token-file right?", file=url)
    if status == 403:
        return PermissionDenied(words, file=url)
    if status in (429, 500, 502, 503, 504):
        return Unreachable(words, file=url)
    return InvalidInput(words, file=url)


class DatagramSender:
    """One Cursor-on-Target event a datagram; also to a multicast group."""

    def __init__(self, host: str, port: int, sent: Sent) -> None:
        self._place, self._sent = (host, port), sent
        self._socket: socket.socket | None = None

    async def send(self, reports: Sequence[PositionReport], now: datetime | None) -> None:  # noqa: ARG002
        """Send each as an event. Raises: Unreachable."""
        await self.send_events([track_event(report) for report in reports])
        self._sent.positions += len(reports)

    async def send_events(self, events: Iterable[bytes]) -> None:
        """Send events as they are. Raises: Unreachable."""
        try:
            made = self._socket or self._made()
            for event in events:
                with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                    made.send(event)  # a full buffer loses a datagram, as a network does
        except OSError as error:
            raise Unreachable(words_of(error), file=self._name()) from None

    async def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()

    def _made(self) -> socket.socket:
        found = socket.getaddrinfo(*self._place, type=socket.SOCK_DGRAM)[0]
        made = socket.socket(found[0], socket.SOCK_DGRAM)
        made.setblocking(False)
        if ipaddress.ip_address(str(found[4][0])).is_multicast and found[0] == socket.AF_INET:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        made.connect(found[4])
        self._socket = made
        return made

    def _name(self) -> str:
        return f"cot+udp://{self._place[0]}:{self._place[1]}"


class StreamSender:
    """Cursor-on-Target events over TCP or TLS; a broken connection is made again once."""

    def __init__(self, host: str, port: int, sent: Sent, tls: Any = None) -> None:
        self._place, self._sent, self._tls = (host, port), sent, tls
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, reports: Sequence[PositionReport], now: datetime | None) -> None:  # noqa: ARG002
        """Send each as an event. Raises: Unreachable."""
        await self.send_events([track_event(report) for report in reports])
        self._sent.positions += len(reports)

    async def send_events(self, events: Iterable[bytes]) -> None:
        """Send events as they are. Raises: Unreachable."""
        data = b"".join(events)
        if not data:
            return
        try:
            await self._write(data)
        except (OSError, TimeoutError):
            await self.close()
            try:
                await self._write(data)
            except (OSError, TimeoutError) as error:
                name = f"{self._place[0]}:{self._place[1]}"
                raise Unreachable(words_of(error), file=name) from None

    async def close(self) -> None:
        """Close the connection."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_S):
                    await writer.wait_closed()

    async def _write(self, data: bytes) -> None:
        # What is written to a connection that the other end has closed would be lost in silence.
        if self._reader is not None and self._reader.at_eof():
            await self.close()
        if self._writer is None:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(*self._place, ssl=self._tls)
            self._reader, self._writer = reader, writer
        else:
            writer = self._writer
        writer.write(data)
        async with asyncio.timeout(CONNECT_S):
            await writer.drain()


class SbsServer:
    """Listens, and writes SBS-1 lines to everybody who is connected, as a receiver does."""

    def __init__(self, host: str, port: int, sent: Sent) -> None:
        self._place, self._sent = (host, port), sent
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else 0

    async def send(self, reports: Sequence[PositionReport], now: datetime | None) -> None:  # noqa: ARG002
        """Write the lines. Raises: Unreachable if it cannot listen."""
        if self._server is None:
            try:
                self._server = await asyncio.start_server(self._connected, *self._place)
            except OSError as error:
                name = f"sbs://{self._place[0]}:{self._place[1]}"
                raise Unreachable(words_of(error), file=name) from None
        data = "".join(line for report in reports for line in lines_of(report)).encode("ascii")
        for writer in list(self._writers):
            if writer.is_closing() or writer.transport.get_write_buffer_size() > _WAITING_MAX:
                self._writers.discard(writer)
                writer.close()
            else:
                writer.write(data)
        self._sent.positions += len(reports)

    async def close(self) -> None:
        """Let everybody go."""
        for writer in self._writers:
            writer.close()
        if self._server is not None:
            self._server.close()

    async def _connected(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
