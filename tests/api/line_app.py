"""The application with a line of three parties, in process, and what each of them asks of it."""

import asyncio
from typing import Any, Final

import httpx

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.console import Console
from openline.api.line.sessions import Sessions
from openline.api.server import Front, create_app
from openline.app.line.change import Taken
from openline.app.line.compose import Saying, compose
from openline.app.line.roles import Role
from openline.app.services import Services
from openline.line.message.bodies import Body
from tests.line_server import HandClock, make_line

HOST: Final = "line.example"
ISSUER: Final = TokenIssuer(new_key())


class LineApp:
    """A line of north, south and east, all hosted here; the clock is moved by hand."""

    def __init__(self, console: Console | None = None) -> None:
        self.clock = HandClock()
        self.line = make_line(clock=self.clock)
        services = Services(self.line.store, self.clock, line=self.line)
        front = Front(
            KeyRing([ISSUER.trusted_key]),
            TokenPolicy(frozenset({HOST})),
            sessions=Sessions(ISSUER, HOST),
            console=console,
        )
        transport = httpx.ASGITransport(create_app(services, front))
        self._client = httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}")
        self._runner = asyncio.Runner()

    def say(self, party: str, body: Body, thread: str | None = None) -> Taken:
        """Say something as an officer of that party."""
        saying = Saying(body, "Ada", (), thread)
        return compose(self.line, party, saying, self.clock.now()).result()

    def call(
        self,
        method: str,
        path: str,
        party: str | None = "south",
        role: Role = Role.DUTY,
        **given: Any,
    ) -> httpx.Response:
        """One request of a person of that party; None: of nobody."""
        headers = given.pop("headers", {})
        if party is not None:
            now = self.clock.now().timestamp()
            token = ISSUER.token(f"ada-{party}", role.scopes, HOST, now, 3_000, party=party)
            headers = {"Authorization": f"Bearer {token}", **headers}
        return self._runner.run(self._client.request(method, path, headers=headers, **given))

    def get(self, path: str, party: str | None = "south", **given: Any) -> httpx.Response:
        """A question of a person of that party."""
        return self.call("GET", path, party, **given)

    def post(self, path: str, party: str | None = "south", **given: Any) -> httpx.Response:
        """A request with a body: `json=` or `content=`."""
        return self.call("POST", path, party, **given)

    def close(self) -> None:
        """End the client and its loop."""
        with self._runner:
            self._runner.run(self._client.aclose())
