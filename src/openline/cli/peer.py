"""`openline peer`: the servers of other parties that this one exchanges with."""

from typing import TYPE_CHECKING, Any, Final

import click

from openline.cli.line_connection import connection_options

if TYPE_CHECKING:
    from openline.api.line.peer_wire import Peer as PeerSeen
    from openline.app.peer.peers import Peer
    from openline.client import Client
    from openline.store.ports import Store

_SKEW_SHOWN_S: Final = 0.5
_db = click.option(
    "--db", metavar="PATH|ADDRESS", help="The database of a server that does not run."
)


@click.group("peer", short_help="Add, list, pause and remove the servers of other parties.")
def peer() -> None:
    """Add, list, pause and remove the servers of other parties.

    While the server runs an admin of its party does it over HTTP (--server, or the session of
    `openline line login`); while it does not, --db names its database.
    """


@peer.command("add")
@click.argument("party")
@click.argument("address", required=False)
@_db
@connection_options
def add(party: str, address: str | None, db: str | None, **how: Any) -> None:
    """Exchange with the server of PARTY at ADDRESS; without one it connects to us."""
    from dataclasses import replace

    from openline.app.peer.peers import Peer, checked_address
    from openline.line.agreement import check_id

    url = None if address is None else checked_address(address)
    found = Peer(check_id(party, "party"), url)
    if db is not None:
        _change(db, found, lambda known: replace(known, url=url))
    else:
        with _client(how) as client:
            known = {one.party: one for one in client.peers()}
            client.put_peer(party, url, paused=party in known and known[party].state == "paused")
    click.echo(f"{party} is a peer" + (f" at {url}" if url else ", and connects to this server"))


@peer.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
@_db
@connection_options
def list_(as_json: bool, db: str | None, **how: Any) -> None:
    """List every peer; of a server that runs, with how the exchange goes."""
    import msgspec

    from openline.api.line.peer_wire import Peers

    if db is None:
        with _client(how) as client:
            seen = client.peers()
        if as_json:
            click.echo(msgspec.json.encode(Peers(seen)))
            return
        for one in seen:
            for row in _rows(one):
                click.echo(row)
        _say_none(bool(seen))
        return
    kept = _kept(db)
    if as_json:
        click.echo(msgspec.json.encode({"peers": kept}))
        return
    for known in kept:
        state = "paused" if known.paused else ""
        click.echo(f"{known.party:24} {known.url or 'connects to us'} {state}".rstrip())
    _say_none(bool(kept))


@peer.command("pause")
@click.argument("party")
@click.option("--end", is_flag=True, help="Go on with the exchange.")
@_db
@connection_options
def pause(party: str, end: bool, db: str | None, **how: Any) -> None:
    """Pause the exchange with PARTY: nothing goes out and nothing is taken; nothing is lost."""
    from dataclasses import replace

    from openline.errors import NotFound

    if db is not None:
        _change(db, None, lambda known: replace(known, paused=not end), party)
    else:
        with _client(how) as client:
            known = next((one for one in client.peers() if one.party == party), None)
            if known is None:
                raise NotFound(f"there is no peer {party!r}", cure="openline peer list")
            client.put_peer(party, known.url, paused=not end)
    click.echo(f"the exchange with {party} " + ("goes on" if end else "is paused"))


@peer.command("remove")
@click.argument("party")
@_db
@connection_options
def remove(party: str, db: str | None, **how: Any) -> None:
    """Exchange no longer with PARTY. Added again, it goes on where it was."""
    from datetime import UTC, datetime

    from openline.app.peer.peers import remove_peer

    if db is not None:
        with _opened(db) as store:
            remove_peer(store, "openline", party, datetime.now(UTC)).result()
    else:
        with _client(how) as client:
            client.remove_peer(party)
    click.echo(f"{party} is no peer any more")


@peer.command("review")
@click.argument("party")
@click.argument("other")
@click.option("--until", metavar="INSTANT", help="Only what was said before, as 2026-11-22T12:00Z.")
@click.option("--db", metavar="PATH|ADDRESS", help="The store. Else as in the settings here.")
def review(party: str, other: str, until: str | None, db: str | None) -> None:
    """Review what PARTY and OTHER said to each other, letter by letter as the other side does.

    Made of the signed messages that both have and of the agreement, and of nothing else: compare
    `digest` with the other side. The server may run meanwhile.
    """
    from openline.app.peer.common import common_review
    from openline.app.read_records import last_sequence, records_of, source_of
    from openline.cli.settings import read_settings
    from openline.formats.instants import parse_instant
    from openline.formats.json_text import encode

    ends = None if until is None else parse_instant(until)
    with source_of(db or read_settings({}, None).text("db")) as source:
        records = records_of(source, last_sequence(source))
        found = common_review(records, (party, other), ends)
    click.echo(encode(found))


def _rows(one: "PeerSeen") -> list[str]:
    from openline.cli.output import printable

    head = f"{one.party:16} {one.state:12} {one.url or 'connects to us'}"
    rows = [printable(head)]
    if one.heard is not None:
        off = one.skew_s or 0.0
        skew = f", its clock is {off:+.1f} s off ours" if abs(off) >= _SKEW_SHOWN_S else ""
        rows.append(f"  heard {_instant(one.heard)}{skew}; {_waiting(one.behind)}")
    if one.fault is not None and one.state != "paused":
        rows.append(printable(f"  {one.fault}"))
    if one.cosigned is not None:
        at = _instant(one.cosigned_at or "")
        rows.append(f"  has cosigned {one.cosigned:,} entries of this record at {at}")
    if one.seen is not None:
        rows.append(f"  {one.seen:,} entries of its record were cosigned here")
    if one.refuses is not None:
        rows.append(printable(f"  REFUSES to cosign this record: {one.refuses}"))
        rows.append(
            "    Verify it: openline db check. Then call them; both have an export to compare."
        )
    for held in one.evidence:
        rows.append(printable(f"  EVIDENCE of {_instant(held.time)}: {held.what}"))
    if one.evidence:
        rows.append(
            f"    {one.party} signed two records that contradict each other. Call its duty officer,"
        )
        rows.append("    keep both heads (--json) and an export (openline record export); what was")
        rows.append("    said before is on your own record. Messages go on.")
    for kept, word in ((one.waiting, "refused, tried again"), (one.refused, "refused")):
        rows += [printable(f"  {word}: {m.kind} {m.id}: {m.reason}") for m in kept]
    return rows


def _instant(text: str) -> str:
    """An instant to the second."""
    head, dot, _ = text.partition(".")
    return f"{head}Z" if dot else head


def _waiting(count: int) -> str:
    if not count:
        return "it has everything that is for it"
    return f"{count:,} message{'s' if count > 1 else ''} for it {'wait' if count > 1 else 'waits'}"


def _say_none(there: bool) -> None:
    if not there:
        click.echo("There is no peer. Add one: openline peer add PARTY ADDRESS", err=True)


def _change(db: str, new: "Peer | None", changed: Any, party: str | None = None) -> None:
    """Keep a peer as it is changed; as `new` where it is not there yet."""
    from datetime import UTC, datetime

    from openline.app.peer.peers import peers, put_peer
    from openline.errors import NotFound

    name = new.party if new is not None else party
    with _opened(db) as store:
        known = next((one for one in store.read(peers) if one.party == name), None)
        if known is None and new is None:
            raise NotFound(f"there is no peer {name!r}", cure="openline peer list")
        kept = new if known is None else changed(known)
        assert kept is not None
        put_peer(store, "openline", kept, datetime.now(UTC)).result()


def _kept(db: str) -> "list[Peer]":
    from openline.app.peer.peers import peers

    with _opened(db) as store:
        found: list[Peer] = store.read(peers)
    return found


def _opened(db: str) -> "Any":
    from contextlib import closing

    from openline.wiring import open_store

    store: Store = open_store(db)
    return closing(store)


def _client(how: dict[str, Any]) -> "Client":
    from openline.cli.line_connection import open_client

    return open_client(how["server"], how["token"], how["key"], how["officer"])
