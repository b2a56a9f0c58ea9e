"""One TCP connection, with or without TLS, read in pieces: what SBS-1 and CoT have in common."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator
from typing import Final

CONNECT_S: Final = 10.0
# A connection that says nothing for so long may be half open: it is made again.
QUIET_S: Final = 60.0
_CHUNK: Final = 1 << 16


async def chunks(
    host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[bytes, None]:
    """What comes in. Raises: OSError, TimeoutError; ConnectionError at the end of the stream."""
    async with asyncio.timeout(CONNECT_S):
        reader, writer = await asyncio.open_connection(host, port, ssl=tls)
    try:
        while True:
            async with asyncio.timeout(QUIET_S):
                data = await reader.read(_CHUNK)
            if not data:
                raise ConnectionError("closed by the other side")
            yield data
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONNECT_S):
                await writer.wait_closed()
