"""Two servers: how long until a message is durable on the other and its receipt is back.

    python -m bench.peer_bench [--messages N] [--rate N] [--urgent N] [--behind N] [--out FOLDER]

Two real servers with files of their own over loopback; north connects to south. Three figures:
from saying something on north to south's receipt on north's stream, at a rate; the same of URGENT
while that goes on; and how long north needs to bring what was said while south was away, and to
answer requests meanwhile. Times are those of the clock on the wall: run it on a quiet machine.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen

from bench.measure import commit, machine, note, software
from bench.server_cases import scratch
from bench.server_process import Served, serving
from openline.app.key_files import create_key
from openline.app.new_agreement import new_agreement
from openline.app.read_agreement import load_agreement, signatures_name
from openline.client import Client
from openline.line.message.bodies import Notify, Urgent
from openline.line.message.kind import NoticeKind, UrgentAction
from openline.line.signatures import sign_agreement

_ID: Final = "bench-peer"
_SCOPES: Final = "openline.watch openline.file openline.duty openline.admin"
_LAST_S: Final = 60.0
_RECEIPT_MS: Final = 250
_URGENT_MS: Final = 150
_CATCH_UP_MESSAGES: Final = 100_000
_CATCH_UP_S: Final = 120
_CLIENTS: Final = 4  # that say what is to be brought
_AT_ONCE: Final = 1e9  # messages a second: no wait between two
_TOLD_EVERY_S: Final = 10.0
Facts = dict[str, Any]


class Receipts:
    """Follows the stream of a server and notes when the receipt of each thread was there."""

    def __init__(self, url: str, token: str) -> None:
        self.at_s: dict[str, float] = {}
        self._client = Client(url, token)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        for event in self._client.follow():
            if event.data.get("kind") == "RECEIPT":
                self.at_s.setdefault(str(event.data["thread"]), time.monotonic())

    def wait(self, threads: Sequence[str], until_s: float) -> None:
        """Wait for the receipts of all these. Raises: TimeoutError."""
        ends_s = time.monotonic() + until_s
        while any(one not in self.at_s for one in threads):
            if time.monotonic() > ends_s:
                raise TimeoutError("receipts are missing")
            time.sleep(0.05)


def measure(messages: int, rate: float, urgent: int, behind: int) -> Facts:
    """All three figures, with what they were measured on."""
    facts: Facts = {
        "command": "python -m bench.peer_bench",
        "commit": commit(),
        "machine": machine(),
        "software": software(),
        "messages": messages,
        "rate_per_s": rate,
        "behind": behind,
    }
    with tempfile.TemporaryDirectory(prefix="openline-bench-", dir=scratch()) as name:
        folder = Path(name)
        agreement = write_agreement(folder)
        with _server(folder, agreement, "south", "north") as south:
            peer = f"south={_url(south)}"
            with _server(folder, agreement, "north", peer) as north:
                facts |= _traffic(north, messages, rate, urgent)
    note(f"receipts {facts['receipt_ms']}, of URGENT {facts['urgent_receipt_ms']}, in ms")
    with tempfile.TemporaryDirectory(prefix="openline-bench-", dir=scratch()) as name:
        folder = Path(name)
        facts |= _catching_up(folder, behind)
    return facts


def write_agreement(folder: Path) -> str:
    """An agreement of two parties, signed, and their keys."""
    agreement = str(folder / "agreement.toml")
    parties = ("north", "south")
    signers = {party: create_key(str(folder / f"{party}.key")) for party in parties}
    keys = tuple(f"{party}={folder / f'{party}.key.pub'}" for party in parties)
    now = datetime.now(UTC)
    for file, data in new_agreement(
        agreement, _ID, keys, (now - timedelta(days=1), now + timedelta(days=30)), now
    ):
        Path(file).write_bytes(data)
    for party in parties:
        loaded = load_agreement(agreement)
        signed = sign_agreement(loaded.agreement, loaded.digest, signers[party], loaded.note)
        Path(signatures_name(agreement, 1)).write_text(str(signed))
    return agreement


def _traffic(north: Served, messages: int, rate: float, urgent: int) -> Facts:
    token = _token(north, "north")
    receipts = Receipts(_url(north), token)
    said: dict[str, float] = {}
    calls: dict[str, float] = {}
    with Client(_url(north), token) as client:
        warm = [client.say(_notice()).thread for _ in range(20)]
        receipts.wait(warm, _LAST_S)
        note(f"saying {messages:,} messages, {rate:g} a second")
        flood = threading.Thread(target=_say, args=(north, token, messages, rate, said))
        flood.start()
        for _ in range(urgent):
            begun_s = time.monotonic()
            calls[client.say(Urgent(UrgentAction.HOLD)).thread] = begun_s
            time.sleep(max(0.1, messages / rate / (urgent + 1)))
        flood.join()
        receipts.wait([*said, *calls], _LAST_S)
    return {
        "receipt_ms": _spread([receipts.at_s[one] - at_s for one, at_s in said.items()]),
        "urgent_receipt_ms": _spread([receipts.at_s[one] - at_s for one, at_s in calls.items()]),
    }


def _say(north: Served, token: str, count: int, rate: float, said: dict[str, float]) -> None:
    begun_s = time.monotonic()
    with Client(_url(north), token) as client:
        for number in range(count):
            wait_s = begun_s + number / rate - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            at_s = time.monotonic()
            said[client.say(_notice()).thread] = at_s


def _catching_up(folder: Path, behind: int) -> Facts:
    agreement = write_agreement(folder)
    with _server(folder, agreement, "north", "south") as north:
        note(f"saying {behind:,} messages while south is away")
        token, before_mib = _token(north, "north"), north.resident_mib()
        _say_by_many(north, token, behind)
        held_mib = north.resident_mib() - before_mib
        looks = Looks(_url(north), token)
        begun_s, sent_s = time.monotonic(), north.cpu_s()
        with _server(folder, agreement, "south", f"north={_url(north)}") as south:
            started_s, taken_s = time.monotonic(), south.cpu_s()
            note("south is there")
            looks.until_all_is_there()
            ended_s = time.monotonic()
            sent_s, taken_s = north.cpu_s() - sent_s, south.cpu_s() - taken_s
    return {
        "start_s": round(started_s - begun_s, 2),
        "catch_up_s": round(ended_s - started_s, 2),
        "sender_cpu_ms_per_message": round(sent_s / behind * 1_000, 3),
        "receiver_cpu_ms_per_message": round(taken_s / behind * 1_000, 3),
        "sender_kib_per_message": round(held_mib * 1_024 / behind, 1),
        "meanwhile_ms": _spread(looks.took_s),
    }


class Looks:
    """Asks a server again and again how far its peer is behind, and how long each answer took."""

    def __init__(self, url: str, token: str) -> None:
        self.took_s: list[float] = []
        self._client = Client(url, token)

    def until_all_is_there(self) -> None:
        """Ask until nothing is left. Raises: Unreachable for an answer that does not come."""
        told_s = time.monotonic()
        with self._client as client:
            while True:
                begun_s = time.monotonic()
                (peer,) = client.peers()
                self.took_s.append(time.monotonic() - begun_s)
                if peer.heard is not None and not peer.behind:
                    return
                if begun_s - told_s > _TOLD_EVERY_S:
                    told_s = begun_s
                    note(f"{peer.behind:,} are left")
                time.sleep(0.1)


def _say_by_many(north: Served, token: str, count: int) -> None:
    """Say so much, by several clients at once."""
    shares = [count // _CLIENTS + (number < count % _CLIENTS) for number in range(_CLIENTS)]
    clients = [
        threading.Thread(target=_say, args=(north, token, share, _AT_ONCE, {})) for share in shares
    ]
    for one in clients:
        one.start()
    for one in clients:
        one.join()


def _server(folder: Path, agreement: str, party: str, peer: str) -> Any:
    key = str(folder / f"{party}.key")
    options = ("--agreement", agreement, "--party-key", key, "--peer", peer)
    own = folder / party
    own.mkdir()
    return serving(own, str(own / "line.db"), *options)


def _notice() -> Notify:
    start = datetime.now(UTC) + timedelta(hours=2)
    return Notify(NoticeKind.UNLOCATED, start, start + timedelta(hours=1))


def _token(served: Served, party: str) -> str:
    query = urlencode({"sub": f"officer-{party}", "party": party, "scope": _SCOPES})
    with urlopen(f"{_url(served)}/token?{query}", timeout=10) as answer:
        token: str = json.load(answer)["access_token"]
        return token


def _url(served: Served) -> str:
    host, port = served.address
    return f"http://{host}:{port}"


def _spread(seconds: Sequence[float]) -> Facts:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {
        "count": len(seconds),
        "p50": round(cuts[49] * 1_000, 1),
        "p99": round(cuts[98] * 1_000, 1),
        "most": round(max(seconds) * 1_000, 1),
    }


def page(facts: Facts) -> str:
    """The facts for people, with what was aimed at."""
    software_text = ", ".join(f"{name} {version}" for name, version in facts["software"].items())
    machine_text = ", ".join(f"{name} {value}" for name, value in facts["machine"].items())
    rows = [
        ("message in on one server, receipt of the other back", facts["receipt_ms"], _RECEIPT_MS),
        ("the same of URGENT meanwhile", facts["urgent_receipt_ms"], _URGENT_MS),
    ]
    behind, catch_up_s = facts["behind"], facts["catch_up_s"]
    aim_s = _CATCH_UP_S * behind / _CATCH_UP_MESSAGES
    return "\n".join(
        [
            "# Two servers: benchmark results",
            "",
            f"`{facts['command']}` at commit `{facts['commit']}`: two servers with files of their "
            f"own over loopback, {facts['messages']:,} messages, {facts['rate_per_s']:g} a second.",
            "",
            f"{machine_text}. {software_text}.",
            "",
            "| | count | p50 | p99 | most | aim for p99 |",
            "|---|---|---|---|---|---|",
            *(
                f"| {name} | {one['count']:,} | {one['p50']} ms | {one['p99']} ms "
                f"| {one['most']} ms | {aim} ms |"
                for name, one, aim in rows
            ),
            "",
            f"Catching up {behind:,} messages after an outage: {catch_up_s} s from when the other "
            f"server was ready, {facts['start_s']} s after it was started; the aim is "
            f"{aim_s:g} s. Processor time for each message and its receipt: sender "
            f"{facts['sender_cpu_ms_per_message']} ms, receiver "
            f"{facts['receiver_cpu_ms_per_message']} ms. Meanwhile the sender answered "
            f"{facts['meanwhile_ms']['count']:,} requests, in {facts['meanwhile_ms']['p99']} ms "
            f"(p99), {facts['meanwhile_ms']['most']} ms at most. Each message that waited took "
            f"{facts['sender_kib_per_message']} KiB of its memory.",
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the facts."""
    parser = argparse.ArgumentParser(description="Measure two servers that exchange.")
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--urgent", type=int, default=50)
    parser.add_argument("--behind", type=int, default=5_000)
    parser.add_argument("--out", type=Path, help="a folder for peer.json and peer.md")
    told = parser.parse_args(arguments)
    facts = measure(told.messages, told.rate, told.urgent, told.behind)
    text = json.dumps(facts, indent=1)
    print(text)
    if told.out is not None:
        told.out.mkdir(parents=True, exist_ok=True)
        (told.out / "peer.json").write_text(text + "\n", encoding="utf-8")
        (told.out / "peer.md").write_text(page(facts), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
