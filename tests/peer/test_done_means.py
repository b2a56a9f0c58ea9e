"""One bad night: the cable is pulled in the middle of an URGENT, one server is killed, and a row of
the other's database is rewritten by hand. Both duty officers see exactly what had happened.
"""

import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from openline.app.line.jws import payload_of
from openline.client import Client
from openline.errors import OpenlineError
from openline.formats.line_message import decode
from openline.line.message.bodies import Receipt, Urgent
from openline.line.message.kind import ReceiptKind, UrgentAction
from tests.e2e.server_process import COMMAND
from tests.peer.faults import Rig
from tests.peer.nursery import Nursery
from tests.peer.servers import until
from tests.peer.test_servers import cosigned, evidence, has, peer, refuses, step, unlocated


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    nursery = Nursery()
    made = Rig(tmp_path / "sites", nursery, "north", "south")
    yield made
    made.close()
    nursery.close()


def link(client: Client, party: str) -> str:
    """How an officer sees the link to a party."""
    with suppress(OpenlineError):
        return next(one.state for one in client.board().links if one.party == party)
    return "no answer"


def verified(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """An export of a site's database, and what verifying it says."""
    exported = command(folder, "export", name, "--db", "line.db")
    assert exported.returncode == 0, exported.stderr
    return command(folder, "verify", name)


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`openline record …` in that folder."""
    given = [*COMMAND, "record", *words]
    return subprocess.run(given, cwd=folder, capture_output=True, text=True, check=False)


def test_cable_pulled_in_an_urgent_server_killed_and_row_rewritten_by_hand(rig: Rig) -> None:
    with rig.client("north") as ada, rig.client("south") as bo:
        notice = ada.say(unlocated(), to=("south",))
        until(lambda: step(ada, notice.thread, "south") == "received", "the line does not work")
        ada.say(Urgent(UrgentAction.HOLD))
        # only what lies under a cosigned head is held: on a slow machine much comes before it
        until(lambda: cosigned(bo, "north") > notice.entry, "north's record was never cosigned")

        # The cable: the URGENT arrives, its receipt does not.
        rig.proxies["north", "south"].set("one_way")
        rig.proxies["south", "north"].set("cut")
        stop = ada.say(Urgent(UrgentAction.STOP, text="aircraft below"))
        until(lambda: has(bo, stop.thread), "the URGENT did not arrive")
        for proxy in rig.proxies.values():
            proxy.set("cut")
        assert step(ada, stop.thread, "south") == "sent", "nobody knows whether it arrived"
        until(lambda: link(ada, "south") == "UNKNOWN", "north does not say UNKNOWN")
        until(lambda: link(bo, "north") == "UNKNOWN", "south does not say UNKNOWN")
        bo.say(Receipt(ReceiptKind.READ, stop.id), thread=stop.thread)

        # One server is killed, and both go on where they were.
        rig.kill("south")
        assert has(bo, stop.thread), "what was acknowledged outlives a kill"
        rig.heal()
        until(lambda: step(ada, stop.thread, "south") == "read", "the receipt never came")
        until(lambda: link(ada, "south") == link(bo, "north") == "live", "the line stays dead")
        assert not evidence(ada, "south")
        assert not evidence(bo, "north")

        # A row by hand: the notice is to have been said an hour earlier.
        seen = cosigned(bo, "north")
        rig.servers["north"].process.send_signal(signal.SIGKILL)
        rig.servers["north"].ended()
        folder = rig.sites["north"].folder
        assert verified(folder, "before.record").returncode == 0
        entry = rewrite(folder / "line.db", notice.id)
        refused = verified(folder, "after.record")
        assert refused.returncode == 1
        named = re.search(r"entr(?:y|ies) (\d+)(?: to (\d+))?:", refused.stdout)
        assert named is not None, refused.stdout
        assert int(named[1]) <= entry <= int(named[2] or named[1]), "the entry is among those named"
        forget_checkpoints(folder / "line.db")  # and its own server says nothing any more
        assert not evidence(bo, "north"), "nobody has seen it yet"
        rig.start("north")
        until(lambda: bool(evidence(bo, "north")), "south says nothing")
        until(lambda: refuses(ada, "south"), "north is not told")
        (what, *_) = evidence(bo, "north")
        assert "does not continue" in what
        assert "does not continue" in (peer(ada, "south").refuses or ""), "ada reads it too"
        assert cosigned(bo, "north") == seen, "what was seen stays"
        assert not evidence(ada, "south"), "nobody accuses south"
        for client in (ada, bo):
            found = {one.id for one in client.board().threads}
            assert {notice.thread, stop.thread} <= found, "messages are signed, and still there"


def rewrite(file: Path, message_id: str) -> int:
    """Put the entry of a message an hour earlier; its number."""
    with closing(sqlite3.connect(file)) as database, database:
        rows = database.execute(
            "SELECT sequence, body FROM records WHERE kind = 'line.message'"
        ).fetchall()
        (sequence,) = [
            sequence for sequence, body in rows if decode(payload_of(bytes(body))).id == message_id
        ]
        database.execute(
            "UPDATE records SET time = time - 3600000000 WHERE sequence = ?", (sequence,)
        )
        return int(sequence)


def forget_checkpoints(file: Path) -> None:
    """Take the signed heads away."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM checkpoints")
