"""A line of three parties on a real server, with people to log in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from openline.app.line.accounts import put_account
from openline.app.line.entries import AgreementEntry
from openline.app.line.roles import Role
from openline.store.sqlite.store import SqliteStore
from tests.e2e.server_process import Server, serving
from tests.line_server import PARTIES, write_files

PASSWORD = "a long word for tests"
PEOPLE = (
    ("ada", "north", "duty"),
    ("ben", "north", "duty"),
    ("bo", "south", "duty"),
    ("eve", "east", "watch"),
)


@dataclass
class Line:
    """The server, and its people's word to log in. Parties speak through `says`."""

    folder: Path
    server: Server
    password: str = PASSWORD
    _sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    _clients: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    def says(
        self, user: str, kind: str, body: dict[str, Any], *to: str, thread: str | None = None
    ) -> dict[str, Any]:
        """Somebody says something from elsewhere; what the server answered."""
        words: dict[str, Any] = {"kind": kind, "body": body, "to": list(to)}
        if thread is not None:
            words["thread"] = thread
        path = "/line/v1/urgent" if kind == "URGENT" else "/line/v1/say"
        answer = self.client(user).post(path, json=words)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def board(self, user: str) -> dict[str, Any]:
        """The board as that person sees it."""
        return dict(self.client(user).get("/line/v1/board").raise_for_status().json())

    def session(self, user: str) -> dict[str, Any]:
        """A session of that person, begun once."""
        if user not in self._sessions:
            word = {"user": user, "password": self.password}
            answer = httpx.post(f"{self.url}/line/v1/login", json=word, timeout=60, verify=False)
            self._sessions[user] = dict(answer.raise_for_status().json())
        return self._sessions[user]

    def close(self) -> None:
        """End every connection."""
        for one in self._clients.values():
            one.close()

    def client(self, user: str) -> httpx.Client:
        """A person at a program instead of the page."""
        if user not in self._clients:
            word = {"user": user, "password": self.password}
            session = httpx.post(f"{self.url}/line/v1/login", json=word, timeout=60, verify=False)
            bearer = {
                "Authorization": f"Bearer {session.raise_for_status().json()['access_token']}"
            }
            self._clients[user] = httpx.Client(base_url=self.url, headers=bearer, timeout=60)
        return self._clients[user]


def in_minutes(minutes: float) -> datetime:
    """An instant from now on, to the second."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)


def circle(
    lat: float, lng: float, radius_m: float, start: float, end: float, **band: float
) -> dict[str, Any]:
    """A volume as messages have it; start and end in minutes from now."""

    def metres(value: float) -> dict[str, Any]:
        return {"value": value, "reference": "W84", "units": "M"}

    def time(minutes: float) -> dict[str, str]:
        return {"value": f"{in_minutes(minutes):%Y-%m-%dT%H:%M:%SZ}", "format": "RFC3339"}

    outline = {"center": {"lat": lat, "lng": lng}, "radius": {"value": radius_m, "units": "M"}}
    return {
        "volume": {
            "outline_circle": outline,
            "altitude_lower": metres(band.get("lower_m", 0.0)),
            "altitude_upper": metres(band.get("upper_m", 1_000.0)),
        },
        "time_start": time(start),
        "time_end": time(end),
    }


def times_of(volume: dict[str, Any]) -> dict[str, str]:
    """The times of a notice with that one volume."""
    return {name: volume[name]["value"] for name in ("time_start", "time_end")}


def write_line(folder: Path, entry: AgreementEntry | None = None) -> list[str]:
    """Agreement, keys and accounts of a line; the options of its server."""
    write_files(folder)
    if entry is not None:
        (folder / "agreement.toml").write_bytes(entry.agreement)
        (folder / "agreement.toml.v1.sig").write_bytes(entry.signatures)
    options = ["--db", str(folder / "line.db"), "--agreement", str(folder / "agreement.toml")]
    for party in PARTIES:
        key = Ed25519PrivateKey.from_private_bytes(party.encode().ljust(32, b"."))
        file = folder / f"{party}.key"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.chmod(0o600)
        options += ["--party-key", str(file)]
    store = SqliteStore(folder / "line.db")
    try:
        for user, party, role in PEOPLE:
            now = datetime.now(UTC)
            put_account(store, "openline", user, party, Role(role), PASSWORD, now).result()
    finally:
        store.close()
    return ["--dev", *options]


@contextmanager
def serving_line(
    folder: Path, *options: str, entry: AgreementEntry | None = None
) -> Iterator[Line]:
    """The line, served until the end."""
    with serving(folder, *write_line(folder, entry), *options) as server:
        line = Line(folder, server)
        yield line
        line.close()
