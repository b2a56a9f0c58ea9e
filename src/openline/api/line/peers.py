"""The peers of this server, for its own people: how the exchange stands, and where they are."""

from concurrent.futures import Future
from typing import Any, Final

from openline.api.line import peer_wire as wire
from openline.api.line.call import ADMINS, ANYBODY, PREFIX, caller_party, line_of
from openline.api.operation import Call, Later, Operation
from openline.app.peer.heads import Evidence
from openline.app.peer.opening import check_peer
from openline.app.peer.outbox import Refused
from openline.app.peer.peering import Peering
from openline.app.peer.peers import Peer, checked_address, peers, put_peer, remove_peer
from openline.app.peer.status import PeerStatus, statuses
from openline.errors import NotFound, PermissionDenied
from openline.formats.instants import format_instant
from openline.line.agreement import check_id

_PEERS: Final = f"{PREFIX}/peers"


def peer_values(found: PeerStatus) -> wire.Peer:
    """A peer as it travels."""
    return wire.Peer(
        found.party,
        found.state,
        found.behind,
        found.refused_count,
        [_refused(one) for one in found.waiting],
        [_refused(one) for one in found.refused],
        [_evidence(one) for one in found.evidence],
        found.url,
        None if found.heard is None else format_instant(found.heard),
        found.fault,
        None if found.skew is None else found.skew.total_seconds(),
        None if found.cosigned is None else found.cosigned.size,
        None if found.cosigned is None else format_instant(found.cosigned.time),
        None if found.seen is None else found.seen.size,
        found.refuses,
    )


def _refused(one: Refused) -> wire.Refused:
    time = format_instant(one.time)
    return wire.Refused(one.id, one.kind, one.reason, time, one.final, one.tries)


def _evidence(one: Evidence) -> wire.Evidence:
    return wire.Evidence(format_instant(one.time), one.what, one.seen, one.shown)


def _list(call: Call) -> wire.Peers:
    _require_own(call)
    return _all(call)


def _all(call: Call) -> wire.Peers:
    found = statuses(_peering(call), call.now)
    return wire.Peers([peer_values(one) for one in found])


def _put(call: Call) -> Later:
    _require_own(call)
    asked: wire.PutPeer = call.body
    url = None if asked.url is None else checked_address(asked.url)
    party = check_id(call.path["party"], "party")
    known = {one.party: one for one in call.services.store.read(peers)}.get(party)
    peer = Peer(party, url, asked.paused, () if known is None else known.hosts)
    check_peer(line_of(call), peer)
    done: Future[Any] = put_peer(call.services.store, _by(call), peer, call.now)
    return Later(done, lambda _peer: _refreshed(call))


def _remove(call: Call) -> Later:
    _require_own(call)
    party = check_id(call.path["party"], "party")
    done: Future[Any] = remove_peer(call.services.store, _by(call), party, call.now)
    return Later(done, lambda _none: _refreshed(call))


def _refreshed(call: Call) -> wire.Peers:
    _peering(call).refresh()
    return _all(call)


def _peering(call: Call) -> Peering:
    if call.services.peering is None:
        raise NotFound(
            "this server speaks for no party", cure="start it with --agreement and --party-key"
        )
    return call.services.peering


def _require_own(call: Call) -> None:
    """Raises: PermissionDenied for somebody of a party that has its own server."""
    party = caller_party(call)
    if party not in line_of(call).signers:
        raise PermissionDenied(f"this is not the server of {party!r}")


def _by(call: Call) -> str:
    return call.caller.officer or call.caller.sub


OPERATIONS: Final = (
    Operation(
        name="listPeers",
        method="GET",
        path=_PEERS,
        summary="The servers of other parties that this one exchanges with, and how it goes",
        handler=_list,
        scopes=ANYBODY,
        response=wire.Peers,
        errors=(404,),
    ),
    Operation(
        name="putPeer",
        method="PUT",
        path=f"{_PEERS}/{{party}}",
        summary="Add a peer, say where it is, pause the exchange or go on",
        handler=_put,
        scopes=ADMINS,
        request=wire.PutPeer,
        response=wire.Peers,
        errors=(400, 404),
    ),
    Operation(
        name="removePeer",
        method="DELETE",
        path=f"{_PEERS}/{{party}}",
        summary="Exchange no longer with a party's server",
        handler=_remove,
        scopes=ADMINS,
        response=wire.Peers,
        errors=(400, 404),
    ),
)
