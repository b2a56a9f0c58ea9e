"""The peers of a server: which addresses are taken, and `openline peer` on a database."""

import json
from pathlib import Path

import pytest

from openline.app.peer.peers import Peer, checked_address, peer_of, peers, put_peer
from openline.errors import InvalidInput
from openline.store.memory import MemoryStore
from tests.line_server import START
from tests.unit.command import invoke


@pytest.mark.parametrize(
    "address",
    [
        "https://south.example",
        "https://south.example:8443/line",
        "http://127.0.0.1:8082",
        "http://localhost",
        "http://[::1]:8082",
    ],
)
def test_addresses_that_are_taken(address: str) -> None:
    assert checked_address(address + "/") == address


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://south.example", "in the open"),
        ("http://localhost.evil.example", "in the open"),
        ("ftp://south.example", "in the open"),
        ("south.example", "no address"),
        ("https://", "no address"),
        ("https://south.example:0", "no address"),
        ("https://south.example:99999", "no address"),
        ("https://user:secret@south.example", "no user"),
        ("https://south.example/?a=b", "no user"),
        ("https://south.example/#a", "no user"),
        ("https://südlich.example", "no address"),
        ("https://south.example/a b", "no address"),
        ("https://[", "no address"),
        ("https://" + "a" * 3_000, "no address"),
    ],
)
def test_addresses_that_are_refused(address: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        checked_address(address)


def test_a_setting_names_a_party_and_perhaps_its_address() -> None:
    assert peer_of("south=https://south.example/") == Peer("south", "https://south.example")
    assert peer_of("south") == Peer("south")
    for text in ("", "=https://south.example", "So uth=https://south.example", "south="):
        with pytest.raises(InvalidInput):
            peer_of(text)


def test_a_peer_that_stands_so_already_is_no_entry() -> None:
    store = MemoryStore()
    for _ in range(2):
        put_peer(store, "north", Peer("south"), START).result()
    assert store.read(peers) == [Peer("south")]
    assert store.read(lambda reader: reader.last_sequence()) == 1


def test_the_command_keeps_peers_in_a_database(tmp_path: Path) -> None:
    db = str(tmp_path / "line.db")
    assert invoke("peer", "add", "south", "https://south.example", "--db", db).exit_code == 0
    assert invoke("peer", "add", "east", "--db", db).exit_code == 0
    assert invoke("peer", "pause", "south", "--db", db).exit_code == 0
    listed = invoke("peer", "list", "--db", db)
    assert listed.output.splitlines() == [
        f"{'east':24} connects to us",
        f"{'south':24} https://south.example paused",
    ]
    assert invoke("peer", "add", "south", "https://other.example", "--db", db).exit_code == 0
    found = json.loads(invoke("peer", "list", "--json", "--db", db).output)["peers"]
    assert found[1] == {
        "party": "south",
        "url": "https://other.example",
        "paused": True,
        "hosts": [],
    }
    assert invoke("peer", "pause", "south", "--end", "--db", db).exit_code == 0
    assert invoke("peer", "remove", "east", "--db", db).exit_code == 0
    assert invoke("peer", "remove", "east", "--db", db).exit_code == 2
    assert invoke("peer", "pause", "east", "--db", db).exit_code == 2
    assert invoke("peer", "add", "south", "http://south.example", "--db", db).exit_code == 2
