"""The peers of a server: parties whose own server it exchanges with; kept in the store.

Who a peer is, the agreement says: its key there verifies whatever it sends. Here stands only where
it is, and whether the exchange is paused.
"""

from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from openline.errors import InvalidInput, NotFound
from openline.line.agreement import check_id
from openline.store.ports import Reader, Store, Transaction

KIND: Final = "peer"
PUT: Final = "peer.put"
REMOVED: Final = "peer.removed"
PEERS_MAX: Final = 50
_ADDRESS_MAX: Final = 2_000
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_EXCLUSIVE: Final = "peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """The server of another party. url: None where that one connects to us, and we cannot.
    hosts: further parties whose messages it carries; `party` speaks for it."""

    party: str
    url: str | None = None
    paused: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def parties(self) -> frozenset[str]:
        """All whose server it is."""
        return frozenset((self.party, *self.hosts))


def peer_of(text: str) -> Peer:
    """A peer from `PARTY=ADDRESS`, or `PARTY` alone; `PARTY+PARTY` where one server is that of
    several, the one that speaks for it first. Raises: InvalidInput."""
    names, equals, address = text.partition("=")
    party, *hosts = (check_id(name, "peers") for name in names.split("+"))
    url = checked_address(address) if equals else None
    return Peer(party, url, hosts=tuple(hosts))


def checked_address(address: str) -> str:
    """An address of a peer. Raises: InvalidInput unless it is https, or http to this machine."""
    plain = address.isascii() and address.isprintable() and " " not in address
    try:
        parts = urlsplit(address)
        hostname, port = parts.hostname, parts.port
    except ValueError:
        hostname, port = None, None
    if not plain or not hostname or port == 0 or len(address) > _ADDRESS_MAX:
        raise InvalidInput(
            f"{address[:60]!r} is no address of a peer", cure="https://HOST", field="peers"
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise InvalidInput("an address of a peer has no user, query or fragment", field="peers")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(hostname)):
        raise InvalidInput(
            "what is said would go over the network in the open",
            cure="https://…; http:// is taken to this machine alone",
            field="peers",
        )
    return address.rstrip("/")


def peers(reader: Reader) -> list[Peer]:
    """Every peer, by party."""
    found = reader.documents(KIND, "", PEERS_MAX)
    return [msgspec.json.decode(body, type=Peer) for _, body in found]


def put_peer(store: Store, by: str, peer: Peer, now: datetime) -> "Future[Peer]":
    """Add a peer or change it; done when it is durable. One that stands so already changes nothing.

    Raises (in the future): InvalidInput beyond PEERS_MAX.
    """

    def change(tx: Transaction) -> Peer:
        known = peers(tx)
        if peer in known:
            return peer
        if len(known) >= PEERS_MAX and all(one.party != peer.party for one in known):
            raise InvalidInput(f"there are {PEERS_MAX} peers already", field="peers")
        _put(tx, by, peer, now)
        return peer

    return store.submit((), change, _EXCLUSIVE)


def pause_peer(store: Store, by: str, party: str, now: datetime, *, paused: bool) -> "Future[Peer]":
    """Pause the exchange, or go on. Raises (in the future): NotFound."""

    def change(tx: Transaction) -> Peer:
        found = replace(_found(tx, party), paused=paused)
        _put(tx, by, found, now)
        return found

    return store.submit((), change, _EXCLUSIVE)


def remove_peer(store: Store, by: str, party: str, now: datetime) -> "Future[None]":
    """Remove a peer. How far it came stays known: added again, it goes on there.

    Raises (in the future): NotFound.
    """

    def change(tx: Transaction) -> None:
        _found(tx, party)
        tx.delete_document(KIND, party)
        told = msgspec.json.encode({"party": party}, order="deterministic")
        tx.append_record(now, by, REMOVED, told)

    return store.submit((), change, _EXCLUSIVE)


def _put(tx: Transaction, by: str, peer: Peer, now: datetime) -> None:
    body = msgspec.json.encode(peer, order="deterministic")
    tx.put_document(KIND, peer.party, body)
    tx.append_record(now, by, PUT, body)


def _found(tx: Transaction, party: str) -> Peer:
    found = next((one for one in peers(tx) if one.party == party), None)
    if found is None:
        raise NotFound(f"there is no peer {party[:64]!r}", cure="openline peer list", field="party")
    return found


def _is_here(hostname: str) -> bool:
    return hostname in _LOOPBACK
