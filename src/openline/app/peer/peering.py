"""The peering of one server: its links, and what it answers to the servers of other parties.

Nobody is believed: a request counts once it is signed by the key that the agreement has for the
party, for this party, this path and this body, at about this time, with a number that was not used.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from openline.app.ed25519 import verify
from openline.app.line.services import LineServices
from openline.app.peer.link import Answered, Link, Own
from openline.app.peer.peers import Peer, peers
from openline.app.seal_record import Sealer
from openline.errors import (
    InvalidInput,
    NotFound,
    OpenlineError,
    PermissionDenied,
    StoreUnavailable,
    Unauthenticated,
    VersionMismatch,
)
from openline.formats.peer_exchange import (
    URGENT_PATH,
    WAIT_MAX_S,
    Exchange,
    Outcome,
    Problem,
    Stamp,
    answer_stamp,
    check_request,
    decode,
    encode,
    parse_stamp,
)
from openline.formats.peer_heads import HEADS_PATH, Heads
from openline.line.line import Line

TIME_WINDOW: Final = timedelta(seconds=60)
NONCES_MAX: Final = 100_000  # of two windows; with more, the oldest go
_STATUSES: Final[tuple[tuple[type[OpenlineError], int], ...]] = (
    (InvalidInput, 400),
    (Unauthenticated, 401),
    (PermissionDenied, 403),
    (NotFound, 404),
    (VersionMismatch, 409),
    (StoreUnavailable, 503),
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A request of a peer that was taken, and has to be answered. until_s: it may wait so long."""

    link: Link
    stamp: Stamp
    asked: Exchange
    outcomes: list[Outcome]
    urgent: bool
    until_s: float

    def now(self) -> "Pending":
        """The same, without waiting."""
        return replace(self, until_s=float("-inf"))


class Peering:
    """All links of a server. Thread-safe.

    ticks: seconds that only grow. Raises: InvalidInput without a key of a party of the agreement.
    """

    def __init__(
        self,
        line: LineServices,
        sealer: Sealer | None = None,
        ticks: Callable[[], float] = time.monotonic,
        new_nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self.line = line
        self.alone = True  # whether no other process has this store
        self._sealer = sealer
        self.ticks = ticks
        self._new_nonce = new_nonce
        self._lock = threading.Lock()
        self._links: dict[str, Link] = {}
        self._nonces: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self.party = line.look(self._speaker)
        self.refresh()

    @property
    def links(self) -> tuple[Link, ...]:
        """The links that there are now, by party."""
        return tuple(self._links[name] for name in sorted(self._links))

    def link(self, party: str) -> Link | None:
        """The link to a party's server."""
        return self._links.get(party)

    def refresh(self) -> None:
        """Take the peers as the store has them now. Raises: StoreUnavailable."""
        known = {one.party: one for one in self.line.store.read(peers)}
        parties = self.line.look(lambda line, _at: {one.id for one in line.state.agreed().parties})
        wanted = {
            name: peer
            for name, peer in known.items()
            if name in parties and name not in self.line.signers
        }
        elsewhere = frozenset[str]().union(*(peer.parties for peer in wanted.values()))
        own = frozenset(parties - elsewhere)
        with self._lock:
            links = {name: self._kept(peer, own) for name, peer in wanted.items()}
            self._links = links
        remote = {name: peer.parties for peer in wanted.values() for name in peer.parties}
        self.line.remote.update(remote)
        for name in set(self.line.remote) - set(remote):
            del self.line.remote[name]

    def take(self, path: str, header: str | None, body: bytes) -> "Pending | Answered":
        """Take a request of a peer: what has to be answered, or why it is not taken."""
        now = self.line.clock.now()
        stamp: Stamp | None = None
        try:
            stamp = parse_stamp(header)
            link = self._admitted(stamp, path, body, now)
            if path == HEADS_PATH:
                heads = link.witness.answer(decode(body, Heads), now)
                return self._signed(stamp, 200, encode(heads))
            asked, now_s = decode(body, Exchange), self.ticks()
            outcomes = link.answer(asked, now, now_s)
        except OpenlineError as error:
            return self._problem(error, stamp, now)
        link.urgent_count += path == URGENT_PATH
        wait_s = 0.0 if outcomes or asked.messages else min(asked.wait_s, WAIT_MAX_S)
        return Pending(link, stamp, asked, outcomes, path == URGENT_PATH, now_s + wait_s)

    def answer(self, pending: Pending) -> Answered | None:
        """The answer; None while there is nothing for the peer and it may still wait."""
        now_s = self.ticks()
        reply = pending.link.reply(pending.asked, pending.outcomes, now_s, urgent=pending.urgent)
        if not reply.messages and now_s < pending.until_s:
            return None
        return self._signed(pending.stamp, 200, encode(reply))

    def notes(self, but: str) -> dict[str, str]:
        """The newest heads of peers' records that were cosigned here, without one peer's."""
        found = {link.peer.party: link.witness.seen_note() for link in self.links}
        return {name: note for name, note in found.items() if note is not None and name != but}

    def heard(self, notes: dict[str, str], by: str, now: datetime) -> None:
        """Look at heads that another party cosigned. Raises: StoreUnavailable."""
        for party, note in notes.items():
            link = self._links.get(party)
            if link is not None and party != by:
                link.witness.gossip(note, by, now)

    def note(self) -> None:
        """Keep how far every peer is; at the end of the server."""
        for link in self.links:
            link.outbox.note()

    def _kept(self, peer: Peer, own: frozenset[str]) -> Link:
        known = self._links.get(peer.party)
        if known is not None and (known.own.parties, known.peer.hosts) == (own, peer.hosts):
            known.peer = peer
            return known
        signer = self.line.signers[self.party]
        own_party = Own(self.party, signer, own, self._new_nonce)
        return Link(self.line, own_party, peer, self._sealer, self)

    def _speaker(self, line: Line, _at: int) -> str:
        for party in line.state.agreed().parties:
            if party.id in self.line.signers:
                return party.id
        raise InvalidInput(
            "servers of others are spoken to by a party whose key is here, and there is none",
            cure="give --party-key FILE",
            field="peers",
        )

    def _admitted(self, stamp: Stamp, path: str, body: bytes, now: datetime) -> Link:
        """Raises: Unauthenticated, PermissionDenied, NotFound, VersionMismatch; if paused,
        StoreUnavailable."""
        agreement = self.line.look(lambda line, _at: line.state.agreed())
        party = agreement.party(stamp.sender)
        if party is None:
            raise Unauthenticated(f"{stamp.sender!r} is no party of the agreement")
        check_request(stamp, path, body, party.public_key, verify)
        if stamp.recipient != self.party:
            raise NotFound(f"this is not the server of {stamp.recipient!r}")
        if abs(stamp.time - now) > TIME_WINDOW:
            raise Unauthenticated(
                "the request is not of now", cure="take the time of this answer", code_word="clock"
            )
        self._use(stamp, now)
        link = self._links.get(stamp.sender)
        if link is None:
            raise PermissionDenied(
                f"{stamp.sender!r} is no peer of this server", cure="openline peer add"
            )
        if link.peer.paused:
            raise StoreUnavailable(f"the exchange with {stamp.sender!r} is paused")
        return link

    def _use(self, stamp: Stamp, now: datetime) -> None:
        """Raises: VersionMismatch for a request that was taken before."""
        with self._lock:
            key = (stamp.sender, stamp.nonce)
            if key in self._nonces:
                raise VersionMismatch("this request was taken before")
            self._nonces[key] = stamp.time
            while self._nonces and (
                len(self._nonces) > NONCES_MAX
                or next(iter(self._nonces.values())) < now - 2 * TIME_WINDOW
            ):
                self._nonces.popitem(last=False)

    def _problem(self, error: OpenlineError, stamp: Stamp | None, now: datetime) -> Answered:
        status = next((code for kind, code in _STATUSES if isinstance(error, kind)), None)
        if status is None:
            raise error
        word = error.facts.get("code_word")
        body = encode(Problem(str(error), word if isinstance(word, str) else None))
        if stamp is None or stamp.recipient != self.party:
            return Answered(status, None, body)
        return self._signed(stamp, status, body, now)

    def _signed(
        self, stamp: Stamp, status: int, body: bytes, now: datetime | None = None
    ) -> Answered:
        signer = self.line.signers[self.party]
        said = answer_stamp(signer, stamp, now or self.line.clock.now(), status, body)
        return Answered(status, str(said), body)
