"""Servers of different parties: what one says the others have, and nobody else."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openline.api.line import board_wire
from openline.client import Client
from openline.line.message.bodies import Notify, Receipt, Urgent
from openline.line.message.kind import NoticeKind, ReceiptKind, UrgentAction
from tests.peer.servers import Site, sites, until


def unlocated() -> Notify:
    now = datetime.now(UTC)
    return Notify(NoticeKind.UNLOCATED, now + timedelta(hours=2), now + timedelta(hours=3))


def step(client: Client, thread: str, party: str) -> str | None:
    found = client.thread(thread).thread
    assert found is not None
    return next((side.step for side in found.sides if side.party == party), None)


def has(client: Client, thread: str) -> bool:
    return any(one.id == thread for one in client.board().threads)


def test_what_one_server_says_the_other_has_and_answers(tmp_path: Path) -> None:
    with sites(tmp_path, "north", "south") as (north, south):
        ada, bo = north.client(), south.client()
        with ada, bo:
            said = ada.say(unlocated(), to=("south",))
            until(lambda: step(ada, said.thread, "south") == "received", "no machine's receipt")
            assert has(bo, said.thread)
            bo.say(Receipt(ReceiptKind.READ, said.id), thread=said.thread)
            until(lambda: step(ada, said.thread, "south") == "read", "no person's receipt")
            (other,) = ada.peers()
            assert (other.party, other.state, other.refused_count) == ("south", "reached", 0)
            urgent = bo.say(Urgent(UrgentAction.STOP, text="aircraft below"))
            until(lambda: has(ada, urgent.thread), "URGENT did not come")
            until(
                lambda: all(
                    link.state == "live"
                    for link in ada.board().links
                    if link.party in ("north", "south")
                ),
                "the link is not live",
            )


def test_three_servers_and_each_message_goes_to_its_recipients_alone(tmp_path: Path) -> None:
    with sites(tmp_path, "north", "south", "east") as made:
        north, south, east = (site.client() for site in made)
        for_south = [north.say(unlocated(), to=("south",)) for _ in range(3)]
        for_all = north.say(unlocated())
        until(lambda: step(north, for_all.thread, "east") == "received")
        until(lambda: step(north, for_all.thread, "south") == "received")
        for one in for_south:
            assert has(south, one.thread)
            assert not has(east, one.thread)
        until(lambda: not missing(east, "north"), "what was for others is shown as missing")
        for client in (north, south, east):
            client.close()


def missing(client: Client, party: str) -> list[int]:
    return next(link.missing for link in client.board().links if link.party == party)


def test_one_side_alone_can_connect_and_fetches_what_was_said_before(tmp_path: Path) -> None:
    north, south = Site(tmp_path, "north"), Site(tmp_path, "south")
    north.peers, south.peers = ["south"], [f"north={north.url}"]
    with north.running(), north.client() as ada:
        said = [ada.say(unlocated(), to=("south",)).thread for _ in range(20)]
        assert {step(ada, one, "south") for one in said} == {"sent"}
        with south.running(), south.client() as bo:
            until(
                lambda: {step(ada, one, "south") for one in said} == {"received"}, "some are lost"
            )
            back = bo.say(unlocated(), to=("north",))
            until(lambda: step(bo, back.thread, "north") == "received", "it was not brought")
            assert has(ada, back.thread)
            assert not missing(bo, "north")


def test_a_row_that_was_rewritten_by_hand_shows_on_both_boards(tmp_path: Path) -> None:
    """With the checkpoints taken away and the record sealed anew, its own server says nothing."""
    north, south = Site(tmp_path, "north"), Site(tmp_path, "south")
    north.peers, south.peers = [f"south={south.url}"], ["north"]
    with south.running(), south.client() as bo:
        with north.running(), north.client() as ada:
            said = ada.say(unlocated(), to=("south",))
            until(lambda: step(ada, said.thread, "south") == "received")
            ada.say(Urgent(UrgentAction.STOP))
            until(lambda: cosigned(bo, "north") > 5, "the record of north was never cosigned")
        with closing(sqlite3.connect(north.folder / "line.db")) as database, database:
            changed = database.execute(
                "UPDATE records SET time = time - 3600000000 WHERE sequence = 3"
            )
            assert changed.rowcount == 1
            database.execute("DELETE FROM checkpoints")
        assert not evidence(bo, "north")
        with north.running(), north.client() as ada:
            until(lambda: bool(evidence(bo, "north")), "south says nothing")
            until(lambda: refuses(ada, "south"), "north is not told")
        assert "does not continue" in evidence(bo, "north")[0]


def peer(client: Client, party: str) -> board_wire.Peer:
    found = next(link.peer for link in client.board().links if link.party == party)
    assert found is not None
    return found


def cosigned(client: Client, party: str) -> int:
    return peer(client, party).seen or 0


def evidence(client: Client, party: str) -> list[str]:
    return peer(client, party).evidence


def refuses(client: Client, party: str) -> bool:
    return peer(client, party).refuses is not None
