"""The record over HTTP: what is answered verifies against the note alone."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.server import Front, create_app
from openline.app.ed25519 import verify
from openline.app.seal_record import Sealer
from openline.app.services import Services
from openline.line.note import parse_note, parse_verifier_key
from openline.line.record.proof import consistency_holds, inclusion_holds
from openline.line.record.tree import TreeHead
from openline.line.record.verifying import check_checkpoint
from openline.store.memory import MemoryStore
from openline.store.ports import Store, Transaction
from tests.api.test_server import FixedClock, authorize
from tests.unit.record_samples import NORTH, ORIGIN, entries

PREFIX = "/line/v1/record"
Story = Callable[[httpx.AsyncClient, Store], Awaitable[None]]


@asynccontextmanager
async def _running(store: Store, sealer: Sealer | None) -> Any:
    issuer = TokenIssuer(new_key())
    front = Front(
        KeyRing([issuer.trusted_key], ()), TokenPolicy(frozenset({"a"})), issuer, audience="a"
    )
    app = create_app(Services(store, FixedClock(), record=sealer), front)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://a") as client,
    ):
        await authorize(client)
        yield client


def _tell(story: Story, *, sealed: bool = True) -> MemoryStore:
    store = MemoryStore()
    sealer = Sealer(store, NORTH, ORIGIN) if sealed else None

    async def run() -> None:
        async with _running(store, sealer) as client:
            await story(client, store)

    asyncio.run(run())
    return store


def _append(store: Store, first: int, last: int) -> None:
    def change(transaction: Transaction) -> None:
        for entry in entries(last)[first - 1 :]:
            transaction.append_record(entry.time, entry.party, entry.kind, entry.body)

    store.submit((), change).result()


async def _sealed(client: httpx.AsyncClient, size: int) -> dict[str, Any]:
    """The newest checkpoint, once the server has sealed so many entries by itself."""
    for _ in range(100):
        answer = await client.get(f"{PREFIX}/checkpoint")
        if answer.status_code == 200 and answer.json()["checkpoint"]["size"] == size:
            return dict(answer.json())
        await asyncio.sleep(0.05)
    raise AssertionError(answer.text)


def _head(checkpoint: dict[str, Any], key: str) -> TreeHead:
    """What the note says, checked with the key; the members beside it must say the same."""
    note = parse_note(checkpoint["note"].encode())
    head = check_checkpoint(note, parse_verifier_key(key), (), verify)[0].head
    assert head == TreeHead(checkpoint["size"], bytes.fromhex(checkpoint["root"]))
    return head


def test_the_server_seals_by_itself_and_proves_it() -> None:
    async def story(client: httpx.AsyncClient, store: Store) -> None:
        assert (await client.get(f"{PREFIX}/checkpoint")).status_code == 404
        _append(store, 1, 5)
        first = await _sealed(client, 5)
        _append(store, 6, 13)
        newest = await _sealed(client, 13)
        assert newest["key"] == first["key"]
        old, new = (_head(one["checkpoint"], one["key"]) for one in (first, newest))

        listed = (await client.get(f"{PREFIX}/checkpoints")).json()
        assert [one["size"] for one in listed["checkpoints"]] == [5, 13]
        assert listed["next"] is None
        page = (await client.get(f"{PREFIX}/checkpoints?after=0&limit=1")).json()
        assert ([one["size"] for one in page["checkpoints"]], page["next"]) == ([5], 5)

        for entry in entries(13):
            query = {"sequence": entry.sequence}
            proof = (await client.get(f"{PREFIX}/proof/inclusion", params=query)).json()
            path = [bytes.fromhex(step) for step in proof["path"]]
            assert bytes.fromhex(proof["leaf"]) == entry.leaf_hash()
            assert inclusion_holds(new, entry.sequence - 1, entry.leaf_hash(), path)
        grown = (await client.get(f"{PREFIX}/proof/consistency?old=5&new=13")).json()
        assert consistency_holds(old, new, [bytes.fromhex(step) for step in grown["path"]])
        assert grown["checkpoint"] == newest["checkpoint"]
        within = (await client.get(f"{PREFIX}/proof/inclusion?sequence=3&size=5")).json()
        assert within["checkpoint"] == first["checkpoint"]
        metrics = (await client.get("/metrics")).text
        assert "openline_record_entries 13" in metrics
        assert "openline_record_broken 0" in metrics

    _tell(story)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("proof/inclusion", 400),
        ("proof/inclusion?sequence=", 400),
        ("proof/inclusion?sequence=one", 400),
        ("proof/inclusion?sequence=-1", 400),
        ("proof/inclusion?sequence=1.5", 400),
        ("proof/inclusion?sequence=²", 400),
        ("proof/inclusion?sequence=" + "9" * 5000, 400),
        ("proof/inclusion?sequence=0", 404),
        ("proof/inclusion?sequence=6", 404),
        ("proof/inclusion?sequence=1&size=4", 404),
        ("proof/inclusion?sequence=1&size=0", 404),
        ("proof/consistency", 400),
        ("proof/consistency?old=x", 400),
        ("proof/consistency?old=6", 404),
        ("proof/consistency?old=1&new=99", 404),
        ("checkpoints?limit=0", 400),
        ("checkpoints?limit=1001", 400),
        ("checkpoints?after=-1", 400),
        ("checkpoints?after=999999999999999999", 200),
        ("proof/consistency?old=0", 200),
        ("proof/consistency?old=5&new=5", 200),
    ],
)
def test_odd_questions(path: str, status: int) -> None:
    async def story(client: httpx.AsyncClient, store: Store) -> None:
        _append(store, 1, 5)
        await _sealed(client, 5)
        answer = await client.get(f"{PREFIX}/{path}")
        assert answer.status_code == status, answer.text

    _tell(story)


def test_no_token_no_proof() -> None:
    async def story(client: httpx.AsyncClient, _: Store) -> None:
        del client.headers["Authorization"]
        for path in ("checkpoint", "checkpoints", "proof/inclusion", "proof/consistency"):
            assert (await client.get(f"{PREFIX}/{path}")).status_code == 401

    _tell(story)


def test_a_server_without_a_key_says_so() -> None:
    async def story(client: httpx.AsyncClient, store: Store) -> None:
        _append(store, 1, 1)
        answer = await client.get(f"{PREFIX}/checkpoint")
        assert answer.status_code == 404
        assert "--record-key" in answer.json()["message"]

    store = _tell(story, sealed=False)
    assert store is not None


def test_the_last_requests_are_sealed_before_the_end() -> None:
    store = MemoryStore()
    closing = store.close
    sizes: list[int] = []

    def close() -> None:
        sizes.extend(one.size for one in store.read(lambda r: r.checkpoints(0, 10)))
        closing()

    store.close = close  # type: ignore[method-assign]

    async def run() -> None:
        async with _running(store, Sealer(store, NORTH, ORIGIN)):
            _append(store, 1, 3)

    asyncio.run(run())
    assert sizes == [3]
