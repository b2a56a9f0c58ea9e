"""An application in this process, behind the transport of a client that does not know of it."""

import asyncio
import threading
from types import TracebackType

import httpx
from starlette.applications import Starlette


class AppTransport(httpx.BaseTransport):
    """Runs the application on a loop of its own, from its start to its end. No streams."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._asgi = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "AppTransport":
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None = None,
        _error: BaseException | None = None,
        _trace: TracebackType | None = None,
    ) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, answered whole."""
        return asyncio.run_coroutine_threadsafe(self._answer(request), self._loop).result(20)

    def close(self) -> None:
        """A client that is closed leaves the application to others."""

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        again = httpx.Request(
            request.method, request.url, headers=request.headers, content=body or None
        )
        answer = await self._asgi.handle_async_request(again)
        content = b"".join([part async for part in answer.aiter_raw()])  # as it was sent, packed
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._live())
        self._loop.close()

    async def _live(self) -> None:
        async with self._app.router.lifespan_context(self._app):
            self._started.set()
            await self._ended.wait()
