"""The server's benchmark: what it sends is what it says, and it runs."""

import asyncio
import json
import random
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import msgspec

from bench import load, run, server_cases, server_results
from bench.server_store import Sky
from bench.server_traffic import one_cell, put_body, spread
from openline.airspace.coarse import coarsened
from openline.airspace.extents import any_touch
from openline.api.f3548 import wire
from openline.api.f3548.to_domain import extents_of
from openline.limits import AREA_MAX_KM2

FIRST = datetime(2026, 11, 22, tzinfo=UTC)


def test_requests_are_written_and_read(tmp_path: Path) -> None:
    requests = [load.request("PUT", "/a", "t", b"{}"), load.request("GET", "/b", "t")]
    load.write(tmp_path / "requests", requests)
    assert load.read(tmp_path / "requests") == deque(requests)
    assert requests[0].endswith(b"content-length: 2\r\n\r\n{}")


def test_the_client_counts_every_answer() -> None:
    """Answers in pieces, two statuses, over several connections."""
    seen = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                seen.append(await reader.readuntil(b"\r\n\r\n"))
                await respond(writer)
        writer.close()

    async def respond(writer: asyncio.StreamWriter) -> None:
        status = b"409 Conflict" if len(seen) == 3 else b"200 OK"
        for part in (b"HTTP/1.1 " + status, b"\r\nContent-Length: 3\r\n", b"\r\na", b"bc"):
            writer.write(part)
            await asyncio.sleep(0.001)

    async def story() -> load.Facts:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            requests = deque([load.request("GET", "/", "t")] * 7)
            facts = await load.load("127.0.0.1", port, 2, requests)
            server.close()
            await server.wait_closed()
            await asyncio.sleep(0.05)  # for its connections to end
        return facts

    facts = asyncio.run(story())
    assert facts["requests"] == len(seen) == 7
    assert facts["statuses"] == {"200": 6, "409": 1}
    assert "409 Conflict" in facts["first_fault"]


def test_a_body_says_the_same_as_its_extents() -> None:
    intents = spread(20, 1, FIRST)
    for one in [*islice(intents.planned, 30), *islice(intents.fresh, 10)]:
        body = json.loads(put_body(one, [], "s", "https://uss.example", subscribing=False))
        volumes = msgspec.convert(body["extents"], list[wire.Volume4D])
        assert extents_of(volumes, AREA_MAX_KM2) == one.extents


def test_one_cell_is_one_cell() -> None:
    cells = {
        coarsened(extent.cells, 13)
        for one in islice(one_cell(1, FIRST).fresh, 30)
        for extent in one.extents
    }
    assert len(cells) == 1
    assert len(next(iter(cells))) == 1


def test_the_key_names_what_touches_and_nothing_else() -> None:
    sky, intents = Sky(1), one_cell(1, FIRST)
    (references,) = sky.references(intents.planned, 300, FIRST)
    for one in islice(intents.fresh, 20):
        touched = {ref.ovn for ref in references if any_touch(ref.extents, one.extents)}
        assert set(sky.key(one.extents, "")) == touched


def test_a_foretold_ovn_is_of_now() -> None:
    value = UUID(server_cases.uuid7(random.Random(1)))
    assert value.version == 7
    assert abs((value.int >> 80) / 1000 - datetime.now(UTC).timestamp()) < 60


def test_the_quick_run_measures_a_real_server(tmp_path: Path) -> None:
    names = "server_query,server_growth"
    assert run.main(["--quick", "--only", names, "--repeats", "1", "--out", str(tmp_path)]) == 0
    facts = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["cases"]
    skies = facts["server_growth"]["skies"]
    for sky in skies.values():
        assert sky["requests"]["median"] == server_cases.QUICK.puts
        assert sky["ratio"]["median"] > 0
        assert sky["p50_ms"]["median"] <= sky["p99_ms"]["median"]
    assert facts["server_query"]["query"]["entities_max"]["max"] <= server_cases.HITS_MAX
    assert facts["server_growth"]["peak_mib"] > 20
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert page.count("## Server") == 2
    lines = server_results.put({"active": 1, "requests": 1, "skies": skies})
    assert len(lines[-1].split("|")) == len(lines[-3].split("|")) == 11
