"""The line under load: signed notices in, durable receipts out; URGENT while another party floods.

Every figure is of a real `openline serve` with an agreement and its defaults, and of a client in a
process of its own on the same processor. The notices are signed before; each is verified, checked,
compared with all that another party has standing, put on the record with the machine's receipt of
its recipient, and acknowledged after the commit. Beside it the floor: the signature alone verified,
and the very rows of the record written in as many commits.
"""

import json
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen
from uuid import UUID

from bench import load
from bench.measure import note
from bench.server_cases import scratch, turns
from bench.server_process import Served, serving
from openline.airspace.volume import Volume4D
from openline.app.ed25519 import KeySigner
from openline.app.key_files import create_key
from openline.app.line import jws
from openline.app.new_agreement import new_agreement
from openline.app.read_agreement import load_agreement, signatures_name
from openline.formats.line_message import body_values, encode
from openline.geo.circle import Circle
from openline.line.message.bodies import Notify, Urgent
from openline.line.message.envelope import Message
from openline.line.message.kind import NoticeKind, UrgentAction
from openline.line.signatures import sign_agreement

CONNECTIONS: Final = 8
NOTICES: Final = 2_000
URGENT: Final = 50  # a turn; two turns are within what one party may send at once
PARTIES: Final = ("north", "south", "east")
_ID: Final = "bench-line"
_SCOPES: Final = "openline.watch openline.file openline.duty"
Facts = dict[str, Any]


@dataclass(slots=True)
class LineBench:
    """A server with a line, and the keys of its parties; `south` is its own."""

    folder: Path
    served: Served
    signers: dict[str, KeySigner]
    random: random.Random
    sequences: dict[str, int]

    def token(self, party: str) -> str:
        """The token of a duty officer."""
        host, port = self.served.address
        query = urlencode({"sub": f"officer-{party}", "party": party, "scope": _SCOPES})
        with urlopen(f"http://{host}:{port}/token?{query}", timeout=10) as answer:
            token: str = json.load(answer)["access_token"]
            return token

    def notices(self, party: str, count: int) -> list[bytes]:
        """Signed notices of a party to `south`, spread over the agreed area and a day."""
        token = self.token(party)
        found = []
        for _ in range(count):
            signed = self.signed(party, self._notice())
            found.append(load.request("POST", "/line/v1/messages", token, signed))
        return found

    def urgent(self, party: str, count: int) -> list[bytes]:
        """Requests that say URGENT for the party whose machine the server is."""
        token = self.token(party)
        body = {
            "kind": "URGENT",
            "body": body_values(Urgent(UrgentAction.STOP)),
            "to": ["east"],
        }
        one = load.request("POST", "/line/v1/urgent", token, json.dumps(body).encode())
        return [one] * count

    def _notice(self) -> Notify:
        start = datetime.now(UTC) + timedelta(hours=2 + self.random.random() * 20)
        end = start + timedelta(minutes=30)
        place = Circle.of(53.0 + 1.5 * self.random.random(), 6.0 + 2 * self.random.random(), 500.0)
        low = 2_000.0 * self.random.random()
        volume = Volume4D.over_ellipsoid(place, low, low + 120.0, start, end)
        return Notify(NoticeKind.VOLUME, start, end, (volume,))

    def signed(self, party: str, body: Notify) -> bytes:
        """The body as a signed message of that party to `south`, the next of its sequence."""
        self.sequences[party] += 1
        now = datetime.now(UTC)
        message_id = str(UUID(int=self.random.getrandbits(128), version=4))
        message = Message(
            message_id,
            _ID,
            1,
            party,
            ("south",),
            self.sequences[party],
            now,
            now + timedelta(days=1),
            message_id,
            body,
            "bench",
        )
        return jws.sign(encode(message), party, self.signers[party])


@contextmanager
def line_bench(seed: int) -> Iterator[LineBench]:
    """A server on a new file with a line of three parties."""
    with tempfile.TemporaryDirectory(prefix="openline-bench-", dir=scratch()) as name:
        folder = Path(name)
        agreement = str(folder / "agreement.toml")
        signers = {party: create_key(str(folder / f"{party}.key")) for party in PARTIES}
        keys = tuple(f"{party}={folder / f'{party}.key.pub'}" for party in PARTIES)
        now = datetime.now(UTC)
        valid = (now - timedelta(days=1), now + timedelta(days=30))
        for file, data in new_agreement(agreement, _ID, keys, valid, now):
            Path(file).write_bytes(data)
        for party in PARTIES:
            loaded = load_agreement(agreement)
            signed = sign_agreement(loaded.agreement, loaded.digest, signers[party], loaded.note)
            Path(signatures_name(agreement, 1)).write_text(str(signed))
        db = str(folder / "line.db")
        options = ("--agreement", agreement, "--party-key", str(folder / "south.key"))
        with serving(folder, db, *options) as served:
            yield LineBench(folder, served, signers, random.Random(seed), dict.fromkeys(PARTIES, 0))


def line_messages(repeats: int, seed: int, *, quick: bool) -> Facts:
    """Signed notices in, durable receipts out."""
    count = 40 if quick else NOTICES
    with line_bench(seed) as bench:
        theirs = bench.notices("east", 2 * count)
        load.run(bench.served.address, CONNECTIONS, theirs, bench.folder / "theirs")

        def turn() -> Facts:
            requests = bench.notices("north", count)
            begin_s, entries = bench.served.cpu_s(), _entries(bench.folder / "line.db")
            run = load.run(bench.served.address, CONNECTIONS, requests, bench.folder / "requests")
            run["server_cpu_us"] = 1e6 * (bench.served.cpu_s() - begin_s) / count
            floor = _floor(bench, requests, entries)
            return run | {"floor_per_second": floor, "ratio": run["per_second"] / floor}

        facts = turns("notices", repeats, turn)
        standing = len(theirs) + count * (repeats + 1)
    return {
        "notices": count,
        "standing": standing,
        "standing_others": len(theirs),
        "line": facts,
    }


def line_urgent(repeats: int, seed: int, *, quick: bool) -> Facts:
    """URGENT of one party, one after the other, while another one floods."""
    count, flood = (5, 40) if quick else (URGENT, 2 * NOTICES)
    with line_bench(seed) as bench:

        def turn() -> Facts:
            requests = bench.notices("north", flood)
            flooding: list[Facts] = []
            flooder = threading.Thread(
                target=lambda: flooding.append(
                    load.run(bench.served.address, CONNECTIONS, requests, bench.folder / "flood")
                )
            )
            flooder.start()
            time.sleep(0.2)
            urgent = load.run(
                bench.served.address, 1, bench.urgent("south", count), bench.folder / "urgent"
            )
            flooder.join()
            return urgent | {"flood_per_second": flooding[0]["per_second"]}

        facts = turns("urgent", repeats, turn)
    return {"urgent": count, "flood": flood, "line": facts}


def _entries(db: Path) -> int:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    found: int = connection.execute("SELECT count(*) FROM records").fetchone()[0]
    connection.close()
    return found


def _floor(bench: LineBench, requests: list[bytes], since: int) -> float:
    """Signatures verified and the turn's rows written in batches, per second; nothing else."""
    source = sqlite3.connect(f"file:{bench.folder / 'line.db'}?mode=ro", uri=True)
    rows = source.execute(
        "SELECT * FROM records WHERE sequence > ? ORDER BY sequence", (since,)
    ).fetchall()
    source.close()
    key = bench.signers["north"].public_key
    tokens = [one.rpartition(b"\r\n\r\n")[2] for one in requests]
    target = sqlite3.connect(bench.folder / f"floor-{since}.db", isolation_level=None)
    target.execute("PRAGMA journal_mode = WAL")
    target.execute("PRAGMA synchronous = FULL")
    marks = ", ".join("?" * len(rows[0]))
    columns = ", ".join(f"c{at}" for at in range(len(rows[0])))
    target.execute(f"CREATE TABLE records ({columns})")
    begin = time.perf_counter()
    for token in tokens:
        jws.verified_payload(token, lambda _party: key)
    share = max(1, len(rows) * CONNECTIONS // len(tokens))
    for at in range(0, len(rows), share):
        target.execute("BEGIN IMMEDIATE")
        target.executemany(f"INSERT INTO records VALUES ({marks})", rows[at : at + share])
        target.execute("COMMIT")
    per_second = len(tokens) / (time.perf_counter() - begin)
    target.close()
    note(f"floor: {per_second:,.0f}/s")
    return per_second
