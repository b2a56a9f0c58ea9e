"""One party's side of a line: say, answer, look, follow."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Final, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
import msgspec

from openline.api.line import advice_wire, board_wire, bundle_wire, peer_wire, wire
from openline.app.line import jws
from openline.client.bundles import file_of
from openline.client.stream import READ_S, StreamEvent, events_of
from openline.client.transport import Transport
from openline.errors import OpenlineError, StoreUnavailable, Unreachable, VersionMismatch
from openline.formats.line_message import body_values, encode
from openline.line.message.bodies import Body
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind
from openline.line.signing import Signer

LIFETIME: Final = timedelta(days=30)
T = TypeVar("T")
_SEQUENCE_TRIES: Final = 5
_JOSE: Final = {"Content-Type": "application/jose"}
_JSON: Final = {"Content-Type": "application/json"}
_OCTETS: Final = {"Content-Type": "application/octet-stream"}


class Client:
    """Talks to one server for one party. Not for several threads at once.

    token: a bearer token; `log_in` gets one for a person. signer: the party's own key: then
    messages are signed here, and the server is not trusted with it.
    Every method raises: Unauthenticated, PermissionDenied, NotFound, InvalidInput, VersionMismatch,
    LimitExceeded as the server says; StoreUnavailable, Unreachable after some tries.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        signer: Signer | None = None,
        officer: str | None = None,
        timeout_s: float = 10.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._transport = Transport(url, token, timeout_s, transport)
        self._signer = signer
        self._officer = officer

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The address of the server."""
        return self._transport.url

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def log_in(self, user: str, password: str) -> wire.Session:
        """Log in with a local account; the token is used from then on."""
        body = msgspec.json.encode(wire.LogIn(user, password))
        session = self._ask("POST", "login", wire.Session, body, again=False)
        self._transport.token = session.access_token
        return session

    def renew(self) -> wire.Session:
        """A new token before the old one ends; it is used from then on."""
        session = self._ask("POST", "session", wire.Session)
        self._transport.token = session.access_token
        return session

    def me(self) -> wire.Myself:
        """Who the caller is on this line, and the next number of its party's messages."""
        return self._ask("GET", "me", wire.Myself)

    def board(self) -> board_wire.Board:
        """Everything that the caller's party may see now."""
        return self._ask("GET", "board", board_wire.Board)

    def inbox(self) -> board_wire.Inbox:
        """What waits for the caller's party, most pressing first."""
        return self._ask("GET", "inbox", board_wire.Inbox)

    def thread(self, thread: str) -> board_wire.ThreadSaid:
        """A thread, or the conflict that is one, with everything said in it."""
        return self._ask("GET", f"threads/{quote(thread, safe='')}", board_wire.ThreadSaid)

    def talks(self) -> bytes:
        """The scheduled talks of the party as an iCalendar file."""
        return self._transport.answer("GET", "/line/v1/talks.ics")

    def advise(
        self,
        *,
        conflict: str | None = None,
        thread: str | None = None,
        moves: str | None = None,
        limits: advice_wire.AdviceLimits | None = None,
        count: int = 5,
    ) -> advice_wire.Advice:
        """Ways out of a conflict, or of all that a thread of the party is in; nothing is said."""
        asked = advice_wire.AdviceAsked(
            thread=thread,
            conflict=conflict,
            moves=moves,
            limits=limits or advice_wire.AdviceLimits(),
            count=count,
        )
        body = msgspec.json.encode(asked)
        return self._ask("POST", "advice", advice_wire.Advice, body, headers=_JSON)

    def export_thread(self, thread: str, form: str = "html") -> bytes:
        """A thread as a file: `html`, `csv` or `kml`."""
        path = f"/line/v1/export/threads/{quote(thread, safe='')}"
        return self._transport.answer("GET", path, query={"form": form})

    def export_day(self, day: date, form: str = "html") -> bytes:
        """A day (UTC) as a file: `html`, `csv` or `kml`."""
        query = {"date": day.isoformat(), "form": form}
        return self._transport.answer("GET", "/line/v1/export/day", query=query)

    def say(
        self,
        body: Body,
        *,
        to: tuple[str, ...] = (),
        thread: str | None = None,
        lifetime: timedelta = LIFETIME,
        idempotency_key: str | None = None,
    ) -> wire.Taken:
        """Say something; returns when it is durable on the record.

        to: empty is everybody in the thread, or every other party. Sent again where an answer is
        lost: it counts once.
        """
        if self._signer is not None:
            return self._say_signed(self._signer, body, to, thread, lifetime)
        said = wire.Say(
            body.kind,
            msgspec.Raw(msgspec.json.encode(body_values(body))),
            list(to),
            thread,
            lifetime.total_seconds(),
        )
        path = "urgent" if body.kind is Kind.URGENT else "say"
        headers = _JSON | {"Idempotency-Key": idempotency_key or str(uuid4())}
        return self._ask("POST", path, wire.Taken, msgspec.json.encode(said), headers=headers)

    def confirm(
        self, officer: str, kind: Kind, place: tuple[float, float] | None = None
    ) -> wire.Confirmed:
        """Give the second person's word that `officer` may say something of that kind.

        place: latitude and longitude of a site, as found on the map.
        """
        asked = wire.Confirm(officer, kind, None if place is None else wire.Point(*place))
        return self._ask(
            "POST", "confirmations", wire.Confirmed, msgspec.json.encode(asked), headers=_JSON
        )

    def send(self, token: bytes, *, urgent: bool = False) -> wire.Taken:
        """Send a message that is signed already: its compact JWS."""
        path = "urgent/message" if urgent else "messages"
        return self._ask("POST", path, wire.Taken, token, headers=_JOSE)

    def make_bundle(
        self, to: str, after: int = 0, threads: tuple[str, ...] = (), *, packed: bool = False
    ) -> tuple[bundle_wire.Made, bytes | None]:
        """What the party said to another one, as a file; None if there is nothing.

        after: only what was said after that entry. Signed with the party's own key where it is
        held here, else by the server. Raises also: PermissionDenied if neither holds the key.
        """
        query = {"to": to, "after": str(after), "threads": ",".join(threads)}
        made = self._ask("GET", "bundles", bundle_wire.Made, query=query)
        return made, file_of(made, self._signer, packed=packed)

    def make_texts(self, to: str, thread: str, after: int = 0) -> list[str]:
        """What the party said to another one in a thread, as lines to read out; the newest alone
        if no entry is given after which it was said."""
        query = {"to": to, "after": str(after), "threads": thread, "text": "true"}
        return self._ask("GET", "bundles", bundle_wire.Made, query=query).texts

    def take_bundle(self, data: bytes) -> bundle_wire.Account:
        """Hand in what came as a file or text; an account of every message in it."""
        return self._ask("POST", "bundles", bundle_wire.Account, data, headers=_OCTETS)

    def peers(self) -> list[peer_wire.Peer]:
        """The servers of other parties that this one exchanges with, and how it goes."""
        return self._ask("GET", "peers", peer_wire.Peers).peers

    def put_peer(self, party: str, url: str | None, *, paused: bool = False) -> None:
        """Add a peer, say where it is, pause the exchange or go on. For admins."""
        body = msgspec.json.encode(peer_wire.PutPeer(url, paused))
        path = f"peers/{quote(party, safe='')}"
        self._ask("PUT", path, peer_wire.Peers, body, headers=_JSON)

    def remove_peer(self, party: str) -> None:
        """Exchange no longer with a party's server. For admins."""
        self._ask("DELETE", f"peers/{quote(party, safe='')}", peer_wire.Peers)

    def follow(self, after: int | None = None) -> Iterator[StreamEvent]:
        """Every entry that the party may see, as it comes, for ever; from an entry's number on.

        What was missed while the server was away is caught up. Raises: what a retry cannot help.
        """
        last = after
        while True:
            headers = {} if last is None else {"Last-Event-ID": str(last)}
            try:
                with self._transport.stream("/line/v1/stream", headers, READ_S) as lines:
                    for event in events_of(lines):
                        if event is not None:
                            last = event.entry
                            yield event
            except (Unreachable, StoreUnavailable):
                pass
            self._transport.pause()

    def _say_signed(
        self,
        signer: Signer,
        body: Body,
        to: tuple[str, ...],
        thread: str | None,
        lifetime: timedelta,
    ) -> wire.Taken:
        message_id = str(uuid4())
        problem: OpenlineError | None = None
        for _ in range(_SEQUENCE_TRIES):
            me = self.me()
            now = datetime.now(UTC)
            message = Message(
                message_id,
                me.agreement,
                me.version,
                me.party,
                to or tuple(party for party in me.parties if party != me.party),
                me.next_sequence,
                now,
                now + lifetime,
                thread or message_id,
                body,
                self._officer or me.officer,
            )
            token = jws.sign(encode(message), me.party, signer)
            try:
                return self.send(token, urgent=body.kind is Kind.URGENT)
            except VersionMismatch as error:  # another machine of the party took the number
                problem = error
        raise problem or AssertionError

    def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: bytes | None = None,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        again: bool = True,
    ) -> T:
        return self._transport.ask(
            method,
            f"/line/v1/{path}",
            kind,
            body=body,
            headers=headers,
            query=query,
            again=again,
        )
