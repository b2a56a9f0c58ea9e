"""The peering of a server from its settings: peers that are named there are kept in the store."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from openline.app.configuration import Configuration
from openline.app.line.services import LineServices
from openline.app.peer.peering import Peering
from openline.app.peer.peers import Peer, peer_of, peers, put_peer
from openline.app.seal_record import Sealer
from openline.errors import InvalidInput
from openline.line.agreement import Agreement
from openline.line.line import Line

_POSTGRES: Final = ("postgresql://", "postgres://")


def open_peering(
    told: Configuration, line: LineServices | None, sealer: Sealer | None, now: datetime
) -> Peering | None:
    """The peering of a server that is the machine of a party; None for another.

    Raises: InvalidInput for peers that cannot be, StoreUnavailable.
    """
    named = [peer_of(text) for text in told.words("peers")]
    if line is None or not line.signers:
        if named:
            raise InvalidInput(
                "servers of others are spoken to by a party whose key is here, and there is none",
                cure="give --agreement FILE and --party-key FILE",
                field="peers",
            )
        return None
    agreement = line.look(_agreed)
    for peer in named:
        _check(agreement, line, peer)
        known = {one.party: one for one in line.store.read(peers)}.get(peer.party)
        kept = peer if known is None else _changed(known, peer)
        put_peer(line.store, line.origin, kept, now).result()
    found = Peering(line, sealer)
    found.alone = not told.text("db").startswith(_POSTGRES)
    return found


def _changed(known: Peer, named: Peer) -> Peer:
    return replace(known, url=named.url or known.url, hosts=named.hosts or known.hosts)


def check_peer(line: LineServices, peer: Peer) -> None:
    """Raises: InvalidInput for a party that can be no peer of this server."""
    _check(line.look(_agreed), line, peer)


def _check(agreement: Agreement, line: LineServices, peer: Peer) -> None:
    for party in (peer.party, *peer.hosts):
        if agreement.party(party) is None:
            raise InvalidInput(f"{party!r} is no party of the agreement", field="peers")
        if party in line.signers:
            raise InvalidInput(f"{party!r} is a party of this very server", field="peers")


def _agreed(line: Line, _at: int) -> Agreement:
    return line.state.agreed()
