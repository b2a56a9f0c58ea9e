"""Cursor-on-Target by UDP (also multicast), TCP and TLS."""

import asyncio
import ipaddress
import socket
import ssl
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from openline.errors import InvalidInput, Unreachable
from openline.feeds.feed import Intake
from openline.feeds.stream import chunks
from openline.formats import cot
from openline.formats.reports import Reports

UDP_PORT: Final = 6969
TCP_PORT: Final = 8087
TLS_PORT: Final = 8089


@dataclass(frozen=True, slots=True)
class Credentials:
    """Files in PEM: whom to trust, and the certificate and key of this end."""

    authority: str | None = None
    certificate: str | None = None
    key: str | None = None

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, the other end's name checked. Raises: Unreachable, InvalidInput."""
        try:
            made = ssl.create_default_context(cafile=self.authority)
            if self.certificate is not None:
                made.load_cert_chain(self.certificate, self.key)
        except ssl.SSLError as error:
            raise InvalidInput(f"no certificate or key that fits: {error.reason}") from None
        except OSError as error:
            name = error.filename or self.certificate or self.authority
            raise Unreachable((error.strerror or str(error)).lower(), file=name) from None
        return made


class CotStreamFeed:
    """Events one after the other over TCP, with TLS if there are credentials."""

    def __init__(self, host: str, port: int, credentials: Credentials | None = None) -> None:
        kind = "tcp" if credentials is None else "tls"
        self.name = f"cot+{kind}://{host}:{port}"
        self._place = (host, port)
        self._credentials = credentials

    async def run(self, intake: Intake) -> None:
        """Read events until the connection breaks, or what comes is no stream of events."""
        tls = self._credentials.context() if self._credentials is not None else None
        rest = b""
        async with aclosing(chunks(*self._place, tls)) as pieces:
            async for data in pieces:
                events, rest = cot.split_events(rest + data)
                intake.take(_read(events, self.name, intake))


class CotDatagramFeed:
    """One event a datagram; an address from 224 to 239 is a multicast group that is joined."""

    def __init__(self, host: str, port: int) -> None:
        self.name = f"cot+udp://{host}:{port}"
        self._place = (host, port)

    async def run(self, intake: Intake) -> None:
        """Listen until the socket fails."""
        loop = asyncio.get_running_loop()
        broken: asyncio.Future[None] = loop.create_future()
        bound = _bound_socket(*self._place)
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Listener(self.name, intake, broken), sock=bound
        )
        try:
            await broken
        finally:
            transport.close()


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, name: str, intake: Intake, broken: "asyncio.Future[None]") -> None:
        self._name, self._intake, self._broken = name, intake, broken

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002
        self._intake.take(_read([data], self._name, self._intake))

    def error_received(self, exc: Exception) -> None:
        if not self._broken.done():
            self._broken.set_exception(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._broken.done():
            self._broken.set_exception(exc or ConnectionError("the socket was closed"))


def _read(events: list[bytes], name: str, intake: Intake) -> Reports:
    found = Reports()
    received = intake.clock()
    for event in events:
        try:
            report = cot.read(event, name, received)
        except InvalidInput as error:
            found.refuse(error)
            continue
        if report is None:
            found.idle += 1
        else:
            found.reports.append(report)
    return found


def _bound_socket(host: str, port: int) -> socket.socket:
    """A socket that hears what is sent there. Raises: OSError."""
    try:
        address: Any = ipaddress.ip_address(host)
    except ValueError:
        address = ipaddress.ip_address(socket.gethostbyname(host))
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        if address.is_multicast:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((str(address), port))
        if address.is_multicast and address.version == 4:
            group = address.packed + socket.inet_aton("0.0.0.0")
            made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    except OSError:
        made.close()
        raise
    return made
